"""What ``build.py installed`` says before it installs anything; the rest is tested by running it."""

from pathlib import Path

import pytest

from release import installed


def test_a_clip_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        installed.main([str(tmp_path / "none.mp4")])
    assert caught.value.code == 2


def test_without_a_zip_in_dist_it_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=r"There is no gast_mocap-.*\.zip in dist/ yet. Run build.py package first."):
        installed.zip_for_this_blender()


def test_there_is_no_zip_for_a_blender_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "version_of", lambda _package: "4.1.0")
    with pytest.raises(SystemExit, match=r"There is no zip for Blender 4\.1\.0"):
        installed.zip_for_this_blender()
