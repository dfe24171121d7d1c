"""High dynamic range to what the networks and the preview know: HLG and PQ (HDR10, Dolby Vision 8) become sRGB."""

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc

from ...take.records import FloatArray, ImageArray
from .side_data import side_data_of

WHITE_NITS, HLG_PEAK_NITS = 203.0, 1000.0
"""Light of a white sheet, which becomes sRGB's white, and of the brightest HLG on its reference screen (ITU-R BT.2408).
"""
KNEE, PEAK = 0.7, 10.0
"""In whites. Up to the first, light is kept as it is; what lies between it and the second is pressed below 1."""
SRGB_FROM_2020 = np.array([[1.719, -0.639, -0.080], [-0.259, 1.269, -0.009], [-0.065, -0.144, 1.209]])
"""Wide colours to sRGB's, on coded values: least squares over sRGB's colours to what BT.2087's matrix gives on linear
light, greys kept. Off by 7 % of white for the most vivid colours and by 1 % in a film; ten times faster."""

DOLBY_TAGS = ("dvh1", "dvhe", "dav1")
"""What MP4 calls HEVC and AV1 that only Dolby Vision can show (ETSI TS 103 572)."""


def is_dolby_5(frame: VideoFrame, tag: str) -> bool:
    """Whether the first ``frame`` of a stream with this ``tag`` is in Dolby Vision's own colours (profile 5, 10.0).

    Other profiles are HDR10, HLG or SDR as well, and say so.
    """
    is_dolby = tag in DOLBY_TAGS or Type.DOVI_METADATA in side_data_of(frame)
    return is_dolby and frame.color_trc == ColorTrc.UNSPECIFIED


class ToneMap:
    """Turns pictures of one HDR transfer into sRGB."""

    def __init__(self, transfer: int, is_wide: bool) -> None:
        """``is_wide``: in the colours of BT.2020."""
        codes = np.arange(256) / 255
        nits = pq_nits(codes) if transfer == ColorTrc.SMPTE2084 else hlg_nits(codes)
        self._curve = np.round(255 * srgb(pressed(nits / WHITE_NITS))).astype(np.uint8)
        self._matrix = SRGB_FROM_2020 if is_wide else np.eye(3)

    @classmethod
    def of(cls, frame: VideoFrame) -> "ToneMap | None":
        """What pictures like ``frame`` need; None for those that are no HDR."""
        if frame.color_trc not in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67):
            return None
        return cls(frame.color_trc, frame.color_primaries == ColorPrimaries.BT2020)

    def apply(self, image: ImageArray) -> ImageArray:
        """``image`` (h, w, 3) RGB of code values in sRGB."""
        return np.asarray(cv2.transform(cv2.LUT(image, self._curve), self._matrix), np.uint8)


def pq_nits(codes: FloatArray) -> FloatArray:
    """Light of PQ's ``codes`` (SMPTE ST 2084)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = codes ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1))


def hlg_nits(codes: FloatArray) -> FloatArray:
    """Light of HLG's ``codes`` for greys on its reference screen, whose gamma is 1.2 (ITU-R BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)
    return np.asarray(HLG_PEAK_NITS * scene**1.2)


def pressed(light: FloatArray) -> FloatArray:
    """``light`` in whites within 0 to 1: as it is up to KNEE, then along a Moebius curve of the same slope that reaches
    1 at PEAK (as FFmpeg's tonemap filter, "mobius")."""
    offset = -(KNEE**2) * (PEAK - 1) / (KNEE**2 - 2 * KNEE + PEAK)
    slope = (KNEE**2 - 2 * KNEE * PEAK + PEAK) / (PEAK - 1)
    scale = (slope**2 + 2 * slope * KNEE + KNEE**2) / (slope - offset)
    return np.where(light <= KNEE, light, np.minimum(scale * (light + offset) / (light + slope), 1))


def srgb(light: FloatArray) -> FloatArray:
    """Linear light 0..1 as sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
