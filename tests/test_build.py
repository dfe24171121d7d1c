"""build.py: what it promises about the zip, the locks and the README."""

import re
import sys
from pathlib import Path

import pytest

import build

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pinned_package_has_hashes_and_no_lock_names_a_host(lock: Path) -> None:
    text = lock.read_text()
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert requirements
    assert all("==" in line and "--hash=sha256:" in line for line in requirements)
    assert "://" not in text


def test_what_is_bundled_is_what_is_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))

    bundled = pins("wheels.lock")
    assert set(bundled) == {"av", "onnxruntime", "opencv-python-headless", "scipy"}
    for blender in ("4.2", "4.5", "5.0", "5.2"):
        tested = pins(f"blender-{blender}.lock")
        assert {name: tested[name] for name in bundled} == bundled


def test_every_benchmark_that_build_knows_is_there() -> None:
    assert build.BENCHMARKS
    for name in build.BENCHMARKS:
        assert (ROOT / "benchmarks" / f"{name}.py").exists()


def test_an_unknown_benchmark_and_an_unknown_word_are_refused() -> None:
    with pytest.raises(SystemExit, match="There is no benchmark coffee"):
        build.main(["bench", "coffee"])
    with pytest.raises(SystemExit):
        build.main(["demo", "coffee"])


def test_words_after_a_benchmarks_name_go_to_it_and_no_name_means_all(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(build, "environment", lambda purpose: purpose)
    monkeypatch.setattr(build, "call", lambda *words: called.append(words) or len(called) - 1)
    assert build.main(["bench", "lifter", "a.onnx", "--plots", "docs", "b.onnx", "--ablate", "--help"]) == 0
    further = ("a.onnx", "--plots", "docs", "b.onnx", "--ablate", "--help")
    assert called.pop() == ("training", "-m", "benchmarks.lifter", *further)
    assert build.main(["bench", "pipeline", "overlap", "lifter"]) == 0
    assert called.pop() == ("blender", "-m", "benchmarks.pipeline", "overlap", "lifter")
    assert build.main(["bench"]) == len(build.BENCHMARKS) - 1  # the worst exit status
    assert [module for _, _, module in called] == [f"benchmarks.{name}" for name in build.BENCHMARKS]


def test_check_goes_on_after_a_failure_and_says_what_was_skipped(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    main = build.main_blender()
    others = [f"blender-{version}" for version in build.PYTHON_OF_BLENDER if version != main]
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(build, "base_python", lambda purpose: None if purpose == others[-1] else "python")
    monkeypatch.setattr(build, "environment", lambda purpose: purpose)
    monkeypatch.setattr(build, "demo_clip", lambda _python: "clip")
    monkeypatch.setattr(build, "call", lambda *words: called.append(words) or int(words[0] == "lint"))
    assert build.main(["check"]) == 1
    assert {words[0] for words in called} == {"lint", "training", "farm", "docs", "blender", *others[:-1]}
    tried_on = [words[0] for words in called if words[1:] == ("-m", "release.installed", "clip")]
    assert sorted(tried_on) == sorted(["blender", *others[:-1]])
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line and line[0] != "=")
    assert told["lint"].startswith("FAILED")
    assert told["training"] == "passed"
    assert told[others[-1]].startswith("skipped")
    assert told[others[-1].replace("blender", "installed")].startswith("skipped")


def test_every_environment_has_a_list_of_packages_and_a_python() -> None:
    blenders = [f"blender-{version}" for version in build.PYTHON_OF_BLENDER]
    purposes = ["blender", "lint", "training", "farm", "docs", "mediapipe", *blenders]
    assert all(build.package_list(purpose).is_file() for purpose in purposes)
    assert {build.python_version(purpose) for purpose in purposes} <= set(build.MAIN_BLENDERS)
    assert build.base_python("blender") == sys.executable


def test_a_python_that_is_not_there_is_none() -> None:
    assert build.path_of_python(["no-such-python"]) is None
    assert build.path_of_python([sys.executable]) == sys.executable


def test_the_cache_is_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GAST_MOCAP_CACHE", str(tmp_path / "kept"))
    assert build.cache_folder() == tmp_path / "kept"
    assert (tmp_path / "kept").is_dir()


def test_the_readme_and_the_workflows_name_only_commands_that_build_knows() -> None:
    known = re.findall(r'add_parser\("(\w+)"', (ROOT / "build.py").read_text())
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / ".github").rglob("*.yml")]
    named = {name for path in texts for name in re.findall(r"python3? build\.py (\w+)", path.read_text())}
    assert {"demo", "test", "check", "package"} <= named <= set(known)


def test_every_folder_has_its_line_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    chapters = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "gast_mocap").rglob("*.py")}
    chapters -= {"gast_mocap", "gast_mocap/retarget", "gast_mocap/operators/panels"}  # named with their parts or whole
    tops = {path.parent.name for path in ROOT.glob("*/*.*") if not path.parent.name.startswith(".")}
    made = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    chapters |= tops - {"gast_mocap"} - made
    assert [folder for folder in chapters if f"`{folder}/`" not in text] == []


def test_nothing_in_the_tree_names_this_machine() -> None:
    kinds = {".py", ".md", ".toml", ".sh", ".lock", ".in", ".yml"}
    texts = [path for path in ROOT.rglob("*") if path.suffix in kinds]
    mine = [str(path) for path in texts if str(Path.home()) + "/" in path.read_text(encoding="utf-8")]
    assert not mine
