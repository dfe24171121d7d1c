"""One writer for all files: whole or not at all, and nothing else is touched."""

import errno
import os
import sys
from pathlib import Path

import pytest

from gast_mocap.take.whole_file import check_room, whole_file, why_not_saved

posix = pytest.mark.skipif(sys.platform == "win32", reason="what Windows does not have")


def write(path: Path, text: str = "new") -> None:
    with whole_file(path) as part:
        part.write_text(text)


def test_the_old_file_stays_until_the_block_is_done(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    write(path, "old")
    with whole_file(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert (part.parent, part.suffix) == (tmp_path, ".txt")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_any_error_in_the_block_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    write(path, "old")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as part:
        part.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_link_stays_a_link_and_its_file_keeps_its_permissions(tmp_path: Path) -> None:
    real, link = tmp_path / "elsewhere" / "real.txt", tmp_path / "link.txt"
    real.parent.mkdir()
    write(real, "old")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o640)
    assert list(real.parent.iterdir()) == [real]


@posix
def test_only_plain_files_are_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path(os.devnull)):
        for attempt in (write, lambda path: check_room(path, 0)):
            with pytest.raises(OSError) as caught:
                attempt(path)
            assert "could not be saved" in why_not_saved(path, caught.value)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@posix
@pytest.mark.parametrize("name", ["nul\0.txt", "lone \ud800.txt", "loop.txt", "x" * 256])
def test_names_that_no_file_can_have_are_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    with pytest.raises(OSError) as caught:
        write(tmp_path / name)
    assert why_not_saved(tmp_path / name, caught.value)


@posix
@pytest.mark.parametrize("name", ["x" * 251 + ".txt", "я" * 125 + ".txt", b"\xff\xfe.txt"])
def test_every_name_that_a_file_can_have_will_do(tmp_path: Path, name: str | bytes) -> None:
    write(tmp_path / os.fsdecode(name))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new"]


def test_room_is_checked_before_the_work(tmp_path: Path) -> None:
    check_room(tmp_path / "small.bin", 1)
    with pytest.raises(OSError) as caught:
        check_room(tmp_path / "huge.bin", 1 << 60)
    assert caught.value.errno == errno.ENOSPC
    assert why_not_saved(tmp_path / "huge.bin", caught.value).startswith("The disk is full")
    assert list(tmp_path.iterdir()) == []
