"""Dark and pale pictures are evened, others are left alone."""

import numpy as np
import pytest

from gast_mocap.inference.people.exposure import evened
from gast_mocap.inference.video.pyramid import Pyramid


def scene(low: float, high: float) -> Pyramid:
    """A picture whose brightness runs evenly from ``low`` to ``high``."""
    ramp = np.linspace(low, high, 320)
    return Pyramid.of(np.repeat(np.tile(ramp, (240, 1))[..., None], 3, axis=-1).astype(np.uint8))


def shown(frame: Pyramid) -> np.ndarray:
    return frame.picture(np.array([0.0, 0, *frame.size]), 320, 240)


@pytest.mark.parametrize(("low", "high"), [(2, 50), (5, 20), (190, 230)])
def test_dark_and_pale_pictures_use_the_whole_range(low: float, high: float) -> None:
    picture = shown(evened(scene(low, high)))
    assert np.ptp(picture) > 230
    assert np.median(picture) == pytest.approx(0.45 * 255, abs=16)


def test_a_well_exposed_picture_is_not_touched() -> None:
    frame = scene(10, 240)
    assert evened(frame) is frame


def test_a_picture_of_one_brightness_stays_a_picture() -> None:
    assert shown(evened(scene(90, 90))).shape == (240, 320, 3)


def test_somebody_lit_on_a_dark_stage_is_not_washed_out() -> None:
    stage = np.full((240, 320, 3), 6, np.uint8)
    stage[100:200, 150:190] = 210
    frame = Pyramid.of(stage)
    assert shown(evened(frame))[150, 170].tolist() == [210, 210, 210]
