"""A bar that moves, two moments woven into each frame: it comes back as one bar, where it was at the first moment."""

from pathlib import Path

import av
import numpy as np
import pytest

from gast_mocap.inference.video.decode import probe_video, read_frames

WIDTH, HEIGHT, SPEED = 192, 128, 6
"""Pixels; SPEED for each field."""


def moment(t: int) -> np.ndarray:
    """(HEIGHT, WIDTH, 3): the bar at time ``t``, counted in fields, before still stripes of one line."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image[: HEIGHT // 4 : 2, :60] = 170
    image[:, 10 + SPEED * t : 40 + SPEED * t] = 220
    return image


def woven(t: int) -> np.ndarray:
    image = moment(2 * t)
    image[1::2] = moment(2 * t + 1)[1::2]
    return image


def write(path: Path, pictures: list[np.ndarray], is_marked: bool) -> Path:
    options = {"preset": "ultrafast", "qp": "8"}
    if is_marked:
        options |= {"flags": "+ilme+ildct", "x264-params": "tff=1"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in pictures:
            frame = av.VideoFrame.from_ndarray(image, "rgb24").reformat(format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def combs(image: np.ndarray) -> float:
    """Share of the lower half in which a line differs from both its neighbours."""
    grey = image[HEIGHT // 2 :].mean(axis=-1)
    differs = np.minimum(np.abs(grey[1:-1] - grey[:-2]), np.abs(grey[1:-1] - grey[2:])) > 25
    return float(differs.mean())


@pytest.mark.parametrize("is_marked", [True, False])
def test_combs_go_and_every_frame_stays(tmp_path: Path, is_marked: bool) -> None:
    path = write(tmp_path / "interlaced.mp4", [woven(t) for t in range(11)], is_marked)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).interlaced_frame == is_marked
    frames = list(read_frames(probe_video(path, pytest.fail), 0, None))
    assert [frame.index for frame in frames] == list(range(11))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(11) / 25, atol=1e-3)
    assert combs(woven(4)) > 0.05
    for t, frame in enumerate(frames[1:10], start=1):
        assert combs(frame.picture) < 0.01
        bar = np.flatnonzero(frame.picture[HEIGHT * 3 // 4, :, 1] > 160)
        assert bar.mean() == pytest.approx(24.5 + SPEED * 2 * t, abs=SPEED)


def test_still_stripes_of_a_progressive_video_stay_sharp(tmp_path: Path) -> None:
    path = write(tmp_path / "progressive.mp4", [moment(2 * t) for t in range(11)], is_marked=False)
    for frame in read_frames(probe_video(path, pytest.fail), 2, None):
        stripes = frame.picture[: HEIGHT // 4, 2:8].mean(axis=(1, 2))
        assert np.abs(np.diff(stripes)).min() > 60
