"""How true a performance comes out of every rig: ``python -m benchmarks.round_trip``, in a Python that has bpy.

Motion, solve, keys, Blender's evaluated bones, and back, on the rigs and with the measures of ``trials``.
Prints which rigs are mapped, and the worst of each rig, joint limits on as in the panel: degrees, and millimetres of a
body of 1.75 m. Rolls of takes are printed besides, where a folder of takes is named.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.resample import resample
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import load_take
from gast_mocap.take.records import Motion
from gast_mocap.take.settings import CleanSettings
from trials.performances import climb, kneel, lunge, random_performance, recorded_performance, squat, t_pose, walk
from trials.played import (
    LIMITED,
    Played,
    leg_length,
    play,
    worst_direction,
    worst_gap,
    worst_hinge,
    worst_jump,
    worst_roll,
    worst_sole,
)
from trials.rigs import PLACEMENTS, REAL_RIGS, REST_POSES, family_names, make_armature, make_bones, scheme_names
from trials.topologies import make_topology, topology_names

from .pipeline import data_folder, in_data
from .rig_maps import print_maps

RECORDINGS = ("02_03", "12_01")
FLIPPING = {"05_16": (200, 300), "indian_07": (380, 480)}
"""Recordings and frames in which nearly straight knees and elbows flip: by up to 91 degrees in one frame, unbounded."""
SEEDS = (7, 21)
FRAMES = 60
SCENE_RATES = (24.0, 30.0, 60.0)
LEG = 0.86
"""Metres of thigh and shin of a body of 1.75 m."""
OpenRig = Callable[[], bpy.types.Object]


@dataclass(frozen=True)
class Performances:
    """``true`` ones come with how each limb turned; ``flipping`` recordings; ``grounded``: feet that stand and step."""

    true: list[tuple[Motion, dict[str, Rotation]]]
    flipping: list[Motion]
    grounded: list[Motion]

    def share(self, number: int, count: int) -> "Performances":
        """What the rig of this ``number`` plays when a family has ``count``: together they play all of it."""
        return Performances(self.true[number::count], self.flipping[number::count], self.grounded[number::count])


@dataclass(frozen=True)
class Worst:
    """Of all performances: degrees, and millimetres of a body of 1.75 m."""

    found: int
    direction: float
    standing: float
    hinge: float
    jump: float
    roll: float
    gap: float
    sole: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables for this Blender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only rigs whose names hold one of these; all maps are left out then")
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder that holds cmu_mocap/ and rigs/")
    parser.add_argument("--takes", type=Path, help="a folder of *.take.npz, whose people are played on a Mixamo rig")
    options = parser.parse_args(arguments)
    clips, real_rigs = (in_data(options.data, name) for name in ("cmu_mocap/daz", "rigs/mpfb_rigs.blend"))
    performances = Performances(
        true=[
            *(recorded_performance(clips / f"{name}.bvh", end=FRAMES) for name in RECORDINGS),
            *(random_performance(seed, FRAMES) for seed in SEEDS),
        ],
        flipping=[recorded_performance(clips / f"{name}.bvh", *span)[0] for name, span in FLIPPING.items()],
        grounded=[squat(25), lunge(25), walk(30), climb(37), kneel(25), kneel(25, end_ankle=0.07)],
    )
    print(f"Blender {bpy.app.version_string}\n")
    if not options.words:
        print_maps(real_rigs.parent)
        print()
    print(
        "| rig | bones found | limb direction | T-pose | hinge | more than the performer | roll | gap, mm | sole, mm |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, rigs in every_rig(real_rigs.parent):
        if not options.words or any(word in name for word in options.words):
            print(f"| {name} | {_row(rigs, performances)} |", flush=True)
    print()
    if options.takes:
        print_rolls(options.takes)
    else:
        print("Rolls of takes are left out: no folder of takes was named (--takes).")


def print_rolls(folder: Path) -> None:
    """Print the worst roll step of every take in a folder, at several frame rates of the scene."""
    print(f"| take | people | frames | roll at {', '.join(f'{rate:.0f}' for rate in SCENE_RATES)} frames a second |")
    print("|---|---|---|---|")
    for file in sorted(folder.glob("*.take.npz")):
        take, settings = load_take(file), CleanSettings()
        motions = []
        for person in take.people:
            try:
                motions.append(clean_motion(take, person.track.track_id, settings, lambda _: None))
            except MocapError as error:
                print(f"{file.name}, person {person.track.track_id}: left out. {error.text}")
        rolls = [
            max((_roll_at(motion, rate, settings.fill_gaps) for motion in motions), default=0.0) for rate in SCENE_RATES
        ]
        count = sum(len(motion.times) for motion in motions)
        name = file.name.removesuffix(".take.npz")
        print(f"| {name} | {len(motions)} | {count} | {', '.join(f'{roll:.1f}' for roll in rolls)} |", flush=True)


def _roll_at(motion: Motion, rate: float, fill_gaps: float) -> float:
    """Worst roll step on a Mixamo rig, played at ``rate`` frames a second."""
    frames, sampled = resample(motion, rate, fill_gaps)
    rig = _make_rig("Mixamo", "A", "at the origin")
    return worst_roll(play(rig, sampled, LIMITED, frames=frames - frames[0] + 1))


def every_rig(folder: Path) -> Iterator[tuple[str, list[OpenRig]]]:
    """Name, and what opens each rig of it in an otherwise empty file."""
    for family in family_names():
        yield family, [partial(_make_rig, family, *variant) for variant in zip(REST_POSES, PLACEMENTS, strict=True)]
    for scheme in scheme_names():
        yield scheme, [partial(_make_rig, scheme, "A", "at the origin")]
    for topology in topology_names():
        yield f"Mixamo, {topology}", [partial(_make_topology, topology)]
    for name in REAL_RIGS:
        yield f"MPFB {name}", [partial(_open_rig, folder / "mpfb_rigs.blend", name)]
    yield "Rigify, 18 m tall", [partial(_open_rig, folder / "rigify_giant.blend", "rig")]
    yield "Rigify, generated", [_generate_rigify]


def _row(rigs: list[OpenRig], performances: Performances) -> str:
    try:
        shares = [performances.share(number, len(rigs)) for number in range(len(rigs))]
        worst = [astuple(measured(open_rig(), share)) for open_rig, share in zip(rigs, shares, strict=True)]
    except MocapError as error:
        return f"refused: {error.text}"
    formats = ("{:.0f}", "{:.4f}", "{:.4f}", "{:.0f}", "{:.1f}", "{:.1f}", "{:.1f}", "{:.1f}")
    return " | ".join(form.format(value) for form, value in zip(formats, np.max(worst, axis=0), strict=True))


def measured(rig: bpy.types.Object, performances: Performances) -> Worst:
    """The worst of all performances on one rig."""
    plays = [(play(rig, motion, LIMITED), motion, turns) for motion, turns in performances.true]
    flipping = [play(rig, motion, LIMITED) for motion in performances.flipping]
    grounded = [(play(rig, motion, LIMITED), motion) for motion in performances.grounded]
    standing = play(rig, t_pose(), LIMITED)
    judged = [(played, motion) for played, motion, _ in plays] + grounded
    return Worst(
        found=len(standing.bone_map.bones),
        direction=max((worst_direction(played, motion) for played, motion in judged), default=0.0),
        standing=worst_direction(standing, t_pose()),
        hinge=max((worst_hinge(played, motion) for played, motion, _ in plays), default=0.0),
        jump=max((worst_jump(played, turns) for played, _, turns in plays), default=0.0),
        roll=max((worst_roll(played) for played in flipping), default=0.0),
        gap=max((_millimetres(worst_gap(played), played) for played, _ in judged), default=0.0),
        sole=max((_millimetres(worst_sole(played), played) for played, _ in grounded), default=0.0),
    )


def _millimetres(metres: float, played: Played) -> float:
    return 1000 * metres * LEG / (leg_length(played) or LEG)


def _make_topology(topology: str) -> bpy.types.Object:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return make_armature(make_topology(topology))


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
