"""Hands of many rigs, as Blender plays them: relaxed fingers close, whatever their names, number, rolls and rest."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.access import pose_bones, scene
from gast_mocap.retarget.rig.fingers import fingers_of, relaxed_fingers, seen_fingers
from gast_mocap.retarget.rig.naming import finger_named
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.solve import SolveOptions
from gast_mocap.take.records import FloatArray, Hands
from gast_mocap.take.skeletons import Side
from trials.performances import squat
from trials.played import LIMITED, play
from trials.rigs import PLACEMENTS, RigBone, make_armature, make_bones, rest_pose_of

NAMES = ("thumb", "index", "middle", "ring", "pinky")
MIXAMO = "mixamorig:{Left}Hand{Finger}{n}"
SPELLINGS = {
    "Mixamo": (MIXAMO, {}),
    "Unreal 4": ("{finger}_0{n}_{l}", {}),
    "VRM": ("J_Bip_{L}_{Finger}{n}", {"Pinky": "Little"}),
    "Daz Genesis 8": ("{l}{Finger}{n}", {"Middle": "Mid"}),
    "MakeHuman": ("finger{number}-{n}.{L}", {}),
    "Biped": ("Bip01 {L} Finger{zero}{after}", {}),
    "Auto-Rig Pro, controls": ("c_{finger}{n}.{l}", {}),
    "Character Creator": ("CC_Base_{L}_{Finger}{n}", {"Middle": "Mid"}),
}
"""Family of trials/families.txt -> how its fingers are called, as their makers' rigs have them."""


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def spelled(family: str, finger: str, n: int, side: Side) -> str:
    pattern, others = SPELLINGS[family]
    number = NAMES.index(finger)
    capital = others.get(finger.capitalize(), finger.capitalize())
    return pattern.format(
        Finger=capital, finger=finger, n=n, number=number + 1, zero=number, after="" if n == 1 else n - 1,
        L=side.letter, l=side.letter.lower(), Left=side.value.capitalize(),
    )  # fmt: skip


def without_fingers(family: str) -> list[RigBone]:
    """The body of a family in a T-pose, palms down."""
    return [bone for bone in make_bones(family, "T") if bone.role or not finger_named(bone.name)]


def with_fingers(family: str, count: int = 3, bend: float = 0.0) -> list[RigBone]:
    """A body with fingers of ``count`` bones, each bent by ``bend`` degrees at rest, their rolls by chance. Controls do
    not hang on the hand's."""
    rng = np.random.default_rng(3)
    made = without_fingers(family)
    for side, sign in zip(Side, (1, -1), strict=True):
        hand = hand_of(made, side)
        for finger, ahead in zip(NAMES, (-0.045, -0.03, -0.01, 0.01, 0.03), strict=True):
            is_thumb = finger == "thumb"
            head = hand.head + np.array([sign * (0.03 if is_thumb else 0.09), ahead, 0.0])
            parent = hand.parent if "controls" in family else hand.name
            for n in range(1, count + 1):
                down = np.radians(bend * n)
                way = np.array([sign * np.cos(down), -0.7 if is_thumb else 0.0, -np.sin(down)])
                tail = head + 0.03 * way / np.linalg.norm(way)
                name = spelled(family, finger, n, side)
                made.append(RigBone(name, parent, "", head, tail, float(rng.uniform(-3, 3))))
                head, parent = tail, name
    return made


def hand_of(bones: list[RigBone], side: Side) -> RigBone:
    return next(bone for bone in bones if bone.role == f"hand.{side.letter}")


def before_the_palm(rig: bpy.types.Object, hand: str) -> FloatArray:
    """(4,) in the hand bone's own space: 4 cm below the middle of the palm at rest, which looks down in a T-pose."""
    bone = pose_bones(rig)[hand].bone
    world = np.array(rig.matrix_world) @ np.array(bone.matrix_local)
    sign = 1 if world[0, 3] > 0 else -1
    return np.linalg.inv(world) @ (world[:, 3] + np.array([sign * 0.045, 0.0, -0.04, 0.0]))


def tips(rig: bpy.types.Object, hand: str, family: str, count: int, side: Side, frame: int = 1) -> dict[str, float]:
    """Metres from before the palm to the fingertips."""
    scene().frame_set(frame)
    world, bones = np.array(rig.matrix_world), pose_bones(rig)
    palm = world @ np.array(bones[hand].matrix) @ before_the_palm(rig, hand)
    ends = {finger: world @ [*bones[spelled(family, finger, count, side)].tail, 1.0] for finger in NAMES}
    return {finger: float(np.linalg.norm(end - palm)) for finger, end in ends.items()}


@pytest.mark.parametrize("placement", ["at the origin", "lying on its side"])
@pytest.mark.parametrize("count", [3, 2])
@pytest.mark.parametrize("family", SPELLINGS)
def test_fingertips_come_nearer_to_the_palm(family: str, count: int, placement: str) -> None:
    bones = with_fingers(family, count)
    rig = make_armature(bones, PLACEMENTS[placement])
    hands = {side: hand_of(bones, side).name for side in Side}
    flat = {side: tips(rig, hand, family, count, side) for side, hand in hands.items()}
    play(rig, squat(2), LIMITED)
    for side, hand in hands.items():
        relaxed = tips(rig, hand, family, count, side)
        for finger in NAMES:
            assert relaxed[finger] < flat[side][finger] - (0.001 if finger == "thumb" else 0.004), (finger, side)


@pytest.mark.parametrize("bend", [0.0, 12.0, 40.0])
def test_a_relaxed_hand_is_the_same_however_it_is_bent_at_rest(bend: float) -> None:
    """The index is bent by 18 + 26 + 12 degrees to the palm, which looks down in a T-pose."""
    rest = rest_pose_of(with_fingers("Mixamo", bend=bend))
    held = relaxed_fingers(rest, map_bones(rest))
    for side in Side:
        turn = np.eye(3)
        for n in (1, 2, 3):
            bone = rest.index(spelled("Mixamo", "index", n, side))
            own = rest.rest[bone, :3, :3]
            local = Rotation.from_quat(held[rest.bone_names[bone]][[1, 2, 3, 0]]).as_matrix()
            turn = turn @ (own @ local @ own.T)
            way = turn @ own[:, 1]
        assert np.degrees(np.arctan2(-way[2], abs(way[0]))) == pytest.approx(56.0, abs=0.5)
        assert abs(way[1]) < 0.01


def test_a_mitten_and_a_hand_without_fingers() -> None:
    rest = rest_pose_of(without_fingers("Mixamo"))
    assert relaxed_fingers(rest, map_bones(rest)) == {}
    rest = rest_pose_of(
        [bone for bone in with_fingers("Mixamo", 1) if finger_named(bone.name) in (None, "thumb", "index")]
    )
    assert sorted(relaxed_fingers(rest, map_bones(rest))) == sorted(
        spelled("Mixamo", finger, 1, side) for finger in ("thumb", "index") for side in Side
    )


def test_fingers_of_no_known_names_are_found_by_where_they_hang() -> None:
    named = with_fingers("Mixamo")
    new = {bone.name: f"Bone{n:03}" for n, bone in enumerate(named) if finger_named(bone.name)}
    rest = rest_pose_of(
        [replace(bone, name=new.get(bone.name, bone.name), parent=new.get(bone.parent, bone.parent)) for bone in named]
    )
    bone_map = map_bones(rest)
    for side in Side:
        found = fingers_of(rest, rest.index(bone_map.bones[f"hand.{side.letter}"]), side)
        wanted = [[new[spelled("Mixamo", finger, n, side)] for n in (1, 2, 3)] for finger in NAMES]
        assert [[rest.bone_names[bone] for bone in finger.bones] for finger in found] == wanted


@pytest.mark.parametrize("count", [3, 2, 1])
@pytest.mark.parametrize("family", SPELLINGS)
def test_all_fingers_are_found_in_their_order_of_any_number_of_bones(family: str, count: int) -> None:
    rest = rest_pose_of(with_fingers(family, count))
    bone_map = map_bones(rest)
    for side in Side:
        found = fingers_of(rest, rest.index(bone_map.bones[f"hand.{side.letter}"]), side)
        wanted = [[spelled(family, finger, n + 1, side) for n in range(count)] for finger in NAMES]
        assert [[rest.bone_names[bone] for bone in finger.bones] for finger in found] == wanted


def test_a_prop_in_a_hand_is_no_finger() -> None:
    plain = without_fingers("Mixamo")
    hand = hand_of(plain, Side.RIGHT)
    grip = RigBone(
        "Sword1", hand.name, "", hand.head + np.array([-0.08, 0.0, 0.0]), hand.head + np.array([-0.08, -0.3, 0.0]), 0.0
    )
    blade = RigBone("Sword2", grip.name, "", grip.tail, grip.tail + np.array([0.0, -0.5, 0.0]), 0.0)
    rest = rest_pose_of([*plain, grip, blade])
    assert relaxed_fingers(rest, map_bones(rest)) == {}


def test_hands_are_keyed_once_and_what_an_animator_did_stays() -> None:
    rig = make_armature(with_fingers("Mixamo"))
    posed = spelled("Mixamo", "ring", 2, Side.LEFT)
    pose_bones(rig)[posed].rotation_mode = "XYZ"
    pose_bones(rig)[posed].rotation_euler = (0.5, 0.0, 0.0)
    driven = spelled("Mixamo", "pinky", 1, Side.RIGHT)
    slider = pose_bones(rig)[driven].driver_add("rotation_quaternion", 1)
    play(rig, squat(4), LIMITED)
    curves = keys_of(rig)
    assert driven not in curves
    assert not slider.mute
    index = spelled("Mixamo", "index", 1, Side.LEFT)
    assert [len(points) for points in curves[index]] == [1, 1, 1, 1]
    assert posed not in curves
    play(rig, squat(4), LIMITED)  # what the first bake turned is not what somebody posed
    assert keys_of(rig).keys() == curves.keys()
    bare = make_armature(with_fingers("Mixamo"))
    play(bare, squat(4), SolveOptions(fingers=False))
    assert index not in keys_of(bare)


@pytest.mark.parametrize(
    ("family", "count"), [("Mixamo", 3), ("Mixamo", 2), ("Mixamo", 1), ("Biped", 1), ("Auto-Rig Pro, controls", 3)]
)
def test_a_hand_that_closes_in_the_video_closes_on_the_rig(family: str, count: int) -> None:
    bones = with_fingers(family, count)
    rig = make_armature(bones)
    closing = np.zeros((20, 2, 5))
    closing[:, 0] = np.linspace(0.0, 180.0, 20)[:, None]
    hands = Hands(closing, np.tile([1.0, 0.0], (20, 1)))
    play(rig, replace(squat(20), hands=hands), LIMITED)
    left, right = (hand_of(bones, side).name for side in Side)
    way = [tips(rig, left, family, count, Side.LEFT, frame) for frame in (1, 8, 14)]
    for finger in NAMES if count > 1 else NAMES[1:]:
        assert way[0][finger] > way[1][finger] > way[2][finger], finger
    still = [tips(rig, right, family, count, Side.RIGHT, frame) for frame in (1, 14)]
    assert still[0] == pytest.approx(still[1], abs=1e-5)  # the other hand stays relaxed
    assert len(keys_of(rig)[spelled(family, "index", 1, Side.RIGHT)][0]) == 1


def test_on_a_mirrored_object_the_hand_closes_that_is_seen_on_that_side() -> None:
    """What is called left there is seen on the right, where the performer's right hand is."""
    bones = with_fingers("Mixamo")
    rig = make_armature(bones)
    rig.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    closed = np.zeros((4, 2, 5))
    closed[:, 0] = 180.0
    play(rig, replace(squat(4), hands=Hands(closed, np.ones((4, 2)))), LIMITED)
    knuckles = {side: pose_bones(rig)[spelled("Mixamo", "index", 2, side)] for side in Side}
    turned = {side: np.degrees(bone.matrix_basis.to_quaternion().angle) for side, bone in knuckles.items()}
    assert turned[Side.RIGHT] == pytest.approx(0.58 * 180, abs=1.0)
    assert turned[Side.LEFT] == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize(("sureness", "total"), [(1.0, 100 * (0.42 + 0.58 + 0.38)), (0.0, 56.0), (0.5, 97.0)])
def test_a_finger_is_bent_as_seen_and_relaxed_where_that_is_unsure(sureness: float, total: float) -> None:
    """Where it is seen, by 100 degrees at two knuckles and 0.66 of the second at the third; 18 + 26 + 12 relaxed."""
    rest = rest_pose_of(with_fingers("Mixamo", bend=10.0))
    hands = Hands(np.full((3, 2, 5), 100.0), np.array([[sureness] * 2] * 2 + [[1.0, 1.0]]))
    turns = seen_fingers(rest, map_bones(rest), hands)
    for side in Side:
        turn = np.eye(3)
        for n in (1, 2, 3):
            bone = rest.index(spelled("Mixamo", "index", n, side))
            own = rest.rest[bone, :3, :3]
            local = Rotation.from_quat(turns[rest.bone_names[bone]][0, [1, 2, 3, 0]]).as_matrix()
            turn = turn @ (own @ local @ own.T)
            way = turn @ own[:, 1]
        assert np.degrees(np.arctan2(-way[2], way[0] * (1 if side is Side.LEFT else -1))) == pytest.approx(
            total, abs=0.5
        )


def keys_of(rig: bpy.types.Object) -> dict[str, list[list[float]]]:
    """Bone -> the keys of its rotation's curves."""
    found: dict[str, list[list[float]]] = {}
    action = rig.animation_data.action
    layered = action.layers[0].strips[0].channelbags[0].fcurves if hasattr(action, "layers") else action.fcurves
    for curve in layered:
        if "rotation" in curve.data_path:
            bone = curve.data_path.split('"')[1]
            found.setdefault(bone, []).append([point.co[1] for point in curve.keyframe_points])
    return found
