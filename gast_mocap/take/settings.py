"""The controls of the clean-up, with what a panel says about each."""

import math
from dataclasses import Field, astuple, dataclass, field, fields, replace
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
        "Keep the length of every bone constant throughout the take and scale the body to its height",
    )
    symmetric: bool = _switch(True, "Symmetric", "Give bones on the left and right the same length")
    body_height: float = _control(1.70, "Body Height", "The person's height, standing upright", "m", 0.3, 3.0)

    smooth_body: float = _control(
        0.40,
        "Smooth Body",
        "Treat body movements shorter than this as jitter. Higher values are smoother but soften quick moves; 0 is off",
        "s",
        0.0,
        1.0,
    )
    smooth_travel: float = _control(
        0.30, "Smooth Travel",
        "Treat movements through the room shorter than this as jitter. Higher values are smoother; 0 is off",
        "s", 0.0, 2.0,
    )  # fmt: skip
    remove_outliers: bool = _switch(
        True,
        "Remove Outliers",
        "Replace joints that jump away for a moment while the tracking is unsure of them",
    )
    fill_gaps: float = _control(
        0.50,
        "Fill Gaps",
        "Bridge gaps in which the person is not seen, up to this long. Longer gaps get no keys",
        "s",
        0.1,
        5.0,
    )

    travel: bool = _switch(True, "Travel", "Move the person through the room instead of keeping them in place")
    field_of_view: float = _control(
        0.0,
        "Field of View",
        "The camera's horizontal field of view; 0 reads it from the video file or estimates it",
        "deg",
        0.0,
        170.0,
    )

    find_floor: bool = _switch(
        True,
        "Find Floor",
        "Estimate gravity and floor from the feet. When off, the camera's tilt, roll and height below are used",
    )
    camera_tilt: float = _control(
        0.0, "Camera Tilt", "How far the camera is tilted down; used when Find Floor is off", "deg", -90.0, 90.0
    )
    camera_roll: float = _control(
        0.0,
        "Camera Roll",
        "How far the camera is rolled to its right; used when Find Floor is off",
        "deg",
        -180.0,
        180.0,
    )
    find_height: bool = _switch(
        True,
        "Find Height",
        "Estimate the camera's height from the feet; used when Find Floor is off. Entering a height turns this off",
    )
    camera_height: float = _control(
        0.0,
        "Camera Height",
        "The camera's height above the floor, negative if it is below; used when Find Floor is off",
        "m",
        -100.0,
        100.0,
    )
    align_camera: bool = _switch(
        False, "Align to Camera",
        "Place the performance where a camera at X and Y, turned by Heading, sees it as in the video",
    )  # fmt: skip
    camera_x: float = _control(0.0, "Camera X", "Where the camera is; used by Align to Camera", "m", -10000.0, 10000.0)
    camera_y: float = _control(0.0, "Camera Y", "Where the camera is; used by Align to Camera", "m", -10000.0, 10000.0)
    camera_heading: float = _control(
        0.0,
        "Camera Heading",
        "Direction in which the camera looks, counted from +Y to the left; used by Align to Camera",
        "deg",
        -360.0,
        360.0,
    )
    own_origin: bool = _switch(
        False, "Start at Origin",
        "Start this person at the origin. When off, the take's first person starts there and the others keep their "
        "places. Not used with Align to Camera",
    )  # fmt: skip
    face_front: bool = _switch(
        False,
        "Face Front",
        "Turn all people together so that the one who starts at the origin faces -Y. Not used with Align to Camera",
    )

    foot_lock: bool = _switch(
        True, "Lock Feet", "Hold a foot still while it is in contact with the floor; needs Travel"
    )
    lock_strength: float = _control(
        1.0, "Strength", "How firmly a foot in contact is held; 0 lets it slide, 1 pins it", "", 0.0, 1.0
    )
    contact_sensitivity: float = _control(
        0.5,
        "Sensitivity",
        "How readily a foot counts as standing. Raise it to catch faster and higher feet too; "
        "lower it if moving feet stick",
        "",
        0.0,
        1.0,
    )
    lock_release: float = _control(
        0.30, "Release", "How long a foot takes to blend into a lock and out of it", "s", 0.0, 1.0
    )

    @property
    def knows_height(self) -> bool:
        """Whether ``camera_height`` holds: 0 does only once ``find_height`` is off."""
        return not self.find_height or self.camera_height != 0.0

    @property
    def are_defaults(self) -> bool:
        """Whether nobody changed them."""
        return same(self, CleanSettings())

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


BODY_HEIGHT = next(control for control in fields(CleanSettings) if control.name == "body_height")


def nearest(control: "Field[Any]", value: float) -> float:
    """``value``, or the end of the control's range that it lies beyond."""
    return float(min(max(value, control.metadata["min"]), control.metadata["max"]))


def same(first: CleanSettings, second: CleanSettings) -> bool:
    """Whether two settings are alike: Blender keeps them in single precision."""
    return all(
        math.isclose(one, other, rel_tol=1e-6) for one, other in zip(astuple(first), astuple(second), strict=True)
    )
