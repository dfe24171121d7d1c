"""MediaPipe Pose over a video, in an environment of its own: prints one line of JSON.

Run as a plain script by that environment's Python: ``python mediapipe_pose.py VIDEO``. Video mode, complexity
1, as its users run it. The first picture, which loads the networks, is not timed.
"""

import json
import sys
import time

import cv2
import mediapipe


def main(video: str) -> None:
    capture = cv2.VideoCapture(video)
    found, frames = 0, 0
    with mediapipe.solutions.pose.Pose(model_complexity=1) as pose:
        pose.process(cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB))
        began = time.perf_counter()
        while (read := capture.read())[0]:
            frames += 1
            found += pose.process(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)).pose_world_landmarks is not None
        seconds = time.perf_counter() - began
    print(json.dumps({"frames": frames, "found": found, "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1])
