"""BlazePose's world landmarks over a video, in an environment of its own with mediapipe 0.10.14.

Run as a plain script by that environment's Python: ``python blazepose.py VIDEO OUT.npz``. Video mode, the heavy
model, as its users run it. ``world`` (t, 33, 3) metres, x right, y down, z away; NaN where nobody was found.
"""

import sys

import cv2
import mediapipe
import numpy as np


def main(video: str, out: str) -> None:
    capture = cv2.VideoCapture(video)
    world = []
    with mediapipe.solutions.pose.Pose(model_complexity=2) as pose:
        while (read := capture.read())[0]:
            found = pose.process(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)).pose_world_landmarks
            world.append([(p.x, p.y, p.z) for p in found.landmark] if found else np.full((33, 3), np.nan))
    np.savez(out, world=np.array(world))


if __name__ == "__main__":
    main(*sys.argv[1:])
