from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from walker import ANKLE, SHIN, THIGH, Camera, film, stand, walk

from gast_mocap.motion.clean import clean_motion
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FootContact, Motion, PartPoints, Take
from gast_mocap.take.settings import CleanSettings
from gast_mocap.take.skeletons import H36M17

TIMES = np.arange(150) / 30
KNOWN_LENS = CleanSettings(field_of_view=60.0)
CAMERA = Camera(tilt=12, roll=2, distance=9)


def quiet(_: str) -> None:
    pass


def noisy_take(performance, **options):
    return film([performance], CAMERA, seed=3, pixel_noise=2, pose_noise=0.03, **options)


def acceleration_error(joints: np.ndarray, truth: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(joints - truth, 2, axis=0), axis=-1).mean())


@pytest.mark.parametrize("heading", [0.0, 90.0, 225.0])
def test_a_walk_comes_back_as_it_was_walked(heading: float) -> None:
    performance = walk(TIMES, heading)
    motion = clean_motion(noisy_take(performance), 1, KNOWN_LENS, quiet)
    truth = performance.joints - performance.joints[0, 0] * [1, 1, 0]
    path = np.linalg.norm(truth[-1, 0] - truth[0, 0])
    assert np.linalg.norm(motion.joints[-1, 0] - truth[-1, 0]) < 0.1 * path
    assert np.allclose(motion.joints[0, 0, :2], 0, atol=1e-6)
    assert np.median(np.abs(motion.joints[:, [3, 6], 2] - truth[:, [3, 6], 2])) < 0.03
    assert motion.joints[:, [3, 6], 2].min() > ANKLE - 0.02
    pose, true_pose = motion.joints - motion.joints[:, :1], truth - truth[:, :1]
    assert np.linalg.norm(pose - true_pose, axis=-1).mean() < 0.06, "the noise is 0.07"


def test_bones_keep_their_length_and_the_body_its_height() -> None:
    motion = clean_motion(noisy_take(walk(TIMES, 45.0)), 1, replace(KNOWN_LENS, body_height=1.85), quiet)
    for parent, child in H36M17.bones():
        spans = np.linalg.norm(motion.joints[:, child] - motion.joints[:, parent], axis=-1)
        assert np.ptp(spans) < 0.001
    leg = motion.joints[0, [1, 2, 3]]
    assert np.linalg.norm(np.diff(leg, axis=0), axis=-1).sum() == pytest.approx(0.84 * 1.85 / 1.70, rel=0.03)


def test_standing_feet_do_not_slide() -> None:
    performance = walk(TIMES, 60.0)
    motion = clean_motion(noisy_take(performance), 1, KNOWN_LENS, quiet)
    loose = clean_motion(noisy_take(performance), 1, replace(KNOWN_LENS, foot_lock=False), quiet)
    planted = performance.standing[1:] & performance.standing[:-1]

    def slide(joints: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(joints[:, [3, 6]], axis=0), axis=-1)[planted].mean() * 30)

    assert slide(motion.joints) < 0.3 * slide(loose.joints)


def test_jitter_goes_without_lag() -> None:
    performance = walk(TIMES, 90.0)
    take = noisy_take(performance)
    motion, raw = (clean_motion(take, 1, s, quiet) for s in (KNOWN_LENS, CleanSettings.raw()))
    truth = performance.joints - performance.joints[:, :1]
    pose, raw_pose = motion.joints - motion.joints[:, :1], raw.joints - raw.joints[:, :1]
    assert acceleration_error(pose, truth) < 0.3 * acceleration_error(raw_pose, truth)
    swing = truth[:, 3, 0] - truth[:, 3, 0].mean()
    found = pose[:, 3, 0] - pose[:, 3, 0].mean()
    products = [np.dot(np.roll(found, lag)[10:-10], swing[10:-10]) for lag in range(-5, 6)]
    assert int(np.argmax(products)) == 5


def test_raw_only_turns_the_axes() -> None:
    take = noisy_take(stand(TIMES))
    raw = clean_motion(take, 1, CleanSettings.raw(), quiet)
    joints = take.people[0].pose.joints
    expected = np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
    assert np.allclose(raw.joints - raw.joints[:, :1], expected)
    assert np.ptp(raw.joints[:, 0], axis=0).max() < 1e-9


def test_the_lens_that_the_file_tells_of_is_used() -> None:
    take = noisy_take(walk(TIMES, 45.0))
    told = replace(take, video=replace(take.video, field_of_view=60.0))
    from_file, from_user = (clean_motion(told, 1, s, quiet) for s in (CleanSettings(), KNOWN_LENS))
    assert np.array_equal(from_file.joints, from_user.joints)


def test_a_moving_camera_is_told() -> None:
    take = replace(noisy_take(stand(TIMES)), camera_shift=0.25)
    notices: list[str] = []
    clean_motion(take, 1, KNOWN_LENS, notices.append)
    assert any("camera moves by 25%" in notice for notice in notices)
    clean_motion(replace(take, camera_shift=0.005), 1, KNOWN_LENS, notices.append)
    clean_motion(take, 1, CleanSettings.raw(), notices.append)
    assert len(notices) == 1


def test_people_keep_their_distance_and_share_a_floor() -> None:
    near, far = stand(TIMES, heading=150.0), walk(TIMES, 90.0)
    far = replace(far, joints=far.joints + np.array([0.5, 2.0, 0.0]))
    take = film([near, far], CAMERA, seed=5, pixel_noise=1.5, pose_noise=0.02)
    first, second = (clean_motion(take, track_id, KNOWN_LENS, quiet) for track_id in (1, 2))
    apart, truly = second.joints[:, 0] - first.joints[:, 0], far.joints[:, 0] - near.joints[:, 0]
    assert np.linalg.norm(apart - truly, axis=-1).mean() < 0.3
    assert first.joints[:, [3, 6], 2].mean() == pytest.approx(ANKLE, abs=0.02)
    assert second.joints[:, [3, 6], 2].min() == pytest.approx(ANKLE, abs=0.03)
    alone = clean_motion(take, 2, replace(KNOWN_LENS, own_origin=True), quiet)
    assert np.allclose(alone.joints[0, 0, :2], 0, atol=1e-6)


def test_face_front_turns_the_start_to_the_viewer() -> None:
    motion = clean_motion(noisy_take(walk(TIMES, 70.0)), 1, replace(KNOWN_LENS, face_front=True), quiet)
    across = motion.joints[0, 4] - motion.joints[0, 1]
    assert across[0] > 0
    assert abs(across[1]) < 1e-9
    assert motion.joints[-1, 0, 1] < -2, "walking ahead is walking towards -Y"


def test_people_who_face_front_keep_their_places_to_each_other() -> None:
    near, far = stand(TIMES, heading=180.0), stand(TIMES, heading=0.0)
    far = replace(far, joints=far.joints + np.array([0.5, 2.0, 0.0]))
    take = film([near, far], CAMERA, seed=5, pixel_noise=1, pose_noise=0.01)
    front = replace(KNOWN_LENS, face_front=True)
    first, second = (clean_motion(take, track_id, front, quiet).joints for track_id in (1, 2))
    assert np.linalg.norm((second - first)[:, 0] - [0.5, 2.0, 0.0], axis=-1).mean() < 0.3
    assert (second[0, 4] - second[0, 1])[0] < -0.1, "who turned the back to the viewer still does"
    alone = clean_motion(take, 2, replace(front, own_origin=True), quiet).joints
    assert (alone[0, 4] - alone[0, 1])[0] > 0.1


def test_the_performance_stands_before_a_scene_camera_as_before_the_real_one() -> None:
    performance = walk(TIMES, 30.0)
    heading, place = 65.0, np.array([3.0, -2.0, 0.0])
    aligned = replace(
        KNOWN_LENS, find_floor=False, camera_tilt=12.0, camera_roll=2.0, camera_height=1.5,
        align_camera=True, camera_x=3.0, camera_y=-2.0, camera_heading=heading,
    )  # fmt: skip
    motion = clean_motion(film([performance], CAMERA), 1, aligned, quiet)
    from_camera = performance.joints + np.array([0, CAMERA.distance, 0])
    turn = Rotation.from_euler("z", heading, degrees=True).as_matrix()
    assert np.linalg.norm(motion.joints - (from_camera @ turn.T + place), axis=-1).mean() < 0.05


def test_given_contacts_are_used_instead_of_found_ones() -> None:
    take = noisy_take(walk(TIMES, 60.0))
    given = (FootContact("left", 0.5, 1.0), FootContact("right", 1.0, 1.4))
    take = take.with_person(replace(take.people[0], contacts=given))
    motion = clean_motion(take, 1, KNOWN_LENS, quiet)
    assert [contact.foot for contact in motion.contacts] == ["left", "right"]
    for contact, wanted in zip(motion.contacts, given, strict=True):
        assert contact.start == pytest.approx(wanted.start, abs=0.034)
        assert contact.end == pytest.approx(wanted.end, abs=0.034)
    held = (motion.times >= 0.5) & (motion.times <= 1.0)
    assert np.ptp(motion.joints[held, 6], axis=0).max() < 0.005


def test_people_of_different_heights_stand_on_one_floor() -> None:
    child = stand(TIMES, heading=150.0)
    child = replace(child, joints=0.65 * child.joints + [-0.8, 0, 0])
    adult = walk(TIMES, 90.0)
    adult = replace(adult, joints=adult.joints + np.array([-2, 2.0, 0.0]))
    take = film([child, adult], CAMERA, seed=5, pixel_noise=1.5, pose_noise=0.02)
    take = take.with_person(replace(take.people[0], body_height=0.65 * 1.7))
    small, tall = (clean_motion(take, track_id, KNOWN_LENS, quiet) for track_id in (1, 2))
    apart, truly = tall.joints[:, 0] - small.joints[:, 0], adult.joints[:, 0] - child.joints[:, 0]
    assert np.linalg.norm(apart - truly, axis=-1).mean() < 0.3
    assert small.joints[:, [3, 6], 2].mean() == pytest.approx(0.65 * ANKLE, abs=0.03)
    assert tall.joints[:, [3, 6], 2].min() == pytest.approx(ANKLE, abs=0.03)


def pair_of(one_height: float, other_height: float, camera: Camera, stage: float = 0.0) -> Take:
    """Somebody who walks past somebody who stands, on a ``stage`` of so many metres."""
    near, far = stand(TIMES, heading=150.0), walk(TIMES, 90.0)
    near = replace(near, joints=one_height / 1.7 * near.joints + np.array([-0.8, 0, stage]))
    far = replace(far, joints=other_height / 1.7 * far.joints + np.array([-2, 2.0, 0.0]))
    return film([near, far], camera, seed=5, pixel_noise=1.5, pose_noise=0.02)


HIGH_CAMERA = replace(CAMERA, height=2.2, tilt=15.0)


def height_of(motion: Motion) -> float:
    """As a share of the performer's legs, who is 1.70 m tall."""
    legs = np.linalg.norm(np.diff(motion.joints[:, [1, 2, 3]], axis=1), axis=-1).sum(1)
    return float(1.7 * np.median(legs) / (THIGH + SHIN))


@pytest.mark.parametrize(("one", "other"), [(1.55, 1.85), (1.85, 1.55), (1.60, 1.75)])
def test_feet_on_one_floor_tell_who_is_taller(one: float, other: float) -> None:
    told: list[str] = []
    take = pair_of(one, other, HIGH_CAMERA)
    motions = [clean_motion(take, track_id, KNOWN_LENS, told.append) for track_id in (1, 2)]
    assert height_of(motions[0]) / height_of(motions[1]) == pytest.approx(one / other, rel=0.06)
    assert told and told[0].startswith("Heights were found")
    found = [motions[0].heights[track_id] for track_id in (1, 2)]
    assert found[0].metres / found[1].metres == pytest.approx(one / other, rel=0.06)
    assert all(0.005 < height.error < 0.3 and height.words in told[0] for height in found)
    for motion in motions:
        soles = motion.joints[:, [3, 6], 2].min(1) - ANKLE * height_of(motion) / 1.7
        assert np.abs(soles).max() < 0.06
    known = take.with_person(replace(take.people[0], body_height=one))
    apart = np.subtract(*(clean_motion(known, track_id, KNOWN_LENS, quiet).joints[:, 0] for track_id in (2, 1)))
    beside_known = clean_motion(known, 2, KNOWN_LENS, quiet)
    assert height_of(beside_known) == pytest.approx(other, rel=0.05)
    assert 1 not in beside_known.heights, "what was said is not found"
    truly = take_apart(one, other)
    assert np.mean(np.abs(np.linalg.norm(apart, axis=-1) / np.linalg.norm(truly, axis=-1) - 1)) < 0.15


def take_apart(one: float, other: float) -> np.ndarray:
    """(t, 3) the way from the hips of one to those of the other in ``pair_of``."""
    near, far = stand(TIMES, heading=150.0).joints[:, 0], walk(TIMES, 90.0).joints[:, 0]
    way: np.ndarray = other / 1.7 * far + [-2, 2.0, 0.0] - one / 1.7 * near - [-0.8, 0, 0]
    return way


def test_who_is_known_to_be_no_giant_stands_on_a_stage() -> None:
    told: list[str] = []
    take = pair_of(1.7, 1.7, HIGH_CAMERA, stage=0.6)
    take = replace(take, people=tuple(replace(person, body_height=1.7) for person in take.people))
    motion = clean_motion(take, 1, KNOWN_LENS, told.append)
    assert motion.joints[:, [3, 6], 2].mean() == pytest.approx(0.6 + ANKLE, abs=0.12)
    assert len(motion.contacts) == 2, "both feet stand all the time"
    assert any("above the floor" in notice for notice in told)


def test_heights_change_smoothly_with_a_height_that_was_given() -> None:
    take = pair_of(1.55, 1.85, HIGH_CAMERA)
    found = []
    for height in np.arange(1.5, 1.71, 0.05):
        known = take.with_person(replace(take.people[0], body_height=float(height)))
        found.append(height_of(clean_motion(known, 2, KNOWN_LENS, quiet)))
    assert np.all(np.abs(np.diff(found)) < 0.09)


def test_the_height_of_somebody_alone_is_what_was_said() -> None:
    take = film([walk(TIMES, 60.0)], HIGH_CAMERA, pixel_noise=1.5, pose_noise=0.02)
    told: list[str] = []
    assert height_of(clean_motion(take, 1, replace(KNOWN_LENS, body_height=1.9), told.append)) == pytest.approx(
        1.9, rel=0.02
    )
    assert not told


def test_short_gaps_are_bridged_and_long_ones_reported() -> None:
    performance = walk(TIMES, 90.0)
    told: list[str] = []
    take = noisy_take(performance, unseen=(*range(40, 46), *range(80, 120)))
    motion = clean_motion(take, 1, KNOWN_LENS, told.append)
    assert motion.times.tolist() == [*TIMES[:80], *TIMES[120:]]
    assert np.all(motion.scores[40:46] == 0)
    truth = performance.joints - performance.joints[:, :1]
    pose = motion.joints - motion.joints[:, :1]
    assert np.linalg.norm(pose[40:46] - truth[40:46], axis=-1).mean() < 0.08
    assert told == ["Person 1 is unseen for 1.4 s. This gap gets no keys, so Blender interpolates across it."]


def test_several_gaps_are_told_in_one_notice() -> None:
    told: list[str] = []
    clean_motion(film([stand(TIMES)], CAMERA, unseen=(*range(20, 50), *range(80, 120))), 1, KNOWN_LENS, told.append)
    assert told == [
        "Person 1 is unseen 2 times, for up to 1.4 s. These gaps get no keys, so Blender interpolates across them."
    ]


def test_the_given_camera_is_used_instead_of_a_found_one() -> None:
    known = replace(KNOWN_LENS, find_floor=False, camera_tilt=12.0, camera_roll=2.0, camera_height=1.5)
    performance = walk(TIMES, 30.0)
    motion = clean_motion(film([performance], CAMERA), 1, known, quiet)
    truth = performance.joints - performance.joints[0, 0] * [1, 1, 0]
    assert np.linalg.norm(motion.joints - truth, axis=-1).mean() < 0.03


@pytest.mark.parametrize("height", [0.0, -0.6])
def test_a_camera_on_the_floor_or_under_it_is_given_too(height: float) -> None:
    """As from an orchestra pit; whoever walks on a stage of half a metre is not put on the floor."""
    camera = Camera(tilt=-8, height=height, distance=9)
    performance = walk(TIMES, 30.0)
    performance = replace(performance, joints=performance.joints + np.array([0, 0, 0.5]))
    known = replace(KNOWN_LENS, find_floor=False, camera_tilt=-8.0, find_height=False, camera_height=height)
    motion = clean_motion(film([performance], camera), 1, known, quiet)
    truth = performance.joints - performance.joints[0, 0] * [1, 1, 0]
    assert np.linalg.norm(motion.joints - truth, axis=-1).mean() < 0.1


@pytest.mark.parametrize("find_floor", [True, False])
def test_on_the_spot_the_feet_are_on_the_floor(find_floor: bool) -> None:
    on_the_spot = replace(KNOWN_LENS, travel=False, find_floor=find_floor, camera_tilt=12.0, camera_roll=2.0)
    motion = clean_motion(noisy_take(walk(TIMES, 45.0)), 1, on_the_spot, quiet)
    assert np.ptp(motion.joints[:, 0, :2], axis=0).max() < 1e-9
    assert np.percentile(motion.joints[:, [3, 6], 2].min(1), 10) == pytest.approx(ANKLE, abs=0.005)


def test_missing_and_hardly_seen_people_are_named() -> None:
    take = noisy_take(stand(TIMES), unseen=tuple(range(2, 150)))
    with pytest.raises(MocapError) as missing:
        clean_motion(take, 7, CleanSettings(), quiet)
    assert missing.value.code == "person_missing"
    with pytest.raises(MocapError) as unseen:
        clean_motion(take, 1, CleanSettings(), quiet)
    assert unseen.value.code == "person_unseen"


def test_every_control_explains_itself() -> None:
    for control in fields(CleanSettings):
        assert control.metadata["label"]
        assert len(control.metadata["tooltip"]) > 20
        if isinstance(control.default, float):
            assert control.metadata["min"] <= control.default <= control.metadata["max"]


def test_a_person_whose_joints_lie_in_one_place_is_refused_and_no_trouble_for_others() -> None:
    take = film([walk(TIMES, 0.0), walk(TIMES, 90.0)], CAMERA, seed=3)
    shapeless = replace(take.people[0], pose=replace(take.people[0].pose, joints=0 * take.people[0].pose.joints))
    take = replace(take, people=(shapeless, take.people[1]))
    with pytest.raises(MocapError) as caught:
        clean_motion(take, shapeless.track_id, KNOWN_LENS, quiet)
    assert caught.value.code == "person_shapeless"
    assert np.isfinite(clean_motion(take, take.people[1].track_id, KNOWN_LENS, quiet).joints).all()


@pytest.mark.parametrize("placed", [{}, {"face_front": True}, {"align_camera": True, "camera_heading": 40.0}])
def test_the_camera_is_told_that_sees_the_performance_so(placed: dict) -> None:
    from gast_mocap.motion.body import LIMBS
    from gast_mocap.take.skeletons import COCO17

    take = film([walk(np.arange(90) / 30, 90.0)], Camera())
    motion = clean_motion(take, 1, replace(CleanSettings(), **placed), quiet)
    keypoints = take.person(1).keypoints
    seen = motion.camera.picture_of(motion.joints[:, H36M17.indices(*LIMBS)], take.video.width, take.video.height)
    missed = np.linalg.norm(seen - keypoints.points[:, COCO17.indices(*LIMBS)], axis=-1)
    assert np.median(missed) < 0.03 * np.median(np.ptp(keypoints.points[..., 1], axis=1))


def test_who_stays_in_place_was_seen_by_no_camera() -> None:
    assert clean_motion(film([stand(np.arange(30) / 30)], Camera()), 1, CleanSettings.raw(), quiet).camera is None


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ((1.0, 1.0), []),
        ((1.0, 0.0), ["right hand cannot be read"]),
        ((0.0, 0.0), ["hands are too small or too blurred"]),
        ((0.4, 1.0), ["left hand is read 4"]),
    ],
)
def test_hands_that_were_looked_for_and_not_read_are_told(seen: tuple[float, float], told: list[str]) -> None:
    """The longer the walk, the less the second counts for which a hand is held."""
    times = np.arange(600) / 30
    take = film([walk(times, 20.0)], Camera())
    person = take.people[0]
    count = len(person.keypoints.frames)
    scores = np.repeat(np.arange(count)[:, None] < np.array(seen) * count, 21, axis=1) * 0.95
    shapes = PartPoints(np.random.default_rng(1).random((count, 42, 3)), scores)
    keypoints = replace(person.keypoints, parts={"hand_shapes": shapes})
    asked = replace(take.settings, models={**take.settings.models, "hands": "0" * 64})
    notices: list[str] = []
    take = replace(take, people=(replace(person, keypoints=keypoints),), settings=asked)
    clean_motion(take, 1, CleanSettings(), notices.append)
    about_hands = [notice for notice in notices if "hand" in notice]
    assert len(about_hands) == len(told)
    assert all(words in notice for words, notice in zip(told, about_hands, strict=True))
