"""Blender's part of the demo: the character is baked through the extension's own operators, saved and rendered."""

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

import gast_mocap
from gast_mocap.retarget.blender.character import make_character

SIZE = (300, 360)  # pixels of a rendered picture
SAMPLES = 24
VIEWS = {"front": Vector((0, -4.2, 0.3)), "side": Vector((4.2, 0, 0.3))}
"""Where the camera stands from the hips. The one in front looks as the video's camera does."""


@dataclass(frozen=True)
class Shot:
    """Who was baked onto which armature, and from which scene frame to which."""

    character: str
    track_id: int
    first: int
    last: int


def bake_character(take: Path, blend: Path) -> Shot:
    """Bake the person who is longest on screen onto a mannequin, and save the file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    gast_mocap.register()
    scene = _scene()
    scene.render.fps = 30
    character = make_character("Mannequin")
    bpy.ops.gast_mocap.open_take(filepath=str(take))  # type: ignore[attr-defined] # registered above
    person = max(scene.gast_mocap.people, key=lambda row: row.seconds)  # type: ignore[attr-defined]
    bpy.ops.gast_mocap.bake(track_id=person.track_id, target=character.name)  # type: ignore[attr-defined]
    assert character.animation_data and character.animation_data.action
    first, last = (round(frame) for frame in character.animation_data.action.frame_range[:])
    scene.frame_start, scene.frame_end = first, last
    _light(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(blend.resolve()), check_existing=False)
    return Shot(character.name, person.track_id, first, last)


def render_pictures(shot: Shot, count: int, folder: Path) -> dict[float, list[Path]]:
    """Seconds into the video -> the pictures of that moment, one a view."""
    scene = _scene()
    start = scene.gast_mocap.start_frame  # type: ignore[attr-defined] # registered by bake_character
    margin = (shot.last - shot.first) // (2 * count)
    frames = np.linspace(shot.first + margin, shot.last - margin, count).round().astype(int)
    return {
        float(frame - start) / scene.render.fps: [
            render_view(shot.character, int(frame), view, folder / f"{view}_{frame}.png") for view in VIEWS
        ]
        for frame in frames
    }


def _scene() -> bpy.types.Scene:
    assert bpy.context.scene
    return bpy.context.scene


def _light(scene: bpy.types.Scene) -> None:
    """Sun, pale surroundings, a floor to stand on, and quick renders on the processor, which every machine has."""
    light = bpy.data.lights.new("Sun", "SUN")
    assert isinstance(light, bpy.types.SunLight)
    light.energy = 3.0
    sun = bpy.data.objects.new("Sun", light)
    sun.rotation_euler = (0.6, 0.2, 0.4)
    ground = bpy.data.meshes.new("Floor")
    ground.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
    floor = bpy.data.objects.new("Floor", ground)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    for thing in (sun, floor, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera
    scene.world = scene.world or bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    assert scene.world.node_tree
    nodes = scene.world.node_tree.nodes
    background = nodes.get("Background") or nodes.new("ShaderNodeBackground")
    colour = background.inputs["Color"]
    assert isinstance(colour, bpy.types.NodeSocketColor)
    colour.default_value = (0.75, 0.8, 0.85, 1)
    scene.render.engine = "CYCLES"  # type: ignore[assignment] # an add-on's engine, which the stubs do not know
    assert scene.cycles
    scene.cycles.samples, scene.cycles.use_denoising = SAMPLES, False
    scene.render.resolution_x, scene.render.resolution_y = SIZE


def render_view(character: str, frame: int, view: str, path: Path) -> Path:
    scene, armature = _scene(), bpy.data.objects[character]
    assert scene.camera and armature.pose
    scene.frame_set(frame)
    hips = armature.matrix_world @ armature.pose.bones["mixamorig:Hips"].head
    scene.camera.location = hips + VIEWS[view]
    scene.camera.rotation_euler = (-VIEWS[view]).to_track_quat("-Z", "Y").to_euler()
    scene.render.filepath = str(path.resolve())
    bpy.ops.render.render(write_still=True)
    return path
