"""What the operators have in common: they work, and whatever there is to say reaches script and panel."""

from typing import ClassVar, Literal

from bpy.types import Context, Operator, Scene

from ..take.errors import MocapError
from .properties import scene_of
from .reports import Reports
from .translation import rpt_, said

Result = set[Literal["RUNNING_MODAL", "CANCELLED", "FINISHED", "PASS_THROUGH", "INTERFACE"]]


class MocapOperator(Operator):
    """An operator whose errors and notices are shown in the panel too, as ``reports``."""

    reports: ClassVar[Reports]

    def execute(self, context: Context) -> Result:
        self.begin()
        try:
            done = self.work(scene_of(context))
        except MocapError as error:
            self.reports.fail(error)
            self.report({"ERROR"}, said(error.text))
            return {"CANCELLED"}
        for notice in self.reports.notices:
            self.report({"WARNING"}, rpt_(notice))
        if done:
            self.report({"INFO"}, rpt_(done))
        return {"FINISHED"}

    def begin(self) -> None:
        """What was reported of the last work is no news any more."""
        self.reports.clear()

    def choose_file(self, context: Context) -> Result:
        """Let the user choose ``filepath``, then execute."""
        assert context.window_manager
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, scene: Scene) -> str:
        """Do it and say what was done, "" where the panel shows it. Raises MocapError."""
        raise NotImplementedError
