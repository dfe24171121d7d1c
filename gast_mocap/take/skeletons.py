"""The joint layouts, each fact once: names, parents, mirror pairs."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Side(StrEnum):
    """A side of the filmed person's body, not of the picture. Joints are named by it: ``f"{side}_ankle"``."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def letter(self) -> str:
        """As names of bones end in Blender: L or R."""
        return self.value[0].upper()

    @property
    def other(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


@dataclass(frozen=True)
class Skeleton:
    """A fixed list of joints.

    ``parents[j]`` is the index of joint j's parent, -1 for the root and for layouts without a tree.
    ``left[k]`` and ``right[k]`` are mirror images of each other.
    """

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]

    def index(self, joint: str) -> int:
        """The joint's place. Raises ValueError when the layout has no such joint."""
        return self.joints.index(joint)

    def indices(self, *joints: str) -> list[int]:
        """The joints' places, for indexing arrays. Raises ValueError when the layout lacks one of them."""
        return [self.index(joint) for joint in joints]

    def mirrored_order(self) -> list[int]:
        """Joint order after left and right change places: ``points[..., mirrored_order(), :]``."""
        order = list(range(len(self.joints)))
        for left, right in zip(self.left, self.right, strict=True):
            order[left], order[right] = right, left
        return order

    def bones(self) -> list[tuple[int, int]]:
        """(parent, child) joint indices of every bone."""
        return [(parent, child) for child, parent in enumerate(self.parents) if parent >= 0]


COCO17 = Skeleton(
    name="coco17",
    joints=(
        "nose", "left_eye", "right_eye", "left_ear", "right_ear",
        "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
        "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    ),
    parents=(-1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14),
    left=(1, 3, 5, 7, 9, 11, 13, 15),
    right=(2, 4, 6, 8, 10, 12, 14, 16),
)  # fmt: skip

H36M17 = Skeleton(
    name="h36m17",
    joints=(
        "pelvis", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
        "spine", "thorax", "neck", "head",
        "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
    ),
    parents=(-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15),
    left=(4, 5, 6, 11, 12, 13),
    right=(1, 2, 3, 14, 15, 16),
)  # fmt: skip

TOES19 = Skeleton(
    name="toes19",
    joints=(
        "pelvis", "right_hip", "right_knee", "right_ankle", "right_toes",
        "left_hip", "left_knee", "left_ankle", "left_toes", "spine", "thorax", "neck", "head",
        "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
    ),
    parents=(-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 10, 13, 14, 10, 16, 17),
    left=(5, 6, 7, 8, 13, 14, 15),
    right=(1, 2, 3, 4, 16, 17, 18),
)  # fmt: skip

HUMANEVA15 = Skeleton(
    name="humaneva15",
    joints=(
        "pelvis", "thorax", "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
        "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle", "head",
    ),
    parents=(-1, 0, 1, 2, 3, 1, 5, 6, 0, 8, 9, 0, 11, 12, 1),
    left=(2, 3, 4, 8, 9, 10),
    right=(5, 6, 7, 11, 12, 13),
)  # fmt: skip

FEET4 = Skeleton(
    name="feet",
    joints=("left_heel", "left_toes", "right_heel", "right_toes"),
    parents=(-1, 0, -1, 2),
    left=(0, 1),
    right=(2, 3),
)

FACE5 = Skeleton(
    name="face",
    joints=("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    parents=(-1, 0, 0, 1, 2),
    left=(1, 3),
    right=(2, 4),
)

FINGERS = ("thumb", "index", "middle", "ring", "pinky")

HAND_JOINTS = (
    "wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip", "index_mcp", "index_pip", "index_dip", "index_tip",
    "middle_mcp", "middle_pip", "middle_dip", "middle_tip", "ring_mcp", "ring_pip", "ring_dip", "ring_tip",
    "pinky_mcp", "pinky_pip", "pinky_dip", "pinky_tip",
)  # fmt: skip
ON_THE_WRIST = (-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19)

HANDS42 = Skeleton(
    name="hands",
    joints=tuple(f"{side}_hand_{joint}" for side in Side for joint in HAND_JOINTS),
    parents=(*ON_THE_WRIST, *(parent + len(HAND_JOINTS) * (parent >= 0) for parent in ON_THE_WRIST)),
    left=tuple(range(len(HAND_JOINTS))),
    right=tuple(range(len(HAND_JOINTS), 2 * len(HAND_JOINTS))),
)

HAND_SHAPES = replace(HANDS42, name="hand_shapes")

PARTS = {part.name: part for part in (FEET4, FACE5, HANDS42, HAND_SHAPES)}
"""The layouts of what a take may hold of a body beside COCO-17."""


def dimensions(part: str) -> int:
    """Of the points of a part of PARTS: 2, of pixels, or 3, of metres in the hand's own axes."""
    return 3 if part == HAND_SHAPES.name else 2
