"""A zip from Blender's own tool: what is in it, that it is the same twice, and what it weighs."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from release import package
from release.package import make_zip, version, write_without_times
from release.sizes import check_size, part_sizes, size_table
from release.targets import all_targets

TARGET = next(target for target in all_targets() if target.words == "linux-x64-blender-4.2-to-5.0")


def wheel(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("thing/__init__.py", content)
    return buffer.getvalue()


@pytest.fixture
def one_wheel(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """In place of 140 MB from the index; the real ones are in the zips that ``build.py check`` installs."""
    content = wheel(b"x" * 5000)

    def download(_platform: str, _python: str, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "thing-1.0-py3-none-any.whl").write_bytes(content)

    monkeypatch.setattr(package, "download_wheels", download)
    return content


def test_a_zip_is_the_tree_without_caches_and_its_wheels_untouched(one_wheel: bytes, tmp_path: Path) -> None:
    path = make_zip(TARGET, tmp_path)
    assert path.name == f"gast_mocap-{version()}-linux-x64-blender-4.2-to-5.0.zip"
    with zipfile.ZipFile(path) as made:
        names = made.namelist()
        assert made.read("wheels/thing-1.0-py3-none-any.whl") == one_wheel
        code = package.ROOT / "gast_mocap"
        tree = {file.relative_to(code).as_posix() for file in code.rglob("*") if file.is_file()}
        expected = {name for name in tree if "__pycache__" not in name}
        assert set(names) - {"wheels/thing-1.0-py3-none-any.whl"} == expected | {
            "LICENSE", "NOTICE", "blender_manifest.toml",
        }  # fmt: skip
        assert made.read("__init__.py") == (code / "__init__.py").read_bytes()


def test_the_same_tree_gives_the_same_bytes_whatever_the_clock_and_the_mask(one_wheel: bytes, tmp_path: Path) -> None:
    first = make_zip(TARGET, tmp_path).read_bytes()
    before = os.umask(0o077)
    try:
        (tmp_path / "again").mkdir()
        assert make_zip(TARGET, tmp_path / "again").read_bytes() == first
    finally:
        os.umask(before)


def test_order_and_times_of_the_built_zip_leave_no_trace(tmp_path: Path) -> None:
    entries = {"b.py": b"b", "a.py": b"a", "wheels/w.whl": b"w"}
    for name, order, year in (("one", list(entries), 1999), ("two", sorted(entries), 2020)):
        with zipfile.ZipFile(tmp_path / name, "w") as built:
            for entry in order:
                built.writestr(zipfile.ZipInfo(entry, (year, 1, 1, 0, 0, 0)), entries[entry])
        write_without_times(tmp_path / name, tmp_path / f"{name}.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as written:
        assert {name: written.read(name) for name in written.namelist()} == entries


def test_a_wheel_weighs_packed_once_and_on_disk_packed_and_unpacked(tmp_path: Path) -> None:
    inside = wheel(b"x" * 5000)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as made:
        made.writestr("wheels/thing-1.0-py3-none-any.whl", inside)
        made.writestr("models/net.onnx", b"n" * 300)
        made.writestr("take/files.py", b"c" * 20)
    packed, installed = part_sizes(tmp_path / "z.zip")
    assert packed == {"thing": len(inside), "networks": 300, "code and texts": 20}
    assert installed == {"thing": len(inside) + 5000, "networks": 300, "code and texts": 20}
    assert [line.split()[0] for line in size_table(tmp_path / "z.zip").splitlines()][-1] == "total"


def test_a_zip_that_grew_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    check_size(path)
    with path.open("ab") as file:
        file.truncate(200_000_001)
    with pytest.raises(SystemExit, match=r"z\.zip is larger than 200 MB"):
        check_size(path)


def test_what_does_not_become_a_valid_zip_leaves_nothing_and_keeps_the_last_one(
    one_wheel: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = make_zip(TARGET, tmp_path).read_bytes()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(package, "write_without_times", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_zip(TARGET, tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [earlier]


@pytest.mark.parametrize("words", ["--blender four", "--blender 4", "--python 3", "--platform amiga"])
def test_what_is_no_version_or_platform_is_a_usage_error(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        package.main(words.split())
    assert caught.value.code == 2
    assert words.split()[1] in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="Choose another --output"):
        package.main(["--output", str(tmp_path / "file")])
