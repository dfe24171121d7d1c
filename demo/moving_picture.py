"""``python -m demo.moving_picture TAKE OUT.webp``: the video beside the character that it moves, animated."""

import os
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gast_mocap.inference.video.decode import read_frames
from gast_mocap.take.files import load_take

from .shoot import Shot, bake_character, render_view

SECONDS = 3.6
PICTURES = 36
SIZE = (240, 288)
SAMPLES = 12
QUALITY = 60  # of WebP, 0 to 100; more makes the file larger


def main(take_path: Path, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shot = bake_character(take_path, Path(folder) / "character.blend")
        pictures = beside_each_other(take_path, shot, Path(folder))
    animation = cv2.Animation()
    animation.frames = pictures
    animation.durations = [round(1000 * SECONDS / PICTURES)] * len(pictures)
    cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])


def beside_each_other(take_path: Path, shot: Shot, folder: Path) -> list[NDArray[np.uint8]]:
    """The middle of the take, ``SECONDS`` long: a BGR picture a moment."""
    import bpy

    scene, take = bpy.context.scene, load_take(take_path)
    assert scene and scene.cycles
    scene.cycles.samples = SAMPLES
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    start = scene.gast_mocap.start_frame  # type: ignore[attr-defined] # registered by bake_character
    middle = (shot.first + shot.last) / 2
    half = SECONDS * scene.render.fps / 2
    pictures = []
    for frame in np.linspace(middle - half, middle + half, PICTURES).round().astype(int):
        rendered = cv2.imread(str(render_view(shot.character, int(frame), "front", folder / f"{frame}.png")))
        filmed = int(np.abs(take.video.times - (frame - start) / scene.render.fps).argmin())
        image = next(read_frames(take.video, filmed, filmed + 1)).picture[..., ::-1]
        width = round(image.shape[1] * SIZE[1] / image.shape[0])
        pictures.append(np.hstack([cv2.resize(image, (width, SIZE[1]), interpolation=cv2.INTER_AREA), rendered]))
    return pictures


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.flush()
    os._exit(0)  # bpy can crash or hang while Python shuts down
