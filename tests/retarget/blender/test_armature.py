"""What a rest pose is read from, and what is refused."""

import bpy
import pytest

from gast_mocap.retarget.blender.armature import read_rest_pose
from gast_mocap.take.errors import MocapError
from trials.rigs import make_armature, make_bones


@pytest.fixture
def rig():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return make_armature(make_bones("Mixamo", "A"))


@pytest.mark.parametrize("scale", [(0, 0, 0), (1, 0, 1), (1, 1, 1e-12)])
@pytest.mark.parametrize("scaled", ["object", "parent"])
def test_an_object_that_is_scaled_to_nothing_is_refused_in_words(rig, scale, scaled):
    if scaled == "parent":
        rig.parent = bpy.data.objects.new("carrier", None)
        bpy.context.scene.collection.objects.link(rig.parent)
    (rig.parent or rig).scale = scale
    bpy.context.view_layer.update()
    with pytest.raises(MocapError, match="scale of 0"):
        read_rest_pose(rig)


def test_an_object_that_is_very_small_is_not(rig):
    rig.scale = (1e-5, 1e-5, 2e-5)
    bpy.context.view_layer.update()
    assert len(read_rest_pose(rig).bone_names) == len(rig.pose.bones)
