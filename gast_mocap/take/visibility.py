"""How well a person was seen, in words."""

import numpy as np

from .records import FloatArray, Keypoints2D, Person, VideoInfo
from .skeletons import COCO17, Side

SEEN = 0.3
"""Mean score of a part's keypoints from which it counts as seen in a frame. Raising it calls more parts hidden."""
OFTEN = 0.3
"""Share of the frames in which a part is hidden from which it is worth a word. Raising it tells less."""
FAINT = 0.45
"""Mean score of all keypoints below which a person is hard to see as a whole."""
CLEAR = 0.6
"""Mean score of all keypoints from which a person is clearly seen. Raising it calls fewer people so."""
STRIP_CELLS = 17
"""As many as the sidebar has room for as Blender opens it."""
STRIP_SHADES = "\u2581\u2584\u2588"
"""Of a cell of the strip in which a person is not seen, at times, and always."""
PARTS = {
    "head": COCO17.indices("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    "arms": COCO17.indices(*(f"{side}_{joint}" for side in Side for joint in ("elbow", "wrist"))),
    "legs": COCO17.indices(*(f"{side}_{joint}" for side in Side for joint in ("knee", "ankle"))),
}


def often_hidden(keypoints: Keypoints2D) -> tuple[str, ...]:
    """The parts ("head", "arms", "legs") of a person that are hidden in many frames."""
    hidden = {part: keypoints.scores[:, list(joints)].mean(axis=1) < SEEN for part, joints in PARTS.items()}
    return tuple(part for part, frames in hidden.items() if np.mean(frames) >= OFTEN)


def visibility_words(keypoints: Keypoints2D) -> str:
    """What to expect of a person's motion, as in "arms and legs often hidden"; empty when all is well seen."""
    parts = often_hidden(keypoints)
    if np.mean(keypoints.scores) < FAINT and len(parts) in (0, len(PARTS)):
        return "hard to see"
    if not parts:
        return ""
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"{listed} often hidden"


def person_words(person: Person) -> str:
    """How well a person was seen: always something, as in "clearly seen" or "legs often hidden"."""
    if hidden := visibility_words(person.keypoints):
        return hidden
    return "clearly seen" if person.confidence >= CLEAR else "fairly seen"


def visibility_strip(person: Person, video: VideoInfo) -> str:
    """When a person is seen, as a row of characters from the beginning of the video to its end."""
    seen = np.zeros(video.frame_count)
    seen[person.track.frames] = 1
    cells = np.array_split(seen, min(STRIP_CELLS, video.frame_count))
    return "".join(STRIP_SHADES[int(cell.any()) + int(cell.all())] for cell in cells)


def score_colours(scores: FloatArray) -> FloatArray:
    """(..., 4) RGBA of ``scores`` (...) 0..1: red where nothing is sure, over yellow to green."""
    red, green = np.clip(2 - 2 * scores, 0, 1), np.clip(2 * scores, 0, 1)
    return np.stack([red, green, np.zeros_like(scores), np.ones_like(scores)], axis=-1)
