"""Motions made of numbers: nothing here needs the motion capture files."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def motions():
    """Four clips of subjects 01, 05, 13 and 14: a figure at rest whose limbs swing, each at its own pace."""
    pytest.importorskip("torch")
    from training.directions import DIRECTIONS
    from training.prepare import Motions

    upwards = {"pelvis_up", "chest_up", "head_up", "lower_trunk", "upper_trunk", "neck"}
    length, clips = 240, 4
    directions = np.zeros((clips, length, len(DIRECTIONS), 3))
    for joint, name in enumerate(DIRECTIONS):
        if name.endswith("shoulder_shift"):
            continue
        if name.endswith("_left"):
            directions[..., joint, 0] = 1
        elif name.endswith("_ahead"):
            directions[..., joint, 2] = 1
        else:
            directions[..., joint, 1] = 1 if name in upwards else -1
    time = np.arange(length) / 60
    for clip in range(clips):
        swing = 0.5 * np.sin(2 * np.pi * (0.5 + 0.2 * clip) * time)
        for sign, side in ((1, "left"), (-1, "right")):
            for part in ("thigh", "shin", "upper_arm", "forearm"):
                joint = DIRECTIONS.index(f"{side}_{part}")
                directions[clip, :, joint, 1], directions[clip, :, joint, 2] = -np.cos(swing), sign * np.sin(swing)
    subjects = ("01", "05", "13", "14")
    pelvis = np.tile([0.0, 1.08, 0.0], (clips * length, 1))
    return Motions(
        tuple(f"made/{subject}_01" for subject in subjects),
        subjects,
        np.arange(clips) * length,
        np.full(clips, length),
        directions.reshape(-1, len(DIRECTIONS), 3).astype(np.float16),
        pelvis.astype(np.float32),
    )
