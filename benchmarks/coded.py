"""Small videos of which every frame tells its own number, so that a reader's frames, times and turns can be judged.

A picture is a grid of 10 x 6 black and white blocks. Its first and last row tell the right way up from every other; the
second holds the frame's number in ten bits, the third their inverse.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from gast_mocap.take.records import ImageArray

COLUMNS, ROWS, BLOCK = 10, 6, 16
WIDTH, HEIGHT = COLUMNS * BLOCK, ROWS * BLOCK
DARK, BRIGHT = 40, 215
TOP = np.array([1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
BOTTOM = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 1])
TICKS = 90_000
"""Of the clock in which frames are stamped, a second."""
RATE_IS_CLOCK = ("mpeg4", "mpeg2video", "mpeg1video", ".ogv")
"""Codecs and containers that want a frame as the unit of time."""

Turn = tuple[int, bool, bool]
"""Degrees anticlockwise by which a player turns the stored picture; whether it then flips left-right, top-bottom."""


@dataclass(frozen=True)
class Recipe:
    """How a coded video is made.

    ``times``: seconds of its frames, rising from 0; ``stretched``: how many times as wide as high a pixel is shown;
    ``options``: the encoder's.
    """

    suffix: str
    codec: str
    times: Sequence[float]
    turn: Turn = (0, False, False)
    stretched: int = 1
    pixel_format: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)


def picture(number: int) -> ImageArray:
    """(HEIGHT, WIDTH, 3) RGB of frame ``number``, below 1024."""
    bits = (number >> np.arange(COLUMNS)) & 1
    grid = np.zeros((ROWS, COLUMNS), int)
    grid[[0, 1, 2, 5]] = TOP, bits, 1 - bits, BOTTOM
    blocks = np.kron(np.where(grid, BRIGHT, DARK), np.ones((BLOCK, BLOCK)))
    return np.repeat(blocks[..., None], 3, axis=-1).astype(np.uint8)


def number_in(image: ImageArray) -> int | None:
    """The number of a frame from its upright picture (h, w, 3) of any size; None when it is not the right way up."""
    rows = ((np.arange(ROWS) + 0.5) * image.shape[0] / ROWS).astype(int)
    columns = ((np.arange(COLUMNS) + 0.5) * image.shape[1] / COLUMNS).astype(int)
    grid = (image[np.ix_(rows, columns)].mean(axis=-1) > (DARK + BRIGHT) / 2).astype(int)
    is_upright = (grid[0] == TOP).all() and (grid[5] == BOTTOM).all() and (grid[1] != grid[2]).all()
    return int(grid[1] @ (1 << np.arange(COLUMNS))) if is_upright else None


def stored(image: ImageArray, turn: Turn) -> ImageArray:
    """What is to be stored so that a player that heeds ``turn`` shows ``image``."""
    degrees, flip_x, flip_y = turn
    unflipped = image[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
    return np.ascontiguousarray(np.rot90(unflipped, -degrees // 90))


def write_coded(path: Path, recipe: Recipe) -> None:
    """Write frames 0, 1, ... of ``recipe`` to ``path``."""
    with av.open(str(path), "w") as container:
        rate = Fraction(round(1000 * (len(recipe.times) - 1) / recipe.times[-1]), 1000)
        stream: VideoStream = container.add_stream(recipe.codec, rate=rate.limit_denominator(1001))
        first = stored(picture(0), recipe.turn)
        stream.height, stream.width = first.shape[0], first.shape[1] // recipe.stretched
        stream.pix_fmt = recipe.pixel_format
        stream.codec_context.options = recipe.options
        if recipe.codec not in RATE_IS_CLOCK and recipe.suffix not in RATE_IS_CLOCK:
            stream.codec_context.time_base = Fraction(1, TICKS)
        if recipe.stretched != 1:
            stream.codec_context.sample_aspect_ratio = Fraction(recipe.stretched)
        if recipe.turn != (0, False, False):
            stream.set_display_rotation(*recipe.turn)
        for number, time in enumerate(recipe.times):
            image = stored(picture(number), recipe.turn)[:, :: recipe.stretched]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")
            frame.time_base = Fraction(1, TICKS)
            frame.pts = round(time * TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def copy_from(source: Path, path: Path, start: float, drop: int = 0) -> None:
    """Trim ``source`` to begin at ``start`` seconds without coding it anew, into ``path``.

    What lies between the keyframe before and ``start`` is kept and marked as not shown, where the container knows how
    (MP4 and MOV: an edit list). ``drop`` packets at the beginning are left out: a start amid a group of pictures.
    """
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        if stream.time_base is None:
            raise ValueError(f"{source} has no clock")
        begin = round(start / stream.time_base)
        packets = [packet for packet in old.demux(stream) if packet.size]
        keys = [n for n, packet in enumerate(packets) if packet.is_keyframe and (packet.pts or 0) <= begin]
        for packet in packets[keys[-1] + drop :]:
            packet.pts, packet.dts = (packet.pts or 0) - begin, (packet.dts or 0) - begin
            packet.stream = copy
            new.mux(packet)


def join(parts: Sequence[Path], path: Path) -> None:
    """One file after the other into ``path``, as a camcorder's parts are often joined: their stamps start over."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


def even(fps: float, count: int) -> list[float]:
    """Seconds of ``count`` frames."""
    return [number / fps for number in range(count)]


def uneven(count: int, seed: int = 0) -> Iterator[float]:
    """Seconds of ``count`` frames of a variable rate, on milliseconds as containers keep them."""
    steps = np.random.default_rng(seed).choice([0.033, 0.034, 0.067, 0.1], count - 1)
    yield 0.0
    yield from np.round(np.cumsum(steps), 3).tolist()
