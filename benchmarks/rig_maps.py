"""Which rigs are mapped, and with which words the others are refused: every family, scheme of names and topology of
``trials``, and real rigs by their names and without them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bpy

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.rest_pose import RestPose
from gast_mocap.retarget.rig.review import review_map
from gast_mocap.retarget.rig.roles import ROLES
from gast_mocap.take.errors import MocapError
from trials.rigs import family_names, make_bones, rest_pose_of, scheme_names
from trials.topologies import make_topology, topology_names

ANIMALS = ("bird", "cat", "horse", "wolf", "shark", "basic_quadruped")


def print_maps(folder: Path) -> None:
    """Print a table; ``folder`` holds the real rigs."""
    print(f"| rig | bones found, of {len(ROLES)} | by | told, or refused with |")
    print("|---|---|---|---|")
    for name, rest in (*_made(), *_real(folder)):
        print(f"| {name} | {' | '.join(_outcome(rest))} |", flush=True)


def _outcome(rest: RestPose) -> tuple[str, str, str]:
    try:
        found = map_bones(rest)
    except MocapError as error:
        return "refused", "", error.text
    review = review_map(rest, found)
    told = [*review.notices, *(f"{role}: {doubt}" for role, doubt in review.doubts.items())]
    return str(len(found.bones)), found.family, " ".join(told)


def _made() -> Iterator[tuple[str, RestPose]]:
    for name in (*family_names(), *scheme_names()):
        yield name, rest_pose_of(make_bones(name))
    for name in topology_names():
        yield f"Mixamo, {name}", rest_pose_of(make_topology(name))


def _real(folder: Path) -> Iterator[tuple[str, RestPose]]:
    """Real rigs with and without their names."""
    for file in sorted((*folder.glob("*.glb"), *folder.glob("*.blend"))):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        if file.suffix == ".glb":
            bpy.ops.import_scene.gltf(filepath=str(file))
        else:
            bpy.ops.wm.open_mainfile(filepath=str(file))
        for rig in [known for known in bpy.data.objects if known.type == "ARMATURE"]:
            yield from _twice(f"{file.stem}, {rig.name}", read_rest_pose(rig))
    for kind in ANIMALS:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.preferences.addon_enable(module="rigify")
        getattr(bpy.ops.object, f"armature_{kind}_metarig_add")()
        animal = bpy.context.object
        assert animal
        yield from _twice(f"Rigify's {kind}", read_rest_pose(animal))


def _twice(name: str, rest: RestPose) -> Iterator[tuple[str, RestPose]]:
    yield name, rest
    numbered = tuple(f"bone {number}" for number in range(len(rest.bone_names)))
    yield f"{name}, names removed", replace(rest, bone_names=numbered)
