"""Bodies that are remembered from one clean-up to the next."""

from dataclasses import fields, replace

import numpy as np
import pytest
from walker import Camera, film, walk

from gast_mocap.motion.body import Body, KeptBodies, prepare_body
from gast_mocap.take.records import FootContact, Take
from gast_mocap.take.settings import CleanSettings

GIVEN = CleanSettings()


@pytest.fixture
def take() -> Take:
    return film([walk(np.arange(40) / 30, 10.0)], Camera(), seed=2, pose_noise=0.02)


def same(first: Body, second: Body) -> bool:
    return all(np.array_equal(getattr(first, f.name), getattr(second, f.name)) for f in fields(Body))


@pytest.mark.parametrize(
    "changes",
    [
        {"body_height": 1.5}, {"fill_gaps": 2.0}, {"remove_outliers": False}, {"smooth_body": 0.7},
        {"constant_lengths": False}, {"symmetric": False}, {"travel": False}, {"foot_lock": False},
    ],
)  # fmt: skip
def test_a_remembered_body_is_the_one_that_would_be_made_anew(take: Take, changes: dict[str, float | bool]) -> None:
    kept, person = KeptBodies(), take.people[0]
    for settings in (GIVEN, replace(GIVEN, **changes), GIVEN):
        assert same(kept(person, take.video, settings), prepare_body(person, take.video, settings))
    taller = replace(person, body_height=2.1)
    assert same(kept(taller, take.video, GIVEN), prepare_body(taller, take.video, GIVEN))


def test_what_a_body_does_not_follow_from_is_not_asked(take: Take) -> None:
    kept, person = KeptBodies(), take.people[0]
    first = kept(person, take.video, GIVEN)
    contacts = (FootContact("left", 0.1, 0.4),)
    again = kept(replace(person, contacts=contacts), take.video, replace(GIVEN, travel=False))
    assert again.joints is first.joints
    assert again.contacts == contacts, "contacts are those of the person as it is now"


def test_of_many_bodies_the_last_are_remembered(take: Take) -> None:
    kept, person = KeptBodies(), take.people[0]
    heights = 1.5 + 0.02 * np.arange(KeptBodies.MOST + 1)
    made = [kept(replace(person, body_height=height), take.video, GIVEN).joints for height in heights]
    assert kept(replace(person, body_height=heights[-1]), take.video, GIVEN).joints is made[-1]
    assert kept(replace(person, body_height=heights[0]), take.video, GIVEN).joints is not made[0]
