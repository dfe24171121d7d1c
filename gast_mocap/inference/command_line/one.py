"""One video, done in this process."""

from collections.abc import Sequence

from ...take.errors import MocapError
from ...take.records import FloatArray, Take
from ...take.visibility import visibility_words
from ..bar import Bar
from ..memory import OUT_OF_MEMORY
from ..pipeline import Run, StageSeconds, run
from ..protocol.job import Job
from ..protocol.progress import StageClock

INTERRUPTED = 130


def run_one(job: Job) -> int:
    """Exit status 0: the take is saved; 1: something went wrong; 130: Ctrl-C."""
    bar = Bar()
    try:
        print(summary(run(job, StageClock(bar.show), bar.note)))
    except MocapError as error:
        bar.note(f"{error.text}\n  ({error.code}: {error.detail})" if error.detail else error.text)
        return 1
    except MemoryError:
        bar.note(OUT_OF_MEMORY)
        return 1
    except KeyboardInterrupt:
        bar.note("Stopped. No take was saved.")
        return INTERRUPTED
    return 0


def summary(done: Run) -> str:
    """The run as a few lines of text."""
    video = done.take.video
    frames = done.take.settings.end - done.take.settings.start
    return "\n".join(
        [
            f"video    {video.path.name}, {video.width} x {video.height}, {video.fps:.2f} fps",
            *(
                [f"shots    {len(video.cuts) + 1}, cut at {seconds(video.times[video.cuts])}"]
                if len(video.cuts)
                else []
            ),
            f"take     {done.saved_as}",
            f"frames   {frames}",
            *people_lines(done.take),
            *stage_lines(done.stages),
            *work_lines(done.work, frames),
        ]
    )


def seconds(times: FloatArray) -> str:
    return ", ".join(f"{time:.1f} s" for time in times)


def people_lines(take: Take) -> list[str]:
    """A line a person: id, seconds on screen, mean confidence, and what was hard to see."""
    lines = [f"people   {len(take.people)}"]
    for person in take.people:
        seconds = take.seconds_on_screen(person)
        words = [f"{seconds:.1f} s on screen", f"confidence {person.confidence:.2f}"]
        if hidden := visibility_words(person.keypoints):
            words.append(hidden)
        lines.append(f"  {person.track_id:>3}: {', '.join(words)}")
    return lines


def work_lines(work: dict[str, float], frames: int) -> list[str]:
    """A line for decoding and each network: seconds of work, of which some is done side by side, and ms a frame."""
    head = f"{'work':<9}{'seconds':>10}{'ms a frame':>12}"
    return [head, *(f"  {name:<9}{spent:>8.1f}{1000 * spent / max(frames, 1):>12.1f}" for name, spent in work.items())]


def stage_lines(stages: Sequence[StageSeconds]) -> list[str]:
    """A line a stage: wall seconds, seconds within the networks."""
    total = StageSeconds("total", sum(s.seconds for s in stages), sum(s.in_networks for s in stages))
    head = f"{'seconds':<9}{'wall':>8}{'networks':>10}"
    return [head, *(f"  {s.stage:<7}{s.seconds:>8.1f}{s.in_networks:>10.1f}" for s in (*stages, total))]
