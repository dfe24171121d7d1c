"""What the extension remembers between files."""

import os
from collections.abc import Collection
from itertools import chain, count
from pathlib import Path
from typing import Annotated

import bpy
from bpy.props import BoolProperty, FloatProperty, StringProperty
from bpy.types import AddonPreferences

from ..inference.choice import BUNDLED, OwnNetworks
from ..take.errors import MocapError
from ..take.files import check_saving, load_take
from ..take.whole_file import fitting_name
from .paths import BLEND_RELATIVE, chosen_path

EXTENSION = __package__.rpartition(".")[0]


class GAST_MOCAP_AP_preferences(AddonPreferences):
    bl_idname = EXTENSION

    takes_folder: Annotated[
        str,
        StringProperty(
            name="Takes Folder",
            subtype="DIR_PATH",
            options=BLEND_RELATIVE,
            description="Where takes are saved. If empty, they are saved beside the video, or in the extension's own "
            "folder if the video's folder is read-only",
        ),
    ]
    low_memory: Annotated[
        bool,
        BoolProperty(
            name="Low Memory", description="Lift one frame at a time: slower, for computers with little memory"
        ),
    ]
    gentle: Annotated[
        bool,
        BoolProperty(
            name="Gentle",
            description="Use one core instead of half of them: imports are slower, other programs quicker",
        ),
    ]
    detector: Annotated[
        str,
        StringProperty(
            name="Detector",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            description="A network of your own that finds people: YOLOv3, YOLOX or YOLO as ONNX, or Darknet's .cfg "
            "with its .weights beside it. If empty, the bundled one is used",
        ),
    ]
    pose: Annotated[
        str,
        StringProperty(
            name="2D Pose",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            description="A network of your own that reads keypoints: HRNet, PoseResNet, RTMPose or OpenPose as ONNX. "
            "If empty, the bundled one is used",
        ),
    ]
    lifter: Annotated[
        str,
        StringProperty(
            name="Lifter",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            description="An ONNX file with GAST-Net weights of your own. If empty, the bundled weights are used",
        ),
    ]
    detector_score: Annotated[
        float,
        FloatProperty(
            name="Detector Score",
            min=0.0,
            max=1.0,
            description="How sure your own detector must be of a person. 0 uses the published value",
        ),
    ]
    detector_overlap: Annotated[
        float,
        FloatProperty(
            name="Detector Overlap",
            min=0.0,
            max=1.0,
            description="Two boxes that overlap more than this are one person to your own detector. 0 uses the "
            "published value",
        ),
    ]
    causal: Annotated[
        bool,
        BoolProperty(
            name="Causal Lifter",
            description="Your own lifter gives the pose of the last frame it sees, not of the middle one, and its file "
            "does not say so",
        ),
    ]

    def draw(self, context: bpy.types.Context) -> None:
        assert self.layout
        self.layout.use_property_split = True
        self.layout.prop(self, "takes_folder")
        self.layout.prop(self, "low_memory")
        self.layout.prop(self, "gentle")
        for slot in ("detector", "pose", "lifter"):
            self.layout.prop(self, slot, placeholder="bundled")
        if self.detector:
            self.layout.prop(self, "detector_score")
            self.layout.prop(self, "detector_overlap")
        if self.lifter:
            self.layout.prop(self, "causal")
        from . import installation  # which asks these preferences where takes are saved

        installation.draw(self.layout, context)


def take_path(video: Path, to_come: Collection[Path] = ()) -> Path:
    """Where the take of ``video`` belongs: ``NAME.take.npz``, or ``NAME 2.take.npz`` if that one is to be kept or is
    among those ``to_come``.

    Raises:
        MocapError: the folder in the preferences cannot be used.
    """
    folder = _takes_folder(video)
    names = chain([video.stem], (f"{video.stem} {number}" for number in count(2)))
    paths = (folder / fitting_name(name, ".take.npz") for name in names)
    return next(path for path in paths if path not in to_come and _is_replaceable(path, video))


def saving_folder() -> Path:
    """Where takes are saved that have no place beside their video. Raises MocapError where it cannot be used."""
    preferences = _preferences()
    if preferences and preferences.takes_folder:
        return chosen_path(preferences.takes_folder)
    return own_folder("takes")


def low_memory() -> bool:
    preferences = _preferences()
    return bool(preferences and preferences.low_memory)


def gentle() -> bool:
    preferences = _preferences()
    return bool(preferences and preferences.gentle)


def own_networks() -> OwnNetworks:
    """Which files of the user's replace bundled networks. Raises MocapError where one's path cannot be used."""
    preferences = _preferences()
    if preferences is None:
        return BUNDLED
    return OwnNetworks(
        detector=_chosen(preferences.detector),
        pose=_chosen(preferences.pose),
        lifter=_chosen(preferences.lifter),
        detector_score=preferences.detector_score or None,
        detector_overlap=preferences.detector_overlap or None,
        causal=preferences.causal and bool(preferences.lifter),
    )


def _chosen(field: str) -> Path | None:
    return chosen_path(field) if field else None


def _preferences() -> GAST_MOCAP_AP_preferences | None:
    assert bpy.context.preferences
    addon = bpy.context.preferences.addons.get(EXTENSION)
    return addon.preferences if addon else None


def _takes_folder(video: Path) -> Path:
    preferences = _preferences()
    if preferences and preferences.takes_folder:
        return saving_folder()
    try:
        check_saving(video.parent / fitting_name(video.stem, ".take.npz"))
    except MocapError:
        return saving_folder()
    return video.parent


def _is_replaceable(path: Path, video: Path) -> bool:
    """Whether an import of ``video`` may be saved at ``path``: nothing lies there that a new import does not give."""
    if not os.path.lexists(path):
        return True  # or the folder cannot be searched: saving says so
    try:
        take = load_take(path)
    except MocapError as error:
        return error.code == "take_missing"
    same = os.path.realpath(take.video.path) == os.path.realpath(video)
    return same and not take.is_corrected


def own_folder(name: str) -> Path:
    """The folder ``name`` of what an update of the extension leaves alone; made where it is missing."""
    if EXTENSION.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(EXTENSION, path=name, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path=f"{EXTENSION}/{name}", create=True))
