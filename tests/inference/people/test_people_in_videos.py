"""How many people each clip shows, as seen by eye, and that every preset finds them.

- sports2d_demo: a jumper on a roof, who leaps to the grass (lost in flight); a walker crosses from second 1.5
  to 6.6. variable_frame_rate and rotated_90_metadata are the same scene, the latter turned on its side.
- two_people_portrait_60fps: two people throughout, one passes before the other. A woman stands far back, between
  the man and a skeleton: whoever looks closely finds her too.
- intel_one-by-one: six people enter an empty room one after another, stand at a table and leave.
"""

from pathlib import Path

import pytest

from gast_mocap.inference.pipeline import Networks, watch_range
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.stretches import Span, seams_of
from gast_mocap.inference.video.decode import probe_video

pytestmark = pytest.mark.footage

PEOPLE = {
    "sports2d_demo": 2,
    "variable_frame_rate": 2,
    "rotated_90_metadata": 2,
    "two_people_portrait_60fps": 2,
    "intel_one-by-one-person-detection": 6,
}
BYSTANDERS = {"two_people_portrait_60fps": 1}
"""People in the background who may be found or not."""
LONG_CLIP = "intel_one-by-one-person-detection"


def ignore(*_report: object) -> None:
    pass


@pytest.mark.parametrize("clip", PEOPLE)
@pytest.mark.parametrize("quality", PRESETS)
def test_everybody_is_found_and_nobody_twice(videos: Path, clip: str, quality: str) -> None:
    if clip == LONG_CLIP and quality != "fast":
        pytest.skip("takes minutes; run by hand, see docs/speed.md")
    footage = probe_video(videos / f"{clip}.mp4", ignore)
    span = Span(footage)
    watched, seen = watch_range(span, Networks.load(quality), ignore, ignore, seams_of(span), at_once=2)
    assert seen.video.frame_count == footage.frame_count
    assert PEOPLE[clip] <= len(watched) <= PEOPLE[clip] + BYSTANDERS.get(clip, 0)
    for person in watched:
        assert len(person.track.frames) > 0.05 * seen.video.frame_count
        assert (person.keypoints.frames == person.track.frames).all()
        assert min(person.thumbnail.shape[:2]) > 16
