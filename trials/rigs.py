"""Rigs to solve for: the families of ``families.txt`` and the naming schemes of ``schemes.txt``, with bodies of several
rest poses."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.retarget.blender.access import scene, view_layer
from gast_mocap.retarget.rig.rest_pose import RestPose
from gast_mocap.retarget.rig.roles import SIDED
from gast_mocap.take.records import FloatArray

REST_POSES = ("T", "A", "down", "uneven")


def placed(scale: float, euler: tuple[float, float, float], at: tuple[float, float, float]) -> FloatArray:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", euler, degrees=True).as_matrix() * scale
    matrix[:3, 3] = at
    return matrix


PLACEMENTS = {
    "at the origin": placed(1, (0, 0, 0), (0, 0, 0)),
    "Mixamo's FBX": placed(0.01, (90, 0, 0), (0, 0, 0)),
    "turned and moved": placed(1, (0, 0, 90), (3, -2, 0.5)),
    "lying on its side": placed(2.5, (20, 70, 40), (1, 1, 1)),
}
REAL_RIGS = (
    "default", "default_no_toes", "mixamo", "mixamo_unity", "game_engine", "game_engine_with_breast", "cmu_mb",
    "openpose",
)  # fmt: skip


@dataclass(frozen=True)
class RigBone:
    """``head`` and ``tail`` (3,) metres, z up, facing -Y; ``roll`` radians; ``role`` "" for none."""

    name: str
    parent: str
    role: str
    head: FloatArray
    tail: FloatArray
    roll: float


def family_names() -> list[str]:
    return list(_read_families())


def scheme_names() -> list[str]:
    return list(_read_schemes())


def make_bones(family: str, rest_pose: str = "T") -> list[RigBone]:
    """The bones of a family or a scheme, parents first, with arbitrary rolls. ``rest_pose`` is one of REST_POSES."""
    rng = np.random.default_rng(len(family))
    tree = (_read_families() | _read_schemes())[family]
    places = _joints(rest_pose)
    heads = _heads(tree, places)
    bones = []
    for name, (parent, role) in tree.items():
        children = [child for child, (above, _) in tree.items() if above == name]
        tail = places.get(f"{role} end")
        if tail is None:
            tail = heads[children[0]] if children else heads[name] + [0.0, 0.0, 0.05]
        if np.linalg.norm(tail - heads[name]) < 0.01:
            tail = heads[name] + np.array([0.0, 0.05, 0.0])
        bones.append(RigBone(name, parent, role, heads[name], tail, float(rng.uniform(-3, 3))))
    return bones


def expected_roles(bones: list[RigBone]) -> dict[str, str]:
    return {bone.role: bone.name for bone in bones if bone.role}


def rest_pose_of(bones: list[RigBone], world_from_armature: FloatArray | None = None) -> RestPose:
    """What reading the armature would give; bones stand in the world where they are told to."""
    world = np.eye(4) if world_from_armature is None else world_from_armature
    order = {bone.name: index for index, bone in enumerate(bones)}
    matrices = np.linalg.inv(world) @ np.stack([_matrix(bone) for bone in bones])
    matrices[:, :3, :3] /= np.linalg.norm(matrices[:, :3, :3], axis=1, keepdims=True)
    scale = np.linalg.norm(world[:3, 0])
    return RestPose(
        bone_names=tuple(order),
        parents=np.array([order[bone.parent] if bone.parent else -1 for bone in bones]),
        rest=matrices,
        armature_from_bone=matrices,
        basis=np.tile(np.eye(4), (len(bones), 1, 1)),
        scales=np.ones(len(bones)),
        uneven=np.zeros(len(bones), bool),
        inherits_scale=np.ones(len(bones), bool),
        lengths=np.array([np.linalg.norm(bone.tail - bone.head) for bone in bones]) / scale,
        inherits_rotation=np.ones(len(bones), bool),
        connected=np.zeros(len(bones), bool),
        local_location=np.ones(len(bones), bool),
        deforms=np.ones(len(bones), bool),
        world_from_armature=world,
    )


def make_armature(bones: list[RigBone], world_from_armature: FloatArray | None = None) -> bpy.types.Object:
    """An armature object whose bones lie in the world as told, whatever the object's own matrix is."""
    world = np.eye(4) if world_from_armature is None else world_from_armature
    local = np.linalg.inv(world)
    armature = bpy.data.armatures.new("rig")
    rig = bpy.data.objects.new("rig", armature)
    scene().collection.objects.link(rig)
    view_layer().objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in bones:
        made = armature.edit_bones.new(bone.name)
        made.head, made.tail = ((local[:3, :3] @ end + local[:3, 3]).tolist() for end in (bone.head, bone.tail))
        made.roll = bone.roll
        made.parent = armature.edit_bones.get(bone.parent) if bone.parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.matrix_world = world.T.tolist()
    view_layer().update()
    return rig


def turned(bones: list[RigBone], degrees: float) -> list[RigBone]:
    """The same rig, turned about the world's z."""
    turn = Rotation.from_euler("z", degrees, degrees=True)
    return [replace(bone, head=turn.apply(bone.head), tail=turn.apply(bone.tail)) for bone in bones]


def with_spine_of(bones: list[RigBone], count: int) -> tuple[list[RigBone], tuple[str, ...]]:
    """The rig with ``count`` spine bones in place of its own, and their names from below. They have no
    role."""
    roles = expected_roles(bones)
    start, end = (next(bone for bone in bones if bone.role == role) for role in ("spine", "chest"))
    chain = tuple(f"link {number}" for number in range(count))
    ends = np.linspace(start.head, end.tail, count + 1)
    links = [
        RigBone(name, chain[number - 1] if number else roles["hips"], "", ends[number], ends[number + 1], start.roll)
        for number, name in enumerate(chain)
    ]
    spine = {bone.name for bone in bones if np.all(bone.head >= start.head) and bone.head[0] == 0.0}
    spine = {name for name in spine if name not in (roles["neck"], roles["head"])}
    hips = next(index for index, bone in enumerate(bones) if bone.role == "hips")
    others = [
        replace(bone, parent=chain[-1]) if bone.parent in spine else bone for bone in bones if bone.name not in spine
    ]
    return [*others[: hips + 1], *links, *others[hips + 1 :]], chain


def with_legs_of(bones: list[RigBone], thigh: float, shin: float) -> list[RigBone]:
    """The rig with thighs and shins scaled to be ``thigh`` and ``shin`` metres high, feet on the floor."""
    hip, knee, ankle = 0.93, 0.51, 0.09

    def moved(point: FloatArray) -> FloatArray:
        down = np.clip([hip - point[2], knee - point[2]], 0, [hip - knee, knee - ankle])
        longer = thigh / (hip - knee) - 1, shin / (knee - ankle) - 1
        taller = thigh + shin - (hip - ankle)
        raised: FloatArray = point + np.array([0, 0, taller - down @ longer])
        return raised

    return [replace(bone, head=moved(bone.head), tail=moved(bone.tail)) for bone in bones]


def _read_families() -> dict[str, dict[str, tuple[str, str]]]:
    """Family -> bone -> (parent, role)."""
    families: dict[str, dict[str, tuple[str, str]]] = {}
    text = Path(__file__).with_name("families.txt").read_text(encoding="utf-8")
    for section in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        title, lines = section.split("]\n", 1)
        families[title] = _grow(_both_sides([line for line in lines.splitlines() if line.strip()]))
    return families


def _both_sides(lines: list[str]) -> list[str]:
    """Lines with "(left|right)" written out, each with all that is indented below it."""
    written = []
    while lines:
        line = lines.pop(0)
        sides = re.search(r"\((.+)\|(.+)\)", line)
        if not sides:
            written.append(line)
            continue
        below = []
        while lines and _depth(lines[0]) > _depth(line):
            below.append(lines.pop(0))
        for side, spelling in zip("LR", sides.groups(), strict=True):
            for twin in [
                line.replace(sides.group(), spelling),
                *(other.replace("*", spelling) for other in below),
            ]:
                name, role = _split(twin)
                written.append(f"{name} {role}.{side}" if role in SIDED else twin)
    return written


def _grow(lines: list[str]) -> dict[str, tuple[str, str]]:
    tree: dict[str, tuple[str, str]] = {}
    above: list[str] = []
    for line in lines:
        name, role = _split(line)
        del above[_depth(line) :]
        tree[name.strip()] = (above[-1] if above else "", role)
        above.append(name.strip())
    return tree


def _read_schemes() -> dict[str, dict[str, tuple[str, str]]]:
    """Scheme -> bone -> (parent, role); the usual tree, with the spine's bones between spine and chest unnamed."""
    lines = (Path(__file__).parent / "schemes.txt").read_text(encoding="utf-8").splitlines()
    schemes = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, *fields = (field.strip() for field in line.split("|"))
            schemes[name] = _scheme_tree(*([word.strip() for word in field.split(",")] for field in fields))
    return schemes


def _scheme_tree(
    sides: list[str], root: list[str], trunk: list[str], neck: list[str], arm: list[str], leg: list[str]
) -> dict[str, tuple[str, str]]:
    hips, *spine = trunk
    roles = ["hips", "spine", *[""] * (len(trunk) - 3), "chest"] if spine[1:] else ["hips", "spine"]
    chain = [*zip(root, ["root"], strict=True), *zip(trunk, roles, strict=True)]
    branches = [(trunk[-1], [*zip(neck, ("neck", "head"), strict=True)])]
    for side, letter in zip(sides, "LR", strict=True):
        for above, bones, parts in ((trunk[-1], arm, SIDED[:4]), (hips, leg, SIDED[4:])):
            limb = zip(bones, parts, strict=True)
            branches.append((above, [(bone.format(side), f"{part}.{letter}") for bone, part in limb]))
    tree: dict[str, tuple[str, str]] = {}
    for above, named in [("", chain), *branches]:
        carrier = above
        for bone, role in named:
            if bone != "-":
                tree[bone] = (carrier, role)
                carrier = bone
    return tree


def _split(line: str) -> tuple[str, str]:
    """Name, with its indentation, and role of a line. Names may hold spaces; roles are in lower case,
    last."""
    name, _, last = line.rpartition(" ")
    known = {"hips", "spine", "chest", "neck", "head", "root", *SIDED}
    return (name, last) if name.strip() and last.split(".")[0] in known else (line, "")


def _depth(line: str) -> int:
    return (len(line) - len(line.lstrip())) // 2


def _joints(rest_pose: str) -> dict[str, FloatArray]:
    """Role -> head of its bone, and "role end" -> tail, of a body of 1.75 m."""
    places = {
        "root": (0, 0, 0), "root end": (0, 0.3, 0), "hips": (0, 0.01, 0.95), "hips end": (0, 0.01, 1.03),
        "spine": (0, 0.01, 1.05), "chest": (0, 0.02, 1.28), "chest end": (0, 0.02, 1.46),
        "neck": (0, 0.02, 1.48), "neck end": (0, -0.01, 1.58), "head": (0, -0.01, 1.58), "head end": (0, -0.01, 1.76),
    }  # fmt: skip
    drops = {"T": (0, 0), "A": (45, 45), "down": (80, 80), "uneven": (0, 65)}[rest_pose]
    strides = (12, -8) if rest_pose == "uneven" else (0, 0)
    joints = {role: np.array(place, dtype=float) for role, place in places.items()}
    for side, sign, drop, stride in zip("LR", (1, -1), drops, strides, strict=True):
        joints |= _arm(side, sign, drop) | _leg(side, sign, stride)
    return joints


def _arm(side: str, sign: int, drop: float) -> dict[str, FloatArray]:
    along = Rotation.from_euler("y", sign * drop, degrees=True).apply([sign, 0, 0])
    ahead = np.array([0.0, -1.0, 0.0])
    shoulder = np.array([sign * 0.17, 0.02, 1.43])
    elbow = shoulder + 0.29 * along
    wrist = elbow + 0.26 * (np.cos(0.06) * along + np.sin(0.06) * ahead)
    return {
        f"clavicle.{side}": np.array([sign * 0.03, 0.0, 1.42]), f"clavicle.{side} end": shoulder,
        f"upper_arm.{side}": shoulder, f"upper_arm.{side} end": elbow, f"forearm.{side}": elbow,
        f"forearm.{side} end": wrist, f"hand.{side}": wrist, f"hand.{side} end": wrist + 0.18 * along,
    }  # fmt: skip


def _leg(side: str, sign: int, stride: float) -> dict[str, FloatArray]:
    swing = Rotation.from_euler("x", stride, degrees=True)
    hip = np.array([sign * 0.1, 0.0, 0.93])
    steps = {
        "thigh": (0, 0, 0), "thigh end": (0, -0.01, -0.42), "shin": (0, -0.01, -0.42), "shin end": (0, 0.02, -0.84),
        "foot": (0, 0.02, -0.84), "foot end": (0, -0.1, -0.9), "toes": (0, -0.1, -0.9), "toes end": (0, -0.18, -0.9),
    }  # fmt: skip
    return {
        part.replace(part.split()[0], f"{part.split()[0]}.{side}"): hip + swing.apply(step)
        for part, step in steps.items()
    }


def _heads(tree: dict[str, tuple[str, str]], places: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Bone -> head. Bones without a role lie between those with one; above the hips' line, on the floor."""
    heads: dict[str, FloatArray] = {}
    for name, (parent, role) in tree.items():
        below = _run_to_role(tree, name)
        if role:
            heads[name] = places[role]
        elif not parent or below == "hips":
            heads[name] = np.zeros(3)
        elif below:
            remaining = _steps_to_role(tree, name)
            heads[name] = heads[parent] + (places[below] - heads[parent]) / (remaining + 1)
        else:
            heads[name] = heads[parent] + np.array([0.0, 0.0, 0.04])
    return heads


def _run_to_role(tree: dict[str, tuple[str, str]], name: str) -> str:
    """Role of the first bone with one at or below ``name``, "" for none."""
    if tree[name][1]:
        return tree[name][1]
    children = (child for child, (above, _) in tree.items() if above == name)
    return next((role for child in children if (role := _run_to_role(tree, child))), "")


def _steps_to_role(tree: dict[str, tuple[str, str]], name: str) -> int:
    if tree[name][1]:
        return 0
    children = (child for child, (above, _) in tree.items() if above == name and _run_to_role(tree, child))
    return 1 + _steps_to_role(tree, next(children))


def _matrix(bone: RigBone) -> FloatArray:
    """(4, 4) world from bone, y along it, an arbitrary roll."""
    along = (bone.tail - bone.head) / np.linalg.norm(bone.tail - bone.head)
    across = np.cross(along, [0.3, 0.5, 0.81])
    across /= np.linalg.norm(across)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([across, along, np.cross(across, along)], axis=1)
    matrix[:3, 3] = bone.head
    return matrix
