"""Which zip is for which Blender: every Blender of a platform has one zip, never two."""

import tomllib
from dataclasses import replace

import pytest

from release.package import ROOT, chosen, manifest_for
from release.targets import WHEEL_TAGS, all_targets

PYTHON_OF_BLENDER = {
    "4.2": "3.11", "4.3": "3.11", "4.4": "3.11", "4.5": "3.11", "5.0": "3.11", "5.1": "3.13", "5.2": "3.13",
}  # fmt: skip
"""What blender.org ships."""


def triple(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("platform", WHEEL_TAGS)
@pytest.mark.parametrize(("blender", "python"), PYTHON_OF_BLENDER.items())
def test_every_blender_has_the_one_zip_of_its_python(platform: str, blender: str, python: str) -> None:
    targets = [target for target in all_targets() if target.platform == platform and target.is_for(blender)]
    if platform == "macos-x64" and triple(blender) > (4, 5):
        assert targets == []  # Blender 5.0 has no build for Intel Macs
        return
    assert [target.python for target in targets] == [python]


@pytest.mark.parametrize("target", all_targets(), ids=lambda target: target.words)
def test_the_manifests_bounds_hold_the_same_blenders_and_no_more(target) -> None:
    manifest = tomllib.loads(manifest_for(target, ["a-1-py3-none-any.whl"]))
    low, high = manifest["blender_version_min"], manifest.get("blender_version_max", "99.0.0")
    for blender in PYTHON_OF_BLENDER:
        for patch in ("0", "23"):
            inside = (
                triple(low) <= triple(f"{blender}.{patch}") < triple(high)
            )  # Blender's rule: the maximum is left out
            assert inside == target.is_for(blender)


def test_the_manifest_in_a_zip_is_the_trees_with_wheels_platform_and_bounds() -> None:
    target = next(target for target in all_targets() if target.words == "macos-arm64-blender-4.2-to-5.0")
    packed = tomllib.loads(manifest_for(target, ["a-1-py3-none-any.whl", "b-2-cp311-abi3-macosx_14_0_arm64.whl"]))
    assert packed.pop("wheels") == ["./wheels/a-1-py3-none-any.whl", "./wheels/b-2-cp311-abi3-macosx_14_0_arm64.whl"]
    assert packed.pop("platforms") == ["macos-arm64"]
    assert packed.pop("blender_version_max") == "5.1.0"
    assert packed == tomllib.loads((ROOT / "blender_manifest.toml").read_text())


def test_platforms_and_blenders_can_be_chosen() -> None:
    assert {target.platform for target in chosen(["all"], None)} == set(WHEEL_TAGS)
    assert [target.words for target in chosen(["windows-x64"], ["5.2"])] == ["windows-x64-blender-5.1-and-later"]
    assert [target.words for target in chosen(["macos-x64"], None)] == ["macos-x64-blender-4.2-to-4.5"]
    assert chosen(["macos-x64"], ["5.0"]) == []


def test_a_zip_for_debians_python_says_so() -> None:
    (target,) = chosen(["linux-x64"], ["5.2"])
    assert replace(target, python="3.14").words == "linux-x64-blender-5.1-and-later-python-3.14"


def test_the_manifest_of_the_tree_spans_all_blenders() -> None:
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    assert triple(manifest["blender_version_min"]) == min(triple(target.version_min) for target in all_targets())
    assert "blender_version_max" not in manifest
