"""The check of the installation in the preferences: made in a process of its own, shown as it comes, copied whole."""

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Annotated

import bpy
from bpy.props import BoolProperty
from bpy.types import Context, Operator, UILayout

from ..inference.health import Finding, from_line, report
from ..inference.protocol.process import WINDOWS_FLAGS, clean_environment, module_command
from ..take.errors import MocapError
from .operator import Result
from .panels.panel import draw_text
from .preferences import saving_folder
from .translation import iface_, rpt_, said, tip_

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_ALLOWED = 120
"""More gives a slow disk more time to read the libraries for the first time."""


class Check:
    """One look at the installation, with takes saved in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._printed: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            module_command("health", str(folder)),
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._printed,
            stderr=subprocess.STDOUT,
            creationflags=WINDOWS_FLAGS,
        )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def findings(self) -> list[Finding]:
        """What was found so far; a process that ends early is a finding too."""
        status = self._process.poll()
        self._printed.seek(0)
        found, other = [], []
        for line in self._printed.read().splitlines():
            try:
                found.append(from_line(line))
            except ValueError:
                other.append(line)
        if status:
            text = rpt_("The check ended early (exit code {status}). Install the extension again. {printed}").format(
                status=status, printed=" ".join(other[-5:])
            )
            found.append(Finding("Process", False, text))
        return found

    def wait(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_ALLOWED)
        self.stop()

    def stop(self) -> None:
        if self.is_running:
            self._process.kill()
            self._process.wait()


latest: Check | None = None


class GAST_MOCAP_OT_check_installation(Operator):
    """Look whether everything that an import needs works on this computer"""

    bl_idname = "gast_mocap.check_installation"
    bl_label = "Check Installation"

    wait: Annotated[bool, BoolProperty(description="Return only at the end", options={"SKIP_SAVE", "HIDDEN"})]

    def execute(self, _context: Context) -> Result:
        global latest
        forget()
        try:
            latest = Check(saving_folder())
        except MocapError as error:
            self.report({"ERROR"}, said(error.text))
            return {"CANCELLED"}
        except OSError as error:
            self.report(
                {"ERROR"}, rpt_("The system would not start the check: {error}. Try again.").format(error=error)
            )
            return {"CANCELLED"}
        if self.wait:
            latest.wait()
        else:
            bpy.app.timers.register(_redraw_until_it_ends)
        return {"FINISHED"}


class GAST_MOCAP_OT_copy_report(Operator):
    """Copy what was found, for a bug report"""

    bl_idname = "gast_mocap.copy_report"
    bl_label = "Copy Report"

    @classmethod
    def poll(cls, _context: Context) -> bool:
        cls.poll_message_set(tip_("Check the installation first"))
        return latest is not None and not latest.is_running

    def execute(self, context: Context) -> Result:
        assert latest and context.window_manager
        head = f"Blender {bpy.app.version_string}, {bpy.app.build_platform.decode()}"
        context.window_manager.clipboard = f"{head}\n{report(latest.findings())}"
        self.report({"INFO"}, rpt_("The report is on the clipboard"))
        return {"FINISHED"}


def draw(layout: UILayout, context: Context) -> None:
    """The button, and what was found."""
    row = layout.row()
    row.operator("gast_mocap.check_installation", icon="CHECKMARK")
    row.operator("gast_mocap.copy_report", icon="COPYDOWN")
    if latest is None:
        return
    found = latest.findings()
    for finding in found:
        if not finding.is_good:
            draw_text(layout, context, f"{finding.name}: {finding.text}", "ERROR")
    if latest.is_running:
        layout.label(text=iface_("Looking: {count} things so far").format(count=len(found)), icon="SORTTIME")
    elif all(finding.is_good for finding in found):
        layout.label(text="Everything works", icon="CHECKMARK")


def forget() -> None:
    """End the check that is running, if any, and drop what was found."""
    global latest
    if latest:
        latest.stop()
    latest = None


def _redraw_until_it_ends() -> float | None:
    assert bpy.context.window_manager
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()
    return SECONDS_BETWEEN_LOOKS if latest and latest.is_running else None
