"""Greys and colours of known light, coded as PQ and HLG by the standards' own formulas, come back as sRGB."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorTrc, VideoReformatter

from benchmarks.coded import Recipe, write_coded
from gast_mocap.inference.video import tone
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.inference.video.tone import is_dolby_5, pressed

RGB2020_FROM_RGB709 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
GREYS = np.linspace(0.1, 0.8, 8)
PATCHES = np.array([*np.repeat(GREYS[:, None], 3, axis=1), [0.55, 0.4, 0.33], [0.25, 0.35, 0.2], [0.3, 0.35, 0.5]])
"""sRGB, 0..1: greys, skin, grass, sky."""


def light(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def pq(nits: np.ndarray) -> np.ndarray:
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    power = (nits / 10_000) ** m1
    return ((3424 / 4096 + 2413 / 4096 * 32 * power) / (1 + 2392 / 4096 * 32 * power)) ** m2


def hlg(nits: np.ndarray) -> np.ndarray:
    luma = (nits / 1000) @ [0.2627, 0.6780, 0.0593]
    scene = nits / 1000 * luma[:, None] ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


@pytest.mark.parametrize(("code", "transfer"), [(pq, ColorTrc.SMPTE2084), (hlg, ColorTrc.ARIB_STD_B67)])
def test_hdr_looks_as_sdr_does(tmp_path: Path, code, transfer: ColorTrc) -> None:
    path = tmp_path / "hdr.mp4"
    codes = code(203 * light(PATCHES) @ RGB2020_FROM_RGB709.T)
    image = np.round(65535 * np.repeat(np.repeat(codes[None], 64, axis=0), 16, axis=1)).astype(np.uint16)
    options = {"preset": "ultrafast", "crf": "4", "x265-params": "log-level=none"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = image.shape[1], image.shape[0], "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = int(transfer), 9, 9, 1
        frame = VideoReformatter().reformat(
            av.VideoFrame.from_ndarray(image, "rgb48le"),
            format="yuv420p10le",
            dst_colorspace=9,
            dst_color_range=1,
        )
        frame.color_trc, frame.color_primaries = int(transfer), int(ColorPrimaries.BT2020)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    shown = next(read_frames(probe_video(path, pytest.fail), 0, 1)).picture[32, 8::16] / 255
    assert np.abs(shown - PATCHES)[: len(GREYS)].max() < 0.03
    assert np.abs(shown - PATCHES)[len(GREYS) :].max() < 0.06


def test_highlights_are_pressed_and_never_cross() -> None:
    whites = np.linspace(0, 12, 2000)
    shown = pressed(whites)
    assert (np.diff(shown) >= 0).all()
    np.testing.assert_array_equal(shown[whites <= 0.7], whites[whites <= 0.7])
    assert shown[-1] == 1
    assert pressed(np.array([1.0, 3.0])).tolist() == sorted(pressed(np.array([1.0, 3.0])))
    assert pressed(np.array([3.0]))[0] < 0.99


@pytest.mark.parametrize(
    ("tag", "transfer", "told"),
    [
        ("dvh1", ColorTrc.UNSPECIFIED, True),
        ("hvc1", ColorTrc.UNSPECIFIED, False),
        ("dvh1", ColorTrc.SMPTE2084, False),  # profile 8, which is HDR10 as well
    ],
)
def test_dolby_vision_with_colours_of_its_own_is_known(tag: str, transfer: ColorTrc, told: bool) -> None:
    frame = av.VideoFrame(64, 64, "yuv420p10le")
    frame.color_trc = int(transfer)
    assert is_dolby_5(frame, tag) is told


def test_dolby_vision_with_colours_of_its_own_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """x265 writes a head now and then that cannot be muxed, so H.264 stands in for HEVC."""
    path = tmp_path / "dolby.mp4"
    write_coded(path, Recipe(".mp4", "libx264", [0.0, 0.04]))
    probe_video(path, pytest.fail)
    monkeypatch.setattr(tone, "DOLBY_TAGS", ("avc1",))
    notices: list[str] = []
    probe_video(path, notices.append)
    assert ["Dolby Vision profile 5" in notice for notice in notices] == [True]
