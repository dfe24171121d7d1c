"""Time left and the pace of reports, on a clock that the test turns."""

from gast_mocap.inference.protocol.messages import Progress
from gast_mocap.inference.protocol.progress import StageClock


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def run_stage(seconds_per_step: float, steps: int) -> list[Progress]:
    emitted: list[Progress] = []
    clock = Clock()
    report = StageClock(emitted.append, clock)
    for done in range(steps + 1):
        report("watch", done, steps)
        clock.now += seconds_per_step
    return emitted


def test_time_left_is_that_of_the_remaining_steps() -> None:
    emitted = run_stage(seconds_per_step=0.5, steps=10)
    assert [message.seconds_left for message in emitted] == [None, *(0.5 * left for left in range(9, -1, -1))]


def test_reports_are_thinned_but_first_and_last_pass() -> None:
    emitted = run_stage(seconds_per_step=0.01, steps=1000)
    assert emitted[0].done == 0
    assert emitted[-1].done == 1000
    assert 95 <= len(emitted) <= 105


def test_each_stage_is_timed_on_its_own() -> None:
    emitted: list[Progress] = []
    clock = Clock()
    report = StageClock(emitted.append, clock)
    report("watch", 0, 2)
    clock.now += 100.0
    report("lift", 0, 4)
    clock.now += 1.0
    report("lift", 1, 4)
    assert emitted[-1] == Progress("lift", 1, 4, 3.0)
