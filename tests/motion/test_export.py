from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from walker import Camera, film, stand, walk

from gast_mocap.motion.__main__ import main
from gast_mocap.motion.bones import bone_lengths, set_bone_lengths
from gast_mocap.motion.bvh import local_turns, rest_offsets
from gast_mocap.motion.bvh_hands import finger_offsets, finger_turns, with_fingers
from gast_mocap.motion.export import export_motion
from gast_mocap.motion.hands import RELAXED
from gast_mocap.motion.rows import FRAMES_AT_ONCE
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import save_take
from gast_mocap.take.records import FootContact, Hands, Motion
from gast_mocap.take.settings import CleanSettings
from gast_mocap.take.skeletons import H36M17

TIMES = np.arange(60) / 30
WALKED = walk(TIMES, 30.0).joints
# A BVH has one length a bone; the synthetic legs stretch by some millimetres at the ends of a stride
WALK = set_bone_lengths(WALKED, bone_lengths(WALKED, np.ones((60, 17)), symmetric=True))
MOTION = Motion(TIMES, WALK, np.full((60, 17), 0.8), (FootContact("right", 0.1, 0.5),))


def read_bvh_joints(text: str) -> tuple[np.ndarray, float]:
    """World positions (t, 17, 3) of a BVH by plain forward kinematics, and the frame time."""
    head, body = text.split("MOTION")
    offsets, parents, channels, stack = [], [], [], []
    for line in head.splitlines():
        words = line.split()
        if words[:1] in (["ROOT"], ["JOINT"], ["End"]):
            parents.append(stack[-1] if stack else -1)
            channels.append(0)
        elif words[:1] == ["{"]:
            stack.append(len(parents) - 1)
        elif words[:1] == ["}"]:
            stack.pop()
        elif words[:1] == ["OFFSET"]:
            offsets.append([float(word) for word in words[1:]])
        elif words[:1] == ["CHANNELS"]:
            channels[-1] = int(words[1])
    lines = body.strip().splitlines()
    values = np.array([[float(word) for word in line.split()] for line in lines[2:]])
    places, turns, column = [], [], 0
    for offset, parent, count in zip(offsets, parents, channels, strict=True):
        base = turns[parent] if parent >= 0 else Rotation.identity(len(values))
        place = places[parent] + base.apply(offset) if parent >= 0 else values[:, :3]
        places.append(place)
        column += count
        own = values[:, column - 3 : column] if count else np.zeros((len(values), 3))
        turns.append(base * Rotation.from_euler("ZXY", own, degrees=True))
    return np.stack(places, axis=1), float(lines[1].split(":")[1])


def test_a_bvh_read_back_stands_where_the_motion_did(tmp_path: Path) -> None:
    export_motion(MOTION, tmp_path / "walk.bvh", "bvh")
    joints, step = read_bvh_joints((tmp_path / "walk.bvh").read_text())
    assert step == pytest.approx(1 / 30, abs=1e-6)
    order = [H36M17.joints.index(name) for name in H36M17.joints]
    depth_first = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert order == depth_first
    back = joints[..., [0, 2, 1]] * [1, -1, 1] / 100
    legs_and_hips = [0, 1, 2, 3, 4, 5, 6]
    assert np.abs(back[:, legs_and_hips] - WALK[:, legs_and_hips]).max() < 0.001
    for parent, child in ((1, 2), (2, 3), (11, 12), (12, 13), (15, 16)):
        bone, wanted = back[:, child] - back[:, parent], WALK[:, child] - WALK[:, parent]
        assert np.abs(bone - wanted).max() < 1e-3


def test_a_bvh_with_a_gap_plays_at_the_true_speed(tmp_path: Path) -> None:
    seen = np.setdiff1d(np.arange(60), np.arange(20, 40))
    gapped = Motion(TIMES[seen], WALK[seen], MOTION.scores[seen])
    export_motion(gapped, tmp_path / "gap.bvh", "bvh")
    joints, step = read_bvh_joints((tmp_path / "gap.bvh").read_text())
    assert step == pytest.approx(1 / 30, abs=1e-6)
    assert len(joints) == 60
    back = joints[..., [0, 2, 1]] * [1, -1, 1] / 100
    assert np.abs(back[seen, 0] - WALK[seen, 0]).max() < 1e-4
    assert np.abs(back[:, 0] - WALK[:, 0]).max() < 0.01, "the walker's hips go on across the gap"
    thigh = np.linalg.norm(back[:, 2] - back[:, 1], axis=-1)
    assert thigh == pytest.approx(np.linalg.norm(WALK[0, 2] - WALK[0, 1]), rel=0.001)
    export_motion(gapped, tmp_path / "gap.csv", "csv")
    assert len((tmp_path / "gap.csv").read_text().splitlines()) == 41


def test_a_figure_in_its_rest_pose_has_no_turns() -> None:
    offsets = rest_offsets(WALK * 100, H36M17)
    rest = np.zeros((1, 17, 3))
    for parent, child in H36M17.bones():
        rest[:, child] = rest[:, parent] + offsets[child]
    assert np.allclose(local_turns(rest, offsets, H36M17), np.eye(3), atol=1e-7)


def test_csv_and_npz_hold_the_joints(tmp_path: Path) -> None:
    export_motion(MOTION, tmp_path / "walk.csv", "csv")
    lines = (tmp_path / "walk.csv").read_text().splitlines()
    assert lines[0].startswith("seconds,pelvis_x,pelvis_y,pelvis_z,pelvis_score,right_hip_x")
    assert np.allclose([float(word) for word in lines[7].split(",")][1:4], WALK[6, 0], atol=1e-5)
    export_motion(MOTION, tmp_path / "walk.npz", "npz")
    with np.load(tmp_path / "walk.npz") as arrays:
        assert np.array_equal(arrays["joints"], WALK)
        assert arrays["contact_feet"].tolist() == ["right"]


def test_where_feet_were_read_all_formats_have_toes(tmp_path: Path) -> None:
    """A walker who faces 30 degrees to the right of +y; the right foot points 20 farther, the left was not seen."""
    angle = np.radians(90 - 30 - 20)
    feet = np.zeros((60, 2, 3))
    feet[:, 0] = [np.cos(angle), np.sin(angle), 0.0]
    motion = replace(MOTION, feet=feet)
    export_motion(motion, tmp_path / "walk.npz", "npz")
    with np.load(tmp_path / "walk.npz") as arrays:
        names, joints = arrays["joint_names"].tolist(), arrays["joints"]
        assert len(names) == len(arrays["parents"]) == arrays["scores"].shape[1] == 19
        for side in ("right", "left"):
            assert names[arrays["parents"][names.index(f"{side}_toes")]] == f"{side}_ankle"
        assert arrays["scores"][:, names.index("right_toes")].min() > 0.99
        assert arrays["scores"][:, names.index("left_toes")].max() == 0
    assert np.array_equal(joints[:, [names.index(name) for name in H36M17.joints]], WALK)
    right = joints[:, names.index("right_toes")] - joints[:, names.index("right_ankle")]
    assert np.allclose(np.degrees(np.arctan2(right[:, 1], right[:, 0])), 40.0)
    assert np.all((right[:, 2] < -0.06) & (right[:, 2] > -0.09))
    left = joints[:, names.index("left_toes")] - joints[:, names.index("left_ankle")]
    standing = WALK[:, 6, 2] < 0.09
    assert np.abs(np.degrees(np.arctan2(left[standing, 1], left[standing, 0])) - 60.0).max() < 5.0
    export_motion(motion, tmp_path / "walk.csv", "csv")
    assert "right_toes_x" in (tmp_path / "walk.csv").read_text().splitlines()[0].split(",")
    export_motion(motion, tmp_path / "walk.bvh", "bvh")
    back, _ = read_bvh_joints((tmp_path / "walk.bvh").read_text())
    back = back[..., [0, 2, 1]] * [1, -1, 1] / 100
    for side in ("right", "left"):
        toes, ankle = names.index(f"{side}_toes"), names.index(f"{side}_ankle")
        assert np.abs((back[:, toes] - back[:, ankle]) - (joints[:, toes] - joints[:, ankle])).max() < 0.003


def test_csv_and_npz_tell_how_far_the_fingers_of_seen_hands_are_closed(tmp_path: Path) -> None:
    curls = np.arange(60 * 10.0).reshape(60, 2, 5)
    motion = replace(MOTION, hands=Hands(curls, np.tile([1.0, 0.25], (60, 1))))
    export_motion(motion, tmp_path / "walk.npz", "npz")
    with np.load(tmp_path / "walk.npz") as arrays:
        assert np.array_equal(arrays["curls"], curls)
        assert arrays["hand_sureness"][7].tolist() == [1.0, 0.25]
    export_motion(motion, tmp_path / "walk.csv", "csv")
    header, *rows = [line.split(",") for line in (tmp_path / "walk.csv").read_text().splitlines()]
    row = dict(zip(header, map(float, rows[7]), strict=True))
    assert [row[name] for name in ("left_hand_score", "right_hand_score")] == [1.0, 0.25]
    assert [row[name] for name in ("left_thumb_curl", "left_pinky_curl", "right_index_curl")] == [70.0, 74.0, 76.0]
    export_motion(MOTION, tmp_path / "walk.csv", "csv")
    assert "curl" not in (tmp_path / "walk.csv").read_text()


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(MocapError) as failed:
        export_motion(MOTION, tmp_path / "nowhere" / "walk.bvh", "bvh")
    assert failed.value.code == "export_not_saved"
    assert not list(tmp_path.iterdir())


def test_the_command_line_exports_a_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take = tmp_path / "Über den Hof.take.npz"
    save_take(film([stand(np.arange(60) / 30)], Camera()), take)
    assert main(["export", str(take), "--format", "csv", "--fps", "24", "--body-height", "1.8"]) == 0
    assert len((tmp_path / "Über den Hof.person1.csv").read_text().splitlines()) == 49
    assert main(["export", str(take), "--person", "9"]) == 1
    assert "no person 9" in capsys.readouterr().err


def test_the_command_line_keeps_to_the_take_in_all_that_is_not_given(tmp_path: Path) -> None:
    path = tmp_path / "kept.take.npz"
    take = film([walk(TIMES, 30.0)], Camera(distance=8))
    take = take.with_person(replace(take.people[0], body_height=0.85))
    save_take(replace(take, cleaning=CleanSettings(face_front=True, travel=False)), path)

    def exported(*flags: str) -> np.ndarray:
        assert main(["export", str(path), "--format", "npz", "-o", str(tmp_path / "out.npz"), *flags]) == 0
        with np.load(tmp_path / "out.npz") as arrays:
            return np.array(arrays["joints"])

    def leg(joints: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(joints[0, [1, 2, 3]], axis=0), axis=-1).sum())

    kept = exported()
    assert np.ptp(kept[:, 0], axis=0)[:2].max() < 1e-9, "on the spot, as the take says"
    assert abs(kept[0, 4, 1] - kept[0, 1, 1]) < 1e-9, "facing the front, as the take says"
    taller = exported("--body-height", "1.7")
    assert leg(taller) == pytest.approx(2 * leg(kept), rel=1e-6)
    assert abs(taller[0, 4, 1] - taller[0, 1, 1]) < 1e-9
    assert np.array_equal(exported("--no-travel", "--face-front"), kept)
    assert np.ptp(exported("--travel")[:, 0], axis=0)[:2].max() > 0.5


def test_long_motions_are_written_in_parts_that_join(tmp_path: Path) -> None:
    count = 2 * FRAMES_AT_ONCE + 7
    times = np.arange(count) / 100
    joints = np.tile(WALK[:1], (count, 1, 1))
    joints[:, :, 0] += times[:, None]
    long = Motion(times, joints, np.ones((count, 17)))
    export_motion(long, tmp_path / "long.csv", "csv")
    rows = np.loadtxt(tmp_path / "long.csv", delimiter=",", skiprows=1)
    assert np.allclose(rows[:, 0], times)
    assert np.allclose(rows[:, 1], joints[:, 0, 0], atol=1e-5)
    export_motion(long, tmp_path / "long.bvh", "bvh")
    back, _ = read_bvh_joints((tmp_path / "long.bvh").read_text())
    assert np.allclose(back[:, 0, 0], 100 * joints[:, 0, 0], atol=1e-3)


def test_hips_turn_as_scipy_turns_them_even_where_a_mirror_image_would_fit_better() -> None:
    offsets = rest_offsets(WALK * 100, H36M17)
    joints = np.cumsum(np.random.default_rng(4).normal(size=(40, 17, 3)), axis=1) * 10
    turns = local_turns(joints, offsets, H36M17)
    children = [child for child, parent in enumerate(H36M17.parents) if parent == 0]
    for turn, pose in zip(turns[:, 0], joints, strict=True):
        assert np.linalg.det(turn) == pytest.approx(1)
        best, _ = Rotation.align_vectors(pose[children] - pose[0], offsets[children])
        assert np.allclose(turn, best.as_matrix(), atol=1e-6)


def test_a_bvh_has_fingers_that_close_as_they_were_read(tmp_path: Path) -> None:
    """The left hand goes from open to a fist, the right one is unsure and hangs relaxed."""
    curls = np.zeros((60, 2, 5))
    curls[:, 0, 1:] = np.linspace(0, 150, 60)[:, None]
    curls[:, 0, 0] = np.linspace(0, 90, 60)
    motion = replace(MOTION, hands=Hands(curls, np.tile([1.0, 0.0], (60, 1))))
    export_motion(motion, tmp_path / "walk.bvh", "bvh")
    text = (tmp_path / "walk.bvh").read_text()
    joints, _ = read_bvh_joints(text)
    heads = [line.split() for line in text.splitlines() if line.split()[:1] in (["ROOT"], ["JOINT"], ["End"])]
    rows = {f"{heads[row - 1][1]}'s end" if kind == "End" else name: row for row, (kind, name) in enumerate(heads)}
    assert [name for name in rows if "index" in name and "end" not in name] == [
        f"{side}_index_{knuckle}" for side in ("left", "right") for knuckle in ("mcp", "pip", "dip")
    ]
    for side in ("left", "right"):
        wrist = joints[:, rows[f"{side}_wrist"]]
        chain = [wrist, *(joints[:, rows[f"{side}_index_{name}"]] for name in ("mcp", "pip", "dip"))]
        chain.append(joints[:, rows[f"{side}_index_dip's end"]])
        ways = np.diff(np.stack(chain[1:], axis=1), axis=1)
        ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
        between = np.degrees(np.arccos(np.clip(np.sum(ways[:, 1:] * ways[:, :-1], axis=-1), -1, 1)))
        forearm = wrist - joints[:, rows[f"{side}_elbow"]]
        bend = np.degrees(
            np.arccos(np.clip(np.sum(ways[:, 0] * forearm, axis=-1) / np.linalg.norm(forearm, axis=-1), -1, 1))
        )
        tip = np.linalg.norm(chain[-1] - wrist, axis=-1)
        if side == "left":
            assert np.allclose(bend + between[:, 0], curls[:, 0, 1], atol=0.1), "the two knuckles are the curl"
            assert tip[0] / np.linalg.norm(forearm[0]) == pytest.approx((97 + 82) / 255, abs=0.02)
            assert np.all(np.diff(tip) < 0)
        else:
            assert np.allclose(bend, RELAXED["index"][0], atol=0.1)
            assert np.allclose(between, RELAXED["index"][1:], atol=0.1)


def test_fingers_of_a_bvh_close_into_the_palm_and_thumbs_before_it(tmp_path: Path) -> None:
    """In a T-pose palms face down: closed fingertips lie below the hand and nearer to the body, thumbs in front."""
    skeleton = with_fingers(H36M17)
    offsets = rest_offsets(WALK * 100, H36M17)
    offsets = np.concatenate([offsets, finger_offsets(H36M17, offsets)])
    hands = Hands(np.full((1, 2, 5), 170.0), np.ones((1, 2)))
    for closed in (False, True):
        turns = np.tile(np.eye(3), (len(skeleton.joints), 1, 1))
        if closed:
            turns[17:] = finger_turns(hands.curls, hands.sureness)[0]
        places, world = np.zeros((len(skeleton.joints), 3)), turns.copy()
        for joint, parent in enumerate(skeleton.parents):
            if parent >= 0:
                places[joint] = places[parent] + world[parent] @ offsets[joint]
                world[joint] = world[parent] @ turns[joint]
        for side, outward in (("left", 1), ("right", -1)):
            knuckle, tip, thumb, wrist = (
                places[skeleton.index(f"{side}_{name}")] for name in ("middle_mcp", "middle_tip", "thumb_tip", "wrist")
            )
            assert outward * (knuckle - wrist)[0] > 0
            assert thumb[2] > wrist[2], "the thumbs are at the front"
            if closed:
                assert tip[1] < knuckle[1] - 1
                assert outward * (tip - knuckle)[0] < 1
                assert thumb[1] < wrist[1] - 2
            else:
                assert outward * (tip - knuckle)[0] > 6
                assert tip[1] == pytest.approx(knuckle[1], abs=1e-6)
