"""Where an armature object starts, whatever travel was baked onto it before: the next bake sets out from there."""

import bpy
import numpy as np

from ...take.records import FloatArray
from .fcurves import ActionSlot, curves_of
from .playing import playing_actions

# Of an action whose keys carry the object, for each of its slots: the location from which they set out.
START = "mocap_start"


def start_location(armature_object: bpy.types.Object) -> FloatArray:
    """(3,) the object's own location, or, where a bake carries it, the one from which that sets out."""
    carrier = _carrier(armature_object)
    start = carrier and carrier[0].get(_name(carrier[1]))
    return np.array(start or armature_object.location, dtype=float)


def is_carried(armature_object: bpy.types.Object) -> bool:
    """Whether keys of a bake move the object."""
    carrier = _carrier(armature_object)
    return carrier is not None and _name(carrier[1]) in carrier[0].keys()  # noqa: SIM118 (an ID is no mapping)


def remember_start(action: bpy.types.Action, slot: ActionSlot, location: FloatArray) -> None:
    """For an action in use, whose keys carry the object."""
    action[_name(slot)] = location.tolist()


def world_at_start(armature_object: bpy.types.Object) -> FloatArray:
    """(4, 4) the object's matrix in the world, before any travel that was baked onto it."""
    matrix = np.array(armature_object.matrix_world, dtype=float)
    back = start_location(armature_object) - np.array(armature_object.location)
    matrix[:3, 3] += world_from_location(armature_object) @ back
    return matrix


def world_from_location(armature_object: bpy.types.Object) -> FloatArray:
    """(3, 3) what a change of the object's location does to its place in the world."""
    linear: FloatArray = np.array(armature_object.matrix_parent_inverse)[:3, :3]
    if armature_object.parent:
        linear = np.array(armature_object.parent.matrix_world)[:3, :3] @ linear
    return linear


def _carrier(armature_object: bpy.types.Object) -> tuple[bpy.types.Action, ActionSlot] | None:
    """Action and slot that have the last word on the object's location."""
    return next((playing for playing in playing_actions(armature_object) if _moves_the_object(*playing)), None)


def _moves_the_object(action: bpy.types.Action, slot: ActionSlot) -> bool:
    return any(curve.data_path == "location" and not curve.mute for curve in curves_of(action, slot))


def _name(slot: ActionSlot) -> str:
    return f"{START}_{slot.handle}" if slot else START
