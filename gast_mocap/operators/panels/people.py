"""The panels that list the people of a take, and mend them."""

from typing import Any

from bpy.path import basename
from bpy.types import Context, Scene, UILayout, UIList

from ...take.errors import MocapError
from ...take.records import Playback, Take
from ...take.settings import Quality
from ...take.staleness import Wished, changed_since
from .. import reports, running, thumbnails
from ..mending import scene_frame
from ..paths import chosen_path
from ..performances import found_height
from ..properties import GAST_MOCAP_PG_person, GAST_MOCAP_PG_scene, scene_of
from ..scene_take import doubts_of, proposals_of, take_of
from ..translation import iface_, said
from .panel import MocapPanel, draw_reports, draw_text, wrapped
from .progress import draw_progress

FACE_SCALE = 4.0  # of the chosen person's picture, in rows of the panel
PAIR_SCALE = 3.0
MOST_PROPOSALS, MOST_STRIPS = 3, 12
"""Shown at once: more would push the rest out of sight."""


class GAST_MOCAP_UL_people(UIList):
    """Whether to bake them, picture and name, id, seconds on screen."""

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
        row = layout.row(align=True)
        row.prop(person, "is_chosen", text="")
        row.prop(person, "label", text="", emboss=False, icon_value=thumbnails.icon(settings.take, person.track_id))
        figures = row.row(align=True)
        figures.alignment = "RIGHT"
        figures.label(text=f"{person.track_id}: {person.seconds:.1f} s")


class GAST_MOCAP_PT_people(MocapPanel):
    bl_label = "People"

    def show(self, layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene) -> None:
        if settings.people:
            layout.template_list("GAST_MOCAP_UL_people", "", settings, "people", settings, "person_index", rows=2)
            if chosen := settings.person():
                draw_person(layout, settings, chosen)
            if take := readable_take(scene_of(context)):
                draw_mending(layout, context, settings, take)
                draw_takes(layout, context, settings, take)
        else:
            layout.label(text="Nobody yet", icon="COMMUNITY")
            layout.operator("gast_mocap.open_take", icon="FILE_FOLDER")

    def draw_header_preset(self, _context: Context) -> None:
        assert self.layout
        self.layout.operator("gast_mocap.open_take", text="", icon="FILE_FOLDER", emboss=False)
        self.layout.separator()


def draw_person(layout: UILayout, settings: GAST_MOCAP_PG_scene, chosen: GAST_MOCAP_PG_person) -> None:
    row = layout.row()
    row.template_icon(thumbnails.icon(settings.take, chosen.track_id), scale=FACE_SCALE)
    facts = row.column(align=True)
    facts.label(text=chosen.words.capitalize())
    facts.label(text=iface_("Confidence {confidence:.0%}").format(confidence=chosen.confidence))
    facts.prop(chosen, "body_height")
    scene = settings.id_data
    assert isinstance(scene, Scene)
    if found := found_height(scene, chosen.track_id):
        facts.label(text=iface_("Found: {found}").format(found=found.words))


def draw_mending(layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene, take: Take) -> None:
    header, body = layout.panel("gast_mocap_mending", default_closed=True)
    proposals = proposals_of(scene_of(context))
    header.label(text=iface_("Mend ({count} proposed)").format(count=len(proposals)) if proposals else "Mend")
    under_way = running.under_way()
    if under_way and under_way.is_mending:
        draw_progress(layout, under_way)
    draw_reports(layout, context, reports.of_mending)
    if not body:
        return
    draw_strips(body, settings)
    buttons = body.column(align=True)
    pairs = (("join_people", "split_person"), ("swap_people", "delete_person"), ("cut_stretch", "swap_left_right"))
    for pair in pairs:
        row = buttons.row(align=True)
        for name in pair:
            row.operator(f"gast_mocap.{name}")
    for earlier, later in proposals[:MOST_PROPOSALS]:
        draw_proposal(body, settings, earlier, later)
    draw_edits(body, context, take)
    draw_corrections(body, context, settings, take)


def draw_strips(layout: UILayout, settings: GAST_MOCAP_PG_scene) -> None:
    """When each person is seen, one below the other."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    for person in settings.people[:MOST_STRIPS]:
        row = column.row(align=True)
        row.label(text=f"{person.track_id}")
        strip = row.row(align=True)
        strip.alignment = "RIGHT"
        strip.label(text=person.strip)


def draw_proposal(layout: UILayout, settings: GAST_MOCAP_PG_scene, earlier: int, later: int) -> None:
    """Two pictures and the button that makes them one person."""
    row = layout.box().row()
    for track_id in (earlier, later):
        row.template_icon(thumbnails.icon(settings.take, track_id), scale=PAIR_SCALE)
    column = row.column(align=True)
    column.label(text=iface_("{earlier} and {later}: one person?").format(earlier=earlier, later=later))
    join = column.operator("gast_mocap.join_people", text="Join", icon="LINKED")
    join.earlier, join.later = earlier, later


def draw_edits(layout: UILayout, context: Context, take: Take) -> None:
    if not take.edits:
        return
    listed = layout.column(align=True)
    for number, edit in enumerate(take.edits, start=1):
        for line in wrapped(context, f"{number}. {said(edit.words)}"):
            listed.label(text=line)
    row = layout.row(align=True)
    row.operator("gast_mocap.undo_edit", icon="LOOP_BACK")
    row.operator("gast_mocap.reset_edits", icon="X")


def draw_corrections(layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene, take: Take) -> None:
    """The ways to put a keypoint right, and where it may be needed."""
    column = layout.column(align=True)
    column.operator("gast_mocap.work_in_picture", icon="RESTRICT_SELECT_OFF")
    row = column.row(align=True)
    row.operator("gast_mocap.move_keypoint")
    row.prop(settings, "reach")
    scene = scene_of(context)
    if doubts := doubts_of(scene):
        layout.label(text="Worth a look")
    listed = layout.column(align=True)
    for doubt in doubts:
        frame = scene_frame(scene, take, doubt.frame)
        listed.operator("gast_mocap.jump", text=f"{frame}: {doubt.why}", icon="TIME").frame = frame


def draw_takes(layout: UILayout, context: Context, settings: GAST_MOCAP_PG_scene, take: Take) -> None:
    """The open take as a file, what made it, and the other takes of this .blend file."""
    stale = changed_since(take, wished(settings)) if is_of(take, settings.video) else []
    header, body = layout.panel("gast_mocap_takes", default_closed=True)
    header.label(text="Take (older settings)" if stale else "Take", icon="TIME" if stale else "NONE")
    if not body:
        return
    body.prop(settings, "take", text="", emboss=False)
    row = body.row(align=True)
    for name, text in (("reveal", "Folder"), ("rename", "Rename"), ("duplicate", "Copy"), ("delete", "Delete")):
        row.operator(f"gast_mocap.{name}_take", text=text)
    for change in stale:
        draw_text(body, context, change, "INFO")
    for slot, network in take.settings.networks.items():
        body.label(text=f"{slot[0].upper()}{slot[1:]}: {network}")
    for other in settings.takes:
        if other.path != settings.take:
            opened = body.operator("gast_mocap.open_take", text=basename(other.path), icon="FILE")
            opened.filepath = other.path
            body.label(text=other.about)


def is_of(take: Take, field: str) -> bool:
    """Whether the take was made of the video that a path field names."""
    try:
        return bool(field) and chosen_path(field) == take.video.path
    except MocapError:
        return False


def wished(settings: GAST_MOCAP_PG_scene) -> Wished:
    """How the panel would import the take's video now."""
    playback = Playback(settings.speed, settings.mirrored, settings.frame_rate or None)
    return Wished(Quality(settings.quality), settings.start, settings.end or None, playback)


def readable_take(scene: Scene) -> Take | None:
    """The scene's take; nothing where it cannot be read any more, which is told where it is needed."""
    try:
        return take_of(scene)
    except MocapError:
        return None
