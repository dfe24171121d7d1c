import numpy as np
import pytest
from walker import Camera, film, stand, walk

from gast_mocap.motion.body import prepare_body
from gast_mocap.motion.contacts import phases_of
from gast_mocap.motion.focal import find_field_of_view
from gast_mocap.motion.travel import DEFAULT_FIELD_OF_VIEW, focal_length_px
from gast_mocap.take.settings import CleanSettings

TIMES = np.arange(150) / 30


def found_for(performance, camera: Camera) -> float:
    take = film([performance], camera, seed=2, pixel_noise=1.5, pose_noise=0.02)
    body = prepare_body(take.people[0], take.video, CleanSettings())
    seen = body.sighting(take.video, focal_length_px(camera.width, DEFAULT_FIELD_OF_VIEW))
    return find_field_of_view([seen], [phases_of(performance.standing, TIMES, 0.5)], 0.3)


@pytest.mark.parametrize("field_of_view", [45.0, 60.0, 75.0])
def test_a_walk_in_depth_shows_the_lens(field_of_view: float) -> None:
    camera = Camera(field_of_view=field_of_view, distance=5, tilt=8)
    assert found_for(walk(TIMES, 10.0), camera) == pytest.approx(field_of_view, abs=7)


def test_someone_who_only_stands_far_away_leaves_the_usual_lens() -> None:
    camera = Camera(field_of_view=62.0, distance=9)
    assert found_for(stand(TIMES), camera) == pytest.approx(DEFAULT_FIELD_OF_VIEW, abs=8)


def test_spells_that_thinning_loses_do_no_harm() -> None:
    times = np.arange(700) / 30
    performance = walk(times, 10.0, speed=0.1)
    take = film([performance], Camera(distance=5, tilt=8), seed=2, pixel_noise=1.5, pose_noise=0.02)
    body = prepare_body(take.people[0], take.video, CleanSettings())
    seen = body.sighting(take.video, focal_length_px(take.video.width, DEFAULT_FIELD_OF_VIEW))
    standing = performance.standing.copy()
    standing[1] = True, False
    standing[[0, 2]] = False
    assert 38 < find_field_of_view([seen], [phases_of(standing, times, 0.5)], 0.3) < 83
