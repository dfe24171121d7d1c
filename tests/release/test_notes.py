"""What a tag's release says, and which tags are refused."""

import re

import pytest

from release.notes import release_notes
from release.package import ROOT, version

CHANGELOG = "# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- Quicker.\n- Better.\n\n## 0.1.0 (2026-11-01)\n\n- First.\n"


def test_a_tags_notes_are_its_section_alone() -> None:
    assert release_notes("v0.2.0", "0.2.0", CHANGELOG) == "- Quicker.\n- Better.\n"


@pytest.mark.parametrize(
    ("tag", "manifest", "changelog", "reason"),
    [
        ("v0.2.1", "0.2.0", CHANGELOG, "tag"),
        ("0.2.0", "0.2.0", CHANGELOG, "tag"),
        ("v0.3.0", "0.3.0", CHANGELOG, "begins with 0.2.0"),
        ("v0.2.0", "0.2.0", CHANGELOG.replace("2026-12-01", "unreleased"), "unreleased"),
        ("v0.2.0", "0.2.0", "", "no section"),
    ],
)
def test_a_tag_on_which_not_all_agree_is_refused(tag: str, manifest: str, changelog: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        release_notes(tag, manifest, changelog)


def test_manifest_and_changelog_agree_today() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest and newest[1] == version()
