import numpy as np
import pytest

from gast_mocap.inference.video.clock import Clock, usual_rate


def times_of(stamps: list[float | None], joins_forward: bool = False, speed: float = 1.0) -> list[float]:
    clock = Clock(10.0, False, speed, joins_forward)
    provisional = [clock.tick(stamp) for stamp in stamps]
    times = clock.times()
    assert (np.diff(times) > 0).all()
    assert np.abs(times - provisional).max() < 0.5
    return times.tolist()


@pytest.mark.parametrize(
    ("stamps", "times"),
    [
        ([5.0, 5.1, 5.2], [0, 0.1, 0.2]),
        ([-0.2, -0.1, 0.0], [0, 0.1, 0.2]),
        ([None, None, None], [0, 0.1, 0.2]),
        ([1.0, 1.1, None, None], [0, 0.1, 0.2, 0.3]),
        ([1.0, 1.1, 1.2, 0.3, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),  # parts of which each starts over
        ([1.0, 1.1, 1.2, 0.3, 0.4, 0.3 - 1, 0.4 - 1], [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        ([0.0, 0.1, 60.0, 60.1], [0, 0.1, 60.0, 60.1]),
        ([0.0, 0.1, 0.1, 0.3], [0, 0.1, 0.2, 0.3]),
        ([0.0, 0.2, 0.1, 0.4], [0, 0.2, 0.3, 0.4]),  # a stamp that is out of order
    ],
)
def test_stamps_become_rising_seconds(stamps: list, times: list[float]) -> None:
    np.testing.assert_allclose(times_of(stamps), times, atol=1e-9)


def test_only_in_broadcast_containers_a_leap_ahead_is_a_joint() -> None:
    np.testing.assert_allclose(times_of([0.0, 0.1, 3600.0, 3600.1], joins_forward=True), [0, 0.1, 0.2, 0.3])


def test_speed_counts_for_every_second() -> None:
    np.testing.assert_allclose(times_of([0.0, 0.4, 0.8], speed=0.25), [0, 0.1, 0.2])


def test_the_usual_rate_heeds_no_gaps_and_nothing_that_cannot_be() -> None:
    assert usual_rate(np.array([0.0, 0.1, 0.3, 0.2, 60.0, 60.1])) == pytest.approx(10)
    assert usual_rate(np.array([0.0, 3e8, 6e8])) is None
    assert usual_rate(np.array([1.0])) is None
