"""The recording ``pose2sim_single``: one person, four calibrated cameras, joints triangulated from all of them."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from gast_mocap.take.records import FloatArray
from gast_mocap.take.skeletons import COCO17, H36M17

QUALISYS_SUBPIXELS = 64.0
JUDGED = [1, 2, 3, 4, 5, 6, 9, 11, 12, 13, 14, 15, 16]
"""The Human3.6M-17 joints whose truth is known: the limbs, and the neck as 3/4 of the way from shoulders to nose."""


@dataclass(frozen=True)
class Camera:
    """``intrinsics`` (3, 3) px, ``distortion`` (4,) k1 k2 p1 p2, ``place`` (3,) m; ``camera_from_world`` (3, 3)."""

    intrinsics: FloatArray
    distortion: FloatArray
    camera_from_world: FloatArray
    place: FloatArray

    def see(self, points: FloatArray) -> FloatArray:
        """Camera axes (x right, y down, z away) of world ``points`` (..., 3)."""
        seen: FloatArray = (points - self.place) @ self.camera_from_world.T
        return seen

    def project(self, points: FloatArray) -> FloatArray:
        """Pixels (..., 2) of world ``points`` (..., 3), Brown's lens model."""
        seen = self.see(points)
        x, y = seen[..., 0] / seen[..., 2], seen[..., 1] / seen[..., 2]
        k1, k2, p1, p2 = self.distortion
        square = x * x + y * y
        radial = 1 + k1 * square + k2 * square**2
        bent = np.stack(
            [
                x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x),
                y * radial + p1 * (square + 2 * y * y) + 2 * p2 * x * y,
                np.ones_like(x),
            ],
            axis=-1,
        )
        pixels: FloatArray = bent @ self.intrinsics.T
        return pixels[..., :2]


def read_cameras(calibration: Path) -> dict[str, Camera]:
    """The cameras of a Qualisys calibration file, whose camera axes are x right, y up, z towards the viewer."""
    cameras = {}
    for entry in ElementTree.parse(calibration).getroot().iter("camera"):
        transform, intrinsic = entry.find("transform"), entry.find("intrinsic")
        assert transform is not None and intrinsic is not None, f"{calibration} lacks a camera's numbers"
        rotation = np.array([[float(transform.attrib[f"r{i}{j}"]) for j in (1, 2, 3)] for i in (1, 2, 3)])
        u, v, focal_u, focal_v = (
            float(intrinsic.attrib[name]) / QUALISYS_SUBPIXELS
            for name in ("centerPointU", "centerPointV", "focalLengthU", "focalLengthV")
        )
        bending = ("radialDistortion1", "radialDistortion2", "tangentalDistortion1", "tangentalDistortion2")
        cameras[entry.attrib["serial"]] = Camera(
            np.array([[focal_u, 0, u], [0, focal_v, v], [0, 0, 1]]),
            np.array([float(intrinsic.attrib[name]) for name in bending]),
            np.diag([1.0, -1.0, -1.0]) @ rotation,
            np.array([float(transform.attrib[axis]) for axis in "xyz"]) / 1000,
        )
    return cameras


def read_markers(trc: Path) -> dict[str, FloatArray]:
    """Places (t, 3) in metres of every marker, in the cameras' world (z up)."""
    lines = trc.read_text().splitlines()
    names = [name for name in lines[3].split("\t")[2:] if name.strip()]
    values = np.array(
        [[float(word) for word in line.split("\t") if word.strip()] for line in lines[5:] if line.strip()]
    )
    places = values[:, 2 : 2 + 3 * len(names)].reshape(len(values), len(names), 3)
    return dict(zip(names, places[..., [2, 0, 1]].swapaxes(0, 1), strict=True))


def h36m17_of(markers: dict[str, FloatArray]) -> FloatArray:
    """(t, 17, 3): the joints in ``JUDGED`` and the pelvis; the others, which have no marker, are NaN."""
    hips, shoulders = ((markers[f"R{part}"] + markers[f"L{part}"]) / 2 for part in ("Hip", "Shoulder"))
    joints = np.full((len(hips), 17, 3), np.nan)
    for joint, name in enumerate(H36M17.joints):
        side, _, part = name.partition("_")
        if part:
            joints[:, joint] = markers[side[0].upper() + part.capitalize()]
    joints[:, 0] = hips
    joints[:, 9] = shoulders + 0.75 * (markers["Nose"] - shoulders)
    return joints


def coco17_of(markers: dict[str, FloatArray]) -> FloatArray:
    """(t, 17, 3): eyes and ears, which have no marker, sit on a head of average size turned with nose, neck and top."""
    from training.bodies import MEASURES  # needs PyTorch, which the rest does without

    size = {name: mean for name, (mean, _) in MEASURES.items()}
    nose, up = markers["Nose"], _unit(markers["Head"] - markers["Neck"])
    ahead = nose - markers["Neck"]
    ahead = _unit(ahead - (ahead * up).sum(axis=-1, keepdims=True) * up)
    left = np.cross(up, ahead)
    joints = np.empty((len(nose), 17, 3))
    for joint, name in enumerate(COCO17.joints):
        side, _, part = name.partition("_")
        sign = 1 if side == "left" else -1
        match part:
            case "":
                joints[:, joint] = nose
            case "eye":
                to_eye = (size["eyes_up"] - size["nose_up"], size["eyes_ahead"] - size["nose_ahead"], size["half_eyes"])
                joints[:, joint] = nose + to_eye[0] * up + to_eye[1] * ahead + sign * to_eye[2] * left
            case "ear":
                to_ear = (size["ears_up"] - size["nose_up"], -size["nose_ahead"], size["half_ears"])
                joints[:, joint] = nose + to_ear[0] * up + to_ear[1] * ahead + sign * to_ear[2] * left
            case _:
                joints[:, joint] = markers[side[0].upper() + part.capitalize()]
    return joints


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit
