"""What a click on Bake shows: the baked rigs, selected and framed, at the beginning of their motion."""

from collections.abc import Sequence

import bpy
from bpy.types import Area, Context, Object

from .properties import scene_of


def show(context: Context, targets: Sequence[Object], first: int) -> None:
    """Select ``targets``, frame them in the view and go to frame ``first``, as far as the mode allows."""
    scene_of(context).frame_set(first)
    layer = context.view_layer
    visible = [target for target in targets if target.visible_get()]
    if layer is None or not visible or context.mode != "OBJECT":
        return  # another mode belongs to an object that somebody is working on
    for selected in list(context.selected_objects):
        selected.select_set(False)
    for target in visible:
        target.select_set(True)
    layer.objects.active = visible[0]
    if context.area and context.area.type == "VIEW_3D":
        frame_selected(context, context.area)


def frame_selected(context: Context, area: Area) -> None:
    """Show what is selected in a 3D view as large as it fits."""
    region = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(area=area, region=region):
        bpy.ops.view3d.view_selected()
