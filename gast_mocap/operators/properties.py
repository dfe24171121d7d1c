"""What the scene remembers: the video, its take and people, the target and the clean-up."""

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

from ..inference.job import Job
from ..motion.settings import CleanSettings

QUALITIES = (
    ("fast", "Fast", "For a quick look: a lighter pose network, people searched for every few frames"),
    ("balanced", "Balanced", "The better pose network, people searched for every few frames"),
    ("best", "Best", "Every frame searched, every pose seen twice, once mirrored; takes the longest"),
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


class GAST_MOCAP_PG_person(PropertyGroup):
    """One row of the list of people."""

    track_id: IntProperty()
    seconds: FloatProperty()
    confidence: FloatProperty()


def _is_armature(_settings: PropertyGroup, candidate: Object) -> bool:
    return candidate.type == "ARMATURE"


class GAST_MOCAP_PG_scene(PropertyGroup):
    """``Scene.gast_mocap``."""

    video: StringProperty(name="Video", subtype="FILE_PATH", description="The video to take the motion from")
    start: IntProperty(name="Start", min=0, description="First frame of the video to use, counted from 0")
    end: IntProperty(name="End", min=0, description="Stop before this frame of the video; 0 stands for the video's end")
    quality: EnumProperty(
        name="Quality",
        items=QUALITIES,
        default=Job.quality,
        description="How long to look at each frame",
    )

    take: StringProperty(name="Take", subtype="FILE_PATH", description="The file with the people found in the video")
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
        description="The armature to animate. Without one, a plain skeleton is made",
    )
    start_frame: IntProperty(
        name="Start Frame", default=1, description="The scene frame on which the video's first frame lands"
    )

    def person(self) -> GAST_MOCAP_PG_person | None:
        """The chosen row of the list of people, if there is one."""
        return self.people[self.person_index] if self.person_index < len(self.people) else None

    def clean_settings(self) -> CleanSettings:
        return CleanSettings.raw() if self.raw else self.clean.settings()
