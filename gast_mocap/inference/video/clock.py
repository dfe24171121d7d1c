"""From the time stamps of frames, as they are decoded, to seconds that rise."""

import numpy as np

from ...take.records import FloatArray

JOINT_SECONDS = 0.5
"""Stamps that fall by more are those of another part that was joined on, smaller steps back are errors of the muxer."""
LONGEST_PAUSE = 10.0
"""Seconds. In broadcast containers (TS, MPEG), whose parts keep their own clocks, a longer step is a joint too;
elsewhere it is a pause. As FFmpeg's ``-dts_delta_threshold``."""
SLOWEST, FASTEST = 0.5, 2000.0
"""Frames a second that a video of people may have; stamps that say otherwise are not believed."""
SLOWEST_PLAY, FASTEST_PLAY = 1 / 64, 64.0
"""Playback speeds that are believed: from a camera at 2000 frames a second to a time lapse."""
GAP = 4.0
"""Intervals longer than this many usual ones are gaps and tell nothing about the rate."""


class Clock:
    """Seconds of the frames that it is told of one by one, the first at 0.

    ``fps`` is the rate where stamps are missing; ``is_own_rate``: it counts for all frames, whatever the stamps say.
    ``speed`` is how fast the video plays, 0.25 for slow motion in which a second lasts four.
    """

    def __init__(self, fps: float, is_own_rate: bool, speed: float, joins_forward: bool) -> None:
        self._fps, self._is_own_rate, self._speed, self._joins_forward = fps, is_own_rate, speed, joins_forward
        self._stamps: list[float] = []
        self._shift = 0.0
        self.joints = 0

    def tick(self, stamp: float | None) -> float:
        """Seconds of the next frame, whose ``stamp`` is in seconds or missing; ``times`` may put it a little later."""
        if self._is_own_rate:
            self._stamps.append(len(self._stamps) / self._fps)
            return self._stamps[-1] * self._speed
        if not self._stamps:
            self._shift = -(stamp or 0.0)
            self._stamps.append(0.0)
            return 0.0
        last = self._stamps[-1]
        next_one = last + 1 / self._fps
        now = next_one if stamp is None else stamp + self._shift
        step = now - last
        if stamp is not None and (step < -JOINT_SECONDS or (self._joins_forward and step > LONGEST_PAUSE)):
            self.joints += 1
            self._shift += next_one - now
            now = next_one
        self._stamps.append(max(now, last))
        return self._stamps[-1] * self._speed

    def times(self) -> FloatArray:
        """Seconds (n,) of all frames so far, rising."""
        return rising(np.array(self._stamps), self._fps) * self._speed


def rising(stamps: FloatArray, fps: float) -> FloatArray:
    """Time in seconds of each frame from 0, of sorted time ``stamps`` (n,) that may repeat.

    The first of several frames with one stamp keeps it, the others are spread up to the next stamp.
    """
    real, first = np.unique(stamps, return_index=True)
    if len(real) < 2:
        return np.arange(len(stamps)) / fps
    end = real[-1] + np.median(np.diff(real)) * (len(stamps) - first[-1])
    times = np.interp(np.arange(len(stamps)), [*first, len(stamps)], [*real, end])
    return np.asarray(times - real[0])


def usual_rate(stamps: FloatArray) -> float | None:
    """Frames a second of ``stamps`` (n,) in any order, gaps left out; None where they tell no plausible rate."""
    steps = np.diff(np.unique(stamps))
    if len(steps) == 0:
        return None
    rate = float(1 / np.mean(steps[steps <= GAP * np.median(steps)]))
    return rate if SLOWEST <= rate <= FASTEST else None
