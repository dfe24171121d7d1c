"""``python -m demo.filming CLIP OUT.jpg``: one moment of a clip filmed well and badly, with what was found in each."""

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from gast_mocap.inference.pipeline import run
from gast_mocap.inference.protocol.job import Job
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import Person
from gast_mocap.take.skeletons import COCO17

Picture = NDArray[np.uint8]

START, END, SHOWN = 96, 126, 110  # frames of the demo's clip, in which somebody walks past
SIZE = (300, 360)
ROOM = 0.15  # of the walker's height, left around them
SURE, UNSURE = (80, 200, 60), (40, 60, 230)  # BGR


def well(picture: Picture) -> Picture:
    return picture


def without_feet(picture: Picture) -> Picture:
    return picture[: round(0.62 * len(picture))]


def far_away(picture: Picture) -> Picture:
    small = cv2.resize(picture, None, fx=0.16, fy=0.16, interpolation=cv2.INTER_AREA)
    rows, columns = ((whole - part) // 2 for whole, part in zip(picture.shape[:2], small.shape[:2], strict=True))
    frame = np.full_like(picture, 120)
    frame[rows : rows + small.shape[0], columns : columns + small.shape[1]] = small
    return frame


def in_the_dark(picture: Picture) -> Picture:
    noise = np.random.default_rng(0).normal(0, 9, picture.shape)
    return np.clip(picture * 0.12 + noise, 0, 255).astype(np.uint8)


def blurred(picture: Picture) -> Picture:
    moved = cv2.blur(picture, (41, 9))
    return np.asarray(moved, np.uint8)


WAYS: dict[str, Callable[[Picture], Picture]] = {
    "well": well,
    "feet cut off": without_feet,
    "far away": far_away,
    "in the dark": in_the_dark,
    "blurred": blurred,
}


def main(clip: Path, path: Path) -> None:
    footage = probe_video(clip, print)
    pictures = around_the_walker([frame.picture for frame in read_frames(footage, START, END)], footage.fps)
    columns = [column(name, [way(picture) for picture in pictures], footage.fps) for name, way in WAYS.items()]
    cv2.imwrite(str(path), np.hstack(columns))


def around_the_walker(pictures: list[Picture], fps: float) -> list[Picture]:
    """The part of the pictures in which whoever stands lowest is seen."""
    walker = max(people(pictures, fps), key=lambda person: float(box_at(person)[3]))
    room = ROOM * float(np.ptp(box_at(walker)[1::2]))
    left, top = np.maximum(walker.track.boxes[:, :2].min(0) - room, 0).astype(int)
    right, bottom = (walker.track.boxes[:, 2:].max(0) + room).astype(int)
    return [picture[top:bottom, left:right] for picture in pictures]


def column(name: str, pictures: list[Picture], fps: float) -> Picture:
    """The moment that is shown, with the skeleton of whoever is largest, and how sure the network was of it."""
    shown = pictures[SHOWN - START][..., ::-1].copy()
    scale = SIZE[1] / shown.shape[0]
    words, middle = "nobody found", scale * shown.shape[1] / 2
    with suppress(MocapError):
        person = max(people(pictures, fps), key=lambda person: float(np.ptp(box_at(person)[1::2])))
        words, middle = f"confidence {person.confidence:.2f}", scale * float(box_at(person)[::2].mean())
        draw(shown, person)
    small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left = int(np.clip(round(middle) - SIZE[0] // 2, 0, small.shape[1] - SIZE[0]))
    cut = cv2.copyMakeBorder(small[:, left : left + SIZE[0]], 0, 44, 2, 2, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    for line, text in enumerate((name, words)):
        place = (8, SIZE[1] + 17 + 20 * line)
        cv2.putText(cut, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)
    return np.asarray(cut, np.uint8)


def people(pictures: list[Picture], fps: float) -> tuple[Person, ...]:
    """Who is found in a video of ``pictures``. Raises MocapError when nobody is."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "filmed.mp4"
        write(video, pictures, fps)
        done = run(Job(video, video.with_suffix(".take.npz")), lambda *_: None, lambda _: None)
    return done.take.people


def box_at(person: Person) -> NDArray[np.float64]:
    """The person's box at the moment that is shown, or nearest to it."""
    return np.asarray(person.track.boxes[np.abs(person.track.frames - (SHOWN - START)).argmin()], float)


def write(path: Path, pictures: list[Picture], fps: float) -> None:
    height, width = (size // 2 * 2 for size in pictures[0].shape[:2])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=round(fps), options={"crf": "18"})
        stream.width, stream.height = width, height
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def draw(picture: Picture, person: Person) -> None:
    nearest = int(np.abs(person.keypoints.frames - (SHOWN - START)).argmin())
    points, scores = person.keypoints.points[nearest], person.keypoints.scores[nearest]
    for parent, child in COCO17.bones():
        colour = SURE if min(scores[parent], scores[child]) > 0.4 else UNSURE
        ends = [tuple(map(int, points[joint])) for joint in (parent, child)]
        cv2.line(picture, ends[0], ends[1], colour, 5, cv2.LINE_AA)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
