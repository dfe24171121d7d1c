"""A performance becomes an action: what is keyed on which frames, and what the object was animated by before."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import bpy
import numpy as np

from ...take.errors import MocapError
from ...take.records import FloatArray, IntArray
from ...take.sentences import Sentence
from ..solve.curves import BoneCurves
from . import channels, keys
from .access import animation_of, pose_bones
from .armature import static_scales
from .constraints_and_drivers import (
    bone_path,
    constraint_path,
    location_path,
    overruling_drivers,
    pulling_constraints,
    scale_path,
)
from .fcurves import ActionSlot, FCurves, curves_of
from .object_start import is_carried, remember_start, start_location, world_from_location
from .playing import animated_paths, plays_elsewhere, solo_tracks

CONFIDENCE = "mocap_confidence"
OBJECT_GROUP = "Object Transforms"
UNTURNED = 1 - 1e-6
"""Scalar of a bone's rotation from which on it counts as at rest: 0.16 degrees."""
WriteMode = Literal["NEW", "REPLACE", "NLA"]


@dataclass(frozen=True)
class WriteOptions:
    """How keys land on a rig.

    ``mode``: "NEW" action; "REPLACE" these bones' curves in the present action; "NLA", a new action on its
    own track. ``step``: keys on every nth frame; raising it leaves fewer keys, whatever that costs in truth.
    ``max_error``: degrees by which straight lines between keys may be off; raising it leaves fewer keys, 0 keeps all.
    """

    mode: WriteMode = "NEW"
    step: int = 1
    max_error: float = 0.0

    @property
    def leaves_frames_out(self) -> bool:
        return self.step > 1 or self.max_error > 0


@dataclass(frozen=True)
class Written:
    """``keys`` of all turning and moving channels; ``error``: degrees by which what Blender reads between
    them is off, the largest of all bones and frames (locations as seen from a leg's length away).

    ``silenced``: (bone, constraint) whose influence is keyed to 0 in the action, since it would overrule the
    keys; ``muted``: data paths of drivers that are muted for the same reason; ``laid_aside``: the action that
    was in use and would overrule the new NLA track, "" for none; ``copied_from``: the action that other objects play
    too and that was left to them, "" for none; ``drowned_by``: NLA tracks that play solo, so that Blender does not
    play the bake.
    """

    action: bpy.types.Action
    keys: int
    error: float
    silenced: tuple[tuple[str, str], ...]
    muted: tuple[str, ...]
    laid_aside: str = ""
    copied_from: str = ""
    drowned_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Channel:
    """A property to key: ``values`` (t, k), indices ``kept`` of those that become keys, and how to tell what
    values are apart."""

    path: str
    group: str
    values: FloatArray
    kept: IntArray
    degrees: keys.Error


def write_action(
    armature_object: bpy.types.Object,
    curves: BoneCurves,
    frames: IntArray,
    name: str,
    options: WriteOptions | None = None,
    confidence: Mapping[str, FloatArray] | None = None,
) -> Written:
    """Keys a performance on an armature object. Constraints and drivers that would overrule it are silenced.

    Args:
        armature_object: its pose bones' rotation modes decide which channels are keyed.
        curves: t frames of it.
        frames: (t,) rising scene frames.
        name: of a new action.
        options: see there.
        confidence: bone -> (t,) 0..1, keyed as the custom property ``mocap_confidence`` of the bone.

    Raises:
        MocapError: ``nla_tweaked`` while a strip of the object is open in the NLA editor, nothing is written.
    """
    options = options or WriteOptions()
    animation = animation_of(armature_object)
    if animation.use_tweak_mode:
        raise MocapError(
            "nla_tweaked",
            Sentence(
                "A strip of {armature} is open in the NLA editor. Leave its tweak mode (Tab) and bake again.",
                armature=armature_object.name,
            ),
        )
    start, scales = start_location(armature_object), _settled_scales(armature_object, curves)
    places, hands = _settled_places(armature_object, curves), _settled_hands(armature_object, curves)
    earlier = _InUse.of(animation)
    action, copied_from = animation.action if options.mode == "REPLACE" else None, ""
    if action is None or not action.is_editable:
        action = _assign_new_action(animation, name)
    elif plays_elsewhere(armature_object, action, earlier.slot):
        action, copied_from = _assign_copy(animation, action), action.name
    fcurves = FCurves(armature_object, action, name)
    if options.mode == "REPLACE":
        fcurves.remove(_other_travel(curves))
    count, error = _write_motion(fcurves, armature_object, curves, frames, options, start)
    if curves.object_travel is not None:
        remember_start(action, getattr(animation, "action_slot", None), start)
    else:
        _return_to_start(fcurves, armature_object, frames[:1], start)
    for bone, values in (confidence or {}).items():
        pose_bones(armature_object)[bone][CONFIDENCE] = 1.0
        kept = keys.every_nth(frames, options.step)
        fcurves.write(f'{bone_path(bone)}["{CONFIDENCE}"]', bone, frames[kept], values[kept, None])
    for bone, scale in scales.items():
        fcurves.write(scale_path(bone), bone, frames[:1], scale[None])
    for bone, place in places.items():
        fcurves.write(location_path(bone), bone, frames[:1], place[None])
    for path, (bone, turn) in hands.items():
        if not fcurves.moves(path):  # an animator's
            fcurves.write(path, bone, frames[:1], turn[None])
    _set_switches(fcurves, armature_object, curves, frames[:1])
    silenced = _silence(fcurves, armature_object, curves, frames[:1])
    muted = overruling_drivers(armature_object, fcurves.paths)
    for driver in muted:
        driver.mute = True
    laid_aside = ""
    if options.mode == "NLA":
        _push_to_nla(animation, action, int(frames[0]))
        laid_aside = earlier.return_to(animation, fcurves.paths)
    muted_paths = tuple(sorted({driver.data_path for driver in muted}))
    drowned_by = tuple(track.name for track in solo_tracks(animation))
    return Written(action, count, error, silenced, muted_paths, laid_aside, copied_from, drowned_by)


def _write_motion(
    fcurves: FCurves,
    armature_object: bpy.types.Object,
    curves: BoneCurves,
    frames: IntArray,
    options: WriteOptions,
    start: FloatArray,
) -> tuple[int, float]:
    """Number of keys and the error in degrees, see ``Written``."""
    count, error = 0, 0.0
    for channel in _channels(armature_object, curves, frames, options, start):
        fcurves.write(channel.path, channel.group, frames[channel.kept], channel.values[channel.kept])
        count += len(channel.kept)
        if options.leaves_frames_out:
            read = fcurves.read(channel.path, frames, channel.values.shape[1])
            error = max(error, float(channel.degrees(read, channel.values).max()))
    return count, error


def _settled_scales(armature_object: bpy.types.Object, curves: BoneCurves) -> dict[str, FloatArray]:
    """Bone -> (3,) the scale to hold through the action, whatever the playhead left there.

    Bones keep what they are scaled to by hand, hidden ones stay hidden; a mirrored bone that carries others is turned
    right side out; what keys moved until now goes back to 1.
    """
    bones, animated = pose_bones(armature_object), animated_paths(armature_object)
    keyed = dict.fromkeys((*curves.bone_names, *curves.located_bones))
    carriers = {above.name for bone in keyed for above in bones[bone].parent_recursive}
    settled = {}
    for bone, scale in zip(keyed, static_scales(armature_object, keyed), strict=True):
        scale = np.abs(scale) if bone in carriers else scale
        if scale_path(bone) in animated or np.any(scale != 1) or np.any(np.array(bones[bone].scale) != 1):
            settled[bone] = scale
    return settled


def _settled_places(armature_object: bpy.types.Object, curves: BoneCurves) -> dict[str, FloatArray]:
    """Bone -> (3,) the location to hold through the action, of bones that only turn and were moved by hand or keys."""
    bones, animated = pose_bones(armature_object), animated_paths(armature_object)
    return {
        bone: place
        for bone, place in curves.steady.items()
        if location_path(bone) in animated or np.any(np.array(bones[bone].location) != 0)
    }


def _settled_hands(armature_object: bpy.types.Object, curves: BoneCurves) -> dict[str, tuple[str, FloatArray]]:
    """Data path -> bone and (3,) or (4,) the rotation to hold through the action, of bones that nothing was seen of and
    nobody posed by hand, nor the rig by drivers, as from a slider that closes the hand."""
    bones, animated = pose_bones(armature_object), animated_paths(armature_object)
    driven = {driver.data_path for driver in animation_of(armature_object).drivers}
    held = {}
    for bone, turn in curves.held.items():
        mode = bones[bone].rotation_mode
        path = f"{bone_path(bone)}.{channels.rotation_property(mode)}"
        is_posed = abs(bones[bone].matrix_basis.to_quaternion()[0]) < UNTURNED
        if path not in driven and (path in animated or not is_posed):
            held[path] = bone, channels.values_from_rotations(turn[None], mode)[0]
    return held


def _return_to_start(fcurves: FCurves, armature_object: bpy.types.Object, frame: IntArray, start: FloatArray) -> None:
    """Brings the object back from an earlier bake's travel: this one has another carrier, both would add up."""
    if not np.array_equal(np.array(armature_object.location), start):
        armature_object.location = start.tolist()
    if is_carried(armature_object):  # by an NLA strip below
        fcurves.write("location", OBJECT_GROUP, frame, start[None])


def _set_switches(fcurves: FCurves, armature_object: bpy.types.Object, curves: BoneCurves, frame: IntArray) -> None:
    for switch in curves.switches:
        bone = pose_bones(armature_object).get(switch.bone)
        if bone is not None and switch.name in bone:
            path = f'{bone_path(switch.bone)}["{switch.name}"]'
            fcurves.write(path, switch.bone, frame, np.array([[switch.value]]))


def _silence(
    fcurves: FCurves, armature_object: bpy.types.Object, curves: BoneCurves, frame: IntArray
) -> tuple[tuple[str, str], ...]:
    """Keys to 0 what would pull the bones elsewhere; the action alone holds that, the rig is left as it is."""
    constraints = pulling_constraints(armature_object, curves.bone_names + curves.located_bones)
    for bone, constraint in constraints:
        fcurves.write(constraint_path(constraint, bone), bone, frame, np.zeros((1, 1)))
    return tuple((bone, constraint.name) for bone, constraint in constraints)


def _other_travel(curves: BoneCurves) -> list[str]:
    """Data paths that an earlier bake may have travelled on and this one does not: both would add up."""
    stale = [] if curves.object_travel is not None else ["location"]
    return stale + [location_path(bone) for bone in curves.idle_carriers]


def _channels(
    armature_object: bpy.types.Object,
    curves: BoneCurves,
    frames: IntArray,
    options: WriteOptions,
    start: FloatArray,
) -> Iterator[_Channel]:
    for column, bone in enumerate(curves.bone_names):
        mode = pose_bones(armature_object)[bone].rotation_mode
        values = channels.values_from_rotations(curves.rotations[:, column], mode)
        path = f"{bone_path(bone)}.{channels.rotation_property(mode)}"
        yield _channel(path, bone, values, partial(channels.degrees_between_values, mode=mode), frames, options)
    seen_from_hip = partial(channels.degrees_seen_from, distance=curves.leg_length)
    for column, bone in enumerate(curves.located_bones):
        values = curves.locations[:, column]
        yield _channel(location_path(bone), bone, values, seen_from_hip, frames, options)
    if curves.object_travel is not None:
        values = start + curves.object_travel @ np.linalg.inv(world_from_location(armature_object)).T
        yield _channel("location", OBJECT_GROUP, values, seen_from_hip, frames, options)


def _channel(
    path: str, group: str, values: FloatArray, degrees: keys.Error, frames: IntArray, options: WriteOptions
) -> _Channel:
    if options.max_error > 0:
        kept = keys.reduced(frames, values, degrees, options.max_error)
    else:
        kept = keys.every_nth(frames, options.step)
    return _Channel(path, group, values, kept, degrees)


def _assign_new_action(animation: bpy.types.AnimData, name: str) -> bpy.types.Action:
    """A new action in use. The one before stays in the file, by a fake user if it has no other."""
    if animation.action and animation.action.is_editable and animation.action.users == 1:
        animation.action.use_fake_user = True
    action = bpy.data.actions.new(name)
    animation.action = action
    return action


def _assign_copy(animation: bpy.types.AnimData, action: bpy.types.Action) -> bpy.types.Action:
    """A copy of the action in use, in its place: keys written to it move no other object."""
    slot = getattr(animation, "action_slot", None)
    copied = action.copy()
    animation.action = copied
    if slot is not None:
        animation.action_slot = next(same for same in copied.slots if same.identifier == slot.identifier)
    return copied


def _push_to_nla(animation: bpy.types.AnimData, action: bpy.types.Action, start: int) -> None:
    slot = getattr(animation, "action_slot", None)
    animation.action = None
    track = animation.nla_tracks.new()
    track.name = action.name
    strip = track.strips.new(action.name, start, action)
    if slot is not None:
        strip.action_slot = slot


@dataclass(frozen=True)
class _InUse:
    """What an object was animated by; ``kept``: by a fake user too."""

    action: bpy.types.Action | None
    slot: ActionSlot
    kept: bool

    @classmethod
    def of(cls, animation: bpy.types.AnimData) -> "_InUse":
        action = animation.action
        return cls(action, getattr(animation, "action_slot", None), bool(action and action.use_fake_user))

    def return_to(self, animation: bpy.types.AnimData, keyed: Collection[str]) -> str:
        """In use again, above the NLA, unless it would overrule the paths ``keyed`` there: then its name."""
        if self.action is None:
            return ""
        if any(curve.data_path in keyed for curve in curves_of(self.action, self.slot)):
            return self.action.name
        animation.action = self.action
        if self.slot is not None:
            animation.action_slot = self.slot
        if self.action.is_editable:
            self.action.use_fake_user = self.kept
        return ""
