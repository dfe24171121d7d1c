"""``python -m demo CLIP OUTPUT_FOLDER``: take, preview, .blend and a strip of pictures, in an environment with bpy."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = 6


def main(clip: Path, output: Path) -> None:
    from .pictures import draw_strip
    from .shoot import bake_character, render_pictures

    output.mkdir(parents=True, exist_ok=True)
    take, preview = output / "demo.take.npz", output / "preview.mp4"
    lift = [sys.executable, "-m", "gast_mocap.inference", *map(str, (clip, "-o", take, "--preview", preview))]
    subprocess.run(lift, cwd=ROOT, check=True)

    shot = bake_character(take, output / "character.blend")
    rendered = render_pictures(shot, PICTURES, output / "rendered")
    draw_strip(take, shot.track_id, rendered, output / "strip.png")

    print(f"baked    person {shot.track_id} onto {shot.character}: frames {shot.first} to {shot.last}")
    for path in (preview, output / "character.blend", output / "strip.png"):
        print(f"wrote    {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.flush()
    os._exit(0)  # bpy can crash or hang while Python shuts down
