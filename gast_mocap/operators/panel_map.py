"""The bone map of the panel's target: found when the target is chosen, shown, and judged at every change."""

from pathlib import Path
from typing import TYPE_CHECKING

from bpy.types import Context, Object

from ..retarget.blender.armature import read_rest_pose
from ..retarget.rig.bone_map import BoneMap, described_map
from ..retarget.rig.recognition import map_bones
from ..retarget.rig.review import MapReview, review_map
from ..retarget.rig.roles import ROLES
from ..retarget.rig.saved_maps import fitting_map
from ..take.errors import MocapError
from . import preferences, reports
from .translation import said

if TYPE_CHECKING:
    from .properties import GAST_MOCAP_PG_scene


def found_map(settings: "GAST_MOCAP_PG_scene", armature_object: Object) -> BoneMap:
    """A saved map that fits, or else what the names and the hierarchy say. Raises MocapError."""
    rest = read_rest_pose(armature_object, settings.bake.reference)
    return fitting_map(saved_maps_folder(), rest) or recognised_map(settings, armature_object)


def recognised_map(settings: "GAST_MOCAP_PG_scene", armature_object: Object) -> BoneMap:
    """What names and hierarchy say in the pose that motion is measured from: where the rest pose does not stand, in the
    current pose, which then is the Reference.

    Raises:
        MocapError: neither pose shows a standing body.
    """
    try:
        return map_bones(read_rest_pose(armature_object, settings.bake.reference))
    except MocapError as refused:
        if settings.bake.reference == "POSE" or refused.code == "metarig":
            raise
        try:
            found = map_bones(read_rest_pose(armature_object, "POSE"))
        except MocapError:
            raise refused from None
    settings.bake.reference = "POSE"
    reports.of_bone_map.notify(
        "The rest pose does not stand but the current pose does, so Reference is now Current Pose: motion is measured "
        "from it. Bake in the same pose."
    )
    return found


def shown_map(settings: "GAST_MOCAP_PG_scene") -> BoneMap:
    bones = {row.name: row.bone for row in settings.bone_roles if row.bone}
    return described_map(bones, settings.family)


def show_map(settings: "GAST_MOCAP_PG_scene", bone_map: BoneMap) -> None:
    settings.family = bone_map.family
    settings.bone_roles.clear()
    for role in ROLES:
        row = settings.bone_roles.add()
        row.bone = bone_map.bones.get(role, "")
        row.name = role  # last: a row without a name is not judged yet
    judge(settings)


def find_bones(settings: "GAST_MOCAP_PG_scene", _context: Context) -> None:
    """Map the target's bones; an armature without a known body gets an empty map and a word why."""
    reports.of_bone_map.clear()
    settings.bone_roles.clear()
    if settings.target is None:
        return
    try:
        show_map(settings, found_map(settings, settings.target))
    except MocapError as error:
        reports.of_bone_map.fail(error)
        show_map(settings, BoneMap({}))


def judge(settings: "GAST_MOCAP_PG_scene") -> None:
    """Write beside the shown map what is to be doubted in it."""
    review = _review(settings)
    settings.sides_contradict = review.sides_contradict
    settings.body_notices = "\n".join(map(said, review.notices))
    for row in settings.bone_roles:
        row.doubt = said(review.doubts.get(row.name, ""))


def _review(settings: "GAST_MOCAP_PG_scene") -> MapReview:
    try:
        if settings.target:
            return review_map(read_rest_pose(settings.target, settings.bake.reference), shown_map(settings))
    except MocapError:
        pass  # the bake refuses such a target, and says why
    return MapReview({}, False, ())


def saved_maps_folder() -> Path:
    return preferences.own_folder("bone maps")
