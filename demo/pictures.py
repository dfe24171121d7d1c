"""One picture of the whole demo: moments of the video above the character in the same moments."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gast_mocap.inference.video.decode import read_frames
from gast_mocap.take.files import load_take
from gast_mocap.take.records import FloatArray

MARGIN = 0.25  # of the person's box, around it


def draw_strip(take_path: Path, track_id: int, rendered: dict[float, list[Path]], path: Path) -> None:
    """``rendered``: seconds into the video -> pictures of one size, drawn below the video's frame of that moment."""
    take = load_take(take_path)
    track = next(person.track for person in take.people if person.track_id == track_id)
    columns = []
    for seconds, pictures in rendered.items():
        below = [cv2.imread(str(picture)) for picture in pictures]
        frame = int(np.abs(take.video.times - seconds).argmin())
        box = track.boxes[np.abs(track.frames - frame).argmin()]
        image = next(read_frames(take.video, frame, frame + 1)).picture
        columns.append(np.vstack([_cut_out(image[..., ::-1], box, below[0].shape[:2]), *below]))
    cv2.imwrite(str(path), np.hstack(columns))


def _cut_out(image: NDArray[np.uint8], box: FloatArray, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The part of ``image`` around ``box``, as a picture of ``shape`` (height, width)."""
    middle, size = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) * (1 + 2 * MARGIN)
    scale = min(shape[1] / size[0], shape[0] / size[1])
    moved = np.array(shape[::-1]) / 2 - scale * middle
    placed = np.array([[scale, 0, moved[0]], [0, scale, moved[1]]])
    cut: NDArray[np.uint8] = cv2.warpAffine(image, placed, shape[::-1])
    return cut
