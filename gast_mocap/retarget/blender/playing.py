"""Which actions Blender plays on an object: the one in use and what the NLA adds to it."""

from collections.abc import Iterator

import bpy
import numpy as np

from .fcurves import ActionSlot, curves_of


def solo_tracks(animation: bpy.types.AnimData) -> list[bpy.types.NlaTrack]:
    """NLA tracks that play alone: beside them neither the action nor any other track is heard."""
    return [track for track in animation.nla_tracks if track.is_solo and animation.use_nla]


def playing_actions(armature_object: bpy.types.Object) -> Iterator[tuple[bpy.types.Action, ActionSlot]]:
    """Actions and their slots, the one with the last word first: the action, then the NLA from the top.

    Muted tracks and strips do not play.
    """
    animation = armature_object.animation_data
    if animation is None:
        return
    solo = solo_tracks(animation)
    if animation.action and not solo:
        yield animation.action, getattr(animation, "action_slot", None)
    for track in solo or (reversed(animation.nla_tracks[:]) if animation.use_nla else ()):
        for strip in reversed(track.strips[:]):
            if strip.action and not strip.mute and (solo or not track.mute):
                yield strip.action, getattr(strip, "action_slot", None)


def plays_elsewhere(armature_object: bpy.types.Object, action: bpy.types.Action, slot: ActionSlot) -> bool:
    """Whether another object is moved by the same action and slot, muted or not."""
    for other in bpy.data.objects:
        animation = other.animation_data
        if animation is None or other == armature_object:
            continue
        users: list[bpy.types.AnimData | bpy.types.NlaStrip] = [animation]
        users += [strip for track in animation.nla_tracks for strip in track.strips]
        if any(user.action == action and getattr(user, "action_slot", None) == slot for user in users):
            return True
    return False


def animated_paths(armature_object: bpy.types.Object) -> set[str]:
    """Data paths of the channels that play."""
    curves = (curve for playing in playing_actions(armature_object) for curve in curves_of(*playing))
    return {curve.data_path for curve in curves if not curve.mute}


def steady_values(armature_object: bpy.types.Object, path: str, size: int) -> list[float | None]:
    """What keys hold each of the ``size`` components of a channel at, None where they move it or it has none."""
    held: list[float | None] = [None] * size
    curves = (curve for playing in playing_actions(armature_object) for curve in curves_of(*playing))
    for curve in reversed([curve for curve in curves if curve.data_path == path and not curve.mute]):
        values = np.array([key.co[1] for key in curve.keyframe_points])
        steady = len(values) > 0 and np.ptp(values) == 0 and not curve.modifiers
        held[curve.array_index] = float(values[0]) if steady else None
    return held
