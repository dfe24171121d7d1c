"""What is fuzzed: everything that reads files, lines or arguments from outside."""

import contextlib
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gast_mocap.inference.choice import OwnNetworks
from gast_mocap.inference.command_line.options import parse
from gast_mocap.inference.protocol.job import Job, Mend, order_from_json
from gast_mocap.inference.protocol.messages import (
    CLOSING,
    Failed,
    Finished,
    Found,
    Glimpse,
    Notice,
    Progress,
    Stage,
    Started,
    from_line,
    to_line,
)
from gast_mocap.inference.protocol.process import worker_command
from gast_mocap.inference.video.decode import Reading, probe_video
from gast_mocap.inference.video.lens import field_of_view
from gast_mocap.motion.__main__ import main as motion_main
from gast_mocap.motion.clean import clean_motion
from gast_mocap.motion.export import ExportFormat, export_motion
from gast_mocap.motion.resample import resample
from gast_mocap.retarget.rig.families import NAMES, families_in, table_in
from gast_mocap.retarget.rig.saved_maps import load_map
from gast_mocap.take.edits import Cut, Delete, Join, Move, Split, Swap, SwapSides, from_json, to_json
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import WIDEST_VIEW, load_take
from gast_mocap.take.proposals import came_back
from gast_mocap.take.settings import CleanSettings

from .cases import Target
from .mutate import damaged, edited_json, json_line
from .networks import make_network, use_network
from .samples import sample_lens, sample_takes, sample_videos

MOST_FRAMES = 200
"""Frames that are read of a damaged video, which may declare any number."""
EXTREMES = (np.nan, np.inf, -np.inf, 0, -1, 1, 2, 255, 1e6, -1e6, 1e30, 2**31, 0.5, -3.7)
MESSAGES = (
    to_line(Started("3.11.9")),
    to_line(Progress(Stage.WATCH, 3, 90, 12.5)),
    to_line(Found((Glimpse(0.5, 1, 1, "AAAA"),), 1)),
    to_line(Notice("a")),
    to_line(Finished("/a/b.take.npz")),
    to_line(Failed("code", "text", "detail")),
)
EDITS = to_json(
    (
        Split(1, 12, 3),
        SwapSides(2, 3, 9),
        Join(3, 1),
        Swap(2, 3, 5),
        Cut(2, 0, 4),
        Move(2, 6, "nose", 5, 6, 2),
        Delete(3),
    )
)
SAVED_MAP = """{
    "version": 1, "family": "Mixamo",
    "bones": {"hips": "Hips", "spine": "Spine", "head": "Head", "thigh.L": "LeftUpLeg"}
}"""


@cache
def order_texts() -> tuple[str, ...]:
    own = OwnNetworks(Path("/a/own.onnx"), detector_score=0.5)
    job = Job(Path("/a/clip.mp4"), Path("/a/clip.take.npz"), Path("/a/p.mp4"), 3, 90, own=own)
    return job.to_json(), Mend(Path("/a/x.take.npz"), EDITS).to_json()


def make_job_line(rng: Random) -> str:
    """A job or an order to mend a take; half of the latter with whole lines and damaged edits."""
    text = rng.choice(order_texts())
    if "edits" in text and rng.random() < 0.5:
        return Mend(Path("/a/x.take.npz"), json_line(EDITS, rng)).to_json()
    return json_line(text, rng)


def read_job_line(line: str, _: Path) -> None:
    order = order_from_json(line)
    if order_from_json(order.to_json()) != order:
        raise AssertionError("another order comes back")
    if isinstance(order, Mend):
        edits = from_json(order.edits)
        if from_json(to_json(edits)) != edits:
            raise AssertionError("other edits come back")


def make_message_line(rng: Random) -> str:
    return json_line(rng.choice(MESSAGES), rng)


def read_message_line(line: str, _: Path) -> None:
    message = from_line(line)
    if from_line(to_line(message)) != message:
        raise AssertionError("another message comes back")


def make_take(rng: Random) -> bytes:
    """A take file, damaged as a file (one in three) or in what it holds."""
    arrays = dict(rng.choice(sample_takes()))
    if rng.random() < 0.35:
        return damaged(packed(arrays), rng)
    if rng.random() < 0.2:
        arrays["times"] = uneven_times(rng)
    if rng.random() < 0.3:
        header = json.loads(str(arrays["header"])) | {"cleaning": any_cleaning(rng)}
        arrays["header"] = np.array(json.dumps(header))
    for _ in range(rng.randint(0, 3)):
        name = rng.choice(list(arrays))
        if name == "header" or rng.random() < 0.4:
            header = edited_json(str(arrays["header"]), rng)
            arrays["header"] = np.array(json.dumps(header))
        else:
            arrays[name] = edited_array(arrays[name], rng)
            if rng.random() < 0.05:
                del arrays[name]
    return packed(arrays)


def edited_array(array: NDArray[Any], rng: Random) -> NDArray[Any]:
    """Hostile numbers in it, or another shape or type."""
    chance = rng.random()
    changed = array.copy()
    if chance < 0.5 and changed.size:
        for _ in range(rng.choice((1, 3))):
            with contextlib.suppress(ValueError, OverflowError):
                changed.reshape(-1)[rng.randrange(changed.size)] = rng.choice(EXTREMES)
        return changed
    if chance < 0.6:
        return changed[: rng.randint(0, len(changed))] if changed.ndim else changed
    if chance < 0.7:
        return np.repeat(changed, rng.choice((2, 30)), axis=0) if changed.ndim else changed
    if chance < 0.8:
        return changed.reshape(-1) if rng.random() < 0.5 else changed[None]
    if chance < 0.9 and changed.dtype.kind in "iuf":
        with np.errstate(all="ignore"):
            return changed.astype(rng.choice(("f2", "f4", "i1", "u1", "u8", "c16", "?", "S3", "U2")))
    if chance < 0.95 and changed.dtype.kind in "iuf":
        return changed * rng.choice((1e-9, 1e-3, 0.1, 10.0, 1e3, 1e5))
    return np.full(changed.shape, rng.choice((0.0, 1.0, -1.0, 1e9, np.nan)))


def uneven_times(rng: Random) -> NDArray[Any]:
    """Time stamps of a video that are possible, but unlikely: steps of a microsecond beside steps of a minute."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    return np.cumsum(np.exp(noise.normal(-3.5, rng.choice((0.5, 2.0, 4.0)), len(sample_takes()[0]["times"]))))


def any_cleaning(rng: Random) -> dict[str, Any]:
    """Settings that the panel allows, some of them at the ends of their ranges."""
    chosen: dict[str, Any] = {}
    for control in fields(CleanSettings):
        if isinstance(control.default, bool):
            chosen[control.name] = rng.random() < 0.5
        else:
            low, high = control.metadata["min"], control.metadata["max"]
            chosen[control.name] = rng.choice((low, high, control.default, rng.uniform(low, high)))
    return chosen


def packed(arrays: dict[str, NDArray[Any]]) -> bytes:
    """An .npz file; not compressed, so that a damaged byte damages what it stands for."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            archive.writestr(f"{name}.npy", content.getvalue())
    return file.getvalue()


def read_take(content: bytes, folder: Path) -> None:
    load_take(written(content, folder / "x.take.npz"))


def use_take(content: bytes, folder: Path) -> None:
    """Load it, and clean and export everybody, as the panel and the command line do."""
    take = load_take(written(content, folder / "x.take.npz"))
    came_back(take)
    for person in take.people[:3]:
        with contextlib.suppress(MocapError):
            motion = clean_motion(take, person.track_id, take.cleaning, lambda _: None)
            if not np.isfinite(motion.joints).all():
                raise AssertionError("a clean motion is not finite")
            _, motion = resample(motion, 30.0, take.cleaning.fill_gaps)
            for file_format in ExportFormat:
                export_motion(motion, folder / "out", file_format)
                (folder / "out").unlink()


def make_map(rng: Random) -> bytes:
    return json_line(SAVED_MAP, rng).encode("utf-8", "surrogateescape")


def read_map(content: bytes, folder: Path) -> None:
    load_map(written(content, folder / "x.bones.json"))


@cache
def presets() -> tuple[str, list[str]]:
    text = NAMES.read_text(encoding="utf-8")
    return text, text.splitlines(keepends=True)


def make_presets(rng: Random) -> str:
    text, lines = presets()
    if rng.random() < 0.3:
        return damaged(text.encode(), rng).decode("utf-8", "replace")
    changed = list(lines)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(changed))
        name, _, value = changed[at].partition("=")
        edits = (
            "",
            f"{name}= {rng.choice(('1', 'true', '[]', '[[]]', '{}', '[1]', 'nan', chr(34) * 2))}\n",
            f"{rng.choice(('prefix', 'sides', 'switches', 'hips', 'thigh', 'name'))} ={value}",
            damaged(changed[at].encode(), rng).decode("utf-8", "replace"),
        )
        changed[at] = rng.choice(edits)
    return "".join(changed)


def read_presets(text: str, _: Path) -> None:
    for family in families_in(table_in(text)):
        family.match(("Hips", "mixamorig:LeftArm", "a" * 40))


def make_arguments(rng: Random) -> list[str]:
    values = (
        "x.take.npz", "none.take.npz", "out", ".", "", "-1", "0", "1", "2", "1e9", "nan", "inf", "-inf", "1e-300", "30",
        "9" * 400, "bvh", "csv", "best", "\udcff", "a\tb", "http:x", "/dev/null", "/dev/full", "x" * 300,
    )  # fmt: skip
    flags = (
        "--person", "--format", "-o", "--fps", "--raw", "--body-height", "--fill-gaps", "--field-of-view", "--travel",
        "--no-travel", "--smooth-body", "--smooth-travel", "--camera-tilt", "--camera-height", "--foot-lock", "--end",
        "--start", "--quality", "--preview", "--lifter", "--low-memory", "--bogus", "--contact-sensitivity", "--speed",
    )  # fmt: skip
    words = ["export", "x.take.npz"] if rng.random() < 0.8 else [rng.choice((*values, "people"))]
    for _ in range(rng.randint(0, 6)):
        words.append(rng.choice(flags))
        if rng.random() < 0.8:
            words.append(rng.choice(values))
    return words


def read_arguments(words: list[str], folder: Path) -> None:
    """The command line of clean-up whole, that of inference up to its job; in ``folder``, where a take lies."""
    take = written(packed(sample_takes()[1]), folder / "x.take.npz")
    content = take.read_bytes()
    with contextlib.chdir(folder), contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = motion_main(words)
        except SystemExit as error:
            status = 1 if error.code else 0
        with contextlib.suppress(SystemExit):
            parse(words)
    if take.read_bytes() != content:
        raise AssertionError("the take was written over")
    for output in set(folder.iterdir()) - {take}:
        if status == 0 and not output.name.startswith(".") and output.is_file():
            if b"nan" in output.read_bytes()[:5000].lower():
                raise AssertionError(f"{output.name} holds numbers that are none")
            output.unlink()


def make_video(rng: Random) -> bytes:
    return damaged(rng.choice(sample_videos()), rng)


def read_video(content: bytes, folder: Path) -> None:
    """Probe it and look at its first frames."""
    footage = probe_video(written(content, folder / "x.mp4"), lambda _: None)
    reading = Reading(footage, 0, MOST_FRAMES, lambda picture: picture.mean())
    for _ in reading:
        pass
    video = reading.video
    if len(video.times) and not (np.isfinite(video.times).all() and np.isfinite(video.fps)):
        raise AssertionError("times are not finite")


def make_lens(rng: Random) -> bytes:
    return damaged(sample_lens(), rng)


def read_lens(content: bytes, folder: Path) -> None:
    view = field_of_view(written(content, folder / "x.mov"), 1920, 1080)
    if not 0 <= view <= WIDEST_VIEW:
        raise AssertionError(f"{view} degrees, which no take may hold")


def read_worker_line(line: str, folder: Path) -> None:
    """Hand the line to a worker, which must answer with one closing message and end; its take stays one."""
    written(b"no video", folder / "clip.mp4")
    take = written(packed(sample_takes()[0]), folder / "x.take.npz")
    given = line.replace("/a/", f"{folder}/").encode("utf-8", "surrogateescape") + b"\n"
    done = subprocess.run(worker_command(), input=given, capture_output=True, cwd=folder)
    messages = [from_line(said) for said in done.stdout.decode().splitlines()]
    if sum(isinstance(message, CLOSING) for message in messages) != 1 or not isinstance(messages[-1], CLOSING):
        raise AssertionError(f"{messages}\n{done.stderr.decode(errors='replace')[-1000:]}")
    if isinstance(messages[-1], Failed) and messages[-1].code == "unexpected":
        raise AssertionError(messages[-1].detail)
    load_take(take)


def written(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def only_input(use: Callable[[Any, Path], None], *names: str) -> Callable[[Any, Path], None]:
    """``use``, after which the input files ``names`` are removed: whatever else lies there is a leftover."""

    def use_and_remove(given: Any, folder: Path) -> None:
        try:
            use(given, folder)
        finally:
            for name in names:
                (folder / name).unlink(missing_ok=True)

    return use_and_remove


TARGETS = {
    target.name: target
    for target in (
        Target("job", make_job_line, read_job_line, (ValueError, MocapError)),
        Target("message", make_message_line, read_message_line, (ValueError,)),
        Target("take", make_take, only_input(read_take, "x.take.npz"), (MocapError,)),
        Target("map", make_map, only_input(read_map, "x.bones.json"), (MocapError,)),
        Target("presets", make_presets, read_presets, (MocapError,)),
        Target("arguments", make_arguments, only_input(read_arguments, "x.take.npz"), ()),
        Target("video", make_video, only_input(read_video, "x.mp4"), (MocapError,)),
        Target("lens", make_lens, only_input(read_lens, "x.mov"), ()),
        Target("network", make_network, use_network, (MocapError, MemoryError)),
        Target("clean-up", make_take, only_input(use_take, "x.take.npz"), (MocapError,), is_fast=False),
        Target("worker", make_job_line, only_input(read_worker_line, "clip.mp4", "x.take.npz"), (), is_fast=False),
    )
}
