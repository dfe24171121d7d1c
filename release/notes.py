"""The changelog's section of a tag, for the release's page: ``python -m release.notes v0.1.0``.

Tag, manifest and changelog must name the same version, and the changelog must no longer call it unreleased.
"""

import re
import sys
from pathlib import Path

from .package import ROOT, version

SECTION = re.compile(r"^## (?P<head>.+)\n(?P<text>(?:(?!## ).*\n?)*)", re.MULTILINE)


def release_notes(tag: str, manifest_version: str, changelog: str) -> str:
    """Raises ValueError when the three do not agree."""
    newest = SECTION.search(changelog)
    if newest is None:
        raise ValueError("CHANGELOG.md has no section.")
    if tag != f"v{manifest_version}":
        raise ValueError(f"The tag {tag} is not v{manifest_version}, the manifest's version.")
    if newest["head"].split()[0] != manifest_version:
        raise ValueError(f"CHANGELOG.md begins with {newest['head']}, the manifest says {manifest_version}.")
    if "unreleased" in newest["head"]:
        raise ValueError(f"CHANGELOG.md still calls {manifest_version} unreleased. Put the date there.")
    return newest["text"].strip() + "\n"


if __name__ == "__main__":
    try:
        print(release_notes(sys.argv[1], version(), Path(ROOT, "CHANGELOG.md").read_text(encoding="utf-8")))
    except ValueError as error:
        sys.exit(str(error))
