"""A few seconds of training: it learns, is kept, and goes on; and the measures of noise and poses."""

import json
from dataclasses import asdict

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks.noise import measured  # noqa: E402
from benchmarks.poses import scores, turned_over  # noqa: E402
from gast_mocap.take.skeletons import H36M17  # noqa: E402
from training.network import Gast, GastConfig  # noqa: E402
from training.prepare import prepare  # noqa: E402
from training.reload import read_weights, save_whole  # noqa: E402
from training.train import Schedule, pose_loss, recent_mean, train  # noqa: E402


def test_training_is_kept_and_goes_on(motions, tmp_path, monkeypatch):
    monkeypatch.setattr("training.validate.WINDOWS", 32)
    np.savez(tmp_path / "motions.npz", **asdict(motions))
    run = tmp_path / "run"
    config = GastConfig(27, channels=4)
    for steps in (3, 6):
        torch.manual_seed(0)
        schedule = Schedule(steps, batch=8, rate=1e-3, seed=1)
        found = train(tmp_path / "motions.npz", run, Gast(config), schedule, norms_frozen=False)
        assert np.isfinite(list(found.to_dict().values())).all()
        assert json.loads((run / "scores.json").read_text())["steps"] == steps
        assert torch.load(run / "checkpoint.pt")["step"] == steps
    assert read_weights(run / "weights.pt").config == config


def test_another_network_does_not_go_on_from_a_checkpoint(motions, tmp_path, monkeypatch):
    monkeypatch.setattr("training.validate.WINDOWS", 8)
    np.savez(tmp_path / "motions.npz", **asdict(motions))
    schedule = Schedule(1, batch=2, rate=1e-3, seed=1)
    train(tmp_path / "motions.npz", tmp_path, Gast(GastConfig(27, channels=4)), schedule, norms_frozen=False)
    other = Gast(GastConfig(81, channels=8))
    with pytest.raises(SystemExit, match="receptive_field 27, channels 4, not receptive_field 81, channels 8"):
        train(tmp_path / "motions.npz", tmp_path, other, schedule, norms_frozen=False)


def test_who_is_killed_while_saving_keeps_what_was_saved_before(tmp_path, monkeypatch):
    def killed(_content, path):
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    save_whole({"step": 1}, tmp_path / "checkpoint.pt")
    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        save_whole({"step": 2}, tmp_path / "checkpoint.pt")
    assert torch.load(tmp_path / "checkpoint.pt") == {"step": 1}


def test_a_folder_for_the_packed_motions_is_made_before_they_are_read(tmp_path):
    (tmp_path / "mocap").mkdir()
    (tmp_path / "mocap" / "01_01.bvh").write_text("no motion capture")
    with pytest.raises(IndexError):
        prepare(tmp_path / "mocap", tmp_path / "new" / "motions.npz")
    assert (tmp_path / "new").is_dir()


def test_the_rate_rises_and_falls_to_nothing():
    schedule = Schedule(100, 8, 1e-3, 0)
    assert schedule.rate_at(0.0) == 0
    assert schedule.rate_at(0.03) == pytest.approx(1e-3, rel=0.01)
    assert schedule.rate_at(1.0) == pytest.approx(0, abs=1e-12)


def test_the_averaged_weights_forget_the_first_ones_and_then_follow_slowly():
    average = torch.tensor(100.0)
    for count in range(1, 200):
        average = recent_mean(average, torch.tensor(1.0), count)
    assert average.item() == pytest.approx(1.0, abs=1e-3)
    assert recent_mean(average, torch.tensor(2.0), 10**6).item() == pytest.approx(1.001, abs=1e-3)


def test_the_loss_is_the_joints_distance_and_half_the_bones():
    """All but the pelvis 10 cm away: 16 of 17 joints off, and of 16 bones the 3 at the pelvis."""
    parents = torch.tensor([max(parent, 0) for parent in H36M17.parents])
    wanted = torch.randn(2, 17, 3)
    found = wanted.clone()
    found[:, 1:] += torch.tensor([0.06, 0.0, 0.08])
    assert pose_loss(found, wanted, parents).item() == pytest.approx(0.1 * 16 / 17 + 0.5 * 0.1 * 3 / 16, rel=1e-4)


def test_noise_is_taken_apart_into_what_it_was_made_of():
    rng = np.random.default_rng(0)
    frames, fps, seconds = 20_000, 60.0, 0.2
    keep = np.exp(-1 / (fps * seconds))
    slow = rng.normal(size=(frames, 4, 2))
    for t in range(1, frames):
        slow[t] = keep * slow[t - 1] + np.sqrt(1 - keep**2) * slow[t]
    errors = 0.02 + 0.01 * slow + 0.005 * rng.normal(size=slow.shape)
    noise = measured(errors, fps)
    assert noise.steady == pytest.approx(0.02, rel=0.05)
    assert noise.slow == pytest.approx(0.01, rel=0.1)
    assert noise.white == pytest.approx(0.005, rel=0.1)
    assert noise.slow_seconds == pytest.approx(seconds, rel=0.2)
    assert noise.shared > 0.7


def test_scores_of_a_pose_that_is_only_larger_and_turned():
    """Nothing is left after alignment; before it, the error is what scale and rotation make."""
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 0.3, (20, 17, 3))
    truth -= truth[:, :1]
    larger = scores(1.25 * truth, truth, list(range(17)), 30.0)
    assert larger["MPJPE mm"] == pytest.approx(250 * np.linalg.norm(truth, axis=-1).mean(), rel=1e-6)
    assert larger["N-MPJPE mm"] == pytest.approx(0, abs=1e-6)
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turned = scores(truth @ turn.T, truth, list(range(17)), 30.0)
    assert turned["PA-MPJPE mm"] == pytest.approx(0, abs=1e-6)
    assert turned["bones deg"] == pytest.approx(0, abs=1e-4)
    assert turned["MPJPE mm"] > 100


def test_a_pose_seen_from_behind_counts_as_turned_over():
    truth = np.zeros((2, 17, 3))
    truth[:, [4, 11], 0], truth[:, [1, 14], 0] = 0.1, -0.1
    found = truth.copy()
    found[1] *= -1
    assert turned_over(found, truth).tolist() == [False, True]
