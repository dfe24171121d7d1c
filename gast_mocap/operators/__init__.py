"""The Blender shell: operators, panels, properties, preferences. No arithmetic."""

from inspect import get_annotations

import bpy
from bpy.app.handlers import persistent
from bpy.props import PointerProperty

from . import (
    bake,
    clean_up,
    glimpses,
    import_queue,
    import_video,
    in_picture,
    installation,
    live,
    looking,
    match,
    mending,
    open_take,
    overlay,
    performances,
    preferences,
    properties,
    range_from_scene,
    reports,
    running,
    takes,
    target_bones,
    thumbnails,
    unfinished,
)
from .panels import bake as bake_panel
from .panels import clean_up as clean_up_panel
from .panels import people as people_panel
from .panels import video as video_panel
from .panels.progress import draw_in_status_bar
from .translation import rpt_

CLASSES: tuple[type, ...] = (
    properties.GAST_MOCAP_PG_clean,
    properties.GAST_MOCAP_PG_person,
    properties.GAST_MOCAP_PG_bone_role,
    properties.GAST_MOCAP_PG_bake,
    properties.GAST_MOCAP_PG_take,
    properties.GAST_MOCAP_PG_scene,
    preferences.GAST_MOCAP_AP_preferences,
    installation.GAST_MOCAP_OT_check_installation,
    installation.GAST_MOCAP_OT_copy_report,
    import_video.GAST_MOCAP_OT_import_video,
    import_video.GAST_MOCAP_OT_cancel_import,
    import_video.GAST_MOCAP_OT_drop_from_queue,
    import_video.GAST_MOCAP_FH_video,
    range_from_scene.GAST_MOCAP_OT_range_from_scene,
    open_take.GAST_MOCAP_OT_open_take,
    takes.GAST_MOCAP_OT_reveal_take,
    takes.GAST_MOCAP_OT_rename_take,
    takes.GAST_MOCAP_OT_duplicate_take,
    takes.GAST_MOCAP_OT_delete_take,
    mending.GAST_MOCAP_OT_join_people,
    mending.GAST_MOCAP_OT_split_person,
    mending.GAST_MOCAP_OT_swap_people,
    mending.GAST_MOCAP_OT_delete_person,
    mending.GAST_MOCAP_OT_cut_stretch,
    mending.GAST_MOCAP_OT_swap_left_right,
    mending.GAST_MOCAP_OT_move_keypoint,
    mending.GAST_MOCAP_OT_jump,
    mending.GAST_MOCAP_OT_undo_edit,
    mending.GAST_MOCAP_OT_reset_edits,
    clean_up.GAST_MOCAP_OT_use_scene_camera,
    clean_up.GAST_MOCAP_OT_mark_contacts,
    clean_up.GAST_MOCAP_OT_keep_contacts,
    clean_up.GAST_MOCAP_OT_find_contacts,
    clean_up.GAST_MOCAP_OT_keep_clean_up,
    clean_up.GAST_MOCAP_OT_use_preset,
    clean_up.GAST_MOCAP_OT_reset_clean_up,
    clean_up.GAST_MOCAP_MT_clean_up_presets,
    target_bones.GAST_MOCAP_OT_find_bones,
    target_bones.GAST_MOCAP_OT_pick_bone,
    target_bones.GAST_MOCAP_OT_swap_sides,
    target_bones.GAST_MOCAP_OT_save_bone_map,
    target_bones.GAST_MOCAP_OT_load_bone_map,
    target_bones.GAST_MOCAP_OT_remove_bone_map,
    target_bones.GAST_MOCAP_MT_bone_maps,
    bake.GAST_MOCAP_OT_bake,
    bake.GAST_MOCAP_OT_add_character,
    match.GAST_MOCAP_OT_see_match,
    match.GAST_MOCAP_OT_reference_layout,
    in_picture.GAST_MOCAP_OT_work_in_picture,
    people_panel.GAST_MOCAP_UL_people,
    video_panel.GAST_MOCAP_PT_video,
    people_panel.GAST_MOCAP_PT_people,
    clean_up_panel.GAST_MOCAP_PT_clean,
    bake_panel.GAST_MOCAP_PT_bake,
)


stopped = ""
"""The names of what was worked on, and waited for that, when its file was closed."""
_keymap_items: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    for cls in CLASSES:
        declare_properties(cls)
        bpy.utils.register_class(cls)
    bpy.types.Scene.gast_mocap = PointerProperty(type=properties.GAST_MOCAP_PG_scene)  # type: ignore[attr-defined, func-returns-value]
    bpy.types.TOPBAR_MT_file_import.append(import_video.draw_in_import_menu)
    bpy.types.STATUSBAR_HT_header.append(draw_in_status_bar)
    overlay.register()
    in_picture.register()
    bind_escape()
    bpy.app.handlers.load_pre.append(stop_import)
    bpy.app.handlers.load_post.append(forget_file)
    bpy.app.handlers.undo_post.append(follow_undo)
    bpy.app.handlers.redo_post.append(follow_undo)


def unregister() -> None:
    import_queue.forget()
    running.abandon()
    installation.forget()
    forget()
    overlay.unregister()
    in_picture.unregister()
    unbind_escape()
    bpy.types.STATUSBAR_HT_header.remove(draw_in_status_bar)
    bpy.app.handlers.load_pre.remove(stop_import)
    bpy.app.handlers.load_post.remove(forget_file)
    bpy.app.handlers.undo_post.remove(follow_undo)
    bpy.app.handlers.redo_post.remove(follow_undo)
    bpy.types.TOPBAR_MT_file_import.remove(import_video.draw_in_import_menu)
    del bpy.types.Scene.gast_mocap  # type: ignore[attr-defined]
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)


def bind_escape() -> None:
    """Esc cancels an import from any editor; while none runs, the key goes on to whatever else it is for."""
    assert bpy.context.window_manager
    configuration = bpy.context.window_manager.keyconfigs.addon
    if configuration is not None:  # none in background mode
        keymap = configuration.keymaps.new(name="Window", space_type="EMPTY")
        item = keymap.keymap_items.new(import_video.GAST_MOCAP_OT_cancel_import.bl_idname, "ESC", "PRESS")
        _keymap_items.append((keymap, item))


def unbind_escape() -> None:
    for keymap, item in _keymap_items:
        keymap.keymap_items.remove(item)
    _keymap_items.clear()


def declare_properties(cls: type) -> None:
    """Give Blender the properties that a class declares as ``name: Annotated[type, Property(...)]``.

    Blender reads ``name: Property(...)``, which says nothing to a type checker. So the sources have both, and Blender
    gets its part here, before it registers the class; it looks into the class's bases as well.
    """
    for base in cls.__mro__:
        if base.__module__.startswith(__package__):
            declared = get_annotations(base)
            base.__annotations__ = {
                name: getattr(about, "__metadata__", [about])[0] for name, about in declared.items()
            }


@persistent  # type: ignore[untyped-decorator]
def stop_import(*_: object) -> None:
    """The worker's file is being closed, or the extension disabled."""
    global stopped
    stopped = ", ".join([running.abandon(), *import_queue.names_waiting()]).strip(", ")
    import_queue.forget()
    unfinished.end()  # it is told in the other file


@persistent  # type: ignore[untyped-decorator]
def forget_file(*_: object) -> None:
    """Another file is open. What was stopped by that is said in it."""
    global stopped
    forget()
    if stopped:
        text = rpt_(
            "The work on {stopped} was stopped because another file was opened. Start it again in that "
            "file: a long video goes on where it was."
        ).format(stopped=stopped)
        reports.of_import.notify(text)
    if names := unfinished.left_by_others():
        text = rpt_(
            "The import of {names} ended with Blender. Start it again: a long video goes on where it was."
        ).format(names=", ".join(names))
        reports.of_import.notify(text)
    stopped = ""


def forget() -> None:
    """What the panel told and showed was of the file before."""
    for of_file in (reports, thumbnails, glimpses, looking, performances, live, in_picture):
        of_file.forget()


@persistent  # type: ignore[untyped-decorator]
def follow_undo(*_: object) -> None:
    """Blender took a step back or forth: takes are files, which follow by themselves."""
    for scene in bpy.data.scenes:
        mending.follow_undo(scene)
