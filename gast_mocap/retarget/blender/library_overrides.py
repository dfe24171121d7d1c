"""Rigs that are linked from another file: what may be keyed of them is a library override."""

import bpy

from ...take.errors import MocapError
from ...take.sentences import Sentence
from . import access


def animatable(armature_object: bpy.types.Object) -> bpy.types.Object:
    """The object itself, or, of one linked from another file, a library override in its place in the scene.

    Raises:
        MocapError: ``linked_elsewhere`` when the scene shows the linked object only by an instance, or not.
    """
    if armature_object.library is None:
        return armature_object
    scene, layer = access.scene(), access.view_layer()
    linked = [held for held in scene.collection.children_recursive if held.library]
    owner = next((held for held in linked if armature_object in held.all_objects[:]), armature_object)
    if owner == armature_object and armature_object not in scene.collection.all_objects[:]:
        raise MocapError(
            "linked_elsewhere",
            Sentence(
                "{armature} is linked from another file and only an instance of it is in the scene. "
                "Select that, use Object > Library Override > Make, and choose the armature that this "
                "brings.",
                armature=armature_object.name,
            ),
        )
    owner.override_hierarchy_create(scene, layer, do_fully_editable=True)
    overrides = {made.override_library.reference: made for made in bpy.data.objects if made.override_library}
    for holder in (scene.collection, *scene.collection.children_recursive):
        if holder.library is None and holder.override_library is None:
            for child in [child for child in holder.children if child == owner]:
                holder.children.unlink(child)
            for member in [member for member in holder.objects if member in overrides]:
                holder.objects.unlink(member)
    return overrides[armature_object]
