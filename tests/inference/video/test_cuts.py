"""Made-up scenes: cuts are found, and what only looks like one is not."""

import cv2
import numpy as np
import pytest

from gast_mocap.inference.video.cuts import Cuts, newness, small_grey
from gast_mocap.inference.video.frame import Frame
from gast_mocap.take.records import ImageArray

WIDTH, HEIGHT = 480, 270


def scene(seed: int) -> ImageArray:
    """(HEIGHT, 3 WIDTH, 3) blurred patches."""
    patches = np.random.default_rng(seed).integers(20, 235, (18, 96, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(patches, (3 * WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


GARDEN, STREET, COAT = scene(0), scene(1), scene(2)


def view(place: ImageArray, left: float = 0, walker: float | None = None) -> ImageArray:
    """What a camera sees of ``place`` from ``left`` on, a person of patches at ``walker`` before it."""
    image = place[:, int(left) : int(left) + WIDTH].copy()
    if walker is not None:
        image[60:260, int(walker) : int(walker) + 80] = COAT[60:260, :80]
    return image


def cuts_of(pictures: list[ImageArray]) -> list[int]:
    cuts = Cuts()
    frames = [frame for i, image in enumerate(pictures) for frame in cuts.push(Frame(i, i / 30, None), image)]
    frames += cuts.rest()
    assert [frame.index for frame in frames] == list(range(len(pictures)))
    return [frame.index for frame in frames if frame.is_cut]


WALK = [view(GARDEN, walker=5 * t) for t in range(30)]
OTHER = [view(STREET, walker=150 + 5 * t) for t in range(30)]
BLACK = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def test_the_first_frame_of_another_shot_is_a_cut() -> None:
    assert cuts_of([*WALK, *OTHER]) == [30]
    assert cuts_of([*WALK, *OTHER, *WALK]) == [30, 60]
    assert cuts_of([*WALK[:6], *OTHER[:6], *WALK[10:16]]) == [6, 12]


def test_a_cut_between_two_pans() -> None:
    pans = [[view(place, 8 * t) for t in range(30)] for place in (GARDEN, STREET)]
    assert cuts_of([*pans[0], *pans[1]]) == [30]


@pytest.mark.parametrize("frames", [1, 2])
def test_a_moment_of_black_between_two_shots_hides_no_cut(frames: int) -> None:
    assert cuts_of([*WALK, *[BLACK] * frames, *OTHER]) == [30 + frames]


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("flash", [BLACK, np.full_like(BLACK, 255), OTHER[0]])
def test_a_flash_is_no_cut(frames: int, flash: ImageArray) -> None:
    assert cuts_of([*WALK[:15], *[flash] * frames, *WALK[15:]]) == []


def test_light_that_changes_is_no_cut() -> None:
    dim = [(image * 0.4).astype(np.uint8) for image in WALK]
    hazy = [(image * 0.5 + 110).astype(np.uint8) for image in WALK]
    assert cuts_of([*WALK[:10], *dim[10:20], *hazy[20:]]) == []


def test_fast_pans_and_a_passer_by_are_no_cuts() -> None:
    assert cuts_of([view(GARDEN, 30 * t) for t in range(30)]) == []
    close = [view(GARDEN, walker=None) for _ in range(40)]
    for t, image in enumerate(close):
        left, right = np.clip([60 * t - 600, 60 * t - 250], 0, WIDTH)
        image[:, left:right] = COAT[:, left + 600 - 60 * t : right + 600 - 60 * t]
    assert cuts_of(close) == []


def test_a_dull_picture_is_no_cut() -> None:
    assert cuts_of([BLACK] * 10) == []
    assert cuts_of([]) == []
    assert cuts_of([BLACK]) == []


@pytest.mark.parametrize("size", [(48, 4160), (1080, 5760), (4000, 64)])
def test_panoramas_are_compared_like_other_pictures(size: tuple[int, int]) -> None:
    """OpenCV's flow crashes on pictures of 128 pixels by less than 32, which took the worker down."""
    first, second = (cv2.resize(scene(seed), size[::-1]) for seed in (1, 2))
    small = [small_grey(picture) for picture in (first, second)]
    assert min(small[0].shape) == 32
    assert max(small[0].shape) == 128
    assert newness(*small) > 0.5
    assert newness(small[0], small[0]) == 0


def test_only_what_may_be_a_cut_waits() -> None:
    cuts: Cuts[None] = Cuts()
    at_once = [len(list(cuts.push(Frame(i, i / 30, None), image))) for i, image in enumerate([*WALK[:10], *OTHER[:10]])]
    assert at_once[:10] == [1] * 10
    assert at_once[10:15] == [0] * 5 and at_once[15] == 6
    assert at_once[16:] == [1] * 4
