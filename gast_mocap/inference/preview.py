"""The preview video: what was seen beside what was made of it.

Left: the video with every person's box, id and 2D skeleton. Right: a row for each person in the picture with
the 3D skeleton from the front (as the camera sees it) and from the side, or all of them in the published demo's view.
A person's left is blue, the right orange.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from ..take.errors import MocapError
from ..take.records import FloatArray, ImageArray, IntArray, Person, Take, VideoInfo
from ..take.sentences import Sentence
from ..take.skeletons import COCO17, H36M17, Skeleton
from ..take.whole_file import whole_file, why_not_saved
from .choice import PreviewView
from .published_view import PublishedView
from .video.frame import Frame

Colour = tuple[int, int, int]

LEFT: Colour = (70, 130, 255)
RIGHT: Colour = (255, 140, 40)
MIDDLE: Colour = (225, 225, 225)
BACKGROUND: Colour = (32, 32, 36)
LABEL: Colour = (170, 170, 175)
PEOPLE: tuple[Colour, ...] = ((90, 220, 110), (235, 90, 200), (240, 220, 70), (80, 220, 230), (200, 120, 255))

PICTURE_HEIGHT = 540
PANEL_WIDTH = 270
MAX_WIDTH = 1920
"""Pixels of the video's panel; a wider panorama is squeezed. More takes more memory and time."""
MAX_FPS = 240
LARGEST_TIME_BASE = 65535  # of MPEG-4
BITS_PER_SECOND = 8_000_000
"""More makes sharper previews and larger files."""
MAX_ROWS = 3
METRES_HIGH = 2.4  # of a panel, the pelvis in its middle: room for a tall person with an arm raised
MIN_SCORE = 0.2
FLOOR_METRES = 3.2  # across the published view
FLOOR: Colour = (70, 70, 76)
HEAD = H36M17.index("head")
VIEWS = {"front": (0, 1), "side": (2, 1)}  # the camera axes drawn to the right and downwards


def draw_preview(
    take: Take,
    frames: Iterable[Frame[ImageArray]],
    path: Path,
    progress: Callable[[int, int], None],
    view: PreviewView = PreviewView.CAMERA,
) -> None:
    """Write the preview of ``take`` to ``path`` (an .mp4); ``frames`` are those of the take, upright RGB.

    A preview that is there already is replaced at the very end.

    Raises:
        MocapError: the video cannot be written.
    """
    rows = min(MAX_ROWS, most_at_once(take.people))
    published = PublishedView(take) if view == PreviewView.PUBLISHED else None
    total = take.settings.end - take.settings.start
    width, height = _video_size(take.video)
    size = (width + PANEL_WIDTH * len(VIEWS), height)
    try:
        with whole_file(path) as part, part.open("wb") as file, film(file, take.video.fps, size) as shoot:
            for done, frame in enumerate(frames, start=1):
                shoot(paint(take, frame.index, frame.picture, rows, published))
                progress(done, total)
    except OSError as error:
        raise MocapError("preview_not_written", why_not_saved(path, error), str(error)) from error
    except FFmpegError as error:  # also where the file could not be written to: it does not say so
        text = Sentence("The preview {name} could not be written. Make room or choose another folder.", name=path.name)
        raise MocapError("preview_not_written", text, str(error)) from error


@contextmanager
def film(file: IO[bytes], fps: float, size: tuple[int, int]) -> Iterator[Callable[[ImageArray], None]]:
    """What appends an RGB picture of ``size`` (width, height), both even, to an MP4 in ``file``."""
    rate = Fraction(fps).limit_denominator(LARGEST_TIME_BASE // MAX_FPS)
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=max(Fraction(1), min(rate, Fraction(MAX_FPS))))
        stream.width, stream.height = size
        stream.pix_fmt, stream.bit_rate = "yuv420p", BITS_PER_SECOND

        def shoot(picture: ImageArray) -> None:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))

        yield shoot
        container.mux(stream.encode(None))


def paint(take: Take, frame: int, image: ImageArray, rows: int, published: PublishedView | None = None) -> ImageArray:
    """The (h, w, 3) RGB picture of a frame: ``image`` with its skeletons, and up to ``rows`` people in 3D, or all in
    the ``published`` view."""
    present = [person for person in take.people if _row(person.track.frames, frame) is not None]
    if published:
        return np.hstack([_video_panel(take.video, present, frame, image), _published_panel(present, frame, published)])
    panels = [_pose_row(person, frame, PICTURE_HEIGHT // rows) for person in present[:rows]]
    right = np.full((PICTURE_HEIGHT, PANEL_WIDTH * len(VIEWS), 3), BACKGROUND, np.uint8)
    for place, panel in enumerate(panels):
        right[place * len(panel) : (place + 1) * len(panel)] = panel
    return np.hstack([_video_panel(take.video, present, frame, image), right])


def most_at_once(people: Sequence[Person]) -> int:
    """The greatest number of people in one frame; 1 for nobody."""
    frames = np.concatenate([person.track.frames for person in people]) if people else np.zeros(0, int)
    return int(np.bincount(frames).max(initial=1))


def _video_panel(video: VideoInfo, present: Sequence[Person], frame: int, image: ImageArray) -> ImageArray:
    size = _video_size(video)
    scale = np.array(size) / (video.width, video.height)
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    for person in present:
        _paint_box(picture, person, frame, scale)
        row = _row(person.keypoints.frames, frame)
        if row is not None:
            points, scores = person.keypoints.points[row] * scale, person.keypoints.scores[row]
            _paint_skeleton(picture, COCO17, points, scores >= MIN_SCORE)
    return np.asarray(picture, np.uint8)


def _pose_row(person: Person, frame: int, height: int) -> ImageArray:
    """(height, w, 3): the person's 3D skeleton from each view, the pelvis in the middle of each panel."""
    panels = np.full((height, PANEL_WIDTH * len(VIEWS), 3), BACKGROUND, np.uint8)
    row = _row(person.pose.frames, frame)
    pixels_per_metre = height / METRES_HIGH
    for place, (name, axes) in enumerate(VIEWS.items()):
        left = place * PANEL_WIDTH
        _paint_text(panels, f"person {person.track_id}, {name}", (left + 8, 18), LABEL)
        if row is not None:
            middle = np.array([left + PANEL_WIDTH / 2, height / 2])
            points = person.pose.joints[row][:, axes] * pixels_per_metre + middle
            _paint_skeleton(panels, H36M17, points, np.ones(len(points), bool))
    return panels


def _published_panel(present: Sequence[Person], frame: int, view: PublishedView) -> ImageArray:
    """Everybody who is there on one floor of half a metre's squares."""
    width = PANEL_WIDTH * len(VIEWS)
    panel = np.full((PICTURE_HEIGHT, width, 3), BACKGROUND, np.uint8)
    pixels_per_metre = width / FLOOR_METRES

    def placed(points: FloatArray) -> FloatArray:
        return np.asarray(view.seen(points) * (pixels_per_metre, -pixels_per_metre) + (width / 2, PICTURE_HEIGHT * 0.8))

    for ends in _floor_lines():
        start, end = np.round(placed(ends)).astype(int).tolist()
        cv2.line(panel, tuple(start), tuple(end), FLOOR, 1, cv2.LINE_AA)
    for person in present:
        if (row := _row(person.pose.frames, frame)) is not None:
            points = placed(view.world(person)[row])
            _paint_skeleton(panel, H36M17, points, np.ones(len(points), bool))
            _paint_text(panel, str(person.track_id), tuple(np.round(points[HEAD] - (4, 12)).astype(int)), LABEL)
    return panel


def _floor_lines() -> FloatArray:
    """(n, 2, 3) ends of the lines of a floor of 2 m by 2 m."""
    marks = np.linspace(-1, 1, 5)
    along = [((-1, mark, 0), (1, mark, 0)) for mark in marks]
    return np.array([*along, *(((mark, -1, 0), (mark, 1, 0)) for mark in marks)])


def _paint_box(picture: NDArray[np.uint8], person: Person, frame: int, scale: FloatArray) -> None:
    colour = PEOPLE[(person.track_id - 1) % len(PEOPLE)]
    box = person.track.boxes[_row(person.track.frames, frame)].reshape(2, 2) * scale
    (left, top), (right, bottom) = box.astype(int).tolist()
    cv2.rectangle(picture, (left, top), (right, bottom), colour, 1, cv2.LINE_AA)
    _paint_text(picture, str(person.track_id), (left + 3, max(top + 16, 16)), colour)


def _paint_text(picture: NDArray[np.uint8], text: str, at: tuple[int, int], colour: Colour) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def _paint_skeleton(
    picture: NDArray[np.uint8], skeleton: Skeleton, points: FloatArray, visible: NDArray[np.bool_]
) -> None:
    """Draw the bones between visible joints; ``points`` (j, 2) px."""
    pixels = [tuple(point) for point in np.round(points).astype(int).tolist()]
    for parent, child in skeleton.bones():
        if visible[parent] and visible[child]:
            cv2.line(picture, pixels[parent], pixels[child], _side_colour(skeleton, child), 2, cv2.LINE_AA)
    for joint, pixel in enumerate(pixels):
        if visible[joint]:
            cv2.circle(picture, pixel, 3, _side_colour(skeleton, joint), -1, cv2.LINE_AA)


def _side_colour(skeleton: Skeleton, joint: int) -> Colour:
    if joint in skeleton.left:
        return LEFT
    return RIGHT if joint in skeleton.right else MIDDLE


def _video_size(video: VideoInfo) -> tuple[int, int]:
    """(width, height) px of the video's panel; even, as codecs want it."""
    return min(MAX_WIDTH, max(2, round(video.width * PICTURE_HEIGHT / video.height / 2) * 2)), PICTURE_HEIGHT


def _row(frames: IntArray, frame: int) -> int | None:
    """Where ``frame`` stands in the rising ``frames``."""
    row = int(np.searchsorted(frames, frame))
    return row if row < len(frames) and frames[row] == frame else None
