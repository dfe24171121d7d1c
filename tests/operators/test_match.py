"""The camera of the video in Blender: judged by Blender's own projection."""

import shutil
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from conftest import HEIGHT, WIDTH
from mathutils import Vector

from gast_mocap.operators import overlay, reports
from gast_mocap.take.files import load_take, save_take
from gast_mocap.take.skeletons import COCO17, H36M17


def pixel(scene, point):
    """(2,) px at which the scene's camera sees a point, y down."""
    bpy.context.view_layer.update()
    across, up, _ = world_to_camera_view(scene, scene.camera, Vector(point))
    return np.array([across * WIDTH, (1 - up) * HEIGHT])


def keypoint(take, name, frame):
    keypoints = load_take(Path(take)).person(1).keypoints
    return keypoints.points[frame, COCO17.index(name)]


@pytest.mark.parametrize(
    "placed", [{}, {"face_front": True}, {"align_camera": True, "camera_x": 3.0, "camera_heading": 1.0}]
)
def test_the_camera_sees_the_baked_bones_where_the_keypoints_are(scene, take, placed):
    bpy.ops.gast_mocap.open_take(filepath=take)
    for name, value in placed.items():
        setattr(scene.gast_mocap.clean, name, value)
    bpy.ops.gast_mocap.bake()
    (made,) = bpy.data.objects
    bpy.ops.gast_mocap.see_match()
    scene.frame_set(10)
    video_frame = round(9 / 24 * 30)
    person_height = np.ptp(load_take(Path(take)).person(1).keypoints.points[video_frame, :, 1])
    for bone, end, joint in (
        ("shin.L", "tail", "left_ankle"),
        ("shin.R", "tail", "right_ankle"),
        ("thigh.L", "head", "left_hip"),
    ):
        seen = pixel(scene, made.matrix_world @ getattr(made.pose.bones[bone], end))
        assert np.linalg.norm(seen - keypoint(take, joint, video_frame)) < 0.03 * person_height
    assert (scene.render.resolution_x, scene.render.resolution_y) == (WIDTH, HEIGHT)


def test_a_rig_of_another_size_at_another_place_stands_on_the_person_too(scene, take, mixamo):
    mixamo.scale, mixamo.location = (2.5, 2.5, 2.5), (4, 5, 6)
    bpy.context.view_layer.update()
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.target = mixamo
    bpy.ops.gast_mocap.bake()
    bpy.ops.gast_mocap.see_match()
    scene.frame_set(10)
    person_height = np.ptp(load_take(Path(take)).person(1).keypoints.points[11, :, 1])
    for bone, joint in (("LeftFoot", "left_ankle"), ("RightFoot", "right_ankle")):
        seen = pixel(scene, mixamo.matrix_world @ mixamo.pose.bones[f"mixamorig:{bone}"].head)
        assert np.linalg.norm(seen - keypoint(take, joint, 11)) < 0.05 * person_height


def test_the_drawn_skeleton_is_what_the_camera_filmed(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.see_match()
    joints, scores = overlay.skeleton_of(scene).at(1.5)
    assert scores.shape == (17,)
    seen = pixel(scene, joints[6])  # the left ankle
    assert np.linalg.norm(seen - keypoint(take, "left_ankle", 45)) < 0.03 * HEIGHT
    assert overlay.skeleton_of(scene).at(9.0) is None


def test_one_camera_is_made_and_moved_again(scene, take):
    own = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    scene.collection.objects.link(own)
    scene.camera = own
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.see_match()
    bpy.ops.gast_mocap.see_match()
    assert sorted(thing.name for thing in bpy.data.objects) == ["Mine", "clip camera"]
    assert own.matrix_world.is_identity
    assert any("cannot be shown" in notice for notice in reports.of_match.notices), "clip.mp4 does not exist"


def test_the_video_plays_at_its_own_speed_behind_the_character(scene, take, videos):
    """1.2 s are frame 29 of the scene's 24 a second from 1 on, and frame 36 (from 0) of the video's 30."""
    filmed = load_take(Path(take))
    save_take(replace(filmed, video=replace(filmed.video, path=videos / "sports2d_demo.mp4")), Path(take))
    bpy.ops.gast_mocap.open_take(filepath=take)
    bpy.ops.gast_mocap.see_match()
    (backdrop,) = scene.camera.data.background_images
    assert backdrop.image.filepath.endswith("sports2d_demo.mp4")
    scene.frame_set(30)
    evaluated = scene.camera.data.evaluated_get(bpy.context.evaluated_depsgraph_get())
    user = evaluated.background_images[0].image_user
    assert (30 - user.frame_start + 1) + user.frame_offset == 1 + int(29 / 24 * 30 + 0.01)


def test_who_stays_in_place_has_no_place_in_the_picture(scene, take):
    bpy.ops.gast_mocap.open_take(filepath=take)
    scene.gast_mocap.raw = True
    with pytest.raises(RuntimeError, match="Turn Travel on"):
        bpy.ops.gast_mocap.see_match()
    assert len(bpy.data.objects) == 0


H36M_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def test_on_a_real_clip_the_cleaned_joints_are_on_the_keypoints(scene, videos, tmp_path):
    """Both people, in the camera that is made: the median is within 3 % of each one's height in the picture."""
    clip = shutil.copy(videos / "two_people_portrait_60fps.mp4", tmp_path)
    bpy.ops.gast_mocap.import_video(filepath=clip, end=60, quality="fast", wait=True)
    scene.render.fps = 60
    take = load_take(Path(scene.gast_mocap.take))
    names = [f"{side}_{joint}" for side in ("left", "right") for joint in H36M_LIMBS]
    tall = [person for person in take.people if np.ptp(person.track.boxes[0, [1, 3]]) > 600]
    assert len(tall) == 2
    for person in tall:
        scene.gast_mocap.person_index = take.people.index(person)
        bpy.ops.gast_mocap.see_match()
        bpy.context.view_layer.update()
        size = np.array([scene.render.resolution_x, scene.render.resolution_y])
        off = []
        for row, frame in enumerate(person.keypoints.frames):
            joints, _ = overlay.skeleton_of(scene).at(take.video.times[frame])
            across, up, _ = np.transpose(
                [world_to_camera_view(scene, scene.camera, Vector(joints[H36M17.index(name)])) for name in names]
            )
            seen = np.stack([across, 1 - up], axis=1) * size
            read = person.keypoints.points[row, COCO17.indices(*names)]
            off.append(np.linalg.norm(seen - read, axis=1) / np.ptp(person.track.boxes[row, [1, 3]]))
        assert np.median(off) < 0.03, f"person {person.track_id}"
