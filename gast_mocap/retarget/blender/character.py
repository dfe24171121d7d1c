"""A plain character to bake onto: Mixamo's bone names, one ellipsoid a bone, left blue and right orange."""

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

Point = tuple[float, float, float]
Bone = tuple[str, Point, Point, float]
BONES: dict[str, Bone] = {
    "Hips": ("", (0, 0, 0.98), (0, 0, 1.08), 0.15),
    "Spine": ("Hips", (0, 0, 1.08), (0, 0, 1.20), 0.13),
    "Spine1": ("Spine", (0, 0, 1.20), (0, 0, 1.32), 0.14),
    "Spine2": ("Spine1", (0, 0, 1.32), (0, 0, 1.50), 0.15),
    "Neck": ("Spine2", (0, 0, 1.50), (0, -0.01, 1.58), 0.05),
    "Head": ("Neck", (0, -0.01, 1.58), (0, -0.01, 1.80), 0.09),
    "LeftShoulder": ("Spine2", (0.03, 0, 1.46), (0.17, 0, 1.46), 0.06),
    "LeftArm": ("LeftShoulder", (0.17, 0, 1.46), (0.45, 0, 1.46), 0.05),
    "LeftForeArm": ("LeftArm", (0.45, 0, 1.46), (0.70, 0, 1.46), 0.04),
    "LeftHand": ("LeftForeArm", (0.70, 0, 1.46), (0.87, 0, 1.46), 0.04),
    "LeftUpLeg": ("Hips", (0.10, 0, 0.94), (0.10, 0, 0.51), 0.08),
    "LeftLeg": ("LeftUpLeg", (0.10, 0, 0.51), (0.10, 0, 0.09), 0.06),
    "LeftFoot": ("LeftLeg", (0.10, 0, 0.09), (0.10, -0.13, 0.03), 0.045),
    "LeftToeBase": ("LeftFoot", (0.10, -0.13, 0.03), (0.10, -0.20, 0.03), 0.035),
}
"""Name -> parent, head, tail and radius in metres, facing -Y in a T-pose. The left side is mirrored to the right."""
COLOURS = {"Left": (0.10, 0.30, 0.85, 1), "Right": (0.90, 0.35, 0.05, 1), "": (0.55, 0.55, 0.55, 1)}
RINGS, SEGMENTS = 8, 12


def make_character(name: str) -> bpy.types.Object:
    """The armature object, linked to the scene; its mesh follows it."""
    bones = _both_sides()
    armature = _make_armature(name, bones)
    mesh = bpy.data.meshes.new(f"{name} Mesh")
    body = bpy.data.objects.new(f"{name} Mesh", mesh)
    _link(body)
    vertices, faces = _ellipsoid()
    mesh.from_pydata(
        np.concatenate([_around(vertices, head, tail, radius) for _, head, tail, radius in bones.values()]).tolist(),
        [],
        [(face + number * len(vertices)).tolist() for number in range(len(bones)) for face in faces],
    )
    for number, bone in enumerate(bones):
        owned = range(number * len(vertices), (number + 1) * len(vertices))
        body.vertex_groups.new(name=f"mixamorig:{bone}").add(owned, 1.0, "REPLACE")
    _paint(mesh, list(bones), len(faces))
    mesh.shade_smooth()
    modifier = body.modifiers.new("Armature", "ARMATURE")
    assert isinstance(modifier, bpy.types.ArmatureModifier)
    modifier.object = body.parent = armature
    return armature


def _link(thing: bpy.types.Object) -> None:
    assert bpy.context.scene
    bpy.context.scene.collection.objects.link(thing)


def _both_sides() -> dict[str, Bone]:
    both = {}
    for name, (parent, head, tail, radius) in BONES.items():
        both[name] = (parent, head, tail, radius)
        if name.startswith("Left"):
            right_parent = parent.replace("Left", "Right")
            right_head, right_tail = ((-x, y, z) for x, y, z in (head, tail))
            both[name.replace("Left", "Right")] = (right_parent, right_head, right_tail, radius)
    return both


def _make_armature(name: str, bones: dict[str, Bone]) -> bpy.types.Object:
    skeleton = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, skeleton)
    _link(armature)
    assert bpy.context.view_layer
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = skeleton.edit_bones
    for bone_name, (parent, head, tail, _) in bones.items():
        bone = edit_bones.new(f"mixamorig:{bone_name}")
        bone.head, bone.tail = Vector(head), Vector(tail)
        bone.parent = edit_bones[f"mixamorig:{parent}"] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def _ellipsoid() -> tuple[NDArray[np.float64], list[NDArray[np.int64]]]:
    """Unit sphere about the z axis: vertices (n, 3) and its quads."""
    down, around = np.meshgrid(np.linspace(0, np.pi, RINGS), np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS, indexing="ij")
    vertices = np.stack([np.sin(down) * np.cos(around), np.sin(down) * np.sin(around), np.cos(down)], axis=-1)
    corner = np.arange(RINGS * SEGMENTS).reshape(RINGS, SEGMENTS)
    beside = np.roll(corner, -1, axis=1)
    quads = np.stack([corner[:-1], corner[1:], beside[1:], beside[:-1]], axis=-1)
    return vertices.reshape(-1, 3), list(quads.reshape(-1, 4))


def _around(vertices: NDArray[np.float64], head: Point, tail: Point, radius: float) -> NDArray[np.float64]:
    """The sphere stretched over a bone, a little longer than the bone so that joints close."""
    along = Vector(tail) - Vector(head)
    turn = np.array(Vector((0, 0, 1)).rotation_difference(along).to_matrix())
    scaled = vertices * [radius, radius, along.length / 2 + radius / 3]
    placed: NDArray[np.float64] = scaled @ turn.T + (np.array(head) + np.array(tail)) / 2
    return placed


def _paint(mesh: bpy.types.Mesh, bones: list[str], faces_a_bone: int) -> None:
    for side, colour in COLOURS.items():
        material = bpy.data.materials.new(f"Mannequin {side or 'Middle'}")
        material.diffuse_color = colour
        material.use_nodes = True
        assert material.node_tree
        base = material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
        assert isinstance(base, bpy.types.NodeSocketColor)
        base.default_value = colour
        mesh.materials.append(material)
    sides = list(COLOURS)
    slots = [next(sides.index(side) for side in COLOURS if bone.startswith(side)) for bone in bones]
    mesh.polygons.foreach_set("material_index", np.repeat(slots, faces_a_bone))
