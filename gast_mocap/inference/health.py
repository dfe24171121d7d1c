"""Whether everything that an import needs works on this computer, and what to do about what does not.

Runs in a process of its own, like the worker, and loads no library before it asks for it.
"""

import importlib
import json
import os
import platform
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..models.catalog import MODELS_FOLDER, bundled_model
from ..take.errors import MocapError
from ..take.files import check_saving
from ..take.sentences import Sentence, printable
from ..take.whole_file import check_room
from .protocol.job import Job
from .protocol.lines import fields_of, record_from

if TYPE_CHECKING:
    from .networks.session import Port

MANIFEST = "blender_manifest.toml"
LIBRARIES = {"numpy": "NumPy", "scipy": "SciPy", "cv2": "OpenCV", "av": "PyAV", "onnxruntime": "ONNX Runtime"}
COMMON_CODECS = ("h264", "hevc", "mpeg4", "vp9", "av1", "prores", "mjpeg", "png")
"""What videos from phones, cameras, editors and the web are written in."""
ENOUGH_ROOM = 500_000_000
"""Bytes. Takes are small; previews and Blender's own files are what fills a disk up."""
SQUARE = 256  # pixels
SOME = 64  # for a side or a number of frames that a network leaves open


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ``text`` says what was found, or what is wrong and what to do."""

    name: str
    is_good: bool
    text: str


def main(folder: str) -> None:
    """Print a finding a line, as JSON, for the process that started this one."""
    for finding in findings(Path(folder)):
        print(json.dumps(asdict(finding)), flush=True)


def from_line(line: str) -> Finding:
    """Raises ValueError where ``line`` is no finding, but something that a library printed."""
    return record_from(Finding, fields_of(line))


def report(found: Iterator[Finding] | list[Finding]) -> str:
    """The findings as text for a screen or a bug report."""
    return "\n".join(f"{'ok  ' if one.is_good else 'FAIL'}  {one.name:<18}{one.text}" for one in found)


def findings(folder: Path) -> Iterator[Finding]:
    """Everything that an import needs, in the order in which it needs it. Takes are to be saved in ``folder``."""
    checks: dict[str, Callable[[], str]] = {
        "Extension": extension_in_words,
        "Python": python_in_words,
        **{label: partial(library, name) for name, label in LIBRARIES.items()},
        "Decoder": decoder,
        "Networks": networks,
        "One frame": one_frame,
        "Free space": partial(free_space, folder),
        "Write access": partial(write_access, folder),
    }
    for name, check in checks.items():
        yield finding(name, check)


def finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except MocapError as error:
        return Finding(name, False, " ".join(filter(None, (error.text, error.detail and f"({error.detail})"))))
    except ImportError as error:
        return Finding(name, False, printable(f"{remedy(error)} ({error})"))
    except Exception as error:  # whatever is wrong with a computer, the checks that follow still tell more
        return Finding(name, False, printable(f"{type(error).__name__}: {error}. {REINSTALL}"))


def extension_in_words() -> str:
    """Version and place. The manifest lies in the installed package, and beside it in the project's tree."""
    package = MODELS_FOLDER.parent
    manifest = next(folder / MANIFEST for folder in (package, package.parent) if os.path.isfile(folder / MANIFEST))
    return f"{tomllib.loads(manifest.read_text(encoding='utf-8'))['version']}, {package}"


def python_in_words() -> str:
    return f"{platform.python_version()} on {platform.platform()}, {os.cpu_count()} cores, {sys.executable}"


def library(name: str) -> str:
    """Version and place of a library. Raises MocapError with what to do when it cannot be loaded."""
    try:
        loaded = importlib.import_module(name)
    except Exception as error:  # a library with a foreign NumPy raises what it likes
        raise MocapError("library_missing", remedy(error), str(error)) from error
    return f"{loaded.__version__}, {Path(str(loaded.__file__)).parent}"


REINSTALL = "Install the extension again."
VISUAL_C = (
    "Windows lacks the Visual C++ runtime, or has an old one. Install the Microsoft Visual C++ Redistributable (x64), "
    "then restart Blender."
)
MEDIA_FEATURES = (
    f"{VISUAL_C} Windows N and KN also need the Media Feature Pack, which Windows offers under Optional Features."
)
QUARANTINE = (
    "macOS has put the extension's libraries into quarantine. Run `xattr -dr com.apple.quarantine` on the folder "
    "{folder} in Terminal, and restart Blender."
)
NO_EXECUTION = (
    "The extension lies on a disk from which no programs may be run (mounted noexec): {folder}. Set "
    "BLENDER_USER_RESOURCES to a folder on another disk, and install the extension there."
)
OLD_SYSTEM = (
    "This system is too old for the libraries: they need glibc 2.28, macOS 14, or on Intel macOS 13. Update the system."
)
WRONG_ZIP = "The extension was made for another system or another Blender. Install the zip for yours."
REMEDIES = (
    ("DLL load failed while importing cv2", MEDIA_FEATURES),
    ("DLL load failed", VISUAL_C),
    ("library load disallowed", QUARANTINE),
    ("not valid for use in process", QUARANTINE),
    ("code signature", QUARANTINE),
    ("failed to map segment", NO_EXECUTION),
    ("Operation not permitted", NO_EXECUTION),
    ("GLIBC", OLD_SYSTEM),
    ("built for macOS", OLD_SYSTEM),
    ("wrong ELF class", WRONG_ZIP),
    ("incompatible architecture", WRONG_ZIP),
    ("Python version mismatch", WRONG_ZIP),
)
"""What a system's loader says -> what to do about it."""


def remedy(error: BaseException) -> str:
    """What to do about a library that could not be loaded, by what the system said. SciPy puts its own words first."""
    said = " ".join(map(str, causes(error)))
    text = next((text for words, text in REMEDIES if words in said), f"A library is missing. {REINSTALL}")
    return text.format(folder=libraries_folder())


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """``error``, and what it came of."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def libraries_folder() -> str:
    """Where Blender has unpacked the wheels; OpenCV adds folders inside it to the path."""
    entries = (Path(entry) for entry in sys.path)
    unpacked = (entry for entry in entries if ".local" in entry.parts and entry.name == "site-packages")
    return str(next(unpacked, MODELS_FOLDER.parent))


def decoder() -> str:
    """A video that is written here and read back. Raises MocapError where common kinds of video cannot be read."""
    import av

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.mp4"
        write_video(path, 3)
        with av.open(str(path)) as container:
            read = [frame.to_ndarray(format="rgb24").mean() for frame in container.decode(video=0)]
    missing = [name for name in COMMON_CODECS if name not in av.codecs_available]
    if len(read) != 3 or abs(read[0] - 128) > 8 or missing:
        raise MocapError(
            "decoder_broken",
            Sentence("Videos cannot be read as they should. {remedy}", remedy=REINSTALL),
            ", ".join(missing),
        )
    return f"reads back what it writes; knows {', '.join(COMMON_CODECS)}"


def write_video(path: Path, frames: int) -> None:
    """A grey video of so many frames, SQUARE pixels wide and high."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = SQUARE
        picture = np.full((SQUARE, SQUARE, 3), 128, np.uint8)
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def network_names() -> list[str]:
    return sorted(card.stem for card in MODELS_FOLDER.glob("*.md"))


def networks() -> str:
    """Raises MocapError where a bundled network is not the file that its card describes."""
    return ", ".join(f"{name} {bundled_model(name)[1][:8]}" for name in network_names())


def one_frame() -> str:
    """An import of a grey frame, in which there is nobody, and then every bundled network once on nothing.

    Raises MocapError when one fails.
    """
    from .networks.session import Session
    from .pipeline import run

    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "check.mp4"
        write_video(video, 1)
        try:
            run(Job(video, video.with_suffix(".take.npz")), lambda *_: None, lambda _: None)
        except MocapError as error:
            if error.code != "no_person":
                raise
    sessions = [Session(bundled_model(name)[0]) for name in network_names()]
    for session in sessions:
        session.run({port.name: nothing(port) for port in session.signature.inputs})
    return f"{len(sessions)} networks answered within {sum(session.seconds for session in sessions):.2f} s"


def nothing(port: "Port") -> NDArray[Any]:
    """Zeros of a shape that a network takes: one of whatever comes first, the sides as stated or SOME."""
    first, *sides = port.shape
    kinds = {"float": np.float32, "float16": np.float16, "int32": np.int32, "uint8": np.uint8}
    return np.zeros([first or 1, *(size or SOME for size in sides)], kinds[port.kind])


def free_space(folder: Path) -> str:
    place = next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.exists(place))
    free = shutil.disk_usage(place).free
    if free < ENOUGH_ROOM:
        raise MocapError(
            "disk_full",
            Sentence("Only {free:.0f} MB are free on the disk of {folder}. Make room.", free=free / 1e6, folder=folder),
        )
    return f"{free / 1e9:.1f} GB on the disk of {folder}"


def write_access(folder: Path) -> str:
    check_saving(folder / "check.take.npz")
    check_room(Path(tempfile.gettempdir()) / "check", 0)
    return f"takes can be saved in {folder}"
