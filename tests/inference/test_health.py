"""The check of an installation: all well here, and the right remedy for each thing that can be wrong."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gast_mocap.inference import health
from gast_mocap.inference.__main__ import main
from gast_mocap.inference.protocol.process import module_command
from gast_mocap.models import catalog

ROOT = Path(__file__).parents[2]


def test_all_is_well_here_and_the_report_says_what_was_looked_at(tmp_path: Path, capsys) -> None:
    assert main(["--check", "--out-dir", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    for name in (
        "Extension",
        "Python",
        "NumPy",
        "SciPy",
        "OpenCV",
        "PyAV",
        "ONNX Runtime",
        "Decoder",
        "Networks",
        "One frame",
    ):
        assert sum(line[6:].startswith(name) for line in lines) == 1
    assert f"takes can be saved in {tmp_path}" in lines[-1]
    assert list(tmp_path.iterdir()) == []


def test_in_a_process_of_its_own_each_line_is_a_finding(tmp_path: Path) -> None:
    done = subprocess.run(module_command("health", str(tmp_path)), capture_output=True, text=True, timeout=120)
    found = [health.from_line(line) for line in done.stdout.splitlines()]
    assert [one.name for one in found] == [one.name for one in health.findings(tmp_path)]
    assert all(one.is_good for one in found)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("DLL load failed while importing onnxruntime_pybind11_state", "Visual C++ Redistributable"),
        ("DLL load failed while importing cv2: The specified module could not be found.", "Media Feature Pack"),
        ("dlopen(x.so): code signature in 'x.so' not valid for use in process: library load disallowed", "quarantine"),
        ("x.so: failed to map segment from shared object", "noexec"),
        ("/lib/libc.so.6: version `GLIBC_2.28' not found", "too old"),
        ("mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64')", "another system"),
        ("No module named 'onnxruntime'", "Install the extension again"),
    ],
)
def test_a_library_that_cannot_be_loaded_has_its_remedy(monkeypatch: pytest.MonkeyPatch, said, remedy) -> None:
    def refuse(_name: str) -> None:
        raise ImportError(said)

    monkeypatch.setattr(health.importlib, "import_module", refuse)
    found = health.finding("ONNX Runtime", lambda: health.library("onnxruntime"))
    assert not found.is_good
    assert remedy in found.text and said in found.text


def test_the_folder_to_free_from_quarantine_is_that_of_all_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = "/Users/ada/extensions/.local/lib/python3.11/site-packages"
    monkeypatch.setattr(health.sys, "path", ["/usr/lib", f"{wheels}/cv2", wheels])  # as OpenCV leaves it
    assert f"com.apple.quarantine` on the folder {wheels} " in health.remedy(ImportError("code signature invalid"))


def test_a_library_that_hides_what_the_system_said_has_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> None:
        try:
            raise ImportError("x.so: failed to map segment from shared object")
        except ImportError as error:
            raise ImportError("The `scipy` install you are using seems to be broken") from error

    monkeypatch.setattr(health.importlib, "import_module", refuse)
    assert "noexec" in health.finding("SciPy", lambda: health.library("scipy")).text
    late = health.finding("One frame", lambda: refuse("onnxruntime"))  # a library that is loaded later than its check
    assert not late.is_good and "noexec" in late.text and "Install the extension again" not in late.text


def test_a_damaged_network_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(catalog.MODELS_FOLDER, models)
    damaged = bytearray((models / "gast-27.onnx").read_bytes())
    damaged[1000] ^= 1
    (models / "gast-27.onnx").write_bytes(damaged)
    for module in (health, catalog):
        monkeypatch.setattr(module, "MODELS_FOLDER", models)
    found = {one.name: one for one in health.findings(tmp_path)}
    assert not found["Networks"].is_good
    assert "The model gast-27 is damaged. Install the extension again." in found["Networks"].text
    assert found["Decoder"].is_good  # what follows is looked at all the same


def test_a_decoder_without_a_common_kind_of_video_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    av = importlib.import_module("av")
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"hevc"})
    found = health.finding("Decoder", health.decoder)
    assert not found.is_good and found.text.endswith("(hevc)")


def test_no_room_and_no_folder_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = health.finding("Write access", lambda: health.write_access(tmp_path / "none"))
    assert not missing.is_good and "does not exist. Choose another one." in missing.text
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=12_000_000))
    full = health.finding("Free space", lambda: health.free_space(tmp_path / "to" / "be made"))
    assert not full.is_good and "Only 12 MB are free" in full.text and "Make room" in full.text


def test_a_missing_library_does_not_keep_the_check_from_running(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['onnxruntime'] = sys.modules['cv2'] = None; "
        f"from gast_mocap.inference.__main__ import main; sys.exit(main(['--check', '--out-dir', {str(tmp_path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert failed == ["OpenCV", "ONNX", "One"]
