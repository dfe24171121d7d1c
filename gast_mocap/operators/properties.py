"""What the scene remembers: the video, its take and people, the clean-up, the target and its bones."""

import math
from dataclasses import Field, fields
from typing import Any

from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import Object, PropertyGroup

from ..retarget.blender.write import WriteOptions
from ..retarget.solve.solve import SolveOptions
from ..take.settings import CleanSettings, Quality
from .paths import BLEND_RELATIVE
from .target_bones import find_bones

QUALITIES = (
    ("fast", "Fast", "For a quick look: a lighter pose network, people searched for every few frames"),
    ("balanced", "Balanced", "The better pose network, people searched for every few frames"),
    ("best", "Best", "Every frame searched, every pose seen twice, once mirrored; takes the longest"),
)
ACTIONS = (
    ("NEW", "New Action", "A new action; the one before stays in the file"),
    ("REPLACE", "Replace", "Write over these bones' keys in the action that the target has"),
    (
        "NLA",
        "NLA Track",
        "A new action on an NLA track of its own. An action that keys the same is taken off and stays in the file",
    ),
)
KEYS = (
    ("ALL", "Every Frame", "A key on every frame"),
    ("NTH", "Every nth Frame", "A key on every nth frame and straight lines between"),
    ("REDUCED", "Reduced", "As few keys as keep every bone within the error on every frame"),
)
TRAVEL = (
    ("hips", "Hips", "The hips carry the way through the room"),
    ("root", "Root Bone", "The root bone carries the way, the hips only rise and sink"),
    ("object", "Object", "The armature object carries the way, the hips only rise and sink"),
    ("none", "Nothing (In Place)", "The target stays where it is; the hips only rise and sink"),
)
REFERENCES = (
    ("REST", "Rest Pose", "What the rig's own rest pose shows is where the motion is measured from"),
    ("POSE", "Current Pose", "Measure from the present pose: for rigs whose rest pose is no standing body"),
)
UNITS = {"s": {"unit": "TIME_ABSOLUTE"}, "m": {"subtype": "DISTANCE"}, "deg": {"subtype": "ANGLE"}, "": {}}


def _control(field: "Field[Any]") -> Any:
    """The Blender property of one clean-up setting."""
    about = {"name": field.metadata["label"], "description": field.metadata["tooltip"]}
    if isinstance(field.default, bool):
        return BoolProperty(default=field.default, **about)
    unit = field.metadata["unit"]
    default, low, high = (
        math.radians(number) if unit == "deg" else number
        for number in (field.default, field.metadata["min"], field.metadata["max"])
    )
    return FloatProperty(default=default, min=low, max=high, step=1, **UNITS[unit], **about)


class GAST_MOCAP_PG_clean(PropertyGroup):
    """The clean-up settings, in Blender's units: angles in radians."""

    __annotations__ = {field.name: _control(field) for field in fields(CleanSettings)}

    def settings(self) -> CleanSettings:
        values = {}
        for field in fields(CleanSettings):
            value = getattr(self, field.name)
            values[field.name] = math.degrees(value) if field.metadata.get("unit") == "deg" else value
        return CleanSettings(**values)


def _height(person: PropertyGroup) -> float:
    return float(person.own_height or person.id_data.gast_mocap.clean.body_height)


def _give_own_height(person: PropertyGroup, height: float) -> None:
    person.own_height = height


class GAST_MOCAP_PG_person(PropertyGroup):
    """One row of the list of people."""

    track_id: IntProperty()
    seconds: FloatProperty()
    confidence: FloatProperty()
    own_height: FloatProperty(min=0.0, max=3.0, description="Metres; 0 where none is given")
    body_height: FloatProperty(
        name="Body Height",
        subtype="DISTANCE",
        step=1,
        get=_height,
        set=_give_own_height,
        description="How tall this person is: Body Height of the clean-up unless a height is given; 0 gives it up",
    )


def _is_armature(_settings: PropertyGroup, candidate: Object) -> bool:
    return candidate.type == "ARMATURE"


class GAST_MOCAP_PG_bone_role(PropertyGroup):
    """One row of the bone map; ``name`` is the role."""

    bone: StringProperty(name="Bone", description="The target's bone that plays this part of the body")


class GAST_MOCAP_PG_bake(PropertyGroup):
    """How motion lands on the target."""

    action: EnumProperty(name="Action", items=ACTIONS, description="Where the keys go")
    keys: EnumProperty(name="Keys", items=KEYS, description="On which frames keys are set")
    step: IntProperty(name="Step", default=2, min=1, soft_max=12, description="Frames from one key to the next")
    max_error: FloatProperty(
        name="Error",
        subtype="ANGLE",
        default=math.radians(0.5),
        min=math.radians(0.01),
        max=math.radians(20),
        description="How far any bone may turn away from the full motion; "
        "the deviation reached is reported after the bake",
    )
    travel: EnumProperty(name="Travel On", items=TRAVEL, description="What carries the way through the room")
    reference: EnumProperty(name="Reference", items=REFERENCES, description="The pose that motion is measured from")
    joint_limits: BoolProperty(
        name="Joint Limits", default=True, description="Elbows and knees stop when straight and never bend backwards"
    )
    confidence: BoolProperty(
        name="Confidence Curves",
        description="Key how sure the take is of each bone, 0 to 1, as the bone's custom property mocap_confidence",
    )

    def solve_options(self) -> SolveOptions:
        return SolveOptions(self.joint_limits, self.travel)

    def write_options(self) -> WriteOptions:
        return WriteOptions(
            mode=self.action,
            step=self.step if self.keys == "NTH" else 1,
            max_error=math.degrees(self.max_error) if self.keys == "REDUCED" else 0.0,
        )


class GAST_MOCAP_PG_scene(PropertyGroup):
    """``Scene.gast_mocap``."""

    video: StringProperty(
        name="Video",
        subtype="FILE_PATH",
        options=BLEND_RELATIVE,
        description="The video to take the motion from",
    )
    start: IntProperty(name="Start", min=0, description="First frame of the video to use, counted from 0")
    end: IntProperty(name="End", min=0, description="Stop before this frame of the video; 0 stands for the video's end")
    quality: EnumProperty(
        name="Quality",
        items=QUALITIES,
        default=Quality.BALANCED,
        description="How long to look at each frame",
    )

    take: StringProperty(
        name="Take",
        subtype="FILE_PATH",
        options=BLEND_RELATIVE,
        description="The file with the people found in the video",
    )
    people: CollectionProperty(type=GAST_MOCAP_PG_person)
    person_index: IntProperty(name="Person", description="The person whose motion is baked")

    raw: BoolProperty(
        name="Raw", description="Turn all clean-up off: the poses just as they were lifted from the video"
    )
    clean: PointerProperty(type=GAST_MOCAP_PG_clean)

    target: PointerProperty(
        name="Target",
        type=Object,
        poll=_is_armature,
        update=find_bones,
        description="The armature to animate. Without one, a plain skeleton is made",
    )
    start_frame: IntProperty(
        name="Start Frame", default=1, description="The scene frame on which the video's first frame lands"
    )
    family: StringProperty(name="Family", description="What the target was recognised as")
    bone_roles: CollectionProperty(type=GAST_MOCAP_PG_bone_role)
    bake: PointerProperty(type=GAST_MOCAP_PG_bake)

    def person(self) -> GAST_MOCAP_PG_person | None:
        """The chosen row of the list of people, if there is one."""
        return self.people[self.person_index] if self.person_index < len(self.people) else None

    def clean_settings(self) -> CleanSettings:
        return CleanSettings.raw() if self.raw else self.clean.settings()
