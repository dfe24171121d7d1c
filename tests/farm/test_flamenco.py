"""The job type for Flamenco, against a stand-in of its documented objects; its tasks are run for real."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gast_mocap.take.files import load_take

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "farm" / "gast-mocap.js"
STAND_IN = Path(__file__).with_name("flamenco_stand_in.js")


def compiled(**settings: str) -> dict:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    command = ["node", str(STAND_IN), str(SCRIPT), json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise ValueError(done.stderr)
    return json.loads(done.stdout)


def test_each_video_is_a_task_of_its_own_that_waits_for_none() -> None:
    job = compiled(videos="/v/a b.mp4; /v/c.mov;;", takes_folder="/takes", project_folder="/project", quality="best")
    assert [task["name"] for task in job["tasks"]] == ["mocap-a b.mp4", "mocap-c.mov"]
    for task, video in zip(job["tasks"], ("/v/a b.mp4", "/v/c.mov"), strict=True):
        assert (task["type"], task["dependencies"]) == ("misc", [])
        (command,) = task["commands"]
        assert command["parameters"]["exe"] == "{gast_mocap_python}"
        assert command["parameters"]["args"][2:] == [
            "/project", "--out-dir", "/takes", "--quality", "best", "--", video,
        ]  # fmt: skip


def test_quality_has_the_command_lines_choices_and_its_default() -> None:
    job = compiled(videos="/v/a.mp4", takes_folder="/takes", project_folder="/project")
    assert "balanced" in job["tasks"][0]["commands"][0]["parameters"]["args"]
    with pytest.raises(ValueError, match="quality is no choice"):
        compiled(videos="/v/a.mp4", takes_folder="/takes", project_folder="/project", quality="superb")


def test_a_job_without_a_video_is_refused() -> None:
    with pytest.raises(ValueError, match="Name at least one video"):
        compiled(videos=" ; ", takes_folder="/takes", project_folder="/project")


def test_what_a_worker_runs_makes_the_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, videos: Path) -> None:
    clip = Path(shutil.copy(videos / "two_people_portrait_60fps.mp4", tmp_path / "a clip.mp4"))
    job = compiled(videos=str(clip), takes_folder=str(tmp_path / "takes"), project_folder=str(ROOT), quality="fast")
    (command,) = job["tasks"][0]["commands"]
    done = subprocess.run(
        [sys.executable, *command["parameters"]["args"]], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert load_take(tmp_path / "takes" / "a clip.take.npz").people
