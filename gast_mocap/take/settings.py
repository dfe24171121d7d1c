"""The controls of the clean-up, with what a panel says about each."""

import math
from dataclasses import astuple, dataclass, field, replace
from enum import StrEnum
from typing import Any


class Quality(StrEnum):
    """How thoroughly each frame is looked at: speed against accuracy."""

    FAST = "fast"
    BALANCED = "balanced"
    BEST = "best"


def _control(default: float, label: str, tooltip: str, unit: str, low: float, high: float) -> Any:
    """A number with its panel ``label`` and ``tooltip``, ``unit`` ("" for none) and slider's range."""
    about = {"label": label, "tooltip": tooltip, "unit": unit, "min": low, "max": high}
    return field(default=default, metadata=about)


def _switch(default: bool, label: str, tooltip: str) -> Any:
    return field(default=default, metadata={"label": label, "tooltip": tooltip})


@dataclass(frozen=True)
class CleanSettings:
    """How a take becomes a performance. Every field's metadata holds ``label`` and ``tooltip``; numbers add
    ``unit`` ("m", "s", "deg" or ""), ``min`` and ``max``."""

    constant_lengths: bool = _switch(
        True,
        "Constant Bones",
        "Keep every bone at one length through the take and scale the body to its height",
    )
    symmetric: bool = _switch(True, "Symmetric", "Give left and right bones the same length")
    body_height: float = _control(1.70, "Body Height", "How tall the person is", "m", 0.3, 3.0)

    smooth_body: float = _control(
        0.40,
        "Smooth Body",
        "Movements of the body shorter than this are taken for jitter; 0 is off",
        "s",
        0.0,
        1.0,
    )
    smooth_travel: float = _control(
        0.30, "Smooth Travel",
        "Movements of the hips through the room shorter than this are taken for jitter", "s", 0.0, 2.0,
    )  # fmt: skip
    remove_outliers: bool = _switch(
        True,
        "Remove Outliers",
        "Replace joints that leap away for a moment where the video was unsure of them",
    )
    fill_gaps: float = _control(
        0.50,
        "Fill Gaps",
        "Bridge moments without the person up to this long; longer ones get no keys",
        "s",
        0.1,
        5.0,
    )

    travel: bool = _switch(True, "Travel", "Move the person through the room instead of on the spot")
    field_of_view: float = _control(
        0.0,
        "Field of View",
        "The camera's horizontal angle; 0 takes it from the video's file or finds it",
        "deg",
        0.0,
        170.0,
    )

    find_floor: bool = _switch(
        True, "Find Floor", "Find gravity and floor from the feet; off, tilt, roll and height below are used"
    )
    camera_tilt: float = _control(
        0.0, "Camera Tilt", "How far the camera looks down; used when Find Floor is off", "deg", -90.0, 90.0
    )
    camera_roll: float = _control(
        0.0,
        "Camera Roll",
        "How far the camera leans to its right; used when Find Floor is off",
        "deg",
        -180.0,
        180.0,
    )
    find_height: bool = _switch(
        True,
        "Find Height",
        "Find the camera's height from the feet unless Camera Height gives it; used when Find Floor is off",
    )
    camera_height: float = _control(
        0.0, "Camera Height", "The camera's height above the floor, negative below it; used when Find Floor is off",
        "m", -100.0, 100.0,
    )  # fmt: skip
    align_camera: bool = _switch(
        False, "Align to Camera",
        "Put the performance where a camera that stands at X and Y and is turned by Heading sees it",
    )  # fmt: skip
    camera_x: float = _control(
        0.0, "Camera X", "Where the camera stands; used by Align to Camera", "m", -10000.0, 10000.0
    )
    camera_y: float = _control(
        0.0, "Camera Y", "Where the camera stands; used by Align to Camera", "m", -10000.0, 10000.0
    )
    camera_heading: float = _control(
        0.0,
        "Camera Heading",
        "Which way the camera looks: to the left of +Y; used by Align to Camera",
        "deg",
        -360.0,
        360.0,
    )
    own_origin: bool = _switch(
        False, "Start at Origin",
        "Start this person over the origin. Off, the take's first person does and others keep their places. "
        "Not used with Align to Camera",
    )  # fmt: skip
    face_front: bool = _switch(
        False,
        "Face Front",
        "Turn all people together so that the one who starts over the origin faces -Y there. "
        "Not used with Align to Camera",
    )

    foot_lock: bool = _switch(True, "Lock Feet", "Hold a foot still while it stands on the floor; needs Travel")
    lock_strength: float = _control(1.0, "Strength", "How firmly a standing foot is held", "", 0.0, 1.0)
    contact_sensitivity: float = _control(
        0.5, "Sensitivity", "Higher takes slower and lower feet for standing sooner", "", 0.0, 1.0
    )
    lock_release: float = _control(
        0.30, "Release", "How long a foot takes to settle into a lock and to leave it", "s", 0.0, 1.0
    )

    @property
    def knows_height(self) -> bool:
        """Whether ``camera_height`` holds: 0 does only once ``find_height`` is off."""
        return not self.find_height or self.camera_height != 0.0

    @property
    def are_defaults(self) -> bool:
        """Whether nobody changed them. Blender keeps settings in single precision."""
        pairs = zip(astuple(self), astuple(CleanSettings()), strict=True)
        return all(math.isclose(value, default, rel_tol=1e-6) for value, default in pairs)

    @classmethod
    def raw(cls) -> "CleanSettings":
        """All off: the lifter's poses around a fixed pelvis, only turned to Blender's axes.

        Gaps are still bridged: a scene frame mostly lies between two frames of the video.
        """
        return replace(
            cls(),
            constant_lengths=False,
            smooth_body=0.0,
            smooth_travel=0.0,
            remove_outliers=False,
            travel=False,
            find_floor=False,
            foot_lock=False,
        )
