"""What the scene remembers: the video, its take and people, the clean-up, the target and its bones."""

import math
from collections.abc import Callable
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Annotated, Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import Context, Object, PropertyGroup, Scene

from ..inference.video import clock
from ..retarget.blender.armature import Reference
from ..take.edits import LONGEST_REACH
from ..take.errors import MocapError
from ..take.files import LONGEST_NAME
from ..take.settings import CleanSettings, Quality
from . import import_range
from .bake_options import REFERENCES, BakeOptions
from .looking import look_into
from .panel_map import find_bones, judge
from .paths import BLEND_RELATIVE
from .translation import data_

if TYPE_CHECKING:
    from bpy.types import bpy_prop_collection_idprop

FARTHEST_START = 500_000
"""Frames from 0. Blender plays none beyond 1,048,574, so a longer way there leaves less room for the motion."""

QUALITIES = (
    ("fast", "Fast", "For a quick look: a lighter pose network, and people are only detected every few frames"),
    ("balanced", "Balanced", "The better pose network; people are only detected every few frames"),
    ("best", "Best", "Detects people in every frame and reads every pose twice, once mirrored. The slowest"),
)
UNITS: dict[str, dict[str, Any]] = {
    "s": {"unit": "TIME_ABSOLUTE"},
    "m": {"subtype": "DISTANCE"},
    "deg": {"subtype": "ANGLE"},
    "": {},
}


def _find_height(clean: "GAST_MOCAP_PG_clean", _context: Context) -> None:
    if clean.find_height:
        clean.camera_height = 0.0


def _give_height(clean: "GAST_MOCAP_PG_clean", _context: Context) -> None:
    if clean.camera_height:
        clean.find_height = False


HEIGHTS = {"find_height": _find_height, "camera_height": _give_height}
"""A height that is entered is used: whoever enters one need not turn Find Height off as well."""


def _tune(owner: PropertyGroup, _context: Context) -> None:
    """What is baked follows while Live is on."""
    from .live import changed  # it works on what this file defines

    scene = owner.id_data
    assert isinstance(scene, Scene)
    changed(scene)


def _updated(name: str) -> Callable[["GAST_MOCAP_PG_clean", Context], None]:
    def update(clean: "GAST_MOCAP_PG_clean", context: Context) -> None:
        HEIGHTS.get(name, _nothing)(clean, context)
        _tune(clean, context)

    return update


def _nothing(_clean: "GAST_MOCAP_PG_clean", _context: Context) -> None:
    pass


def _control(control: "Field[Any]") -> Any:
    """The Blender property of one clean-up setting."""
    about = control.metadata
    shared = {"name": about["label"], "description": about["tooltip"], "update": _updated(control.name)}
    if isinstance(control.default, bool):
        return BoolProperty(default=control.default, **shared)
    default, low, high = (_shown(control, number) for number in (control.default, about["min"], about["max"]))
    return FloatProperty(default=default, min=low, max=high, step=1, **UNITS[about["unit"]], **shared)


def _shown(control: "Field[Any]", value: Any) -> Any:
    """A setting's value in Blender's units."""
    return math.radians(value) if control.metadata.get("unit") == "deg" else value


class GAST_MOCAP_PG_clean(PropertyGroup):
    """The clean-up controls in Blender's units, angles in radians; read and written whole, as ``CleanSettings``."""

    __annotations__ = {control.name: _control(control) for control in fields(CleanSettings)}
    if TYPE_CHECKING:
        body_height: float
        find_height: bool
        camera_height: float

    def settings(self) -> CleanSettings:
        values: dict[str, Any] = {}
        for control in fields(CleanSettings):
            value = getattr(self, control.name)
            values[control.name] = math.degrees(value) if control.metadata.get("unit") == "deg" else value
        return CleanSettings(**values)

    def show(self, cleaning: CleanSettings) -> None:
        for control in fields(CleanSettings):
            setattr(self, control.name, _shown(control, getattr(cleaning, control.name)))


def _height(person: "GAST_MOCAP_PG_person") -> float:
    scene = person.id_data
    assert isinstance(scene, Scene)
    return float(person.own_height or settings_of(scene).clean.body_height)


def _give_own_height(person: "GAST_MOCAP_PG_person", height: float) -> None:
    person.own_height = height


def _give_start(settings: "GAST_MOCAP_PG_scene", seconds: float) -> None:
    settings.start = import_range.frame_at(settings, seconds)


def _give_end(settings: "GAST_MOCAP_PG_scene", seconds: float) -> None:
    settings.end = import_range.frame_at(settings, seconds)


def _look_into_video(settings: "GAST_MOCAP_PG_scene", _context: Context) -> None:
    if not bpy.app.background:
        look_into(settings.video)


def _is_armature(_settings: PropertyGroup, candidate: Object) -> bool:
    return candidate.type == "ARMATURE"


def _label(person: "GAST_MOCAP_PG_person") -> str:
    return person.given_name or data_("Person {track_id}").format(track_id=person.track_id)


def _give_name(person: "GAST_MOCAP_PG_person", name: str) -> None:
    person.given_name = "" if name == data_("Person {track_id}").format(track_id=person.track_id) else name


class GAST_MOCAP_PG_person(PropertyGroup):
    """One row of the list of people."""

    track_id: Annotated[int, IntProperty()]
    seconds: Annotated[float, FloatProperty()]
    confidence: Annotated[float, FloatProperty()]
    words: Annotated[str, StringProperty(description="How well the person was seen")]
    strip: Annotated[str, StringProperty(description="When the person is seen, from the beginning to the end")]
    given_name: Annotated[
        str,
        StringProperty(name="Name", maxlen=LONGEST_NAME, description="This person's name. Actions are called by it"),
    ]
    label: Annotated[
        str,
        StringProperty(
            name="Name",
            maxlen=LONGEST_NAME,
            get=_label,
            set=_give_name,
            description="Double-click to name this person. Actions are called by it",
        ),
    ]
    is_chosen: Annotated[
        bool,
        BoolProperty(name="Bake", description="Bake this person together with the others that are ticked"),
    ]
    target: Annotated[
        Object | None,
        PointerProperty(
            name="Target",
            type=Object,
            poll=_is_armature,
            description="The armature to animate with this person. If empty, a simple skeleton is created",
        ),
    ]
    own_height: Annotated[float, FloatProperty(min=0.0, max=3.0, description="In metres; 0 if none is given")]
    body_height: Annotated[
        float,
        FloatProperty(
            name="Body Height",
            subtype="DISTANCE",
            step=1,
            get=_height,
            set=_give_own_height,
            description="This person's height. Until you enter one it is the Body Height of the clean-up; "
            "enter 0 to return to that",
        ),
    ]


def _judge_row(row: "GAST_MOCAP_PG_bone_role", context: Context) -> None:
    if row.name:
        _judge(row, context)


def _judge(owner: PropertyGroup, _context: Context) -> None:
    scene = owner.id_data
    assert isinstance(scene, Scene)
    judge(settings_of(scene))


class GAST_MOCAP_PG_bone_role(PropertyGroup):
    """One row of the bone map; ``name`` is the role, ``doubt`` why its bone may be the wrong one, "" if it is not."""

    bone: Annotated[
        str,
        StringProperty(name="Bone", update=_judge_row, description="The bone of the target for this part of the body"),
    ]
    doubt: Annotated[str, StringProperty()]


class GAST_MOCAP_PG_bake(BakeOptions, PropertyGroup):  # type: ignore[misc] # the dictionary's keys() is not used
    """How motion lands on the target."""

    reference: Annotated[
        Reference,
        EnumProperty(
            name="Reference",
            items=REFERENCES,
            update=_judge,
            description="The pose that the motion is measured from",
        ),
    ]


class GAST_MOCAP_PG_take(PropertyGroup):
    """One of this file's takes."""

    path: Annotated[str, StringProperty(subtype="FILE_PATH", options=BLEND_RELATIVE)]
    about: Annotated[str, StringProperty(description="Its video, people and date")]


class GAST_MOCAP_PG_scene(PropertyGroup):
    """``Scene.gast_mocap``."""

    video: Annotated[
        str,
        StringProperty(
            name="Video",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            update=_look_into_video,
            description="The video to capture the motion from",
        ),
    ]
    start: Annotated[
        int, IntProperty(name="Start", min=0, description="First frame of the video to use, counted from 0")
    ]
    end: Annotated[
        int, IntProperty(name="End", min=0, description="Stop before this frame of the video; 0 goes on to the end")
    ]
    range_unit: Annotated[
        str, EnumProperty(name="Range", items=import_range.UNITS, description="How Start and End are entered")
    ]
    start_seconds: Annotated[
        float,
        FloatProperty(
            name="Start",
            unit="TIME_ABSOLUTE",
            min=0.0,
            get=lambda settings: import_range.seconds_of(settings, settings.start),
            set=_give_start,
            description="First second of the video to use",
        ),
    ]
    end_seconds: Annotated[
        float,
        FloatProperty(
            name="End",
            unit="TIME_ABSOLUTE",
            min=0.0,
            get=lambda settings: import_range.seconds_of(settings, settings.end),
            set=_give_end,
            description="Stop at this second of the video; 0 goes on to the end",
        ),
    ]
    quality: Annotated[
        str,
        EnumProperty(name="Quality", items=QUALITIES, default=Quality.BALANCED, description="Speed against accuracy"),
    ]

    speed: Annotated[
        float,
        FloatProperty(
            name="Speed",
            default=1.0,
            min=clock.SLOWEST_PLAY,
            max=clock.FASTEST_PLAY,
            soft_min=0.1,
            soft_max=1.0,
            description="How fast the video plays: 0.25 for slow motion that makes one second last four",
        ),
    ]
    mirrored: Annotated[
        bool,
        BoolProperty(
            name="Mirrored", description="The video is mirrored, as many selfie videos are: swap left and right"
        ),
    ]
    feet: Annotated[
        bool,
        BoolProperty(
            name="Feet",
            default=True,
            description="Read heels and toes as well, so that feet point where they do in the video. A little slower",
        ),
    ]
    hands: Annotated[
        bool,
        BoolProperty(
            name="Hands",
            description="Read fingers as well, of hands that are at least 20 pixels long, so that they close and open "
            "as in the video. Takes half as long again",
        ),
    ]
    frame_rate: Annotated[
        float,
        FloatProperty(
            name="Frame Rate",
            min=0.0,
            max=clock.FASTEST,
            description="Frames per second of an image sequence, or of a video whose own rate is wrong; "
            "0 reads the rate from the video",
        ),
    ]

    take: Annotated[
        str,
        StringProperty(
            name="Take",
            subtype="FILE_PATH",
            options=BLEND_RELATIVE,
            description="The file with the people found in the video",
        ),
    ]
    takes: Annotated["bpy_prop_collection_idprop[GAST_MOCAP_PG_take]", CollectionProperty(type=GAST_MOCAP_PG_take)]
    edits: Annotated[str, StringProperty(description="What was mended in the take's people, as shown; for undo")]
    people: Annotated["bpy_prop_collection_idprop[GAST_MOCAP_PG_person]", CollectionProperty(type=GAST_MOCAP_PG_person)]
    person_index: Annotated[int, IntProperty(name="Person", min=0, description="The person whose motion is baked")]

    reach: Annotated[
        int,
        IntProperty(
            name="Influence",
            default=3,
            min=0,
            max=LONGEST_REACH,
            soft_max=30,
            description="Frames before and after that follow a keypoint that is moved, less and less",
        ),
    ]

    show_skeleton: Annotated[
        bool,
        BoolProperty(
            name="Tracked Skeleton",
            description="Draw the chosen person as tracked in every 3D view: green where the tracking is sure, "
            "red where it is not",
        ),
    ]

    live: Annotated[
        bool,
        BoolProperty(
            name="Live", update=_tune, description="Change what was baked last at once when a control is moved"
        ),
    ]
    raw: Annotated[
        bool,
        BoolProperty(
            name="Raw", update=_tune, description="Turn all clean-up off: the poses exactly as lifted from the video"
        ),
    ]
    clean: Annotated[GAST_MOCAP_PG_clean, PointerProperty(type=GAST_MOCAP_PG_clean)]

    target: Annotated[
        Object | None,
        PointerProperty(
            name="Target",
            type=Object,
            poll=_is_armature,
            update=find_bones,
            description="The armature to animate. If empty, a simple skeleton is created",
        ),
    ]
    start_frame: Annotated[
        int,
        IntProperty(
            name="Start Frame",
            default=1,
            min=-FARTHEST_START,
            max=FARTHEST_START,
            description="The scene frame for the first frame of the video",
        ),
    ]
    family: Annotated[
        str, StringProperty(name="Family", description="The kind of rig that was recognised in the target")
    ]
    bone_roles: Annotated[
        "bpy_prop_collection_idprop[GAST_MOCAP_PG_bone_role]", CollectionProperty(type=GAST_MOCAP_PG_bone_role)
    ]
    sides_contradict: Annotated[bool, BoolProperty()]
    body_notices: Annotated[str, StringProperty(description="What to know about the target before the bake, by line")]
    bake: Annotated[GAST_MOCAP_PG_bake, PointerProperty(type=GAST_MOCAP_PG_bake)]

    def person(self) -> GAST_MOCAP_PG_person | None:
        """The chosen row of the list of people, if there is one."""
        return self.people[self.person_index] if 0 <= self.person_index < len(self.people) else None

    def chosen_person(self) -> GAST_MOCAP_PG_person:
        """Raises MocapError when no row is chosen."""
        if (person := self.person()) is None:
            raise MocapError("person_not_chosen", "No person is chosen. Choose one in the list of people.")
        return person

    def ticked(self) -> "list[GAST_MOCAP_PG_person]":
        """Those who are baked together; empty where the chosen person is baked alone."""
        return [row for row in self.people if row.is_chosen]

    def clean_settings(self) -> CleanSettings:
        return CleanSettings.raw() if self.raw else self.clean.settings()


def scene_of(context: Context) -> Scene:
    """The context's scene; Blender always has one, its stubs leave that open."""
    assert context.scene
    return context.scene


def fps_of(scene: Scene) -> float:
    """Frames a second."""
    return float(scene.render.fps / scene.render.fps_base)


def settings_of(scene: Scene) -> GAST_MOCAP_PG_scene:
    settings: GAST_MOCAP_PG_scene = scene.gast_mocap  # type: ignore[attr-defined] # made by register()
    return settings
