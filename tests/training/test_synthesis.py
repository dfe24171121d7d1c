"""Bodies, cameras and made-up pictures, on numbers that can be worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gast_mocap.inference.poses.contract import Contract  # noqa: E402
from gast_mocap.inference.poses.layouts import h36m17_from_coco17  # noqa: E402
from gast_mocap.inference.poses.views import PersonView  # noqa: E402
from gast_mocap.take.skeletons import COCO17, H36M17, HUMANEVA15, TOES19  # noqa: E402
from training.bodies import FOOT, MEASURES, BodyModel, joints_from  # noqa: E402
from training.cameras import Cameras, sample_cameras  # noqa: E402
from training.clips import read_bvh  # noqa: E402
from training.detector import _bridge, misread  # noqa: E402
from training.directions import DIRECTIONS  # noqa: E402
from training.normalise import ASSUMED_FOCAL, SIZE_WINDOW, h36m_from_coco, network_input, person_axes  # noqa: E402
from training.synthesis import Synthesis, mirrored  # noqa: E402

CPU = torch.device("cpu")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def examples(motions):
    return Synthesis(motions, validation=False, device=CPU, seed=1).examples(64, 53)


def test_a_bvh_bone_goes_where_its_parents_turn_it(tmp_path: Path):
    """The root turned by 90 degrees about z carries a child from +y to -x; the child's own turn moves nothing."""
    (tmp_path / "arm.bvh").write_text(
        "HIERARCHY ROOT hip { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation\n"
        "JOINT arm { OFFSET 0 2 0 CHANNELS 3 Zrotation Yrotation Xrotation End Site { OFFSET 0 1 0 } } }\n"
        "MOTION Frames: 2 Frame Time: 0.02\n1 2 3 0 0 0 0 0 0\n1 2 3 90 0 0 0 45 0\n"
    )
    clip = read_bvh(tmp_path / "arm.bvh")
    assert clip.fps == pytest.approx(50)
    np.testing.assert_allclose(clip.position("arm"), [[1, 4, 3], [-1, 2, 3]], atol=1e-9)
    np.testing.assert_allclose(clip.position("arm end"), [[1, 5, 3], [-2, 2, 3]], atol=1e-9)


def test_bodies_have_the_measures_they_are_given():
    bodies = BodyModel()
    measures = bodies.sample(5, generator())
    directions = torch.nn.functional.normalize(torch.randn(5, 3, len(DIRECTIONS), 3, generator=generator(1)), dim=-1)
    joints = joints_from(bodies.pose, measures, directions)
    for side in ("left", "right"):
        for parent, child, measure in (
            ("hip", "knee", "thigh"),
            ("knee", "ankle", "shin"),
            ("elbow", "wrist", "forearm"),
        ):
            a, b = (joints[:, :, H36M17.joints.index(f"{side}_{part}")] for part in (parent, child))
            wanted = measures[:, list(MEASURES).index(measure)]
            torch.testing.assert_close((a - b).norm(dim=-1), wanted[:, None].expand(5, 3), atol=1e-5, rtol=1e-5)
    coco = joints_from(bodies.seen, measures, directions)
    for name in set(COCO17.joints) & set(H36M17.joints):
        a, b = coco[:, :, COCO17.joints.index(name)], joints[:, :, H36M17.joints.index(name)]
        torch.testing.assert_close(a, b)


def test_toes_are_a_foot_ahead_of_the_ankle_in_picture_and_pose():
    bodies = BodyModel(TOES19)
    directions = torch.zeros(1, 1, len(DIRECTIONS), 3)
    directions[..., 1] = -1.0
    for side in ("left", "right"):
        directions[0, 0, DIRECTIONS.index(f"{side}_foot")] = torch.tensor([0.0, 0.0, 1.0])
    seen, pose = (joints_from(rules, bodies.means[None], directions)[0, 0] for rules in (bodies.seen, bodies.pose))
    foot = torch.tensor([0.0, 0.0, FOOT["foot"][0]])
    for place, side in ((17, "left"), (18, "right")):
        torch.testing.assert_close(seen[place] - seen[COCO17.index(f"{side}_ankle")], foot)
        torch.testing.assert_close(pose[TOES19.index(f"{side}_toes")] - pose[TOES19.index(f"{side}_ankle")], foot)


@pytest.mark.parametrize("layout", [H36M17, TOES19, HUMANEVA15])
def test_every_layout_gets_its_own_joints_from_the_same_rays(motions, layout):
    """Exact keypoints: whatever joint is a keypoint as well lies in the network's input where the pose's ray does."""
    synthesis = Synthesis(motions, validation=True, device=CPU, seed=1, layout=layout)
    inputs, wanted = synthesis.batch(16, 27, causal=False, misread=False)
    assert inputs.shape == (16, 27, len(layout.joints), 2)
    assert wanted.shape == (16, len(layout.joints), 3)
    across = {name: inputs[:, 13, layout.index(name), 0] for name in layout.joints}
    apart = {name: wanted[:, layout.index(name), 0] for name in layout.joints}
    for one, other in (("left_ankle", "right_wrist"), *([("left_toes", "right_toes")] if layout is TOES19 else [])):
        agree = (across[one] - across[other]) * (apart[one] - apart[other]) > 0
        sure = (apart[one] - apart[other]).abs() > 0.1
        assert agree[sure].all()
        assert sure.sum() > 3


def test_people_differ_but_all_are_equally_tall():
    bodies = BodyModel()
    measures = bodies.sample(200, generator())
    stature = (measures * bodies.in_stature).sum(dim=1)
    torch.testing.assert_close(stature, stature[:1].expand(200), atol=1e-5, rtol=0)
    assert measures.std(dim=0).min() > 0.002


def test_a_camera_draws_what_lies_right_and_below_to_the_right_and_below():
    camera = Cameras(
        torch.diag(torch.tensor([-1.0, -1.0, 1.0]))[None], torch.tensor([[0.0, 1.0, -4.0]]), torch.tensor([1.5])
    )
    points = torch.tensor([[[[0.0, 1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 4.0]]]])
    drawn = camera.project(camera.see(points))
    wanted = torch.tensor([[[[0.0, 0.0], [0.375, 0.0], [0.0, 0.375], [0.0, 0.1875]]]])
    torch.testing.assert_close(drawn, wanted)


def test_sampled_cameras_are_rotations_that_see_the_person_upright_and_inside_the_frame():
    aim = torch.tensor([[1.0, 0.9, 2.0]]).expand(2000, 3)
    cameras = sample_cameras(aim, generator())
    turns = cameras.camera_from_world
    torch.testing.assert_close(turns @ turns.transpose(1, 2), torch.eye(3).expand(2000, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(turns), torch.ones(2000), atol=1e-5, rtol=0)
    middle = cameras.project(cameras.see(aim[:, None, None]))
    assert middle.abs().max() < 1
    above = cameras.project(cameras.see(aim[:, None, None] + torch.tensor([0.0, 0.5, 0.0])))
    assert ((above - middle)[..., 1] < 0).float().mean() > 0.99
    distance = (cameras.places - aim).norm(dim=-1)
    assert distance.min() > 1.5 and distance.max() < 9.1


def test_a_mirror_image_is_the_mirrored_body():
    """x negated and sides exchanged; mirrored again it is the first."""
    bodies = BodyModel()
    measures = bodies.sample(4, generator())
    directions = torch.randn(4, 3, len(DIRECTIONS), 3, generator=generator(1))
    torch.testing.assert_close(mirrored(mirrored(directions)), directions)
    for rules, order in ((bodies.seen, COCO17.mirrored_order()), (bodies.pose, H36M17.mirrored_order())):
        wanted = joints_from(rules, measures, directions)[:, :, order] * torch.tensor([-1.0, 1.0, 1.0])
        torch.testing.assert_close(joints_from(rules, measures, mirrored(directions)), wanted, atol=1e-5, rtol=1e-5)


def test_pictures_and_truth_of_an_example_are_of_one_pose(examples):
    """The true keypoints of limbs lie on the rays of the true joints: a focal length for each window explains all."""
    limbs = [H36M17.joints.index(name) for name in COCO17.joints[5:]]
    seen = examples.joints[:, :, limbs] + examples.pelvis[:, :, None]
    tangents = seen[..., :2] / seen[..., 2:]
    focal = (examples.true_points[:, :, 5:] * tangents).sum(dim=(1, 2, 3)) / tangents.square().sum(dim=(1, 2, 3))
    torch.testing.assert_close(
        examples.true_points[:, :, 5:], focal[:, None, None, None] * tangents, atol=1e-4, rtol=1e-3
    )
    assert focal.min() > 1.1 and focal.max() < 3.01


def test_examples_of_one_seed_are_the_same_and_of_another_differ(motions):
    drawn = [Synthesis(motions, False, CPU, seed).batch(8, 27, causal=False)[0] for seed in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.allclose(drawn[0], drawn[2])


def test_validation_subjects_are_never_trained_on(motions):
    training, validation = (
        {motions.subjects[i] for i in motions.clips(validation=kept_out)} for kept_out in (False, True)
    )
    assert (training, validation) == ({"01", "14"}, {"05", "13"})


@pytest.mark.parametrize("causal", [False, True])
def test_training_feeds_the_network_what_the_product_feeds_it(examples, causal):
    points = examples.read_points[:4]
    frames = points.shape[1]
    contract = Contract(27, "person", 30.0, causal, ASSUMED_FOCAL, SIZE_WINDOW)
    begin = SIZE_WINDOW - 1 if causal else SIZE_WINDOW // 2
    for window, wanted in zip(points, network_input(points, causal, H36M17), strict=True):
        pixels = window.double().numpy() * 500 + (500, 300)
        view = PersonView(h36m17_from_coco17(pixels), 1000, 600, contract)
        np.testing.assert_allclose(view.inputs[begin : begin + frames - SIZE_WINDOW + 1], wanted, atol=1e-4)


def test_keypoints_become_joints_as_in_the_product():
    points = torch.randn(6, 17, 2, generator=generator())
    np.testing.assert_allclose(h36m_from_coco(points).numpy(), h36m17_from_coco17(points.numpy()), atol=1e-5)


def test_the_axes_of_a_ray_look_along_it_and_stay_level():
    rays = torch.randn(50, 2, generator=generator())
    axes = person_axes(rays)
    along = torch.nn.functional.normalize(torch.nn.functional.pad(rays, (0, 1), value=1.0), dim=-1)
    torch.testing.assert_close(torch.einsum("nxy,ny->nx", axes, along), torch.tensor([0.0, 0, 1]).expand(50, 3))
    torch.testing.assert_close(axes[:, 0, 1], torch.zeros(50))
    torch.testing.assert_close(torch.linalg.det(axes), torch.ones(50))


def test_a_fifth_is_read_without_error_and_the_rest_with_errors_of_a_few_hundredths(examples):
    shift = (examples.read_points - examples.true_points).norm(dim=-1)
    size = (examples.true_points.amax(dim=2) - examples.true_points.amin(dim=2)).amax(dim=-1).mean(dim=1)
    shares = (shift.flatten(1).median(dim=1).values / size).sort().values
    exact = (shares < 1e-6).float().mean()
    assert 0.08 < exact < 0.35
    assert 0.005 < shares[shares > 1e-6].mean() < 0.06


def test_a_face_errs_as_a_whole():
    """Around a figure that stands still, the errors of the face's points agree far more than those of wrists."""
    points = torch.randn(1, 1, 17, 2, generator=generator()).expand(400, 30, 17, 2)
    errors = misread(points, torch.zeros(400, 30, 17), generator(3)) - points
    face, wrists = errors[:, :, :5].median(dim=1).values, errors[:, :, 9:11].median(dim=1).values
    shared_face, shared_wrists = (part.mean(dim=1).square().mean() / part.square().mean() for part in (face, wrists))
    assert shared_face > 0.8
    assert shared_wrists < 0.7


def test_toes_stray_more_than_ankles_and_change_sides_with_them():
    points = torch.randn(1, 1, 19, 2, generator=generator()).expand(2000, 30, 19, 2)
    errors = misread(points, torch.zeros(2000, 30, 19), generator(3)) - points
    ankles, toes = (errors[:, :, part].norm(dim=-1).flatten().median() for part in ((15, 16), (17, 18)))
    assert 1.2 < toes / ankles < 2
    ankle, toe = (
        (errors[:, :, left] - (points[:, :, right] - points[:, :, left])).norm(dim=-1) < 0.5
        for left, right in ((15, 16), (17, 18))
    )
    assert ankle.sum() > 100
    assert (ankle & toe).sum() > 0.8 * ankle.sum()


def test_covered_limbs_go_straight_from_one_place_to_another() -> None:
    points = torch.randn(600, 30, 17, 2, generator=generator(8))
    bridged = _bridge(points, generator(9))
    changed = (bridged != points).any(dim=-1)
    share = changed.any(dim=2).any(dim=1).float().mean()
    assert 0.1 < share < 0.2, "one window in six, but for those that end with the window"
    most = changed.any(dim=2).sum(dim=1).max()
    assert 8 <= most <= 14, "up to half a second"
    together = {tuple(one.any(dim=0).nonzero().flatten().tolist()) for one in changed if one.any()}
    assert together == {
        (7, 9),
        (8, 10),
        (13, 15),
        (14, 16),
        (5, 6, 7, 8, 9, 10),
        (11, 12, 13, 14, 15, 16),
        tuple(range(17)),
    }
    for one, moved in zip(bridged, changed, strict=True):
        inner = moved.any(dim=1).nonzero().flatten()
        if len(inner):
            spell = one[inner[0] - 1 : inner[-1] + 2][:, moved.any(dim=0)]
            assert torch.allclose(spell.diff(n=2, dim=0), torch.zeros(1), atol=1e-5)
