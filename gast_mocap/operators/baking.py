"""One person on one armature: what a bake works out, and what live tuning works out again."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np
from bpy.types import Object, Scene

from ..motion.resample import resample
from ..retarget.blender.write import WriteOptions, Written, write_action
from ..retarget.rig.attachment import attachment_of
from ..retarget.rig.bone_map import BoneMap
from ..retarget.rig.rest_pose import RestPose
from ..retarget.solve.confidence import bone_confidence
from ..retarget.solve.curves import BoneCurves
from ..retarget.solve.solve import SolveOptions, as_the_rig_sees_it, solve
from ..take.records import FloatArray, IntArray, Motion
from .performances import cleaning_of, motion_of
from .properties import fps_of
from .scene_take import shown_take


@dataclass(frozen=True)
class Performance:
    """What is written: ``frames`` (t,) of the scene."""

    name: str
    motion: Motion
    frames: IntArray

    @property
    def has_gaps(self) -> bool:
        return bool(np.any(np.diff(self.frames) > 1))


@dataclass(frozen=True)
class Part:
    """Who plays on which ``armature``, an object's full name, and how. Undo exchanges objects, but not their names."""

    track_id: int
    armature: str
    bone_map: BoneMap
    rest: RestPose
    start_frame: int
    options: SolveOptions
    has_confidence: bool

    @property
    def target(self) -> Object | None:
        """The armature object; None where it is gone."""
        return next((thing for thing in bpy.data.objects if thing.name_full == self.armature), None)

    @property
    def hangs_apart(self) -> bool:
        """Whether parts of the body are held together by keys on their location."""
        return bool(attachment_of(self.rest, self.bone_map).detached)

    def solved(self, scene: Scene) -> "Solved":
        """With the clean-up as it is set now. Raises MocapError."""
        performance = perform(scene, self.track_id, self.start_frame, _silent, crosses_gaps=self.hangs_apart)
        motion, rest = performance.motion, self.rest
        curves = solve(motion, rest, self.bone_map, self.options)
        confidence = bone_confidence(as_the_rig_sees_it(motion, rest), self.bone_map) if self.has_confidence else None
        return Solved(self, performance, curves, confidence)


@dataclass(frozen=True)
class Solved:
    """A part's performance as bones: ``confidence`` (t,) of each, None where it is not wanted."""

    part: Part
    performance: Performance
    curves: BoneCurves
    confidence: dict[str, FloatArray] | None

    def write(self, armature: Object, options: WriteOptions) -> Written:
        """Key it. Raises MocapError."""
        performance = self.performance
        return write_action(armature, self.curves, performance.frames, performance.name, options, self.confidence)


def perform(
    scene: Scene, track_id: int, start_frame: int, notify: Callable[[str], None], crosses_gaps: bool = False
) -> Performance:
    """A person's motion at the scene's frames, with ``crosses_gaps`` also at those within long gaps. Raises
    MocapError."""
    motion = motion_of(scene, track_id, notify)
    longest = math.inf if crosses_gaps else cleaning_of(scene).fill_gaps
    frames, motion = resample(motion, fps_of(scene), longest)
    take = shown_take(scene)
    name = take.person(track_id).name or f"person {track_id}"
    return Performance(f"{take.video.path.stem} {name}", motion, frames + start_frame)


def _silent(_notice: str) -> None:
    pass
