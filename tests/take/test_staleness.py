from dataclasses import replace

import pytest
from test_files import make_take

from gast_mocap.take.records import Playback
from gast_mocap.take.settings import Quality
from gast_mocap.take.staleness import Wished, changed_since

TAKE = make_take(1)  # best, frames 2 to 37 of a video that was read up to frame 40
ALIKE = Wished(Quality.BEST, 2, 38, Playback())


def test_the_same_wishes_are_no_news() -> None:
    assert changed_since(TAKE, ALIKE) == []


def test_an_end_of_the_video_is_where_the_video_ends() -> None:
    whole = replace(TAKE, settings=replace(TAKE.settings, end=40))
    assert changed_since(whole, replace(ALIKE, end=None)) == []
    assert changed_since(whole, replace(ALIKE, end=400)) == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"quality": Quality.FAST}, "Quality is Fast, the take was made with Best."), ({"start": 0}, "frames 2 to 37"),
        ({"end": None}, "frames 2 to 37"), ({"playback": Playback(speed=0.5)}, "Speed"),
    ],
)  # fmt: skip
def test_what_changed_is_told(changed: dict, word: str) -> None:
    (told,) = changed_since(TAKE, replace(ALIKE, **changed))
    assert word in told
