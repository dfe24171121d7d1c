"""Tells Blender who was found so far, with pictures, while a video is watched."""

import base64
import time
from collections.abc import Callable, Sequence

import cv2

from ..take.records import ImageArray
from .people.so_far import Stretch, people_so_far
from .protocol.messages import Found, Glimpse

SECONDS_BETWEEN_SHOWS = 2.0
"""Raising it saves time; lowering it shows people sooner."""
SHORTEST_SECONDS = 0.5
"""Whoever was seen for less may be a mistake of the detector."""
MOST_PEOPLE, LARGEST_SIDE = 12, 64
"""With more or larger pictures, a message would become too long a line."""


class PeopleTeller:
    """Sends ``Found`` again and again. Call it as often as you like with what each stretch has shown so far."""

    def __init__(self, send: Callable[[Found], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._send, self._clock = send, clock
        self._next_at = clock() + SHORTEST_SECONDS

    def __call__(self, stretches: Sequence[Stretch], fps: float) -> None:
        now = self._clock()
        if now < self._next_at:
            return
        self._next_at = now + SECONDS_BETWEEN_SHOWS
        people = people_so_far(stretches, round(SHORTEST_SECONDS * fps))
        self._send(
            Found(
                tuple(glimpse(person.frames / fps, person.best.thumbnail) for person in people[:MOST_PEOPLE]),
                len(people),
            )
        )


def glimpse(seconds: float, picture: ImageArray) -> Glimpse:
    """Somebody who was seen for so long and looks like ``picture`` (h, w, 3) RGB."""
    scale = min(1.0, LARGEST_SIDE / max(picture.shape[:2]))
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return Glimpse(seconds, width, height, base64.b64encode(small.tobytes()).decode())
