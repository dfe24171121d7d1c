"""How true a performance comes out of every rig: ``python -m benchmarks.round_trip``, in a Python that has bpy.

Motion, solve, keys, Blender's evaluated bones, and back, on the rigs and with the measures of ``trials``.
Prints which rigs are mapped, and the worst of each rig family in degrees, joint limits on as in the panel.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.take.records import Motion
from trials.performances import random_performance, recorded_performance, t_pose
from trials.played import LIMITED, play, worst_direction, worst_hinge, worst_jump
from trials.rigs import PLACEMENTS, REAL_RIGS, REST_POSES, family_names, make_armature, make_bones

from .pipeline import data_folder, in_data
from .rig_maps import print_maps

RECORDINGS = ("02_03", "12_01")
SEEDS = (7, 21)
FRAMES = 100
Performance = tuple[Motion, dict[str, Rotation]]
OpenRig = Callable[[], bpy.types.Object]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for this Blender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=data_folder(), help="holds cmu_mocap/ and rigs/")
    options = parser.parse_args(arguments)
    clips, real_rigs = (in_data(options.data, name) for name in ("cmu_mocap/daz", "rigs/mpfb_rigs.blend"))
    performances = [
        *(recorded_performance(clips / f"{name}.bvh", end=FRAMES) for name in RECORDINGS),
        *(random_performance(seed, FRAMES) for seed in SEEDS),
    ]
    print(f"Blender {bpy.app.version_string}\n")
    print_maps(real_rigs.parent)
    print()
    print("| rig | bones found | limb direction | T-pose in, T-pose out | hinge | turned more than the performer |")
    print("|---|---|---|---|---|---|")
    for family, rigs in every_family(real_rigs):
        found, worst = 0, np.zeros(4)
        for open_rig in rigs:
            rig = open_rig()
            found, degrees = measured(rig, performances)
            worst = np.maximum(worst, degrees)
        direction, standing, hinge, jump = worst
        print(f"| {family} | {found} | {direction:.4f} | {standing:.4f} | {hinge:.0f} | {jump:.1f} |", flush=True)


def every_family(real_rigs: Path) -> Iterator[tuple[str, list[OpenRig]]]:
    """Name, and what opens each rig of it in an otherwise empty file."""
    for family in family_names():
        variants = zip(REST_POSES, PLACEMENTS, strict=True)
        yield family, [partial(_make_rig, family, *variant) for variant in variants]
    for name in REAL_RIGS:
        yield f"MPFB {name}", [partial(_open_rig, real_rigs, name)]
    yield "Rigify, generated", [_generate_rigify]


def measured(rig: bpy.types.Object, performances: list[Performance]) -> tuple[int, tuple[float, float, float, float]]:
    """Number of bones found; degrees of limb direction, T-pose, hinge and extra turn, the worst of all."""
    plays = [(play(rig, motion, LIMITED), motion, turns) for motion, turns in performances]
    standing = play(rig, t_pose(), LIMITED)
    return len(standing.bone_map.bones), (
        max(worst_direction(played, motion) for played, motion, _ in plays),
        worst_direction(standing, t_pose()),
        max(worst_hinge(played, motion) for played, motion, _ in plays),
        max(worst_jump(played, turns) for played, _, turns in plays),
    )


def _make_rig(family: str, rest_pose: str, placement: str) -> bpy.types.Object:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return make_armature(make_bones(family, rest_pose), PLACEMENTS[placement])


def _open_rig(file: Path, name: str) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=str(file))
    return bpy.data.objects[name]


def _generate_rigify() -> bpy.types.Object:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()  # type: ignore[attr-defined]  # Rigify brings it
    bpy.ops.pose.rigify_generate()  # type: ignore[attr-defined]
    return bpy.data.objects["rig"]


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # bpy 4.2 can crash and 4.5 can hang while Python shuts down
