from dataclasses import replace

import pytest

from gast_mocap.take.clean_up_presets import PRESETS, preset_of, with_preset
from gast_mocap.take.settings import CleanSettings


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_recognised_and_leaves_what_is_of_the_video(name: str) -> None:
    own = replace(CleanSettings(), body_height=1.9, camera_tilt=12.0, travel=False)
    tuned = with_preset(own, name)
    assert preset_of(tuned) == name
    assert (tuned.body_height, tuned.camera_tilt, tuned.travel) == (1.9, 12.0, False)


def test_a_preset_takes_back_what_the_one_before_set() -> None:
    fought = with_preset(CleanSettings(), "Fight")
    assert with_preset(fought, "Walk") == CleanSettings()
    assert preset_of(replace(fought, smooth_body=0.16)) == "Custom"


def test_quick_moves_are_smoothed_less() -> None:
    smoothness = [with_preset(CleanSettings(), name).smooth_body for name in ("Walk", "Dance", "Fight", "Unsmoothed")]
    assert smoothness == sorted(smoothness, reverse=True)
