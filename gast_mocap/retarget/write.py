"""Actions: the only code that writes keys, one path from Blender 4.2 to 5.2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import bpy
import numpy as np
from bpy.utils import escape_identifier

from ..motion.records import FloatArray, IntArray
from . import channels, keys
from .curves import BoneCurves

LINEAR = 1
CONFIDENCE = "mocap_confidence"


@dataclass(frozen=True)
class WriteOptions:
    """How keys land on a rig.

    ``mode``: "NEW" action; "REPLACE" these bones' curves in the present action; "NLA", a new action on its
    own track. ``step``: keys on every nth frame. ``max_error``: degrees within which keys are left out; 0
    keeps all.
    """

    mode: str = "NEW"
    step: int = 1
    max_error: float = 0.0


def write_action(
    armature_object: bpy.types.Object,
    curves: BoneCurves,
    frames: IntArray,
    name: str,
    options: WriteOptions | None = None,
    confidence: Mapping[str, FloatArray] | None = None,
) -> bpy.types.Action:
    """Keys a performance on an armature object and returns the action that holds it.

    Args:
        armature_object: its pose bones' rotation modes decide which channels are keyed.
        curves: t frames of it.
        frames: (t,) rising scene frames.
        name: of a new action.
        options: see there.
        confidence: bone -> (t,) 0..1, keyed as the custom property ``mocap_confidence`` of the bone.
    """
    options = options or WriteOptions()
    animation = armature_object.animation_data or armature_object.animation_data_create()
    action = animation.action if options.mode == "REPLACE" else None
    if action is None or not action.is_editable:
        action = _assign_new_action(animation, name)
    fcurves = _Curves(armature_object, action)
    for path, group, values, kept in _channels(armature_object, curves, frames, options):
        fcurves.write(path, group, frames[kept], values[kept])
    for switch in curves.switches:
        bone = armature_object.pose.bones.get(switch.bone)
        if bone is not None and switch.name in bone:
            path = f'{_bone_path(switch.bone)}["{switch.name}"]'
            fcurves.write(path, switch.bone, frames[:1], np.array([[switch.value]]))
    for bone, values in (confidence or {}).items():
        armature_object.pose.bones[bone][CONFIDENCE] = 1.0
        fcurves.write(f'{_bone_path(bone)}["{CONFIDENCE}"]', bone, frames, values[:, None])
    if options.mode == "NLA":
        _push_to_nla(animation, action, int(frames[0]))
    return action


def _channels(
    armature_object: bpy.types.Object, curves: BoneCurves, frames: IntArray, options: WriteOptions
) -> Iterator[tuple[str, str, FloatArray, IntArray]]:
    """Data path, group, values (t, k) and kept indices of each property to key."""
    for column, bone in enumerate(curves.bone_names):
        mode = armature_object.pose.bones[bone].rotation_mode
        values = channels.values_from_rotations(curves.rotations[:, column], mode)
        kept = _kept(frames, values, options, partial(channels.degrees_between_values, mode=mode))
        yield f"{_bone_path(bone)}.{channels.rotation_property(mode)}", bone, values, kept
    seen_from_hip = partial(channels.degrees_seen_from, distance=curves.leg_length)
    for column, bone in enumerate(curves.located_bones):
        values = curves.locations[:, column]
        yield f"{_bone_path(bone)}.location", bone, values, _kept(frames, values, options, seen_from_hip)
    if curves.object_travel is not None:
        values = _object_locations(armature_object, curves.object_travel)
        yield "location", "Object Transforms", values, _kept(frames, values, options, seen_from_hip)


def _kept(frames: IntArray, values: FloatArray, options: WriteOptions, error: keys.Error) -> IntArray:
    if options.max_error > 0:
        return keys.reduced(frames, values, error, options.max_error)
    return keys.every_nth(frames, options.step)


def _bone_path(bone: str) -> str:
    return f'pose.bones["{escape_identifier(bone)}"]'


def _object_locations(armature_object: bpy.types.Object, travel: FloatArray) -> FloatArray:
    """(t, 3) values of the object's location that carry it by ``travel`` (t, 3) in the world."""
    world_from_location = np.array(armature_object.matrix_parent_inverse)[:3, :3]
    if armature_object.parent:
        world_from_location = np.array(armature_object.parent.matrix_world)[:3, :3] @ world_from_location
    locations: FloatArray = np.array(armature_object.location) + travel @ np.linalg.inv(world_from_location).T
    return locations


def _assign_new_action(animation: bpy.types.AnimData, name: str) -> bpy.types.Action:
    """A new action in use. The one before stays in the file, by a fake user if it has no other."""
    if animation.action and animation.action.is_editable and animation.action.users == 1:
        animation.action.use_fake_user = True
    action = bpy.data.actions.new(name)
    animation.action = action
    return action


def _push_to_nla(animation: bpy.types.AnimData, action: bpy.types.Action, start: int) -> None:
    slot = getattr(animation, "action_slot", None)
    animation.action = None
    track = animation.nla_tracks.new()
    track.name = action.name
    strip = track.strips.new(action.name, start, action)
    if slot is not None:
        strip.action_slot = slot


class _Curves:
    """The F-curves of one object in an action: a slot's channel bag from Blender 4.4 on, the action itself
    before."""

    def __init__(self, armature_object: bpy.types.Object, action: bpy.types.Action) -> None:
        self._owner = action if not hasattr(action, "slots") else _channel_bag(armature_object, action)
        self._present = {(curve.data_path, curve.array_index): curve for curve in self._owner.fcurves}

    def write(self, path: str, group: str, frames: IntArray, values: FloatArray) -> None:
        """One curve for each column of ``values`` (t, k), in place of any that the path had."""
        coordinates = np.empty((len(frames), 2), np.float32)
        coordinates[:, 0] = frames
        interpolation = np.full(len(frames), LINEAR, np.uint8)
        for index in range(values.shape[1]):
            coordinates[:, 1] = values[:, index]
            curve = self._new(path, index, group)
            curve.keyframe_points.add(len(frames))
            curve.keyframe_points.foreach_set("co", coordinates.ravel())
            curve.keyframe_points.foreach_set("interpolation", interpolation)
            curve.update()

    def _new(self, path: str, index: int, group: str) -> bpy.types.FCurve:
        if (path, index) in self._present:
            self._owner.fcurves.remove(self._present.pop((path, index)))
        curve = self._owner.fcurves.new(path, index=index)
        curve.group = self._owner.groups.get(group) or self._owner.groups.new(group)
        return curve


def _channel_bag(armature_object: bpy.types.Object, action: bpy.types.Action) -> "bpy.types.ActionChannelbag":
    animation = armature_object.animation_data
    if animation.action_slot is None:
        animation.action_slot = action.slots.new(id_type="OBJECT", name=armature_object.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(animation.action_slot, ensure=True)
