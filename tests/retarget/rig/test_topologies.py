from dataclasses import replace

import numpy as np
import pytest

from gast_mocap.retarget.rig.bone_map import check_map
from gast_mocap.retarget.rig.recognition import map_bones
from gast_mocap.retarget.rig.review import review_map
from gast_mocap.take.errors import MocapError
from trials.rigs import expected_roles, rest_pose_of
from trials.topologies import make_topology, topology_names, unnamed

TOLD = {
    "no legs": "no legs",
    "one arm": "no right arm",
    "no arms": "no arms",
    "one leg": "no left leg",
    "bust": "no arms and no legs",
    "arms alone": "no legs",
    "one arm alone": "no right arm and no legs",
    "an arm ends at the elbow": "no left forearm",
    "a leg ends at the knee": "no right shin",
    "legs end at the knees": "no shins",
    "no names, no legs": "no legs",
    "no names, one arm": "no right arm",
    "no names, one leg": "no left leg",
    "trunk leans at rest": "leans forward by",
    "left and right swapped": "lie on the body's right",
}
FAMILIES = ("Mixamo", "Unreal 4", "VRChat", "German", "DEF bones", "SMPL-X")
LEFT_OUT = {"root", "toes.L", "toes.R"}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("topology", sorted({*topology_names()} - {"sits at rest"}))
def test_a_body_is_mapped_and_what_is_odd_is_told_in_one_line(topology, family):
    bones = make_topology(topology, family)
    rest = rest_pose_of(bones)
    found = map_bones(rest)
    check_map(found, rest)
    expected = {role: bone for role, bone in expected_roles(bones).items() if role not in LEFT_OUT}
    assert {role: bone for role, bone in found.bones.items() if role not in LEFT_OUT} == expected
    review = review_map(rest, found)
    assert not review.doubts
    assert [TOLD[topology] in notice for notice in review.notices] == [True] if topology in TOLD else not review.notices
    assert review.sides_contradict == (topology == "left and right swapped")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_body_that_sits_at_rest_is_refused_with_the_remedy(family):
    with pytest.raises(MocapError, match="Current Pose") as caught:
        map_bones(rest_pose_of(make_topology("sits at rest", family)))
    assert caught.value.code == "not_upright"


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, 1, -0.01), (-2, -2, -2)])
def test_sides_that_are_mirrored_in_the_bones_and_in_the_object_do_not_contradict(scale):
    bones = make_topology("left and right swapped")
    rest = replace(rest_pose_of(bones), world_from_armature=np.diag([*scale, 1.0]))
    found = map_bones(rest)
    assert not review_map(rest, found).sides_contradict
    named = expected_roles(bones)
    assert found.bones["thigh.L"] == named["thigh.R"]  # the solver swaps the motion of mirrored objects
    assert found.bones["hand.R"] == named["hand.L"]


def test_forearms_beside_the_upper_arms_of_a_nameless_body_do_not_make_legs_arms():
    with pytest.raises(MocapError, match="Found no human body"):
        map_bones(rest_pose_of(unnamed(make_topology("forearms beside", "KayKit"))))
