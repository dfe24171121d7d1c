"""Where an armature object starts, whatever travel was baked onto it before: the next bake sets out from there."""

from collections.abc import Iterator

import bpy
import numpy as np

from ...take.records import FloatArray
from .fcurves import ActionSlot, curves_of

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
    in_use = _in_use(armature_object.animation_data) if armature_object.animation_data else ()
    return next((found for found in in_use if _moves_the_object(*found)), None)


def _in_use(animation: bpy.types.AnimData) -> Iterator[tuple[bpy.types.Action, ActionSlot]]:
    """The actions that Blender plays, the one with the last word first: the action, then the NLA from the top.

    A solo track plays alone, without the action; muted tracks and strips do not play.
    """
    solo = [track for track in animation.nla_tracks if track.is_solo and animation.use_nla]
    if animation.action and not solo:
        yield animation.action, getattr(animation, "action_slot", None)
    for track in solo or (reversed(animation.nla_tracks[:]) if animation.use_nla else ()):
        for strip in reversed(track.strips[:]):
            if strip.action and not strip.mute and (solo or not track.mute):
                yield strip.action, getattr(strip, "action_slot", None)


def _moves_the_object(action: bpy.types.Action, slot: ActionSlot) -> bool:
    return any(curve.data_path == "location" and not curve.mute for curve in curves_of(action, slot))


def _name(slot: ActionSlot) -> str:
    return f"{START}_{slot.handle}" if slot else START
