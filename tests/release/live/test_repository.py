"""The zip in a repository on loopback, in a real Blender. ``release.installed`` runs this, without the network."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from other_version import with_version

from release.repository import make_repository

SCRIPT = Path(__file__).with_name("use_repository.py")


@pytest.fixture(scope="session")
def extension() -> Path:
    if "GAST_MOCAP_ZIP" not in os.environ:
        pytest.skip("it installs a zip: run by release.installed, which build.py check does")
    return Path(os.environ["GAST_MOCAP_ZIP"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which it is offered."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


def test_blender_lists_installs_updates_and_removes(extension: Path, served: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = served
    version = tomllib.loads(zipfile.ZipFile(extension).read("blender_manifest.toml").decode())["version"]
    newer = with_version(extension, "99.0.0", tmp_path / "gast_mocap-99.zip")
    make_repository([extension], folder)
    make_repository([newer], tmp_path / "newer")
    clip = Path(shutil.copy(os.environ["GAST_MOCAP_CLIP"], tmp_path / "clip.mp4"))

    words = [address, folder, tmp_path / "newer", clip]
    resources = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "resources")}
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    done = subprocess.run(command, env=resources, capture_output=True, text=True, timeout=600)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("REPORT ")] or [done.stderr]
    report = json.loads(line.removeprefix("REPORT "))
    print(f"\n{extension.name}: {json.dumps(report, indent=1)}")

    assert "failure" not in report, report["failure"]
    assert (report["offered"], report["installed"]) == ([version], version)
    assert (report["offered_then"], report["updated"]) == (["99.0.0"], "99.0.0")
    assert report["libraries"].endswith("site-packages") and ".local" in report["libraries"]
    assert report["people"] == report["people_after_the_update"] == 1
    assert report["enabled_after_the_update"]
    assert not report["enabled_after_removal"] and not report["panel_after_removal"]
    assert report["megabytes_left"] < 1
    assert report["take_left"]


def test_blender_refuses_the_zip_of_another_platform_or_python(extension: Path, tmp_path: Path) -> None:
    """What an animator sees who took the wrong zip."""
    script = (
        "import bpy, os, sys; bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo='user_default', "
        "enable_on_install=True); sys.stdout.flush(); os._exit(0)"
    )
    manifest = zipfile.ZipFile(extension).read("blender_manifest.toml").decode()
    platform = tomllib.loads(manifest)["platforms"][0]
    other = next(name for name in ("windows-x64", "linux-x64") if name != platform)
    wrong = tmp_path / "wrong.zip"
    with zipfile.ZipFile(wrong, "w") as packed:
        packed.writestr("__init__.py", "")
        lines = [line for line in manifest.splitlines() if ".whl" not in line]
        packed.writestr("blender_manifest.toml", "\n".join(lines).replace(platform, other).replace("wheels = [\n]", ""))
    resources = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "resources")}
    command = [sys.executable, "-c", script, str(wrong)]
    done = subprocess.run(command, env=resources, capture_output=True, text=True, timeout=120)
    assert f"This platform ({platform}) isn't one of ({other})" in done.stdout + done.stderr
