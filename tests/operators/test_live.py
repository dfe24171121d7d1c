"""Live tuning: a moved control changes what was baked."""

import bpy
import numpy as np
import pytest
from bake_targets import curves_of

from gast_mocap.operators import live, performances


def values(armature):
    return np.array([[curve.evaluate(frame) for frame in range(1, 49, 3)] for curve in curves_of(armature)])


@pytest.fixture
def baked(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.bake()
    scene.gast_mocap.live = True
    (made,) = bpy.data.objects
    return made


def waits():
    """Whether a change waits for the timer, which does not run in background mode: it is done here."""
    waiting = bpy.app.timers.is_registered(live._update)
    if waiting:
        bpy.app.timers.unregister(live._update)
        live._update()
    return waiting


def test_a_moved_control_gives_what_a_new_bake_gives(scene, baked):
    before, action = values(baked), baked.animation_data.action
    scene.gast_mocap.clean.smooth_body = 1.0
    assert waits()
    tuned = values(baked)
    assert baked.animation_data.action == action
    assert np.abs(tuned - before).max() > 0.01
    performances.forget()
    scene.gast_mocap.live = False
    bpy.ops.gast_mocap.bake(target=baked.name)
    np.testing.assert_allclose(values(baked), tuned, atol=2e-3)


def test_raw_and_clean_are_switched(scene, baked):
    clean = values(baked)
    scene.gast_mocap.raw = True
    assert waits()
    assert np.abs(values(baked) - clean).max() > 0.01
    scene.gast_mocap.raw = False
    assert waits()
    np.testing.assert_allclose(values(baked), clean, atol=2e-3)


def test_nothing_happens_while_live_is_off_or_the_rig_is_gone(scene, baked):
    scene.gast_mocap.live = False
    waits()
    scene.gast_mocap.clean.smooth_body = 0.9
    assert not waits()
    scene.gast_mocap.live = True
    waits()
    bpy.data.objects.remove(baked)
    scene.gast_mocap.clean.smooth_body = 0.8
    assert not waits()


def test_a_motion_is_worked_out_once(scene, baked, monkeypatch):
    worked = []
    real = performances.clean_motion
    monkeypatch.setattr(performances, "clean_motion", lambda *given: worked.append(1) or real(*given))
    scene.gast_mocap.clean.smooth_body = 0.7
    waits()
    bpy.ops.gast_mocap.see_match()
    bpy.ops.gast_mocap.bake()
    assert len(worked) == 1


def test_presets_and_reset(scene, baked):
    bpy.ops.gast_mocap.use_clean_up_preset(name="Fight")
    assert scene.gast_mocap.clean.smooth_body == pytest.approx(0.15)
    assert waits()
    bpy.ops.gast_mocap.reset_clean_up()
    assert scene.gast_mocap.clean.smooth_body == pytest.approx(0.4)
    with pytest.raises(RuntimeError, match="no preset Ballet"):
        bpy.ops.gast_mocap.use_clean_up_preset(name="Ballet")
