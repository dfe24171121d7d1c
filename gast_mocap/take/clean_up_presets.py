"""Ways to set the clean-up for a kind of performance."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from .settings import CleanSettings, same

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "Walk": {},
    "Dance": {"smooth_body": 0.25, "smooth_travel": 0.2, "contact_sensitivity": 0.6, "lock_release": 0.2},
    "Fight": {"smooth_body": 0.15, "smooth_travel": 0.15, "contact_sensitivity": 0.4, "lock_release": 0.15},
    "Sit or Floor Work": {"smooth_body": 0.5, "smooth_travel": 0.6, "contact_sensitivity": 0.3},
    "Unsmoothed": {"smooth_body": 0.0, "smooth_travel": 0.0, "remove_outliers": False, "foot_lock": False},
}
"""Name -> what differs from the defaults in how movement is smoothed and feet are held. Quick moves want less of both,
and people who sit or roll stand on their feet seldom."""
TUNED = sorted({name for changes in PRESETS.values() for name in changes})
"""The controls that presets set; the others, such as height and camera, are of the video and stay."""


def with_preset(settings: CleanSettings, name: str) -> CleanSettings:
    """``settings`` with what the preset says. Raises KeyError when there is none of that name."""
    usual = asdict(CleanSettings())
    return replace(settings, **{control: PRESETS[name].get(control, usual[control]) for control in TUNED})


def preset_of(settings: CleanSettings) -> str:
    """The name of the preset that ``settings`` are as, "Custom" where they are as none."""
    return next((name for name in PRESETS if same(with_preset(settings, name), settings)), "Custom")
