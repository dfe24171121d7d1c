"""The panel that lists the people of a take."""

from collections.abc import Mapping
from typing import Any

from bpy.types import Context, Scene, UILayout, UIList

from ...take.errors import MocapError
from .. import thumbnails
from ..properties import GAST_MOCAP_PG_person, GAST_MOCAP_PG_scene, scene_of
from ..scene_take import take_of
from .panel import MocapPanel

FACE_SCALE = 5.0  # of the chosen person's picture, in rows of the panel


class GAST_MOCAP_UL_people(UIList):
    """Picture and id, seconds on screen, confidence."""

    def draw_item(
        self,
        _context: Context,
        layout: UILayout,
        data: Any,
        item: Any,
        _icon: int | None,
        _active_data: Any,
        _active_property: str | None,
        _index: int | None,
        _flt_flag: int | None,
    ) -> None:
        settings: GAST_MOCAP_PG_scene = data
        person: GAST_MOCAP_PG_person = item
        row = layout.row()
        row.label(text=f"Person {person.track_id}", icon_value=thumbnails.icon(settings.take, person.track_id))
        figures = row.row()
        figures.alignment = "RIGHT"
        figures.label(text=f"{person.seconds:.1f} s")
        figures.label(text=f"{person.confidence:.0%}")


class GAST_MOCAP_PT_people(MocapPanel):
    bl_label = "People"

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        if settings.people:
            layout.template_list("GAST_MOCAP_UL_people", "", settings, "people", settings, "person_index", rows=3)
            if chosen := settings.person():
                layout.template_icon(thumbnails.icon(settings.take, chosen.track_id), scale=FACE_SCALE)
                layout.prop(chosen, "body_height")
            draw_networks(layout, networks_of(scene_of(context)))
        else:
            layout.label(text="Nobody yet", icon="COMMUNITY")
        layout.operator("gast_mocap.open_take", icon="FILE_FOLDER")


def draw_networks(layout: UILayout, networks: Mapping[str, str]) -> None:
    if not networks:
        return
    header, body = layout.panel("gast_mocap_networks", default_closed=True)
    header.label(text="Networks")
    if body:
        for slot, network in networks.items():
            body.label(text=f"{slot[0].upper()}{slot[1:]}: {network}")


def networks_of(scene: Scene) -> Mapping[str, str]:
    """Which networks made the scene's take, by their slots; nothing where the take cannot be read any more."""
    try:
        return take_of(scene).settings.networks
    except MocapError:
        return {}
