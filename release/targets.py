"""Which zips there are: one for each system and each Python that Blender comes with."""

import platform
from dataclasses import dataclass

BLENDERS = {"3.11": ("4.2", "5.0"), "3.13": ("5.1", None)}
"""Python -> the first and the last Blender that comes with it; None: the newest is not the last."""
WHEEL_TAGS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
    "linux-arm64": ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64"),
    "macos-arm64": ("macosx_14_0_arm64",),
    "macos-x64": ("macosx_13_0_x86_64",),  # SciPy for 14 is 13 MB less, and leaves out the Macs that end at 13
    "windows-x64": ("win_amd64",),
}
"""Platform, as a manifest calls it -> what pip may choose from, newest first; a macOS stands for the earlier ones, too.
windows-arm64 is missing: OpenCV has no wheel for it."""
LAST_BLENDER = {"macos-x64": "4.5"}
"""Where a platform ends before a Python does: Blender 5.0 no longer runs on Intel Macs."""


@dataclass(frozen=True)
class Target:
    """One zip: a platform, and the Blenders of one Python from ``first`` to ``last``, or on from ``first``."""

    platform: str
    python: str
    first: str
    last: str | None

    @property
    def words(self) -> str:
        """What the zip's name says of it; a Python only where it is not the one of blender.org's builds."""
        blenders = f"{self.first}-{f'to-{self.last}' if self.last else 'and-later'}"
        is_usual = self.python in BLENDERS and BLENDERS[self.python][0] == self.first
        return f"{self.platform}-blender-{blenders}{'' if is_usual else f'-python-{self.python}'}"

    @property
    def version_min(self) -> str:
        return f"{self.first}.0"

    @property
    def version_max(self) -> str | None:
        """The first Blender that is too new, as a manifest states it."""
        if self.last is None:
            return None
        major, minor = _version(self.last)
        return f"{major}.{minor + 1}.0"

    def is_for(self, blender: str) -> bool:
        """Whether ``blender``, like "4.5", is one of its Blenders."""
        is_new_enough = _version(blender) >= _version(self.first)
        return is_new_enough and (self.last is None or _version(blender) <= _version(self.last))


def all_targets() -> list[Target]:
    return [
        Target(name, python, first, _earlier(last, LAST_BLENDER.get(name)))
        for name in WHEEL_TAGS
        for python, (first, last) in BLENDERS.items()
        if name not in LAST_BLENDER or _version(first) <= _version(LAST_BLENDER[name])
    ]


def this_platform() -> str:
    """This computer's platform as a manifest calls it, like linux-x64."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    return f"{system}-{'arm64' if platform.machine().lower() in ('arm64', 'aarch64') else 'x64'}"


def _earlier(last: str | None, end: str | None) -> str | None:
    """Of two last versions, of which None is no end, the earlier."""
    stated = [version for version in (last, end) if version]
    return min(stated, key=_version) if stated else None


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)
