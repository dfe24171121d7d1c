"""What the panel reports of the last work of each kind: importing, mending, cleaning up, finding bones, baking."""

import sys
from dataclasses import dataclass, field

from ..take.errors import MocapError
from .translation import said


@dataclass
class Reports:
    """``done`` says what was done, ``notices`` did not stop the work, ``error`` did ("" for none)."""

    done: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    error: str = ""

    def clear(self) -> None:
        self.done.clear()
        self.notices.clear()
        self.error = ""

    def notify(self, text: str) -> None:
        self.notices.append(said(text))

    def fail(self, error: MocapError) -> None:
        """Show the error's text; its detail goes to the console, for a bug report."""
        self.error = said(error.text)
        print(f"GAST Mocap: {error.code}: {error.text}\n{error.detail}".rstrip(), file=sys.stderr)


of_import = Reports()
of_mending = Reports()
of_clean_up = Reports()
of_bone_map = Reports()
of_bake = Reports()
of_match = Reports()


def forget() -> None:
    """Call when another file is opened: these are of the one before."""
    for reports in (of_import, of_mending, of_clean_up, of_bone_map, of_bake, of_match):
        reports.clear()
