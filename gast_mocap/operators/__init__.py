"""The Blender shell: operators, panels, properties, preferences. No arithmetic."""

import bpy

from . import bake, clean_up, import_video, open_take, preferences, properties, running, target_bones, thumbnails
from .panels import bake as bake_panel
from .panels import sidebar

CLASSES = (
    properties.GAST_MOCAP_PG_clean,
    properties.GAST_MOCAP_PG_person,
    properties.GAST_MOCAP_PG_bone_role,
    properties.GAST_MOCAP_PG_bake,
    properties.GAST_MOCAP_PG_scene,
    preferences.GAST_MOCAP_AP_preferences,
    import_video.GAST_MOCAP_OT_import_video,
    import_video.GAST_MOCAP_OT_cancel_import,
    import_video.GAST_MOCAP_FH_video,
    open_take.GAST_MOCAP_OT_open_take,
    clean_up.GAST_MOCAP_OT_use_scene_camera,
    clean_up.GAST_MOCAP_OT_mark_contacts,
    clean_up.GAST_MOCAP_OT_keep_contacts,
    clean_up.GAST_MOCAP_OT_find_contacts,
    clean_up.GAST_MOCAP_OT_keep_clean_up,
    target_bones.GAST_MOCAP_OT_find_bones,
    target_bones.GAST_MOCAP_OT_pick_bone,
    target_bones.GAST_MOCAP_OT_save_bone_map,
    target_bones.GAST_MOCAP_OT_load_bone_map,
    target_bones.GAST_MOCAP_OT_remove_bone_map,
    target_bones.GAST_MOCAP_MT_bone_maps,
    bake.GAST_MOCAP_OT_bake,
    sidebar.GAST_MOCAP_UL_people,
    sidebar.GAST_MOCAP_PT_video,
    sidebar.GAST_MOCAP_PT_people,
    sidebar.GAST_MOCAP_PT_clean,
    bake_panel.GAST_MOCAP_PT_bake,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.gast_mocap = bpy.props.PointerProperty(type=properties.GAST_MOCAP_PG_scene)
    bpy.app.handlers.load_pre.append(running.abandon)


def unregister() -> None:
    running.abandon()
    thumbnails.forget()
    bpy.app.handlers.load_pre.remove(running.abandon)
    del bpy.types.Scene.gast_mocap
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
