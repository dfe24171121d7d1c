"""Rigs that are linked from another file: what may be keyed of them is a library override."""

import bpy

from ...take.errors import MocapError


def animatable(armature_object: bpy.types.Object) -> bpy.types.Object:
    """The object itself, or, of one linked from another file, a library override in its place in the scene.

    Raises:
        MocapError: ``linked_elsewhere`` when the scene shows the linked object only by an instance, or not.
    """
    if armature_object.library is None:
        return armature_object
    scene, layer = bpy.context.scene, bpy.context.view_layer
    linked = [held for held in scene.collection.children_recursive if held.library]
    owner = next((held for held in linked if armature_object in held.all_objects[:]), armature_object)
    if owner == armature_object and armature_object not in scene.collection.all_objects[:]:
        raise MocapError(
            "linked_elsewhere",
            f"{armature_object.name} is linked from another file and only an instance of it is in the scene. "
            "Select that, use Object > Library Override > Make, and choose the armature that this brings.",
        )
    owner.override_hierarchy_create(scene, layer, do_fully_editable=True)
    overrides = [made for made in bpy.data.objects if made.override_library]
    for holder in (scene.collection, *scene.collection.children_recursive):
        if holder.library is None and holder.override_library is None:
            _unlink(holder.children, [owner])
            _unlink(holder.objects, [made.override_library.reference for made in overrides])
    return next(made for made in overrides if made.override_library.reference == armature_object)


def _unlink(members: bpy.types.bpy_prop_collection, unwanted: list[bpy.types.ID]) -> None:
    for member in [member for member in members if member in unwanted]:
        members.unlink(member)
