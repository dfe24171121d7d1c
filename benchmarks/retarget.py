"""How fast a performance becomes keys: ``python -m benchmarks.retarget``, in a Python that has bpy.

Solved and written by this project, for 10 000 frames, beside Blender's own ``keyframe_insert``, measured for fewer
frames and scaled in proportion: too little, its cost a key grows with the keys that are there.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import bpy
import numpy as np

from gast_mocap.retarget.blender.access import armature_of, pose_bones, view_layer
from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.blender.new_skeleton import make_h36m_armature, t_pose
from gast_mocap.retarget.blender.write import write_action
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.solve.curves import BoneCurves
from gast_mocap.retarget.solve.solve import solve
from gast_mocap.take.records import FloatArray, Motion

FRAMES = 10_000
INSERTED_FRAMES = 2_000
Result = TypeVar("Result")


def main(argv: Sequence[str]) -> None:
    """Print seconds; ``argv`` may hold a number of frames in place of 10 000."""
    count = int(argv[0]) if argv else FRAMES
    bpy.ops.wm.read_factory_settings(use_empty=True)
    motion = waving(count)
    frames = np.arange(count)
    print(f"Blender {bpy.app.version_string}, {count} frames")
    for bone_count in (20, 60):
        rig = _rig_with(bone_count, motion)
        rest = read_rest_pose(rig)
        bone_map = map_bones(rest)
        solving, curves = _timed(partial(solve, motion, rest, bone_map))
        curves = _on_every_bone(curves, rest.bone_names)
        writing, _ = _timed(partial(write_action, rig, curves, frames, "bench"))
        print(
            f"{bone_count} bones keyed, {len(bone_map.bones)} of them solved: "
            f"solve {solving:.2f} s, write {writing:.2f} s, together {solving + writing:.2f} s"
        )
        for bone in pose_bones(rig):
            bone.rotation_mode = "XYZ"
        turned, _ = _timed(partial(write_action, rig, curves, frames, "bench, Euler"))
        print(f"{bone_count} bones keyed as Euler angles: write {turned:.2f} s")
        inserted = min(count, INSERTED_FRAMES)
        inserting, _ = _timed(partial(_insert, _rig_with(bone_count, motion), inserted))
        scaled = inserting * count / inserted
        print(
            f"{bone_count} bones by keyframe_insert: {inserted} frames {inserting:.2f} s, "
            f"that is at least {scaled:.0f} s for {count}, {scaled / writing:.0f} times as long as writing here"
        )


def waving(count: int) -> Motion:
    """A standing performer who waves both arms and squats."""
    times = np.arange(count) / 30
    standing = np.zeros((1, 17, 3))
    standing[0] = t_pose(_body())
    joints = np.repeat(standing, count, axis=0)
    wave = 0.2 * np.sin(times)
    joints[:, [13, 16], 1] -= 0.15 + wave[:, None]
    joints[:, [2, 5], 1] -= 0.1 + 0.1 * np.sin(times / 3)[:, None]
    return Motion(times, joints, np.ones((count, 17)))


def _body() -> Motion:
    lengths = {
        1: (-0.13, 0, 0), 2: (-0.13, 0, -0.45), 3: (-0.13, 0, -0.88), 4: (0.13, 0, 0), 5: (0.13, 0, -0.45),
        6: (0.13, 0, -0.88), 7: (0, 0, 0.24), 8: (0, 0, 0.5), 9: (0, -0.05, 0.6), 10: (0, -0.05, 0.75),
        11: (0.15, 0, 0.47), 12: (0.43, 0, 0.47), 13: (0.68, 0, 0.47),
        14: (-0.15, 0, 0.47), 15: (-0.43, 0, 0.47), 16: (-0.68, 0, 0.47),
    }  # fmt: skip
    joints = np.zeros((1, 17, 3))
    for joint, place in lengths.items():
        joints[0, joint] = place
    return Motion(np.zeros(1), joints, np.ones((1, 17)))


def _rig_with(bone_count: int, motion: Motion) -> bpy.types.Object:
    """The performer's skeleton and as many further bones on its head as it takes."""
    rig = make_h36m_armature("bench", motion)
    view_layer().objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = armature_of(rig).edit_bones
    for number in range(bone_count - len(edit_bones)):
        bone = edit_bones.new(f"finger {number}")
        bone.head, bone.tail, bone.parent = (0, 0, 2), (0, 0.1, 2), edit_bones["head"]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def _on_every_bone(curves: BoneCurves, bones: Sequence[str]) -> BoneCurves:
    """Curves for all bones; those that were not solved repeat the first one's."""
    added = tuple(bone for bone in bones if bone not in curves.bone_names)
    repeated: FloatArray = np.repeat(curves.rotations[:, :1], len(added), axis=1)
    rotations = np.concatenate([curves.rotations, repeated], axis=1)
    return BoneCurves(curves.bone_names + added, rotations, curves.located_bones, curves.locations, curves.leg_length)


def _insert(rig: bpy.types.Object, count: int) -> None:
    for frame in range(count):
        for bone in pose_bones(rig):
            bone.keyframe_insert("rotation_quaternion", frame=frame)


def _timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of wall time, and what the call gives."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


if __name__ == "__main__":
    main(sys.argv[1:])
