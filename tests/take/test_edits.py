"""People are mended by edits, replayed on the tracking that stays as it was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_files import make_take

from gast_mocap.take.edits import (
    NO_PICTURE,
    Cut,
    Delete,
    Edit,
    Join,
    Move,
    Split,
    Swap,
    SwapSides,
    edit_fields,
    free_id,
    from_json,
    mended,
    to_json,
)
from gast_mocap.take.errors import MocapError
from gast_mocap.take.files import load_take, save_take
from gast_mocap.take.records import FootContact, Keypoints2D, PartPoints, Person, Pose3D, Take, Track
from gast_mocap.take.skeletons import COCO17


def somebody(track_id: int, frames: range, mark: float) -> Person:
    """Seen in ``frames``; every keypoint's x is ``mark`` plus the frame, its y the keypoint's number."""
    at = np.array(frames)
    points = np.stack(np.broadcast_arrays(mark + at[:, None], np.arange(17.0)), axis=-1)
    return Person(
        Track(track_id, at, np.tile([mark, 0.0, mark + 9, 90.0], (len(at), 1)), np.full(len(at), 0.8)),
        Keypoints2D(track_id, at, points, np.full((len(at), 17), 0.8)),
        Pose3D(at, np.full((len(at), 17, 3), mark / 10)),
        np.full((8, 6, 3), int(mark) % 255, np.uint8),
    )


@pytest.fixture
def take() -> Take:
    """Person 1 in frames 0 to 9, person 2 in all 40, person 3 in frames 20 to 39."""
    people = (somebody(1, range(10), 100.0), somebody(2, range(40), 500.0), somebody(3, range(20, 40), 100.0))
    return replace(make_take(), people=people)


def marks(take: Take, track_id: int) -> list[float]:
    """Whose keypoints a person has in each frame: the mark of ``somebody``."""
    keypoints = take.person(track_id).keypoints
    return [float(x) for x in keypoints.points[:, 0, 0] - keypoints.frames]


def with_feet(person: Person) -> Person:
    """``person`` whose heels and toes have the numbers 100 to 103 as y, and x as the keypoints."""
    x = person.keypoints.points[:, :1, 0]
    points = np.stack(np.broadcast_arrays(x, np.arange(100.0, 104.0)), axis=-1)
    feet = PartPoints(points, np.full(points.shape[:2], 0.6))
    return replace(person, keypoints=replace(person.keypoints, parts={"feet": feet}))


def test_feet_go_where_their_keypoints_go(take: Take) -> None:
    take = take.with_person(with_feet(take.person(1)))
    joined = mended(take, [Join(1, 3)]).person(1).keypoints
    assert len(joined.part("feet").scores) == len(joined.frames) == 30
    assert (joined.part("feet").scores[:10] == 0.6).all() and not joined.part("feet").scores[10:].any()
    split = mended(take, [Split(1, 4, 7)])
    assert (split.person(7).keypoints.part("feet").points[:, 0, 0] == 100.0 + np.arange(4, 10)).all()
    swapped = mended(take, [SwapSides(1, 2, 5)]).person(1).keypoints.part("feet")
    assert (swapped.points[2:5, :, 1] == [102, 103, 100, 101]).all()
    assert (swapped.points[5:, :, 1] == [100, 101, 102, 103]).all()


def lifted(take: Take) -> Take:
    """As if the lifter had been there: whoever lacks a pose has one."""
    for person in take.people:
        if not len(person.pose.frames):
            frames = person.keypoints.frames
            take = take.with_person(replace(person, pose=Pose3D(frames, np.full((len(frames), 17, 3), 7.0))))
    return take


def test_joined_people_are_one_in_the_order_of_time(take: Take) -> None:
    joined = mended(take, [Join(3, 1)])
    assert [person.track_id for person in joined.people] == [2, 3]
    assert joined.person(3).keypoints.frames.tolist() == [*range(10), *range(20, 40)]
    assert marks(joined, 3) == [100.0] * 30
    assert not len(joined.person(3).pose.frames), "it is to be lifted again"
    assert joined.person(2) is not None
    np.testing.assert_array_equal(joined.person(2).pose.joints, take.person(2).pose.joints)


def test_a_split_person_is_two_and_the_later_one_has_a_free_id(take: Take) -> None:
    assert free_id(take) == 4
    split = mended(take, [Split(2, 15, 4)])
    assert [person.track_id for person in split.people] == [1, 2, 3, 4]
    assert split.person(2).keypoints.frames.tolist() == list(range(15))
    assert split.person(4).keypoints.frames.tolist() == list(range(15, 40))
    assert split.person(4).keypoints.track_id == split.person(4).track.track_id == 4
    assert split.person(4).thumbnail is NO_PICTURE, "the old one may show somebody else"
    assert free_id(mended(split, [*split.edits, Delete(4)])) == 5, "an id is not given twice"


def test_swapped_people_are_each_other_from_the_frame_on(take: Take) -> None:
    swapped = mended(take, [Swap(2, 3, 30)])
    assert marks(swapped, 2) == [500.0] * 30 + [100.0] * 10
    assert swapped.person(3).keypoints.frames.tolist() == list(range(20, 40))
    assert marks(swapped, 3) == [100.0] * 10 + [500.0] * 10


def test_a_cut_leaves_the_rest(take: Take) -> None:
    cut = mended(take, [Cut(2, 5, 35)])
    assert cut.person(2).track.frames.tolist() == [*range(5), *range(35, 40)]


def test_left_and_right_change_places_in_the_stretch_only(take: Take) -> None:
    keypoints = mended(take, [SwapSides(2, 10, 12)]).person(2).keypoints
    left, right = COCO17.index("left_wrist"), COCO17.index("right_wrist")
    wrong_way = keypoints.points[:, left, 1] == right
    assert np.flatnonzero(wrong_way).tolist() == [10, 11]
    assert (keypoints.points[:, COCO17.index("nose"), 1] == COCO17.index("nose")).all()


def test_a_moved_keypoint_carries_its_neighbours_along_less_and_less(take: Take) -> None:
    """Person 2's nose is at 500 plus the frame, 0; by hand: three steps of a third of 30 px to each side."""
    keypoints = mended(take, [Move(2, 10, "nose", 540, 60, 2)]).person(2).keypoints
    off = keypoints.points - take.person(2).keypoints.points
    np.testing.assert_allclose(off[7:14, 0], np.outer([0, 1, 2, 3, 2, 1, 0], [10, 20]), atol=1e-9)
    assert not off[:, 1:].any() and not off[:7].any() and not off[14:].any()
    np.testing.assert_allclose(keypoints.scores[8:13, 0], 1 - 0.2 * np.array([2, 1, 0, 1, 2]) / 3)
    assert (keypoints.scores[:, 1:] == 0.8).all()


def test_what_was_placed_stays_where_a_neighbour_is_moved(take: Take) -> None:
    nose = mended(take, [Move(2, 10, "nose", 540, 60, 0), Move(2, 12, "nose", 600, 0, 5)]).person(2).keypoints
    assert nose.points[10, 0].tolist() == [540, 60]
    assert nose.points[9, 0].tolist() == [509, 0], "beyond the frame that was placed"
    assert nose.points[12, 0].tolist() == [600, 0]
    assert nose.points[11, 0, 0] > 580 and nose.points[17, 0, 0] > 517
    again = mended(take, [Move(2, 10, "nose", 540, 60, 0), Move(2, 10, "nose", 541, 61, 0)]).person(2).keypoints
    assert again.points[10, 0].tolist() == [541, 61], "placed once more"


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (Join(1, 2), "at once in 10 frames, the first of which is 0"), (Join(1, 1), "twice"), (Join(1, 9), "person 9"),
        (Split(1, 0, 4), "both sides"), (Split(1, 10, 4), "both sides"), (Split(1, 5, 3), "a person 3 already"),
        (Swap(1, 2, 40), "Neither"), (Swap(1, 2, 0), None), (Swap(3, 1, 0), None), (Swap(1, 3, 15), "3 would be in no"),
        (Swap(1, 1, 3), "twice"), (Delete(8), "no person 8"), (Cut(1, 0, 10), "in no frame"),
        (Cut(1, 10, 20), "not seen"), (Cut(1, 5, 5), "not seen"), (SwapSides(3, 0, 20), "not seen"),
        (Move(3, 19, "nose", 0, 0, 5), "not seen from frame 19 to frame 19"),
    ],
)  # fmt: skip
def test_what_is_impossible_is_said_in_a_sentence(take: Take, edit: Edit, word: str | None) -> None:
    if word is None:
        mended(take, [edit])
        return
    with pytest.raises(MocapError, match=word) as caught:
        mended(take, [edit])
    assert caught.value.code == "edit_impossible"


def test_a_swap_that_leaves_somebody_in_no_frame_is_impossible(take: Take) -> None:
    with pytest.raises(MocapError, match="Person 1 would be in no frame"):
        mended(take, [Cut(2, 0, 20), Swap(1, 2, 0), Cut(1, 20, 40)])


def test_the_last_person_stays(take: Take) -> None:
    with pytest.raises(MocapError, match="last person"):
        mended(take, [Delete(1), Delete(2), Delete(3)])


def test_edits_are_undone_one_by_one_and_all_at_once(take: Take) -> None:
    once = lifted(mended(take, [Join(3, 1)]))
    twice = lifted(mended(once, [*once.edits, Split(3, 30, 4)]))
    back = mended(twice, twice.edits[:-1])
    assert back.person(3).keypoints.frames.tolist() == once.person(3).keypoints.frames.tolist()
    reset = mended(back, [])
    assert (reset.edits, reset.tracked) == ((), ())
    for before, after in zip(take.people, reset.people, strict=True):
        np.testing.assert_array_equal(after.pose.joints, before.pose.joints)
        np.testing.assert_array_equal(after.keypoints.points, before.keypoints.points)
        np.testing.assert_array_equal(after.thumbnail, before.thumbnail)


def test_names_heights_and_contacts_of_others_outlive_edits(take: Take) -> None:
    contacts = (FootContact("left", 0.1, 0.2),)  # type: ignore[arg-type]
    take = take.with_person(replace(take.person(2), name="Ada", body_height=1.9, contacts=contacts))
    joined = lifted(mended(take, [Join(3, 1)]))
    assert joined.person(2).contacts == contacts
    joined = joined.with_person(replace(joined.person(3), name="Bo"))
    split = mended(joined, [*joined.edits, Split(2, 20, 4)])
    assert (split.person(2).name, split.person(2).body_height, split.person(3).name) == ("Ada", 1.9, "Bo")
    assert split.person(2).contacts is None, "they may be another's feet now"
    assert split.person(4).name == ""
    assert mended(split, []).person(2).contacts == contacts


EVERY = [
    Join(3, 1),
    Split(2, 15, 4),
    Swap(3, 4, 30),
    SwapSides(4, 16, 18),
    Cut(4, 30, 32),
    Move(4, 33, "nose", -5, 7, 2),
    Delete(2),
]


def test_a_mended_take_comes_back_from_the_disk(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "walk.take.npz"
    take = lifted(mended(take, EVERY))
    save_take(take, path)
    loaded = load_take(path)
    assert loaded.edits == tuple(EVERY)
    assert [person.track_id for person in loaded.people] == [3, 4]
    assert [person.track_id for person in loaded.tracked] == [1, 2, 3]
    np.testing.assert_array_equal(loaded.person(4).keypoints.points, take.person(4).keypoints.points)
    assert from_json(to_json(loaded.edits)) == loaded.edits
    assert loaded.is_corrected


def test_a_take_without_edits_is_as_small_as_before(take: Take, tmp_path: Path) -> None:
    save_take(take, tmp_path / "plain.take.npz")
    with np.load(tmp_path / "plain.take.npz") as arrays:
        assert not [name for name in arrays if name.startswith("tracked")]


@pytest.mark.parametrize(
    "edits",
    [
        {}, [1], [{"kind": "join"}], [{"kind": "steal", "person": 1}], [{"kind": ["join"], "person": 3, "other": 1}],
        [{"kind": "join", "person": 3, "other": 1.0}], [{"kind": "join", "person": 3, "other": -1}],
        [{"kind": "join", "person": 3, "other": 1, "more": 2}], [{"kind": "join", "person": 3, "other": 99}],
        [{"kind": "join", "person": 2, "other": 1}], [{"kind": "delete", "person": 1}],
        [{"kind": "join", "person": 3, "other": True}], [edit_fields(Join(3, 1))] * 1001,
        *(
            [edit_fields(Join(3, 1)), edit_fields(Move(3, 5, "nose", 0, 0, 1)) | wrong]
            for wrong in ({"joint": "tail"}, {"joint": 3}, {"x": 1e9}, {"y": None}, {"reach": -1}, {"reach": 1001})
        ),
    ],
    ids=range(19),
)  # fmt: skip
def test_edits_that_lie_are_refused(take: Take, tmp_path: Path, edits: object) -> None:
    path = tmp_path / "walk.take.npz"
    save_take(lifted(mended(take, [Join(3, 1)])), path)
    with np.load(path) as arrays:
        content = dict(arrays)
    header = json.loads(str(content["header"])) | {"edits": edits}
    np.savez(path.open("wb"), **content | {"header": np.array(json.dumps(header))})
    with pytest.raises(MocapError) as caught:
        load_take(path)
    assert caught.value.code == "take_unreadable"


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        "{}",
        '[{"kind": "split", "person": 1, "frame": 5, "other": 0}]',
        '[{"kind": "split", "person": 1, "frame": 5, "other": 1000001}]',
        '[{"kind": "cut", "person": 1, "start": -1, "end": 5}]',
        '[{"kind": "cut", "person": 1, "start": 1.5, "end": 5}]',
        '[{"kind": "cut", "person": 1}]',
        '[{"kind": "delete", "person": 1, "frame": 5}]',
        '[{"kind": "delete", "person": NaN}]',
        json.dumps([{"kind": "delete", "person": 1}] * 1001),
    ],
    ids=lambda line: line[:70],
)
def test_edits_that_come_from_anywhere_are_refused_in_a_sentence(line: str) -> None:
    """Such as an id that a take file cannot hold: it would be saved, and not be read again."""
    with pytest.raises(MocapError, match=r"cannot be read\. Reset them\.") as refused:
        from_json(line)
    assert refused.value.code == "edits_unreadable"
