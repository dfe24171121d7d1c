"""Rotations as the numbers that Blender keys."""

from itertools import pairwise, product

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from gast_mocap.retarget.blender.channels import degrees_apart, rotations_from_values, values_from_rotations
from gast_mocap.retarget.rotations import about, continuous
from gast_mocap.take.records import FloatArray

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


def tumbling(seed: int, frames: int = 2000) -> FloatArray:
    """(t, 4) turns in small steps, several times all the way round and past every middle angle of 90 degrees."""
    rng = np.random.default_rng(seed)
    turns = gaussian_filter1d(rng.standard_normal((frames, 3)), 40, axis=0) * 60
    angle = np.linalg.norm(turns, axis=1)
    return continuous(about(turns / angle[:, None], angle)[:, None])[:, 0]


def nearest_one_by_one(values: FloatArray, middle: int) -> FloatArray:
    """The path that goes, from frame to frame, to the nearest of all angles that mean the same."""
    path = values.copy()
    for before, frame in pairwise(range(len(path))):
        twin = values[frame] + np.pi
        twin[middle] = np.pi - values[frame, middle]
        turns = 2 * np.pi * np.array(list(product((-1, 0, 1), repeat=3)))
        far = 2 * np.pi * np.round(path[before] / (2 * np.pi))
        equal = np.concatenate([values[frame] % (2 * np.pi) + far + turns, twin % (2 * np.pi) + far + turns])
        path[frame] = equal[np.abs(equal - path[before]).sum(axis=1).argmin()]
    return path


@pytest.mark.parametrize("order", ORDERS)
def test_eulers_go_to_the_nearest_of_all_equal_angles(order):
    rotations = tumbling(seed=3)
    values = values_from_rotations(rotations, order)
    assert degrees_apart(rotations_from_values(values, order), rotations).max() < 1e-4
    assert values == pytest.approx(nearest_one_by_one(values, "XYZ".index(order[1])), abs=1e-9)
