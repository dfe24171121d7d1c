"""The F-curves of an object in an action, one path from Blender 4.2 to 5.2: the only code that writes keys."""

from collections.abc import Collection
from typing import TypeAlias

import bpy
import numpy as np

from ...take.records import FloatArray, IntArray
from .access import animation_of

ActionSlot: TypeAlias = "bpy.types.ActionSlot | None"
"""Which part of an action an object plays; None before Blender 4.4, which has no slots."""
LINEAR = 1


def curves_of(action: bpy.types.Action, slot: ActionSlot) -> list[bpy.types.FCurve]:
    """The F-curves of one user of an action: of its slot from Blender 4.4 on, all of them before."""
    if not hasattr(action, "slots"):
        return list(action.fcurves)
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [_keyframes(strip).channelbag(slot) for strip in strips] if slot else []
    return [curve for bag in bags if bag for curve in bag.fcurves]


class FCurves:
    """The F-curves of one object in an action: a slot's channel bag from Blender 4.4 on, the action itself
    before."""

    def __init__(self, armature_object: bpy.types.Object, action: bpy.types.Action, slot_name: str) -> None:
        self._owner = action if not hasattr(action, "slots") else _channel_bag(armature_object, action, slot_name)
        self.paths: set[str] = set()
        self._present = {(curve.data_path, curve.array_index): curve for curve in self._owner.fcurves}

    def write(self, path: str, group: str, frames: IntArray, values: FloatArray) -> None:
        """One curve for each column of ``values`` (t, k), in place of any that the path had."""
        coordinates = np.empty((len(frames), 2), np.float32)
        coordinates[:, 0] = frames
        interpolation = np.full(len(frames), LINEAR, np.uint8)
        self.paths.add(path)
        for index in range(values.shape[1]):
            coordinates[:, 1] = values[:, index]
            curve = self._new(path, index, group)
            curve.keyframe_points.add(len(frames))
            curve.keyframe_points.foreach_set("co", coordinates.ravel())
            curve.keyframe_points.foreach_set("interpolation", interpolation)
            curve.update()
            self._present[path, index] = curve

    def read(self, path: str, frames: IntArray, count: int) -> FloatArray:
        """(t, count) what Blender makes of the keys that were written to ``path``."""
        written = [self._present[path, index] for index in range(count)]
        return np.array([[curve.evaluate(frame) for curve in written] for frame in frames.tolist()])

    def moves(self, path: str) -> bool:
        """Whether the path had several keys already."""
        return any(len(curve.keyframe_points) > 1 for (known, _), curve in self._present.items() if known == path)

    def remove(self, paths: Collection[str]) -> None:
        for path, index in [key for key in self._present if key[0] in paths]:
            self._owner.fcurves.remove(self._present.pop((path, index)))

    def _new(self, path: str, index: int, group: str) -> bpy.types.FCurve:
        if (path, index) in self._present:
            self._owner.fcurves.remove(self._present.pop((path, index)))
        curve = self._owner.fcurves.new(path, index=index)
        curve.group = self._owner.groups.get(group) or self._owner.groups.new(group)
        return curve


def _channel_bag(
    armature_object: bpy.types.Object, action: bpy.types.Action, slot_name: str
) -> "bpy.types.ActionChannelbag":
    animation = animation_of(armature_object)
    slot = animation.action_slot
    if slot is None:
        slot = animation.action_slot = action.slots.new(id_type="OBJECT", name=slot_name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return _keyframes(strip).channelbag(slot, ensure=True)


def _keyframes(strip: "bpy.types.ActionStrip") -> "bpy.types.ActionKeyframeStrip":
    """The strip, which is of keyframes: Blender has no other kind."""
    assert isinstance(strip, bpy.types.ActionKeyframeStrip)
    return strip
