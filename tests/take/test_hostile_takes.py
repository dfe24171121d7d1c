"""Takes may come from anybody: what they hold is checked, and one sentence says what is wrong."""

import io
import json
import os
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_files import make_take

from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import LARGEST_THUMBNAIL, load_take, save_take
from gast_mocap.take.settings import CleanSettings

posix = pytest.mark.skipif(sys.platform == "win32", reason="what Windows does not have")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "walk.take.npz"
    save_take(make_take(1, 4), path)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any], dict[str, np.ndarray]], None]) -> None:
    """Save the take again after ``change`` of its header and its arrays."""
    with np.load(path) as arrays:
        content = dict(arrays)
    header = json.loads(str(content.pop("header")))
    change(header, content)
    with path.open("wb") as file:
        np.savez(file, header=np.array(json.dumps(header)), **content)


def refusal(path: Path) -> MocapError:
    with pytest.raises(MocapError) as caught:
        load_take(path)
    assert path.name in caught.value.text
    return caught.value


HEADERS: list[tuple[tuple[str | int, ...], object]] = [
    (("version",), 0), (("version",), None), (("format",), ["gast_mocap take"]),
    (("video",), []), (("video",), None), (("video", "path"), 7), (("video", "path"), "a\0b"),
    (("video", "path"), "lone \ud800"), (("video", "width"), 0), (("video", "width"), 1.5), (("video", "height"), -5),
    (("video", "height"), 10**30), (("video", "width"), True), (("video", "field_of_view"), 180),
    (("video", "field_of_view"), float("nan")), (("video", "playback"), {"speed": 0}),
    (("camera_shift",), float("inf")), (("camera_shift",), -1), (("camera_shift",), "far"),
    (("settings", "quality"), "superb"), (("settings", "start"), -1), (("settings", "end"), 1),
    (("settings", "low_memory"), 1), (("settings", "models"), ["a"]), (("settings", "models"), {"a": 1}),
    (("people",), {}), (("people",), [[]]), (("people", 0), 1), (("people", 0, "track_id"), 4),
    (("people", 0, "track_id"), -1), (("people", 0, "track_id"), 99), (("people", 0, "body_height"), "tall"),
    (("people", 0, "body_height"), float("nan")), (("people", 0, "contacts"), 5),
    (("people", 0, "contacts"), [["middle", 0, 1]]), (("people", 0, "contacts"), [["left", 1, 0]]),
    (("people", 0, "contacts"), [["left", 0, float("inf")]]), (("people", 0, "contacts"), [["left", 0]]),
    (("cleaning", "smooth_body"), "much"), (("cleaning", "smooth_body"), float("nan")), (("cleaning", "travel"), 1.0),
    (("cleaning",), 3),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value"), HEADERS, ids=[f"{place}={value!r:.20}" for place, value in HEADERS])
def test_a_header_that_lies_is_refused(saved: Path, place: tuple[str | int, ...], value: object) -> None:
    def change(header: Any, _arrays: dict[str, np.ndarray]) -> None:
        for step in place[:-1]:
            header = header[step]
        header[place[-1]] = value

    rewrite(saved, change)
    assert refusal(saved).code == "take_unreadable"


ARRAYS: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("times", lambda a: a[:0]), ("times", lambda a: a[::-1]), ("times", lambda a: np.where(a == a[9], np.nan, a)),
    ("times", lambda a: a + 1e7), ("times", lambda a: a[:20]), ("times", lambda a: a.astype("U8")),
    ("person_1/track/frames", lambda a: a + 40), ("person_1/track/frames", lambda a: a - 40),
    ("person_1/track/frames", lambda a: a[:0]), ("person_1/track/frames", lambda a: a.astype(float)),
    ("person_1/track/boxes", lambda a: a * np.inf), ("person_1/track/boxes", lambda a: a[:, :3]),
    ("person_1/track/scores", lambda a: a + 1), ("person_1/track/scores", lambda a: a - 1),
    ("person_1/keypoints/points", lambda a: a * np.nan), ("person_1/keypoints/points", lambda a: a + 1e9),
    ("person_1/keypoints/scores", lambda a: a * 1j), ("person_1/keypoints/scores", lambda a: a[:, :16]),
    ("person_1/pose/joints", lambda a: a * 1e300), ("person_1/pose/joints", lambda a: a[..., None]),
    ("person_1/pose/frames", lambda a: a[::-1]),
    ("person_1/thumbnail", lambda a: a.astype(int) - 300), ("person_1/thumbnail", lambda a: a[:, :, 0]),
    ("person_1/thumbnail", lambda a: a[:0]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change"), ARRAYS, ids=[f"{k}-{name}" for k, (name, _) in enumerate(ARRAYS)])
def test_an_array_that_lies_is_refused(saved: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    def alter(_header: Any, arrays: dict[str, np.ndarray]) -> None:
        with np.errstate(all="ignore"):
            arrays[name] = change(arrays[name])

    rewrite(saved, alter)
    assert refusal(saved).code == "take_unreadable"


@pytest.mark.parametrize("steps", [1e-9, 1e-5, 7.0, 4e5])
def test_times_that_no_video_has_are_refused(saved: Path, steps: float) -> None:
    def alter(_header: Any, arrays: dict[str, np.ndarray]) -> None:
        arrays["times"] = np.arange(40) * steps

    rewrite(saved, alter)
    assert refusal(saved).code == "take_unreadable"


def test_null_and_unknown_facts_are_met(saved: Path) -> None:
    def alter(header: Any, arrays: dict[str, np.ndarray]) -> None:
        header |= {"camera_shift": None, "cleaning": {"smooth_body": None, "gone": [1]}, "mood": {"cheerful": None}}
        header["video"]["field_of_view"] = header["people"][0]["contacts"] = None
        arrays["person_1/track/mood"] = np.ones(3)

    rewrite(saved, alter)
    take = load_take(saved)
    assert (take.camera_shift, take.cleaning, take.video.field_of_view) == (0.0, CleanSettings(), 0.0)


def test_settings_keep_to_the_bounds_of_the_panel(saved: Path) -> None:
    def alter(header: Any, _arrays: dict[str, np.ndarray]) -> None:
        header["cleaning"] |= {"smooth_body": 5, "fill_gaps": -1, "body_height": 0, "camera_heading": 1e300}
        for person, height in zip(header["people"], (1e9, 0), strict=True):
            person["body_height"] = height

    rewrite(saved, alter)
    take = load_take(saved)
    cleaning = take.cleaning
    assert (cleaning.smooth_body, cleaning.fill_gaps, cleaning.body_height, cleaning.camera_heading) == (
        1,
        0.1,
        0.3,
        360,
    )
    assert [person.body_height for person in take.people] == [3.0, None]


@pytest.mark.parametrize("shape", [(1, 20_000, 3), (20_000, 1, 3), (3_000, 2_000, 3)])
def test_large_thumbnails_are_shrunk(saved: Path, shape: tuple[int, int, int]) -> None:
    def alter(_header: Any, arrays: dict[str, np.ndarray]) -> None:
        arrays["person_1/thumbnail"] = np.full(shape, 7, np.uint8)

    rewrite(saved, alter)
    thumbnail = load_take(saved).people[0].thumbnail
    assert max(thumbnail.shape) <= LARGEST_THUMBNAIL
    assert thumbnail.dtype == np.uint8
    assert np.all(thumbnail == 7)


def with_header(path: Path, header: bytes, **kwargs: Any) -> None:
    """A zip with nothing but a header array of these bytes."""
    with zipfile.ZipFile(path, "w", **kwargs) as file:
        file.writestr("header.npy", header)


def npy(shape: str, dtype: str = "<f8", content: bytes = b"") -> bytes:
    head = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (64 - (len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + content


def text_npy(text: str) -> bytes:
    content = io.BytesIO()
    np.save(content, np.array(text))
    return content.getvalue()


def spoil_nested(path: Path) -> None:
    with_header(path, text_npy("[" * 100_000 + "]" * 100_000))


def spoil_nested_names(path: Path) -> None:
    with_header(path, text_npy('{"a":' * 100_000 + "1" + "}" * 100_000))


def spoil_compression(path: Path) -> None:
    with_header(path, text_npy("{}"), compression=zipfile.ZIP_LZMA)


def spoil_unknown_compression(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.find(mark)
        content[at + offset] = 99
    path.write_bytes(content)


def spoil_encryption(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        content[at + offset] |= 1
    path.write_bytes(content)


def spoil_type_that_is_no_python(path: Path) -> None:
    with_header(path, npy("()", "f8,,"))


def spoil_header_that_does_not_end(path: Path) -> None:
    with_header(path, npy("((((", "<f8"))


def spoil_declared_shape(path: Path) -> None:
    with_header(path, npy("()", "<U4000000000"))


def spoil_declared_times(path: Path) -> None:
    with np.load(path) as arrays:
        header = text_npy(str(arrays["header"]))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("header.npy", header)
        file.writestr("times.npy", npy("(99999999999,)", content=bytes(800)))


def spoil_declared_size(path: Path) -> None:
    """Two gigabytes of zeros, as a bomb of two megabytes would unpack to."""
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(mark) + offset
        content[at : at + 4] = struct.pack("<I", (1 << 31) - 1)
    path.write_bytes(content)


def spoil_object(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, header=np.array([{"format": 1}, print], dtype=object))


def spoil_letters(path: Path) -> None:
    with_header(path, npy("()", "<U2", b"\xff" * 8))


def spoil_numbers(path: Path) -> None:
    with_header(path, text_npy('{"format": ' + "9" * 5000 + "}"))


SPOILERS = [
    spoil_nested, spoil_nested_names, spoil_compression, spoil_unknown_compression, spoil_encryption,
    spoil_type_that_is_no_python, spoil_header_that_does_not_end, spoil_declared_shape, spoil_declared_times,
    spoil_declared_size, spoil_object, spoil_letters, spoil_numbers,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILERS)
def test_a_hostile_zip_is_refused_and_takes_no_memory(saved: Path, spoil: Callable[[Path], None]) -> None:
    spoil(saved)
    tracemalloc.start()
    try:
        assert refusal(saved).code == "take_unreadable"
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_never_leave_a_traceback(saved: Path, data: st.DataObject) -> None:
    content = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = saved.with_name("damaged.take.npz")
    damaged.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        load_take(damaged)
    except MocapError as error:
        assert error.code in ("take_unreadable", "take_newer")


@posix
def test_what_is_no_file_or_has_no_possible_name_is_missing(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path in (pipe, loop, Path(os.devnull), tmp_path / ("x" * 300), tmp_path / "nul\0", tmp_path / "lone \ud800"):
        with pytest.raises(MocapError) as caught:
            load_take(path)
        assert caught.value.code == "take_missing"


@posix
def test_a_take_that_may_not_be_read_is_not_called_damaged(saved: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("this user may read everything")
    for locked in (saved, saved.parent):
        locked.chmod(0)
        try:
            assert refusal(saved).code == "take_forbidden"
        finally:
            locked.chmod(0o700)


@posix
def test_names_that_are_no_text_can_be_read_and_told(saved: Path) -> None:
    odd = saved.with_name(os.fsdecode(b"caf\xe9.take.npz"))
    saved.rename(odd)
    assert len(load_take(odd).people) == 2
    odd.write_bytes(b"")
    with pytest.raises(MocapError) as caught:
        load_take(odd)
    assert caught.value.text.encode() == str(caught.value).encode()


def loads(path: Path, *places: tuple[tuple[str | int, ...], object]) -> bool:
    def change(header: Any, _arrays: dict[str, np.ndarray]) -> None:
        for place, value in places:
            inner = header
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = value

    rewrite(path, change)
    try:
        load_take(path)
    except MocapError as error:
        assert error.code == "take_unreadable"
        return False
    return True


@pytest.mark.parametrize(
    ("place", "most", "too_much"),
    [
        (("video", "width"), 1_048_576, 1_048_577), (("video", "height"), 1_048_576, 1_048_577),
        (("video", "width"), 1, 0), (("video", "height"), 1, 0),
        (("video", "field_of_view"), 179, 179.01), (("video", "field_of_view"), 0, -0.01),
        (("video", "turn"), 359, 360), (("video", "turn"), 0, -1),
        (("video", "playback"), {"speed": 1000}, {"speed": 1000.1}),
        (("video", "playback"), {"speed": 0.001}, {"speed": 0.0009}),
        (("video", "playback"), {"frame_rate": 100_000}, {"frame_rate": 100_001}),
        (("video", "playback"), {"frame_rate": 0.01}, {"frame_rate": 0.009}),
        (("camera_shift",), 1e6, 1.1e6), (("settings", "end"), 10_000_000, 10_000_001),
        (("people", 0, "contacts"), [["left", 0, 604_800]], [["left", 0, 604_801]]),
    ],
)  # fmt: skip
def test_a_take_holds_so_much_and_no_more(
    saved: Path, place: tuple[str | int, ...], most: object, too_much: object
) -> None:
    assert loads(saved, (place, most))
    assert not loads(saved, (place, too_much))


def test_what_older_takes_do_not_tell_is_as_it_was_then(saved: Path) -> None:
    def change(header: Any, arrays: dict[str, np.ndarray]) -> None:
        header["video"] = {name: header["video"][name] for name in ("path", "width", "height")}
        for name in ("camera_shift", "camera", "cleaning", "edits", "tracked"):
            del header[name]
        for person in header["people"]:
            for name in ("name", "contacts", "body_height"):
                del person[name]
        del header["settings"]["networks"]
        for name in ("cuts", "camera_path"):
            del arrays[name]

    rewrite(saved, change)
    take = load_take(saved)
    assert (take.video.field_of_view, take.video.turn, take.camera_shift, take.camera) == (0, 0, 0, "stands")
    assert (take.video.playback.speed, take.video.playback.mirrored, take.video.playback.frame_rate) == (1, False, None)
    assert take.cleaning == CleanSettings()
    assert (len(take.video.cuts), take.camera_path.shape, take.edits, take.tracked) == (0, (0, 3), (), ())
    assert [(person.name, person.contacts, person.body_height) for person in take.people] == [("", None, None)] * 2
