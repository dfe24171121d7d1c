"""The joint layouts against the anatomy that their names tell."""

import pytest

from gast_mocap.take.skeletons import COCO17, H36M17, HUMANEVA15, TOES19, Side, Skeleton

LIMBS = {"knee": "hip", "ankle": "knee", "toes": "ankle", "elbow": "shoulder", "wrist": "elbow"}
H36M_TRUNK = {
    "pelvis": None, "spine": "pelvis", "thorax": "spine", "neck": "thorax", "head": "neck", "hip": "pelvis",
    "shoulder": "thorax",
}  # fmt: skip
HUMANEVA_TRUNK = {"pelvis": None, "thorax": "pelvis", "head": "thorax", "hip": "pelvis", "shoulder": "thorax"}
COCO_TRUNK = {"nose": None, "eye": "nose", "ear": "eye", "shoulder": "ear", "hip": "shoulder"}


def named(skeleton: Skeleton) -> dict[str, str | None]:
    return {
        joint: skeleton.joints[parent] if parent >= 0 else None
        for joint, parent in zip(skeleton.joints, skeleton.parents, strict=True)
    }


@pytest.mark.parametrize(
    ("skeleton", "trunk"),
    [(H36M17, H36M_TRUNK), (TOES19, H36M_TRUNK), (HUMANEVA15, HUMANEVA_TRUNK), (COCO17, COCO_TRUNK)],
)
def test_every_joint_hangs_on_the_one_before_it_in_the_body(skeleton: Skeleton, trunk: dict[str, str | None]) -> None:
    for joint, parent in named(skeleton).items():
        side, _, part = joint.rpartition("_")
        expected = (trunk | LIMBS)[part]
        assert parent in (expected, f"{side}_{expected}"), joint
    assert len(skeleton.bones()) == len(skeleton.joints) - 1


@pytest.mark.parametrize("skeleton", [H36M17, TOES19, HUMANEVA15, COCO17])
def test_left_and_right_are_mirror_images_by_name(skeleton: Skeleton) -> None:
    for left, right in zip(skeleton.left, skeleton.right, strict=True):
        assert skeleton.joints[left] == skeleton.joints[right].replace("right", "left")
    sided = [joint for joint in skeleton.joints if joint.startswith(tuple(Side))]
    assert len(sided) == 2 * len(skeleton.left)
    order = skeleton.mirrored_order()
    assert [skeleton.joints[j] for j in order] == [
        joint.replace("left", "?").replace("right", "left").replace("?", "right") for joint in skeleton.joints
    ]


def test_joints_are_found_by_name() -> None:
    assert H36M17.index("left_ankle") == 6
    assert COCO17.indices("left_ankle", "nose") == [15, 0]
    with pytest.raises(ValueError):
        H36M17.index("tail")
    assert [(side, side.letter, side.other) for side in Side] == [("left", "L", "right"), ("right", "R", "left")]
