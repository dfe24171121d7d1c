"""The check of the installation, as the preferences run and show it."""

import sys
from types import SimpleNamespace

import bpy
import pytest

from gast_mocap.operators import installation
from gast_mocap.take.errors import MocapError


def printing(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the check be a process that runs ``code``."""
    monkeypatch.setattr(installation, "module_command", lambda *_: [sys.executable, "-c", code])


def test_a_good_installation_is_told_and_copied(scene):
    assert not bpy.ops.gast_mocap.copy_report.poll()
    assert bpy.ops.gast_mocap.check_installation(wait=True) == {"FINISHED"}
    found = installation.latest.findings()
    assert [finding.name for finding in found if not finding.is_good] == []
    assert {"Extension", "ONNX Runtime", "One frame", "Write access"} <= {finding.name for finding in found}

    window_manager = SimpleNamespace(clipboard="")  # Blender has no clipboard without a window
    context = SimpleNamespace(window_manager=window_manager)
    stand_in = SimpleNamespace(report=lambda *_: None)
    installation.GAST_MOCAP_OT_copy_report.execute(stand_in, context)
    assert f"Blender {bpy.app.version_string}" in window_manager.clipboard
    assert "ok    ONNX Runtime" in window_manager.clipboard
    installation.forget()


def test_a_library_that_takes_the_process_down_is_a_finding(scene, monkeypatch):
    printing(
        monkeypatch,
        """print('{"name": "Python", "is_good": true, "text": "3"}', flush=True)
import os; print("loading", flush=True); os.abort()""",
    )
    bpy.ops.gast_mocap.check_installation(wait=True)
    good, bad = installation.latest.findings()
    assert (good.name, good.is_good) == ("Python", True)
    assert not bad.is_good and "ended early" in bad.text and "loading" in bad.text
    installation.forget()


def test_a_check_that_hangs_is_stopped_when_the_extension_goes(scene, monkeypatch):
    printing(monkeypatch, "import time; time.sleep(600)")
    bpy.ops.gast_mocap.check_installation()
    process = installation.latest._process
    assert installation.latest.is_running and installation.latest.findings() == []
    installation.forget()
    assert process.poll() is not None and installation.latest is None


def test_a_folder_that_cannot_be_used_is_told(scene, monkeypatch):
    def refuse():
        raise MocapError("folder_missing", "The folder is gone. Choose another one.")

    monkeypatch.setattr(installation, "saving_folder", refuse)
    with pytest.raises(RuntimeError, match="The folder is gone"):
        bpy.ops.gast_mocap.check_installation(wait=True)
