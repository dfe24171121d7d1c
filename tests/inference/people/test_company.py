"""People who overlap: drawn bodies and a stand-in network that, as real ones do, reads joints off the one in front."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from gast_mocap.inference.networks.roles import Detections, Poses
from gast_mocap.inference.people.company import (
    FASTEST,
    HELD_SCORE,
    LONGEST,
    expect_company,
    expected,
    is_covered,
    is_found_again,
    look_past,
    own_joints,
    told_apart,
    with_held_bridged,
)
from gast_mocap.inference.people.keypoints import square_around
from gast_mocap.inference.people.observe import Observations
from gast_mocap.inference.people.pose import Pose
from gast_mocap.inference.people.watch import Eyes, Watcher, join, tell_people
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.video.frame import Frame
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.take.records import FloatArray, VideoInfo
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import COCO17

FPS = 30.0
WIDTH, HEIGHT = 640, 360
STANDING = np.array(
    [
        (0, -95), (3, -98), (-3, -98), (6, -96), (-6, -96),
        (18, -75), (-18, -75), (24, -45), (-24, -45), (26, -15), (-26, -15),
        (12, -15), (-12, -15), (13, 40), (-13, 40), (14, 95), (-14, 95),
    ],
    float,
)  # fmt: skip
WIDE = STANDING * (3, 1)
"""Elbows and wrists, knees and ankles show on both sides of whoever stands in front."""
FRONT, BEHIND, WALL = 250, 130, 60


def body(x: float, shape: FloatArray = STANDING) -> FloatArray:
    return shape + np.array([x, 180])


def room(front: FloatArray, behind: FloatArray) -> Pyramid:
    """Both as drawn limbs and trunk."""
    image = np.full((HEIGHT, WIDTH, 3), WALL, np.uint8)
    for points, grey in ((behind, BEHIND), (front, FRONT)):
        whole = points.round().astype(int)
        for first, second in COCO17.bones():
            cv2.line(image, whole[first].tolist(), whole[second].tolist(), (grey,) * 3, 13)
        cv2.fillConvexPoly(image, cv2.convexHull(whole[[5, 6, 11, 12]]), (grey,) * 3)
    return Pyramid.of(image)


class Snapping:
    """Reads whoever is in front while much of them shows in the box, else the other; what does not show scores 0.1."""

    def __init__(self) -> None:
        self.front, self.behind = body(320), body(320)
        self._asked = np.zeros((0, 4))

    def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
        if frame.size == (WIDTH, HEIGHT):
            self._asked = boxes
        read = [self._read(frame, box) for box in boxes]
        return Poses(np.stack([points for points, _ in read]), np.stack([scores for _, scores in read]))

    def detect(self, frame: Pyramid) -> Detections:
        """Both, or the one in front when the other is before the same middle; nobody in a picture that is turned."""
        if frame.turn:
            return Detections(np.zeros((0, 4)), np.zeros(0))
        apart = abs(self.front[:, 0].mean() - self.behind[:, 0].mean()) > 40
        seen = [self.front, self.behind] if apart else [self.front]
        boxes = np.array([Pose(points, np.ones(17)).box for points in seen])
        return Detections(boxes, np.full(len(seen), 0.9))

    def _read(self, frame: Pyramid, box: FloatArray) -> tuple[FloatArray, FloatArray]:
        grey = frame.levels[0][:, :, 0].astype(int)
        corner, scale = self._part(frame, box)
        left, top, right, bottom = box.round().astype(int).clip(0)
        for truth, own in ((self.front, FRONT), (self.behind, BEHIND)):
            if (abs(grey[top:bottom, left:right] - own) < 12).mean() > 0.02:
                points = (truth - corner) * scale
                x, y = points.round().astype(int).clip(0, (grey.shape[1] - 1, grey.shape[0] - 1)).T
                return points, np.where(abs(grey[y, x] - own) < 12, 0.8, 0.1)
        return np.tile((box[:2] + box[2:]) / 2, (17, 1)), np.zeros(17)

    def _part(self, frame: Pyramid, box: FloatArray) -> tuple[FloatArray, float]:
        """Corner and scale of a ``frame`` that is the crop around one of the boxes last asked for in the whole."""
        for asked in self._asked:
            crop = square_around(asked)
            scale = frame.size[0] / crop.side
            if np.allclose(((asked.reshape(2, 2) - crop.corner) * scale).ravel(), box):
                return crop.corner, scale
        return np.zeros(2), 1.0


def pose(points: FloatArray, held: int = 0) -> Pose:
    return Pose(points, np.full(17, 0.8), held=np.full(17, held))


def box_of(points: FloatArray) -> FloatArray:
    return Pose(points, np.ones(17)).box


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_joints_read_off_the_neighbour_become_the_persons_own(ids: tuple[int, int]) -> None:
    network, (behind, front) = Snapping(), ids
    network.front, network.behind = body(330), body(320, WIDE)
    picture = room(network.front, network.behind)
    boxes = {i: box_of(network.front if i == front else network.behind) for i in (1, 2)}
    before = {front: pose(body(327)), behind: pose(body(320, WIDE))}
    company = expect_company(boxes, [before], FPS)
    plain = network.estimate(picture, np.array([boxes[1], boxes[2]]))
    read = {i: Pose(plain.points[i - 1], plain.scores[i - 1]) for i in (1, 2)}
    np.testing.assert_allclose(read[behind].points, network.front)  # stolen
    told = told_apart(network, picture, boxes, read, company)
    np.testing.assert_array_equal(told[front].points, network.front)
    np.testing.assert_array_equal(told[front].scores, read[front].scores)
    np.testing.assert_allclose(told[behind].points, network.behind, atol=1)
    hidden = is_covered(network.behind, network.front)
    assert 3 < hidden.sum() < 14
    assert (told[behind].held[hidden] == 1).all()
    assert (told[behind].scores[hidden] == HELD_SCORE).all()
    limbs = COCO17.indices("left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
    assert (told[behind].held[limbs] == 0).all()
    assert told[behind].hidden > told[front].hidden


def test_the_neighbour_is_painted_over_as_bright_as_the_rest() -> None:
    """Black or darkened, a person attracts networks as much as before."""
    shown: list[Pyramid] = []

    class Recording(Snapping):
        def estimate(self, frame: Pyramid, boxes: FloatArray) -> Poses:
            shown.append(frame)
            return super().estimate(frame, boxes)

    front = body(330)
    look_past(Recording(), room(front, front), box_of(body(320, WIDE)), [front])
    (frame,) = shown
    assert abs(frame.levels[0].astype(int) - WALL).max() <= 2


def test_a_joint_in_front_of_which_somebody_stands_is_not_seen_however_sure_the_network_is() -> None:
    front, own = body(330), body(320, WIDE)
    known = expected([pose(own)], FPS)
    beside = Pose(own + np.array([400, 0]), np.full(17, 0.9))
    assert own_joints(pose(own), known, [beside]).all()
    hidden = is_covered(own, front)
    np.testing.assert_array_equal(own_joints(pose(own), known, [pose(front)]), ~hidden)


def test_joints_far_from_where_they_should_be_are_held() -> None:
    points = body(320)
    points[9] += (0, 0.3 * np.ptp(STANDING[:, 1]))
    own = own_joints(pose(points), expected([pose(body(320))], FPS), [pose(body(600))])
    # As all others are where they should be, the wrist is taken for found again unless the network is unsure of it.
    assert own.all()
    scores = np.full(17, 0.35)
    assert np.flatnonzero(~own_joints(Pose(points, scores), expected([pose(body(320))], FPS), [pose(body(600))])) == [9]


def test_nobody_is_in_company_alone_turned_unknown_or_unseen_for_long() -> None:
    near, far = body(320), body(520)
    boxes = {1: box_of(near), 2: box_of(near + 30)}
    past = [{1: pose(near), 2: pose(near + 30)}]
    assert expect_company(boxes, past, FPS).keys() == {1, 2}
    assert expect_company({1: boxes[1]}, past, FPS) == {}
    assert expect_company({1: boxes[1], 2: box_of(far)}, [{1: pose(near), 2: pose(far)}], FPS) == {}
    assert expect_company(boxes, [], FPS) == {}
    assert expect_company({}, past, FPS) == {}
    assert expect_company(boxes, [{1: pose(near)}], FPS).keys() == {1}
    assert expect_company(boxes, [{1: pose(near), 2: replace(pose(near), turned=1.2)}], FPS).keys() == {1}
    for frames, known in ((round(LONGEST * FPS) - 1, {1, 2}), (round(LONGEST * FPS), {1})):
        assert expect_company(boxes, [{1: pose(near), 2: pose(near, held=frames)}], FPS).keys() == known


def test_who_was_lost_for_a_few_frames_is_still_known() -> None:
    boxes = {1: box_of(body(320)), 2: box_of(body(340))}
    past = [{1: pose(body(320)), 2: pose(body(340))}, {1: pose(body(320))}, {1: pose(body(320))}]
    company = expect_company(boxes, past, FPS)
    assert company.keys() == {1, 2}
    assert (company[2].held == 2).all()


def test_joints_are_expected_where_they_were_going_and_hidden_ones_with_the_body() -> None:
    step, moved = np.array([3.0, 0.0]), COCO17.indices("left_wrist")
    poses = []
    for frame in range(5):
        points = body(300) + frame * step
        points[moved] += (0, -2 * frame)
        held = np.zeros(17, int)
        held[10] = 1
        poses.append(Pose(points, np.full(17, 0.8), held=held))
    ahead = expected(poses, FPS).points - poses[-1].points
    slowed = ahead[5, 0] / 3
    assert 0.8 < slowed < 1
    np.testing.assert_allclose(ahead[moved], [[3 * slowed, -2 * slowed]])
    np.testing.assert_allclose(ahead[10], step * slowed)
    leap = expected([pose(body(300)), pose(body(500))], FPS).points - body(500)
    assert np.linalg.norm(leap, axis=1).max() <= FASTEST * np.ptp(STANDING[:, 1]) / FPS


def test_hidden_people_come_to_rest() -> None:
    poses = [pose(body(300 + 4 * frame)) for frame in range(4)]
    for frame in range(60):
        poses.append(replace(poses[-1], points=expected(poses, FPS).points, held=np.full(17, frame + 1)))
    walked = np.diff([p.points[0, 0] for p in poses[4:]])
    assert (np.diff(walked) <= 1e-9).all()
    assert walked[-1] < 0.5


def test_held_joints_lie_between_where_they_were_seen() -> None:
    times = np.array([3.0, 4, 5, 7, 8])
    points, held = np.zeros((5, 17, 2)), np.zeros((5, 17), bool)
    points[:, 9, 0] = [10, 99, 99, 99, 60]
    held[1:4, 9] = True
    points[:, 3, 1] = [1, 2, 3, 4, 5]
    held[[0, 4], 3] = True
    points[:, 6] = 7
    held[:, 6] = True
    bridged = with_held_bridged(times, points, held)
    np.testing.assert_allclose(bridged[:, 9, 0], [10, 20, 30, 50, 60])
    np.testing.assert_allclose(np.delete(bridged, 9, axis=1), np.delete(points, 9, axis=1))


@pytest.mark.parametrize(("fps", "lie"), [(30.0, [0, 10, 20, 30, 40, 50]), (10.0, [0, 40, 80, 80, 65, 50])])
def test_a_glimpse_of_a_held_joint_is_not_believed(fps: float, lie: list[float]) -> None:
    points, held = np.zeros((6, 17, 2)), np.zeros((6, 17), bool)
    points[:, 9, 0] = [0, 99, 80, 80, 99, 50]
    held[[1, 4], 9] = True
    np.testing.assert_allclose(with_held_bridged(np.arange(6) / fps, points, held)[:, 9, 0], lie)


def test_whole_tracks_have_them_bridged() -> None:
    observed = Observations()
    for frame, place, held in ((0, 10.0, 0), (1, 99.0, 1), (2, 30.0, 0)):
        observed.add(frame, np.zeros(4), np.full((17, 2), place), np.ones(17), np.full(17, held))
    assert join(1, [observed], np.arange(3) / FPS).keypoints.points[:, 0, 0].tolist() == [10, 20, 30]


def test_a_newcomer_where_somebody_was_lost_is_that_person() -> None:
    here, beside, away = pose(body(300)), pose(body(330)), pose(body(500))
    assert is_found_again(replace(here, held=np.arange(17) % 3), beside)
    assert not is_found_again(here, beside)
    assert not is_found_again(replace(here, held=np.ones(17, int)), away)
    watcher = Watcher(Eyes(Snapping(), Snapping(), PRESETS[Quality.BALANCED], ()), FPS)
    watcher.tracks[1] = Observations()
    for lost, seen in ((1, {1: beside}), (0, {1: here, 2: beside})):
        found = {1: replace(here, held=np.full(17, lost)), 2: beside}
        watcher._drop_doubles(found)
        assert found.keys() == seen.keys()
        assert all((found[i].points == seen[i].points).all() for i in seen)


def test_who_is_hidden_gives_neither_face_nor_colours() -> None:
    picture = room(body(330), body(320))
    observed = Observations()
    observed.see(0, picture, Pose(body(320), np.full(17, 0.5)))
    face, colours = observed.thumbnail, observed.colours
    held = np.zeros(17, int)
    held[5] = 2
    observed.see(1, picture, Pose(body(420), np.full(17, 0.9), held=held))
    assert observed.thumbnail is face
    assert observed.colours is colours
    assert observed.held.tolist() == [[False] * 17, (held > 0).tolist()]
    observed.see(2, room(body(420), body(320)), Pose(body(420), np.full(17, 0.9)))
    assert observed.thumbnail is not face
    assert observed.colours is not colours


@pytest.mark.parametrize("speed", [4, -4])
def test_people_who_cross_keep_their_joints_and_their_ids(speed: int) -> None:
    network = Snapping()
    watcher = Watcher(Eyes(network, network, PRESETS[Quality.BALANCED], ()), FPS)
    fronts = [body(320 + speed * (frame - 30)) for frame in range(60)]
    for frame, front in enumerate(fronts):
        network.front, network.behind = front, body(320, WIDE)
        watcher.watch(Frame(frame, frame / FPS, room(network.front, network.behind)))
    video = VideoInfo(Path("made.mp4"), WIDTH, HEIGHT, np.arange(60) / FPS)
    people = tell_people(watcher.tracks, video, lambda: None)
    assert len(people) == 2
    truths = [np.array(fronts), np.tile(body(320, WIDE), (60, 1, 1))]
    for person in people:
        assert person.track.frames.tolist() == list(range(60))
        apart = [np.linalg.norm(person.keypoints.points - truth, axis=2) for truth in truths]
        own = min(apart, key=lambda distances: distances[0].mean())
        assert own.max() < 0.1 * np.ptp(STANDING[:, 1])
