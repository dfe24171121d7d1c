"""From a video to a take: starts, waits for and cancels the worker."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty
from bpy.types import Context, Event, FileHandler, Menu, Operator, OperatorFileListElement, Scene

from ..inference.protocol.job import Job
from ..inference.video.names import FILMS, PICTURES, is_picture, sequence_name
from ..take.errors import MocapError
from ..take.settings import Quality
from . import import_queue, looking, preferences, reports, running
from .import_options import draw_facts, draw_import_options
from .operator import MocapOperator, Result
from .paths import BLEND_RELATIVE, chosen_path
from .properties import QUALITIES, GAST_MOCAP_PG_scene, scene_of, settings_of
from .translation import tip_

if TYPE_CHECKING:
    from bpy.types import bpy_prop_collection_idprop

DIALOG_WIDTH = 320
"""Pixels at a scale of 1: names of files are long."""
MOST_NAMES = 8
"""Of the videos that were dropped: more would not fit on a small screen."""

Value = TypeVar("Value")


class GAST_MOCAP_OT_import_video(MocapOperator):
    """Find the people in a video and lift their motion to 3D, in the background; of several, one after the other.

    Properties that are not given are taken from the panel.
    """

    bl_idname = "gast_mocap.import_video"
    bl_label = import_queue.STEP
    bl_description = "Find the people in the video and lift their motion to 3D. You can keep working meanwhile"
    reports = reports.of_import

    filepath: Annotated[str, StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"} | BLEND_RELATIVE)]
    directory: Annotated[str, StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"} | BLEND_RELATIVE)]
    files: Annotated[
        "bpy_prop_collection_idprop[OperatorFileListElement]",
        CollectionProperty(type=OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"}),
    ]
    filter_glob: Annotated[
        str, StringProperty(default=";".join(f"*{ending}" for ending in FILMS + PICTURES), options={"HIDDEN"})
    ]
    start: Annotated[int, IntProperty(name="Start", min=0, options={"SKIP_SAVE"})]
    end: Annotated[int, IntProperty(name="End", min=0, options={"SKIP_SAVE"})]
    quality: Annotated[str, EnumProperty(name="Quality", items=QUALITIES, options={"SKIP_SAVE"})]
    take: Annotated[
        str,
        StringProperty(
            name="Take",
            subtype="FILE_PATH",
            description="Where to save the take. If empty, the preferences decide",
            options={"SKIP_SAVE"} | BLEND_RELATIVE,
        ),
    ]
    wait: Annotated[
        bool,
        BoolProperty(name="Wait", description="Return only when the take is saved; for scripts", options={"SKIP_SAVE"}),
    ]
    is_known: Annotated[
        bool, BoolProperty(description="What the video is was looked up", options={"SKIP_SAVE", "HIDDEN"})
    ]
    choose: Annotated[
        bool, BoolProperty(description="Ask for the video although the panel has one", options={"SKIP_SAVE", "HIDDEN"})
    ]

    @classmethod
    def poll(cls, _context: Context) -> bool:
        cls.poll_message_set(tip_("Wait until the people are mended"))
        under_way = running.under_way()
        return under_way is None or not under_way.is_mending

    def begin(self) -> None:
        if not running.is_running():  # else what is told of the one under way would be lost
            self.reports.clear()

    def invoke(self, context: Context, _event: Event) -> Result:
        settings = settings_of(scene_of(context))
        if self.filepath:
            return self._confirm_drop(context, settings)
        if settings.video and not self.choose:
            return self.execute(context)
        return self.choose_file(context)

    def _confirm_drop(self, context: Context, settings: GAST_MOCAP_PG_scene) -> Result:
        """A video was dropped: say what it is, and ask how to take it.

        Popups are not drawn anew, so this one waits until something is known.
        """
        assert context.window_manager and context.window
        if self.is_known:
            return context.window_manager.invoke_props_dialog(self, width=DIALOG_WIDTH, confirm_text="Import")
        window, field = context.window, self.filepath
        looking.forget()
        if not running.is_running():
            settings.video = field  # looks into it, which the next look takes over
        again = {"filepath": field, "directory": self.directory, "files": [{"name": file.name} for file in self.files]}

        def ask() -> None:
            with bpy.context.temp_override(window=window):
                bpy.ops.gast_mocap.import_video("INVOKE_DEFAULT", is_known=True, **again)  # type: ignore[attr-defined]

        looking.look_into(field, ask)
        return {"CANCELLED"}

    def draw(self, context: Context) -> None:
        """The panel's own options, in the file browser and after a drop."""
        assert self.layout
        settings = settings_of(scene_of(context))
        if self.is_known:
            for field in self._fields(settings)[:MOST_NAMES]:
                self.layout.label(text=Path(field).name, icon="FILE_MOVIE")
                draw_facts(self.layout, context, field, DIALOG_WIDTH)
        draw_import_options(self.layout, settings, is_picture(Path(self.filepath)))

    def work(self, scene: Scene) -> str:
        fields = self._fields(settings_of(scene))
        if len(fields) > 1 and self.take:
            raise MocapError("take_of_several", "Several videos cannot become one take. Leave Take empty, or give one.")
        jobs: list[tuple[Job, str]] = []
        for field in fields:
            taken = import_queue.takes_to_come() | {job.output for job, _ in jobs}
            jobs.append((self._job(scene, chosen_path(field), taken), field))
        if self.wait:
            self._wait(jobs, scene)
            return ""
        import_queue.add(jobs, scene)
        return "Importing: the Mocap tab and the status bar show the progress. Esc cancels"

    def _wait(self, jobs: list[tuple[Job, str]], scene: Scene) -> None:
        """Do one after the other, and return when all are shown. Raises MocapError at the first that fails."""
        if running.is_running():
            raise MocapError("import_running", "An import is already running. Wait until it is done, or cancel it.")
        for job, field in jobs:
            settings_of(scene).video = field
            running.start(job, scene, self.bl_label, self.reports).wait()

    def _fields(self, settings: GAST_MOCAP_PG_scene) -> list[str]:
        """Paths of the chosen videos, as path fields give them; one of each sequence of pictures."""
        chosen = [str(chosen_path(self.directory) / file.name) for file in self.files if file.name]
        if len(chosen) < 2:  # of a single one a dialog gives the path, too, perhaps as the user typed it
            chosen = [self.filepath] if self.filepath else chosen or [settings.video]
        if not chosen[0]:
            raise MocapError("video_not_chosen", "No video was chosen. Choose one under Video.")
        return list({sequence_name(Path(field)): field for field in reversed(chosen)}.values())[::-1]

    def _job(self, scene: Scene, video: Path, taken: set[Path]) -> Job:
        """What is done with ``video``; its take does not come to where those ``taken`` will be."""
        settings = settings_of(scene)
        return Job(
            video=video,
            output=chosen_path(self.take) if self.take else preferences.take_path(video, taken),
            start=self._given("start", self.start, settings.start),
            end=self._given("end", self.end, settings.end) or None,
            quality=Quality(self._given("quality", self.quality, settings.quality)),
            low_memory=preferences.low_memory(),
            gentle=preferences.gentle(),
            own=preferences.own_networks(),
            speed=settings.speed,
            mirrored=settings.mirrored,
            feet=settings.feet,
            hands=settings.hands,
            frame_rate=settings.frame_rate or None,
        )

    def _given(self, name: str, own: Value, shown: Value) -> Value:
        """The operator's ``own`` value of a property if it was given, else the one that the panel shows."""
        return own if self.properties.is_property_set(name) else shown


class GAST_MOCAP_OT_cancel_import(Operator):
    bl_idname = "gast_mocap.cancel_import"
    bl_label = "Cancel"
    bl_description = "Stop the import. The take of an earlier import is kept, and the next video that waits begins"

    is_for_all: Annotated[
        bool, BoolProperty(description="Stop those that wait as well", options={"SKIP_SAVE", "HIDDEN"})
    ]

    @classmethod
    def poll(cls, _context: Context) -> bool:
        return running.is_running()

    def execute(self, _context: Context) -> Result:
        if self.is_for_all:
            import_queue.drop_all()
        running.cancel()
        return {"FINISHED"}


class GAST_MOCAP_OT_drop_from_queue(Operator):
    bl_idname = "gast_mocap.drop_from_queue"
    bl_label = "Do Not Import"
    bl_description = "Take this video out of those that wait"

    place: Annotated[int, IntProperty(options={"SKIP_SAVE", "HIDDEN"})]

    def execute(self, _context: Context) -> Result:
        import_queue.drop(self.place)
        return {"FINISHED"}


def draw_in_import_menu(menu: Menu, _context: Context) -> None:
    """The entry in File > Import."""
    assert menu.layout
    menu.layout.operator(GAST_MOCAP_OT_import_video.bl_idname, text="Video Mocap (.mp4, .mov, ...)").choose = True


class GAST_MOCAP_FH_video(FileHandler):
    """A video dropped on a 3D viewport is imported. Pictures are left to Blender, which shows them as references."""

    bl_idname = "GAST_MOCAP_FH_video"
    bl_label = "Video Mocap"
    bl_import_operator = GAST_MOCAP_OT_import_video.bl_idname
    bl_file_extensions = ";".join(FILMS)

    @classmethod
    def poll_drop(cls, context: Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"
