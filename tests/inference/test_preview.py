"""The preview is judged by its pixels and by playing it back."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gast_mocap.inference.preview import (
    BACKGROUND,
    LEFT,
    PANEL_WIDTH,
    PICTURE_HEIGHT,
    RIGHT,
    draw_preview,
    paint,
)
from gast_mocap.inference.published_view import WORLD_FROM_CAMERA, PublishedView
from gast_mocap.inference.video.frame import Frame
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import ImageArray, Keypoints2D, Person, Pose3D, Take, TakeSettings, Track, VideoInfo
from gast_mocap.take.skeletons import COCO17, H36M17

FRAMES = np.arange(10, 30)
GREY = np.full((240, 320, 3), 90, np.uint8)


def standing(track_id: int, x: float) -> Person:
    """A person at pixel column ``x`` who faces the camera and holds the left hand towards it."""
    points, joints = np.zeros((17, 2)), np.zeros((17, 3))
    for index in range(17):
        side = 1 if index in COCO17.left else -1 if index in COCO17.right else 0
        points[index] = x + 20 * side, 60 + 8 * index
    for index in range(17):
        side = 1 if index in H36M17.left else -1 if index in H36M17.right else 0
        joints[index] = 0.3 * side, 0.1 * (index % 4), 0.0
    joints[H36M17.joints.index("left_wrist")] = 0.3, -0.2, -0.9
    count = len(FRAMES)
    return Person(
        Track(track_id, FRAMES, np.tile([x - 30, 50.0, x + 30, 200], (count, 1)), np.ones(count)),
        Keypoints2D(track_id, FRAMES, np.tile(points, (count, 1, 1)), np.ones((count, 17))),
        Pose3D(FRAMES, np.tile(joints, (count, 1, 1))),
        GREY,
    )


def make_take(*people: Person) -> Take:
    video = VideoInfo(Path("v.mp4"), 320, 240, np.arange(40) / 25)
    return Take(video, TakeSettings("fast", 5, 35, False), people)


def grey_frames(take: Take) -> Iterator[Frame[ImageArray]]:
    return (Frame(frame, frame / 25, GREY) for frame in range(take.settings.start, take.settings.end))


def columns_of(picture: ImageArray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.unique(np.nonzero((picture == colour).all(2))[1])


def test_a_person_facing_the_camera_has_their_left_on_our_right() -> None:
    picture = paint(make_take(standing(1, 160)), 12, GREY, rows=1)
    video_width = PICTURE_HEIGHT * 320 // 240
    for panel in (picture[:, :video_width], picture[:, video_width : video_width + PANEL_WIDTH]):
        assert columns_of(panel, LEFT).mean() > columns_of(panel, RIGHT).mean()


def test_the_side_view_has_the_camera_on_the_left() -> None:
    side = paint(make_take(standing(1, 160)), 12, GREY, rows=1)[:, -PANEL_WIDTH:]
    assert columns_of(side, LEFT).min() < PANEL_WIDTH * 0.2


def test_skeletons_are_upright() -> None:
    person = standing(1, 160)
    head = H36M17.joints.index("head")
    joints = person.pose.joints.copy()
    joints[:] = 0
    joints[:, head] = 0, -1, 0
    front = paint(make_take(Person(person.track, person.keypoints, Pose3D(FRAMES, joints), GREY)), 12, GREY, 1)
    drawn = (front[30:, -2 * PANEL_WIDTH : -PANEL_WIDTH] != BACKGROUND).any(2)
    assert np.nonzero(drawn)[0].max() + 30 < PICTURE_HEIGHT / 2 + 10


def test_a_frame_without_people_shows_the_bare_video() -> None:
    picture = paint(make_take(standing(1, 160)), 7, GREY, rows=1)
    assert (picture[:, : -2 * PANEL_WIDTH] == 90).all()
    assert (picture[:, -2 * PANEL_WIDTH :] == BACKGROUND).all()


def test_unsure_keypoints_are_not_drawn() -> None:
    sure = standing(1, 160)
    unsure = Person(
        sure.track,
        Keypoints2D(1, FRAMES, sure.keypoints.points, np.zeros((len(FRAMES), 17))),
        sure.pose,
        GREY,
    )
    picture = paint(make_take(unsure), 12, GREY, rows=1)[:, : -2 * PANEL_WIDTH]
    assert not columns_of(picture, LEFT).size


def test_it_plays_back_with_every_frame(tmp_path: Path) -> None:
    take, path, reports = make_take(standing(1, 80), standing(2, 240)), tmp_path / "Vorschau ü.mp4", []
    draw_preview(take, grey_frames(take), path, lambda *report: reports.append(report))
    capture = cv2.VideoCapture(str(path))
    pictures = []
    while (read := capture.read())[0]:
        pictures.append(read[1])
    assert len(pictures) == 30
    assert pictures[0].shape == (PICTURE_HEIGHT, PICTURE_HEIGHT * 320 // 240 + 2 * PANEL_WIDTH, 3)
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(25)
    assert reports == [(done, 30) for done in range(1, 31)]
    assert list(tmp_path.iterdir()) == [path]


def test_a_stop_leaves_the_old_preview_and_no_litter(tmp_path: Path) -> None:
    take, path = make_take(standing(1, 160)), tmp_path / "p.mp4"
    path.write_bytes(b"old")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_preview(take, grey_frames(take), path, stop)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_told_in_words(tmp_path: Path) -> None:
    take = make_take(standing(1, 160))
    with pytest.raises(MocapError) as caught:
        draw_preview(take, grey_frames(take), tmp_path / "gone" / "p.mp4", lambda done, total: None)
    assert caught.value.code == "preview_not_written"


def test_the_published_view_stands_people_on_its_floor() -> None:
    """The rotation as matrices are made of quaternions elsewhere, and the lowest joint at 0."""
    take = make_take(standing(1, 100), standing(2, 250))
    view = PublishedView(take)
    first, second = (view.world(person) for person in take.people)
    w, x, y, z = WORLD_FROM_CAMERA
    turned = Rotation.from_quat([x, y, z, w]).apply(take.people[0].pose.joints.reshape(-1, 3)).reshape(first.shape)
    np.testing.assert_allclose(first - first[:, :1], turned - turned[:, :1], atol=1e-7)
    assert min(first[..., 2].min(), second[..., 2].min()) == pytest.approx(0, abs=1e-9)
    apart = (second - first)[:, 0]
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), 150 / 500, rtol=0.06)


def test_the_published_view_is_seen_with_up_upwards() -> None:
    view = PublishedView(make_take(standing(1, 100)))
    floor, head = view.seen(np.array([[0.0, 0, 0], [0, 0, 1.7]]))
    assert head[0] == pytest.approx(floor[0])
    assert head[1] - floor[1] == pytest.approx(1.7 * np.cos(np.radians(15)))


def test_the_published_result_has_picture_and_skeleton_side_by_side() -> None:
    take = make_take(standing(1, 100))
    picture = paint(take, 15, GREY, 1, PublishedView(take))
    assert picture.shape == (PICTURE_HEIGHT, 720 + 2 * PANEL_WIDTH, 3)
    for colour in (LEFT, RIGHT):
        columns = columns_of(picture, colour)
        assert (columns < 720).any()
        assert (columns >= 720).any()
