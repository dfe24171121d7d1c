"""The folder that ``build.py repository`` fills: what is in it, and that nothing of anybody else's is lost."""

import json
import zipfile
from pathlib import Path

import pytest

from release import repository
from release.package import manifest_for, version
from release.targets import Target, all_targets

LINUX, WINDOWS = (
    next(target for target in all_targets() if target.words == f"{platform}-blender-4.2-to-5.0")
    for platform in ("linux-x64", "windows-x64")
)
TODAYS, NEWER = version(), "99.0.0"


def small_zip(target: Target, folder: Path, version: str = TODAYS) -> Path:
    """A zip that Blender's tool takes for the extension's, without its wheels."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"gast_mocap-{version}-{target.words}.zip"
    manifest = manifest_for(target, []).replace("wheels = [\n]", "")
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("__init__.py", "")
        packed.writestr("blender_manifest.toml", manifest.replace(f'version = "{TODAYS}"', f'version = "{version}"', 1))
    return path


def offered(folder: Path) -> list[tuple[str, str]]:
    """Version and file of each entry of the index."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return sorted((entry["version"], entry["archive_url"]) for entry in index["data"])


def test_zips_index_and_page_are_what_is_offered(tmp_path: Path) -> None:
    folder = tmp_path / "die Studiöserver errors"
    zips = [small_zip(target, tmp_path / "dist") for target in (LINUX, WINDOWS)]
    repository.main([*map(str, zips), "--output", str(folder)])
    assert offered(folder) == [(TODAYS, f"./{path.name}") for path in zips]
    assert "Drag the link for your system" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_newer_version_takes_the_place_of_the_older_and_all_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    repository.make_repository([small_zip(LINUX, tmp_path / "old")], folder)
    (folder / "family.jpg").write_bytes(b"mine")
    newer = small_zip(LINUX, tmp_path / "new", NEWER)
    repository.make_repository([newer], folder)
    assert offered(folder) == [(NEWER, f"./{newer.name}")]
    assert {path.name for path in folder.iterdir()} == {newer.name, "index.json", "index.html", "family.jpg"}


def test_zips_may_lie_in_the_folder_already(tmp_path: Path) -> None:
    path = small_zip(LINUX, tmp_path)
    before = path.read_bytes()
    repository.make_repository([path, path], tmp_path)
    assert offered(tmp_path) == [(TODAYS, f"./{path.name}")]
    assert path.read_bytes() == before


def test_a_zip_that_was_cut_off_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    path = small_zip(LINUX, tmp_path / "dist")
    with pytest.raises(SystemExit, match=r"There is no file .*none\.zip"):
        repository.main([str(tmp_path / "none.zip"), "--output", str(tmp_path / "www")])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SystemExit, match="not a zip file"):
        repository.main([str(path), "--output", str(tmp_path / "www")])
