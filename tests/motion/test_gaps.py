import numpy as np

from gast_mocap.motion.gaps import bridge_short_gaps, long_gaps, report_gaps


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    times = np.arange(40) / 10
    frames = bridge_short_gaps(np.array([0, 1, 4, 5, 20, 21]), times, 0.5)
    assert frames.tolist() == [0, 1, 2, 3, 4, 5, 20, 21]


def test_gaps_are_measured_in_seconds_not_frames() -> None:
    times = np.concatenate([np.arange(5) / 10, 10 + np.arange(5) / 10])
    assert bridge_short_gaps(np.array([0, 4, 5, 9]), times, 0.5).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert bridge_short_gaps(np.array([0, 4, 5, 9]), times, 0.3).tolist() == [0, 4, 5, 9]


def test_gaps_of_just_the_longest_are_bridged() -> None:
    times = np.arange(20) / 8
    assert bridge_short_gaps(np.array([0, 4]), times, 0.5).tolist() == [0, 1, 2, 3, 4]
    assert bridge_short_gaps(np.array([0, 5]), times, 0.5).tolist() == [0, 5]


def test_gaps_are_longer_than_was_said_and_than_one_and_a_half_usual_steps() -> None:
    even = np.arange(8) / 10
    for pause, longest, found in ((0.6, 0.5, [7]), (0.5, 0.5, []), (0.14, 0.05, []), (0.16, 0.05, [7])):
        times = np.concatenate([even, even + even[-1] + pause])
        assert long_gaps(times, longest + 1e-9).tolist() == found, pause
    assert long_gaps(np.array([1.0]), 0.5).tolist() == []


def test_gaps_are_told_with_their_number_and_the_longest() -> None:
    told: list[str] = []
    even = np.arange(8) / 10
    for times in (even, np.r_[even, even + 2.7], np.r_[even, even + 2.7, even + 9.0]):
        report_gaps(3, times, 0.5, told.append)
    assert [text.split(".")[0] + text.split(".")[1][:3] for text in told] == [
        "Person 3 is unseen for 20 s", "Person 3 is unseen 2 times, for up to 56 s",
    ]  # fmt: skip
