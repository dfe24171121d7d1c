"""Reads an armature object into a rest pose."""

from collections.abc import Collection, Iterable
from typing import Literal

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from ...take.errors import MocapError
from ...take.records import FloatArray, IntArray
from ...take.sentences import Sentence
from ..rig.families import Switch
from ..rig.rest_pose import RestPose
from .access import armature_of, pose_bones, view_layer
from .constraints_and_drivers import bone_path, constraint_path, scale_path
from .object_start import world_at_start
from .playing import animated_paths, steady_values

Reference = Literal["REST", "POSE"]
HIDDEN = 1e-6
"""Pose scale up to which a bone counts as hidden."""
UNEVEN = 0.01
"""Share by which the pose scales along a bone's axes may differ up to which limbs on it keep their direction."""
FLAT = 1e-6
"""Least length that an axis keeps by the object's scale, as a share of the longest; one below it is flat."""


def read_rest_pose(
    armature_object: bpy.types.Object,
    reference: Reference = "REST",
    keyed: Collection[str] = (),
    switches: Collection[Switch] = (),
) -> RestPose:
    """The bones of an armature object, which stands where it did before travel was baked onto it.

    Args:
        armature_object: the rig.
        reference: "POSE" measures motion from the pose that it holds now.
        keyed: bones that keys will turn, whatever their constraints say.
        switches: custom properties that keys will set.

    Raises:
        MocapError: ``not_an_armature``; ``flat_object`` when it is scaled to nothing along an axis.
    """
    if armature_object is None or armature_object.type != "ARMATURE":
        raise MocapError("not_an_armature", "The target is not an armature. Choose an armature as target.")
    _apply_edits(armature_object)
    world = world_at_start(armature_object)
    _check_scale(armature_object.name, world)
    flipped = _flipped_influences(armature_object, switches)
    carriers = {
        bone: bone.parent if bone.name in keyed else _carrier(bone, flipped) for bone in pose_bones(armature_object)
    }
    posed = sorted(carriers, key=lambda bone: len(_lineage(bone, carriers)))
    index = {pose_bone.name: position for position, pose_bone in enumerate(posed)}
    above = (carriers[pose_bone] for pose_bone in posed)
    parents = np.array([index[bone.name] if bone else -1 for bone in above])
    bones = [pose_bone.bone for pose_bone in posed]
    rest = np.array([bone.matrix_local for bone in bones], dtype=float)
    basis = np.array([_unscaled_basis(pose_bone) for pose_bone in posed], dtype=float)
    if reference == "REST":
        basis[[bone.name in keyed for bone in posed], :3, 3] = 0.0
    posed_scales = static_scales(armature_object, index)
    return RestPose(
        bone_names=tuple(index),
        parents=parents,
        rest=rest,
        armature_from_bone=_held_pose(posed, parents, rest, basis) if reference == "POSE" else rest,
        basis=basis,
        scales=np.array([_shown_scale(scale) for scale in posed_scales]),
        uneven=np.array([_is_uneven(scale) for scale in posed_scales]),
        inherits_scale=np.array([bone.inherit_scale not in ("NONE", "NONE_LEGACY") for bone in bones]),
        lengths=np.array([bone.length for bone in bones]),
        inherits_rotation=np.array([bone.use_inherit_rotation for bone in bones]),
        connected=np.array([bone.use_connect for bone in bones]),
        local_location=np.array([bone.use_local_location for bone in bones]),
        deforms=np.array([bone.use_deform for bone in bones]),
        world_from_armature=world,
    )


def static_scales(armature_object: bpy.types.Object, bones: Iterable[str]) -> list[FloatArray]:
    """(3,) the pose scale of each bone that does not depend on the playhead: the one it holds, by hand or by keys that
    never change it, as those of an earlier bake; 1 where keys move it."""
    animated, posed = animated_paths(armature_object), pose_bones(armature_object)

    def held(bone: str) -> FloatArray:
        if scale_path(bone) not in animated:
            return np.array(posed[bone].scale, dtype=float)
        values = steady_values(armature_object, scale_path(bone), 3)
        return np.array([1.0 if value is None else value for value in values])

    return [held(bone) for bone in bones]


def _shown_scale(scale: FloatArray) -> float:
    """How much larger a pose scale (3,) makes a bone, whether it mirrors it or not; 1 where it hides it."""
    size = float(np.abs(scale).mean())
    return size if size > HIDDEN else 1.0


def _is_uneven(scale: FloatArray) -> bool:
    """Whether a pose scale (3,) of a bone that is shown stretches it."""
    lengths = np.abs(scale)
    return bool(lengths.min() > HIDDEN and np.ptp(lengths) > UNEVEN * lengths.max())


def _apply_edits(armature_object: bpy.types.Object) -> None:
    """In Edit Mode, what was edited so far counts."""
    if armature_of(armature_object).is_editmode:
        armature_object.update_from_editmode()
        view_layer().update()


def _unscaled_basis(pose_bone: bpy.types.PoseBone) -> Matrix:
    """What the bone's own location and rotation do; with its scale, a hidden bone would have no rotation."""
    mode = pose_bone.rotation_mode
    if mode == "QUATERNION":
        rotation = pose_bone.rotation_quaternion.normalized()
    elif mode == "AXIS_ANGLE":
        angle, *axis = pose_bone.rotation_axis_angle
        rotation = Quaternion(axis, angle)
    else:
        rotation = pose_bone.rotation_euler.to_quaternion()
    return Matrix.LocRotScale(pose_bone.location, rotation, None)


def _held_pose(posed: list[bpy.types.PoseBone], parents: IntArray, rest: FloatArray, basis: FloatArray) -> FloatArray:
    """(n, 4, 4) the present pose, bones of length one; hidden and mirrored ones, and all on them, as if they were
    not."""
    held = np.array([pose_bone.matrix for pose_bone in posed], dtype=float)
    spoilt = set[int]()
    for bone, parent in enumerate(parents.tolist()):
        lengths = np.linalg.norm(held[bone, :3, :3], axis=0)
        if parent not in spoilt and lengths.min() > HIDDEN and np.linalg.det(held[bone, :3, :3]) > 0:
            held[bone, :3, :3] /= lengths
            continue
        spoilt.add(bone)
        relative = np.linalg.inv(rest[parent]) @ rest[bone] if parent >= 0 else rest[bone]
        held[bone] = (held[parent] if parent >= 0 else np.eye(4)) @ relative @ basis[bone]
    return held


def _check_scale(name: str, world_from_armature: FloatArray) -> None:
    lengths = np.linalg.svd(world_from_armature[:3, :3], compute_uv=False)
    if lengths.min() <= FLAT * lengths.max():
        text = Sentence(
            "{name}, or an object that it is parented to, has a scale of 0. Give it another scale and bake again.",
            name=name,
        )
        raise MocapError("flat_object", text)


def _flipped_influences(armature_object: bpy.types.Object, switches: Collection[Switch]) -> set[str]:
    """Data paths of the constraint influences that go over from 0 to 1 or back when keys set the switches."""
    bones, animation = pose_bones(armature_object), armature_object.animation_data
    set_anew = {
        f'{bone_path(switch.bone)}["{switch.name}"]'
        for switch in switches
        if switch.bone in bones and abs(float(bones[switch.bone].get(switch.name, switch.value)) - switch.value) > 0.5
    }
    return {
        driver.data_path
        for driver in (animation.drivers if animation else ())
        for variable in (driver.driver.variables if driver.driver else ())
        if any(target.data_path in set_anew for target in variable.targets)
    }


def _carrier(pose_bone: bpy.types.PoseBone, flipped: set[str]) -> bpy.types.PoseBone | None:
    """The bone whose motion this one repeats: one that a constraint copies or hangs it on outright, else the parent."""
    rig = pose_bone.id_data
    assert isinstance(rig, bpy.types.Object)
    for constraint in pose_bone.constraints:
        in_force = 0.0 if constraint_path(constraint, pose_bone.name) in flipped else 1.0
        if not constraint.mute and constraint.influence == in_force and (carrier := _carried_by(constraint, rig)):
            return pose_bones(rig).get(carrier, pose_bone.parent)
    return pose_bone.parent


def _carried_by(constraint: bpy.types.Constraint, rig: bpy.types.Object) -> str:
    """Name of the bone of this rig that the constraint makes a parent of its owner, "" for none."""
    if isinstance(constraint, bpy.types.ArmatureConstraint):
        heaviest = max(constraint.targets, key=lambda target: target.weight, default=None)
        return heaviest.subtarget if heaviest and heaviest.target == rig and heaviest.weight > 0 else ""
    if isinstance(constraint, bpy.types.CopyTransformsConstraint):
        outright = constraint.target_space == constraint.owner_space == "WORLD"
        return constraint.subtarget if outright and constraint.target == rig else ""
    if isinstance(constraint, bpy.types.ChildOfConstraint):
        return constraint.subtarget if constraint.target == rig else ""
    return ""


def _lineage(
    bone: bpy.types.PoseBone, carriers: dict[bpy.types.PoseBone, bpy.types.PoseBone | None]
) -> list[bpy.types.PoseBone]:
    """The bone and all that carry it; a ring of copies is cut open where it closes."""
    lineage = [bone]
    while (carrier := carriers[lineage[-1]]) is not None:
        if carrier in lineage:
            carriers[lineage[-1]] = None
            break
        lineage.append(carrier)
    return lineage
