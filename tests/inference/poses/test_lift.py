"""From keypoints to poses: padding, flips, gaps, frame rates, chunks; with ours, a published kind, made-up networks."""

from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.networks.session import Port, Session, Signature
from gast_mocap.inference.poses.contract import Contract
from gast_mocap.inference.poses.faces import FACE
from gast_mocap.inference.poses.layouts import h36m17_from_coco17, with_cut_off_legs_folded
from gast_mocap.inference.poses.lift import CHUNK, Lifter
from gast_mocap.inference.poses.views import PersonView
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.errors import MocapError
from gast_mocap.take.records import FloatArray, Keypoints2D, PartPoints, Pose3D, VideoInfo
from gast_mocap.take.skeletons import COCO17, FACE5, H36M17

WIDTH, HEIGHT = 1280, 720
FIELD = 27

STANDING = {  # metres, x to the figure's left, y up, z ahead
    "nose": (0, 1.60, 0.11), "left_eye": (0.03, 1.64, 0.08), "left_ear": (0.07, 1.62, 0),
    "left_shoulder": (0.17, 1.40, 0), "left_elbow": (0.22, 1.13, -0.02), "left_wrist": (0.24, 0.90, 0.08),
    "left_hip": (0.09, 0.90, 0), "left_knee": (0.10, 0.49, 0.03), "left_ankle": (0.11, 0.09, 0),
}  # fmt: skip


class MadeUp:
    """A network of one line: ``answer`` takes inputs (b, t, 17, 2) and the frames that a pose sees, R on axis 1."""

    name = "made up"

    def __init__(self, answer, **metadata: str) -> None:
        self.answer = answer
        self.signature = Signature(
            (Port("inputs_2d", "float", (None, None, 17, 2)),),
            (Port("joints_3d", "float", (None, None, 17, 3)),),
            {f"gast_mocap.{key}": value for key, value in metadata.items()},
        )
        self.lengths: list[int] = []

    def run(self, inputs):
        x = inputs["inputs_2d"]
        assert x.dtype == np.float32
        self.lengths.append(x.shape[1])
        poses = x.shape[1] - FIELD + 1
        flat = self.answer([x[:, tap : tap + poses] for tap in range(FIELD)])
        return [np.concatenate([flat, np.zeros_like(flat[..., :1])], axis=-1)]


def video(count: int, fps: float = 30.0) -> VideoInfo:
    return VideoInfo(Path("made-up.mp4"), WIDTH, HEIGHT, np.arange(count) / fps)


def walking(times: FloatArray) -> FloatArray:
    """COCO keypoints (t, 17, 2) px of a figure that swings its limbs, sways and turns by 40 degrees, 4 m away."""
    joints = np.empty((len(times), 17, 3))
    for joint, name in enumerate(COCO17.joints):
        side, _, part = name.partition("_")
        sign = -1 if side == "right" else 1
        place = np.array(STANDING[f"left_{part}" if part else name]) * (sign, 1, 1)
        joints[:, joint] = place
        reach = {"elbow": -0.12, "wrist": -0.25, "knee": 0.15, "ankle": 0.25}.get(part, 0.0)
        joints[:, joint, 2] += sign * reach * np.sin(2 * np.pi * 0.9 * times)
    joints[..., 0] += 0.1 * np.sin(2 * np.pi * 0.45 * times)[:, None]
    yaw = np.radians(20 + 40 * np.sin(2 * np.pi * 0.2 * times))
    cos, sin = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    x, z = cos * joints[..., 0] + sin * joints[..., 2], cos * joints[..., 2] - sin * joints[..., 0]
    depth = 4.0 - z
    return np.stack([WIDTH / 2 + 1000 * x / depth, HEIGHT / 2 - 1000 * (joints[..., 1] - 0.9) / depth], axis=-1)


def keypoints(points: FloatArray, frames: FloatArray | None = None) -> Keypoints2D:
    frames = np.arange(len(points)) if frames is None else frames
    return Keypoints2D(1, frames, points, np.ones(points.shape[:2]))


def lift(lifter: Lifter, points: Keypoints2D, info: VideoInfo, low_memory: bool = False) -> Pose3D:
    return lifter.lift(points, info, low_memory, lambda done, total: None)


@pytest.fixture(scope="module")
def ours() -> Lifter:
    return Lifter(Session(bundled_model("gast-27")[0], threads=1))


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Lifter:
    pytest.importorskip("onnx")
    from published_gast import write_published_gast

    path = write_published_gast(tmp_path_factory.mktemp("published") / "gast.onnx")
    return Lifter(Session(path, threads=1))


def screen(points: FloatArray) -> FloatArray:
    """Pelvis-relative Human3.6M joints (t, 17, 2) in the published normalisation."""
    joints = 2 * h36m17_from_coco17(points) / WIDTH
    return joints - joints[:, :1]


def test_the_contract_of_published_weights_is_found_out(published):
    contract = published.contract
    assert (contract.receptive_field, contract.normalisation, contract.fps) == (FIELD, "screen", 0.0)
    assert not contract.causal


def test_the_contract_of_our_weights_stands_in_the_file(ours):
    contract = ours.contract
    assert (contract.receptive_field, contract.normalisation, contract.fps) == (FIELD, "person", 30.0)


def test_other_networks_are_refused():
    session = MadeUp(None)
    session.signature = Signature((Port("picture", "float", (1, 3, 8, 8)),), session.signature.outputs)
    with pytest.raises(MocapError, match="no GAST-Net lifter"):
        Lifter(session)
    with pytest.raises(MocapError, match="toes19"):
        Lifter(MadeUp(None, layout="toes19"))


def test_a_lifter_of_other_joints_is_refused_though_it_states_nothing(tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    shape = ["batch", "frames", 19]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["inputs_2d"], ["joints_3d"])],
        "nineteen_joints",
        [helper.make_tensor_value_info("inputs_2d", TensorProto.FLOAT, [*shape, 2])],
        [helper.make_tensor_value_info("joints_3d", TensorProto.FLOAT, [*shape, 2])],
    )
    path = tmp_path / "nineteen.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    with pytest.raises(MocapError, match="no poses of 19 joints"):
        Lifter(Session(path, threads=1))


@pytest.mark.parametrize(
    "causal, tap, seen",
    [
        ("0", 13, lambda t: t),
        ("0", 0, lambda t: np.maximum(t - 13, 0)),
        ("0", 26, lambda t: np.minimum(t + 13, 99)),
        ("1", 26, lambda t: t),
        ("1", 0, lambda t: np.maximum(t - 26, 0)),
    ],
)
def test_padding_repeats_the_first_and_the_last_frame(causal, tap, seen):
    """Networks that answer with what they see at one tap of their field tell which frames a pose comes from."""
    points = walking(np.arange(100) / 30)
    lifter = Lifter(MadeUp(lambda taps: taps[tap], receptive_field="27", causal=causal))
    poses = lift(lifter, keypoints(points), video(100)).joints
    np.testing.assert_allclose(poses[..., :2], screen(points)[seen(np.arange(100))], atol=1e-5)


@pytest.mark.parametrize("flips, left, right", [(True, 0.05, -0.05), (False, 0.1, 0.0)])
def test_the_mirrored_answer_is_mirrored_back_and_averaged(flips, left, right):
    """An arm that a network always puts 0.1 too far in +x ends halfway, and its mirror image as far in -x."""
    wrist = H36M17.joints.index("left_wrist")

    def biased(taps):
        answer = taps[13].copy()
        answer[:, :, wrist, 0] += 0.1
        return answer

    points = walking(np.arange(60) / 30)
    poses = lift(Lifter(MadeUp(biased, receptive_field="27"), flips), keypoints(points), video(60)).joints
    error = poses[..., :2] - screen(points)
    expected = np.zeros_like(error)
    expected[:, wrist, 0], expected[:, H36M17.joints.index("right_wrist"), 0] = left, right
    np.testing.assert_allclose(error, expected, atol=1e-5)


def test_a_mirrored_person_gets_the_mirrored_pose(ours):
    points = walking(np.arange(90) / 30)
    mirrored = (points * (-1, 1) + (WIDTH, 0))[:, COCO17.mirrored_order()]
    poses = [lift(ours, keypoints(seen), video(90)).joints for seen in (points, mirrored)]
    np.testing.assert_allclose(poses[1], (poses[0] * (-1, 1, 1))[:, H36M17.mirrored_order()], atol=1e-5)


@pytest.mark.parametrize("network", ["ours", "published"])
def test_windows_chunks_and_the_whole_give_the_same_poses(network, request):
    """150 frames cross two borders between chunks."""
    lifter = request.getfixturevalue(network)
    times = np.arange(150) / 30
    assert len(times) > 2 * CHUNK
    points = walking(times) + np.random.default_rng(1).normal(0, 3, (150, 17, 2))
    chunks = lift(lifter, keypoints(points), video(150)).joints
    windows = lift(lifter, keypoints(points), video(150), low_memory=True).joints
    whole = lifter.lift_joints(h36m17_from_coco17(points), WIDTH, HEIGHT, chunk=1000)
    assert chunks.shape == (150, 17, 3)
    np.testing.assert_allclose(windows, chunks, atol=1e-4)
    np.testing.assert_allclose(whole, chunks, atol=1e-4)
    np.testing.assert_array_equal(chunks[:, 0], 0)
    assert np.ptp(chunks, axis=0).max() > 1e-3


def test_low_memory_never_feeds_more_than_one_window():
    network = MadeUp(lambda taps: taps[13], receptive_field="27")
    lifter = Lifter(network)
    network.lengths.clear()
    lift(lifter, keypoints(walking(np.arange(70) / 30)), video(70), low_memory=True)
    assert network.lengths == [FIELD] * 70


def test_a_single_frame_gives_a_pose(ours, published):
    points = walking(np.array([0.4]))
    for lifter in (ours, published):
        assert lift(lifter, keypoints(points), video(1)).joints.shape == (1, 17, 3)


def test_gaps_stay_gaps_and_part_the_poses_before_from_those_after(ours):
    """Frames 40 to 69 are unseen: the rest is lifted as two people would be."""
    times = np.arange(120) / 30
    points, frames = walking(times), np.r_[0:40, 70:120]
    found = lift(ours, keypoints(points[frames], frames), video(120))
    np.testing.assert_array_equal(found.frames, frames)
    before = lift(ours, keypoints(points[:40]), video(40)).joints
    after = lift(ours, keypoints(points[70:]), video(50)).joints
    np.testing.assert_allclose(found.joints, np.concatenate([before, after]), atol=1e-5)


def test_a_blink_is_bridged(ours):
    """Three unseen frames change the poses around them by little."""
    times = np.arange(90) / 30
    points, frames = walking(times), np.r_[0:40, 43:90]
    found = lift(ours, keypoints(points[frames], frames), video(90))
    whole = lift(ours, keypoints(points), video(90))
    np.testing.assert_array_equal(found.frames, frames)
    assert np.linalg.norm(found.joints - whole.joints[frames], axis=-1).max() < 0.02


@pytest.mark.parametrize("fps", [60, 50, 24, 15])
def test_the_frame_rate_does_not_matter(ours, fps):
    """The same motion filmed at another rate gives the same poses, within 15 mm on average."""
    dense = np.arange(0, 4, 1 / 30)
    wanted = lift(ours, keypoints(walking(dense)), video(len(dense))).joints
    times = np.arange(0, 4, 1 / fps)
    found = lift(ours, keypoints(walking(times)), video(len(times), fps)).joints
    inside = times <= dense[-1]
    between = np.stack([np.interp(times, dense, values) for values in wanted.reshape(len(dense), -1).T], axis=1)
    error = np.linalg.norm(found - between.reshape(found.shape), axis=-1)[inside]
    assert error.mean() < 0.015
    assert np.linalg.norm(np.diff(wanted, axis=0), axis=-1).max() > 0.02


def test_every_frame_of_a_faster_video_counts(ours):
    """Errors that alternate between the frames of a video at 60 fps cancel out."""
    times = np.arange(0, 2, 1 / 60)
    points = walking(times)
    alternating = points + np.where(np.arange(len(times)) % 2, 5.0, -5.0)[:, None, None] * np.eye(17, 2)
    exact, read = (lift(ours, keypoints(seen), video(len(times), 60)).joints for seen in (points, alternating))
    assert np.linalg.norm(read - exact, axis=-1)[30:-30].max() < 1e-3
    halved = lift(ours, keypoints(alternating[::2]), video(len(times) // 2)).joints
    assert np.linalg.norm(halved - exact[::2], axis=-1)[15:-15].max() > 5e-3


def test_where_in_the_frame_a_person_stands_changes_nothing(ours):
    """Our lifter turns its camera to the person: a person seen by a turned camera has the same pose, turned."""
    points = walking(np.arange(60) / 30)
    focal = ours.contract.focal * WIDTH / 2
    rays = np.concatenate([(points - (WIDTH / 2, HEIGHT / 2)) / focal, np.ones((60, 17, 1))], axis=-1)
    angle = np.radians(25)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    turned = rays @ turn.T
    aside = focal * turned[..., :2] / turned[..., 2:] + (WIDTH / 2, HEIGHT / 2)
    centred, shifted = (lift(ours, keypoints(seen), video(60)).joints for seen in (points, aside))
    assert np.all(aside[..., 0] - points[..., 0] > 300)
    assert np.linalg.norm(shifted - centred @ turn.T, axis=-1).mean() < 0.015


def test_progress_counts_frames_and_may_stop_the_work(ours):
    points = keypoints(walking(np.arange(100) / 30))
    told: list[tuple[int, int]] = []
    ours.lift(points, video(100), False, lambda *done: told.append(done))
    assert told == [(64, 100), (100, 100)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ours.lift(points, video(100), False, stop)


def lifted_frames(monkeypatch, lifter: Lifter) -> list[int]:
    """How many poses each call of the network gives from now on."""
    asked: list[int] = []
    run = lifter._run
    monkeypatch.setattr(lifter, "_run", lambda inputs: asked.append(inputs.shape[1] - FIELD + 1) or run(inputs))
    return asked


@pytest.mark.parametrize("fps", [30.0, 50.0])
@pytest.mark.parametrize(("row", "has_face"), [(0, False), (210, True), (399, False)])
def test_only_the_stretch_that_was_corrected_is_lifted_again(ours, monkeypatch, fps, row, has_face):
    def keypoints(points):
        read = PartPoints(walking(np.arange(400) / fps)[:, FACE] + 3, np.full((400, 5), float(has_face)))
        return Keypoints2D(1, np.arange(400), points, np.full((400, 17), 0.8), {FACE5.name: read})

    points = walking(np.arange(400) / fps)
    before = keypoints(points)
    pose = lift(ours, before, video(400, fps))
    moved = points.copy()
    moved[row, COCO17.index("left_wrist")] -= (0, 80)
    whole = lift(ours, keypoints(moved), video(400, fps)).joints
    asked = lifted_frames(monkeypatch, ours)
    again = ours.lift(keypoints(moved), video(400, fps), False, lambda *_: None, (before, pose)).joints
    assert sum(asked) < 150
    np.testing.assert_allclose(again, whole, atol=1e-5)
    assert np.linalg.norm(whole - pose.joints, axis=-1).max() > 0.04
    same = ours.lift(before, video(400, fps), False, lambda *_: None, (before, pose)).joints
    assert (same == pose.joints).all()


def test_a_persons_size_is_the_root_mean_square_over_the_other_joints():
    """All joints but the pelvis 80 px from it, at the optical axis: 80 over the focal length is their size, so each
    lies 1 from the pelvis, which carries the size itself."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = 80 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.concatenate([np.zeros((1, 2)), circle])[None] + (WIDTH / 2, HEIGHT / 2)
    view = PersonView(points, WIDTH, HEIGHT, Contract(1, "person", focal=2.0))
    np.testing.assert_allclose(np.linalg.norm(view.inputs[0, 1:], axis=1), 1.0)
    np.testing.assert_allclose(view.inputs[0, 0], (0, 80 / (2.0 * WIDTH / 2)))
    tall = PersonView(points[..., ::-1], HEIGHT, WIDTH, Contract(1, "person", focal=2.0))
    np.testing.assert_allclose(tall.inputs[0, 0], view.inputs[0, 0], err_msg="the long side counts")


def test_the_size_is_averaged_over_its_window():
    """Squares of 10 and 30 px take turns: over two frames their mean is 500, over one they stay."""
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.concatenate([np.zeros((1, 2)), np.stack([np.cos(angles), np.sin(angles)], axis=1)])
    sizes = np.where(np.arange(40) % 2, 30.0, 10.0)
    points = sizes[:, None, None] * circle + (WIDTH / 2, HEIGHT / 2)
    for causal in (False, True):
        wide, narrow = (
            PersonView(points, WIDTH, HEIGHT, Contract(1, "person", focal=2.0, causal=causal, size_window=n))
            for n in (2, 1)
        )
        np.testing.assert_allclose(wide.inputs[2:-2, 0, 1], np.sqrt(500) / WIDTH)
        np.testing.assert_allclose(narrow.inputs[:, 0, 1], sizes / WIDTH)
    growing = np.arange(1.0, 41.0)[:, None, None] * circle + (WIDTH / 2, HEIGHT / 2)
    for causal, frames in ((False, (19, 20, 21)), (True, (18, 19, 20))):
        seen = PersonView(growing, WIDTH, HEIGHT, Contract(1, "person", focal=2.0, causal=causal, size_window=3))
        expected = np.sqrt(np.mean([(frame + 1) ** 2 for frame in frames]))
        assert seen.inputs[20, 0, 1] * WIDTH == pytest.approx(expected)


@pytest.mark.parametrize(("gap", "runs"), [(0.2, 1), (0.3, 2)])
def test_losses_of_a_quarter_of_a_second_are_bridged(gap, runs):
    """What is lifted anew is fed to the network on its own: as many calls as runs."""
    times = np.r_[np.arange(10) / 30, 9 / 30 + gap + np.arange(10) / 30]
    network = MadeUp(lambda taps: taps[13], receptive_field="27", fps="30")
    info = VideoInfo(Path("gap.mp4"), WIDTH, HEIGHT, times)
    lifter = Lifter(network, flips=False)
    network.lengths.clear()
    lift(lifter, keypoints(walking(times)), info)
    assert len(network.lengths) == runs
    frames = 20 + round(gap * 30) - 1 if runs == 1 else 20
    assert sum(network.lengths) == frames + runs * (FIELD - 1), "the grid goes on through a bridge"


def test_unsure_ankles_are_folded_onto_knees_and_unsure_legs_onto_hips():
    points = walking(np.arange(3) / 30)
    scores = np.ones((3, 17))
    scores[1, COCO17.indices("left_ankle", "right_ankle")] = 0.29
    scores[2, COCO17.indices("left_ankle", "right_ankle", "left_knee", "right_knee")] = 0.29
    folded = with_cut_off_legs_folded(points, scores)
    at = COCO17.index
    np.testing.assert_array_equal(folded[0], points[0])
    for side in ("left", "right"):
        np.testing.assert_array_equal(folded[1, at(f"{side}_ankle")], points[1, at(f"{side}_knee")])
        np.testing.assert_array_equal(folded[2, at(f"{side}_ankle")], points[2, at(f"{side}_hip")])
        np.testing.assert_array_equal(folded[2, at(f"{side}_knee")], points[2, at(f"{side}_hip")])
    scores[1, at("left_ankle")] = 0.3
    one_seen = with_cut_off_legs_folded(points, scores)[1]
    np.testing.assert_array_equal(one_seen[at("left_ankle")], points[1, at("left_ankle")])
    np.testing.assert_array_equal(one_seen[at("right_ankle")], points[1, at("right_knee")])


def test_a_camera_turned_to_the_person_is_level_and_looks_along_the_ray():
    """A ray to the right and down: z along it, x level, y down; rows of a turn."""
    points = np.tile([WIDTH / 2 + 640.0, HEIGHT / 2 + 320.0], (1, 17, 1))
    view = PersonView(points, WIDTH, HEIGHT, Contract(1, "person", focal=1.0))
    right, down, ahead = view.camera_from_network(np.eye(3)[None])[0]
    np.testing.assert_allclose(ahead, np.array([1.0, 0.5, 1.0]) / 1.5)
    np.testing.assert_allclose(right, np.array([1.0, 0.0, -1.0]) / np.sqrt(2))
    np.testing.assert_allclose(down, np.cross(ahead, right))
    assert down[1] > 0


@pytest.mark.parametrize(("metres", "is_refused"), [(40.0, False), (150.0, True)])
def test_bodies_that_no_take_may_hold_are_refused_before_they_are_saved(metres: float, is_refused: bool) -> None:
    """A network trained in millimetres, say: its take could not be opened, after all the work."""

    def answer(taps):
        spread = np.zeros_like(taps[0])
        spread[:, :, 16] = (metres, 0)
        return spread

    lifter = Lifter(MadeUp(answer, receptive_field="27"), flips=False)
    points = keypoints(walking(np.arange(30) / 30))
    if not is_refused:
        assert np.abs(lift(lifter, points, video(30)).joints).max() == pytest.approx(metres)
        return
    with pytest.raises(MocapError) as caught:
        lift(lifter, points, video(30))
    assert caught.value.code == "model_answers_giants"
