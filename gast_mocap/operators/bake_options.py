"""How motion lands on a target: the options of the panel, and of a bake that is done again in another way."""

import math
from typing import Annotated

from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty
from bpy.types import UILayout

from ..retarget.blender.write import WriteMode, WriteOptions
from ..retarget.solve.placing import Travel
from ..retarget.solve.solve import SolveOptions

ACTIONS = (
    ("NEW", "New Action", "Create a new action. The previous one stays in the file"),
    ("REPLACE", "Replace", "Overwrite the keys of these bones in the target's current action"),
    (
        "NLA",
        "NLA Track",
        "Create a new action on its own NLA track. "
        "A current action that keys the same channels is unassigned and stays in the file",
    ),
)
KEYS = (
    ("ALL", "Every Frame", "A key on every frame"),
    ("NTH", "Every nth Frame", "A key on every nth frame, with straight lines in between"),
    ("REDUCED", "Reduced", "As few keys as possible while every bone stays within the error on every frame"),
)
TRAVEL = (
    ("hips", "Hips", "The hips move through the room"),
    ("root", "Root Bone", "The root bone moves through the room, the hips only move up and down"),
    ("object", "Object", "The armature object moves through the room, the hips only move up and down"),
    ("none", "Nothing (In Place)", "The target stays in place, the hips only move up and down"),
)
REFERENCES = (
    ("REST", "Rest Pose", "Measure the motion from the rig's rest pose"),
    ("POSE", "Current Pose", "Measure the motion from the current pose, for rigs whose rest pose is not standing"),
)


class BakeOptions:
    """How motion lands on a target: all but the pose that it is measured from."""

    action: Annotated[WriteMode, EnumProperty(name="Action", items=ACTIONS, description="Where the keys go")]
    keys: Annotated[str, EnumProperty(name="Keys", items=KEYS, description="Which frames get keys")]
    step: Annotated[int, IntProperty(name="Step", default=2, min=1, soft_max=12, description="Frames between keys")]
    max_error: Annotated[
        float,
        FloatProperty(
            name="Error",
            subtype="ANGLE",
            default=math.radians(0.5),
            min=math.radians(0.01),
            max=math.radians(20),
            description="How far any bone may deviate from the full motion; "
            "the deviation reached is reported after the bake",
        ),
    ]
    travel: Annotated[
        Travel,
        EnumProperty(name="Travel On", items=TRAVEL, description="What moves through the room with the performer"),
    ]
    joint_limits: Annotated[
        bool,
        BoolProperty(name="Joint Limits", default=True, description="Keep elbows and knees from bending backwards"),
    ]
    fingers: Annotated[
        bool,
        BoolProperty(
            name="Fingers",
            default=True,
            description="Bend fingers as in the video where hands were read, else hold hands relaxed instead of flat. "
            "Without read hands, fingers that you pose or animate yourself stay",
        ),
    ]
    feet: Annotated[
        bool,
        BoolProperty(
            name="Feet",
            default=True,
            description="Point feet where they do in the video, if they were read. When off, they follow their shins",
        ),
    ]
    head: Annotated[
        bool,
        BoolProperty(
            name="Head",
            default=True,
            description="Turn neck and head as in the video. When off, they keep still on the shoulders",
        ),
    ]
    confidence: Annotated[
        bool,
        BoolProperty(
            name="Confidence Curves",
            description="Also key how reliably each bone was tracked, from 0 to 1, "
            "as the custom property mocap_confidence of the bone",
        ),
    ]

    def solve_options(self) -> SolveOptions:
        return SolveOptions(self.joint_limits, self.travel, self.fingers, self.feet, self.head)

    def write_options(self) -> WriteOptions:
        return WriteOptions(
            mode=self.action,
            step=self.step if self.keys == "NTH" else 1,
            max_error=math.degrees(self.max_error) if self.keys == "REDUCED" else 0.0,
        )


def draw_action(layout: UILayout, options: BakeOptions) -> None:
    """Where the keys go."""
    row = layout.row()
    row.use_property_split = False
    row.prop(options, "action", expand=True)


def draw_further_options(layout: UILayout, options: BakeOptions) -> None:
    layout.prop(options, "travel")
    layout.prop(options, "reference")
    layout.prop(options, "keys")
    if options.keys == "NTH":
        layout.prop(options, "step")
    elif options.keys == "REDUCED":
        layout.prop(options, "max_error")
    layout.prop(options, "joint_limits")
    for part in ("fingers", "feet", "head"):
        layout.prop(options, part)
    layout.prop(options, "confidence")
