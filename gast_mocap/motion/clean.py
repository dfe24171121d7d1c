"""From lifted people to a performance that stands on the floor."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..take.errors import MocapError
from ..take.film_camera import FilmCamera
from ..take.records import CameraMove, FloatArray, FoundHeight, Hands, IntArray, Motion, Person, Take, VideoInfo
from ..take.sentences import Sentence
from ..take.settings import CleanSettings
from ..take.skeletons import HANDS42, Side
from .body import Body, prepare_body
from .bones import ANKLE_HEIGHT, ANKLES, HIPS
from .camera_turn import as_seen_standing, as_turned_back, turns_camera, turns_too_far
from .contacts import contacts_of, find_phases, phases_of, standing_during
from .feet import level_when_standing
from .focal import find_field_of_view
from .foot_lock import lock_feet
from .gaps import report_gaps
from .gravity import Feet, Ground, body_axes, find_ground, upright_frames, world_from_camera_axes
from .hands import finger_curls
from .shots import one_after_another, shots_of
from .travel import DEFAULT_FIELD_OF_VIEW, FloorPlane, Sighting, focal_length_px, solve_travel

FEWEST_FRAMES = 3
SMALLEST_BODY = 0.05
"""Metres from joint to joint at most; a smaller body is that of a damaged take, or of a network that failed."""
FLOOR_PERCENTILE = 10.0
OFF_FLOOR_METRES, OFF_FLOOR_SECONDS = 0.05, 0.3
"""Feet that stand so far from the floor, for so long, are told. Raising one tells less."""
MOSTLY_READ = 0.7
"""Share of the time in which a hand is read from which on nothing is said. Raising it tells more."""
STAGE_METRES = 0.15
"""Somebody all of whose steps are farther from the floor, and differ by less than twice as much, has a floor of their
own. Raising it puts low stages on the floor."""
TOLD_SCALE = 0.03
"""By which a height must differ from what was said to be told."""

Prepare = Callable[[Person, VideoInfo, CleanSettings], Body]


@dataclass(frozen=True)
class Walk:
    """A body on its way: ``pelvis`` (t, 3), ``anchors`` (phases, 3) in camera axes, m; ``phases`` (t, 2)
    the number of the contact phase of the right and the left ankle, -1 for none."""

    body: Body
    pelvis: FloatArray
    anchors: FloatArray
    phases: IntArray

    @property
    def joints(self) -> FloatArray:
        """(t, 17, 3) in camera axes, m."""
        return self.body.joints + self.pelvis[:, None]

    def scaled(self, scale: float) -> "Walk":
        """The same by a body that is larger and farther away: it looks the same."""
        body = replace(self.body, height=scale * self.body.height, joints=scale * self.body.joints)
        return replace(self, body=body, pelvis=scale * self.pelvis, anchors=scale * self.anchors)


def clean_motion(
    take: Take, track_id: int, settings: CleanSettings, notify: Callable[[str], None], prepare: Prepare = prepare_body
) -> Motion:
    """The performance of one person of a take, in the world that all people of the shot share.

    A shot has its own camera, so what lies beyond a cut has no say. Of someone who was joined from several shots, each
    shot begins where the one before ended. ``prepare`` may remember bodies from call to call.

    Raises:
        MocapError: the take has no such person, or that person was hardly seen.
    """
    shots = shots_of(take, track_id)
    if len(shots) < 2:
        return clean_shot(shots[0] if shots else take, track_id, settings, notify, prepare)
    return one_after_another([clean_shot(shot, track_id, settings, notify, prepare) for shot in shots])


def clean_shot(
    take: Take, track_id: int, settings: CleanSettings, notify: Callable[[str], None], prepare: Prepare = prepare_body
) -> Motion:
    """The performance of one person in a take of a single shot. Raises as ``clean_motion``."""
    bodies = [prepare(person, take.video, settings) for person in take.people]
    chosen = _choose(bodies, track_id)
    report_gaps(track_id, chosen.times, settings.fill_gaps, notify)
    bodies = [body for body in bodies if _is_usable(body)]
    usual = focal_length_px(take.video.width, DEFAULT_FIELD_OF_VIEW)
    is_too_far = any(turns_too_far(body, take, usual) for body in bodies)
    in_room = as_turned_back if is_too_far else as_seen_standing
    if settings.travel and take.camera_moved:
        settings = _heed_camera(take, is_too_far, settings, notify)
    walks = [_set_out(in_room(body, take, usual), take.video, settings) for body in bodies]
    field_of_view = _field_of_view(walks, take.video, settings)
    focal = focal_length_px(take.video.width, field_of_view)
    walks = [
        _walk(replace(walk, body=in_room(body, take, focal)), None, take.video, focal, settings)
        for walk, body in zip(walks, bodies, strict=True)
    ]
    ground = _ground(walks, settings)
    walks = [walk.scaled(float(scale)) for walk, scale in zip(walks, ground.scales, strict=True)]
    heights = _found_heights(walks, ground)
    _tell_heights(heights, notify)
    settled = {
        walk.body.track_id: _walk(walk, ground, take.video, focal, settings)
        for walk in walks
        if walk is walks[0] or walk.body.track_id == track_id
    }
    walk = settled[track_id]
    _tell_feet_off_the_floor(walk, ground, settings, notify)
    origin = walk if settings.own_origin else settled[walks[0].body.track_id]
    feet = walk.body.foot_directions(take.video, focal, settings.smooth_body)
    hands = finger_curls(walk.body.times, walk.body.hand_points, walk.body.hand_scores)
    if HANDS42.name in take.settings.models:
        _tell_hands(track_id, hands, notify)
    return replace(_place(walk, origin, ground, field_of_view, feet, settings), heights=heights, hands=hands)


def _heed_camera(take: Take, is_too_far: bool, settings: CleanSettings, notify: Callable[[str], None]) -> CleanSettings:
    """``settings`` for what the camera of ``take`` does, which is told."""
    if take.camera is CameraMove.TRAVELS:
        notify("The camera travels, so how far people go cannot be told: they stay in place.")
        return replace(settings, travel=False)
    if is_too_far:
        notify("The camera turns too far to tell how far people go: they stay in place, and face the right way.")
        return replace(settings, travel=False)
    if turns_camera(take):
        notify(
            Sentence(
                "The camera moves by {shift:.0%} of the picture's width. It is taken for one that only "
                "turns; if it travels too, turn Travel off.",
                shift=take.camera_shift,
            )
        )
    else:
        notify(
            Sentence(
                "The camera moves by {shift:.0%} of the picture's width. Poses are not affected, but "
                "travel, gravity and floor assume a fixed camera. Turn Travel off if they look wrong.",
                shift=take.camera_shift,
            )
        )
    return settings


def _is_usable(body: Body) -> bool:
    return len(body.times) >= FEWEST_FRAMES and float(np.ptp(body.joints, axis=1).max()) >= SMALLEST_BODY


def _choose(bodies: list[Body], track_id: int) -> Body:
    for body in bodies:
        if body.track_id == track_id:
            if _is_usable(body):
                return body
            if len(body.times) >= FEWEST_FRAMES:
                raise MocapError(
                    "person_shapeless",
                    Sentence(
                        "All joints of person {track_id} lie in one place. Choose another one or import the "
                        "video again.",
                        track_id=track_id,
                    ),
                )
            raise MocapError(
                "person_unseen",
                Sentence(
                    "Person {track_id} is visible in only {frames} frames. Choose another person.",
                    track_id=track_id,
                    frames=len(body.times),
                ),
            )
    raise MocapError(
        "person_missing",
        Sentence("The take has no person {track_id}. Choose one from the list of people.", track_id=track_id),
    )


def _set_out(body: Body, video: VideoInfo, settings: CleanSettings) -> Walk:
    """The way through the room of a usual lens, and a first guess at when feet stand."""
    standing_nowhere = np.full((len(body.times), 2), -1)
    if not settings.travel:
        return Walk(body, np.zeros((len(body.times), 3)), np.zeros((0, 3)), standing_nowhere)
    seen = body.sighting(video, focal_length_px(video.width, DEFAULT_FIELD_OF_VIEW))
    pelvis = solve_travel(seen, standing_nowhere, None, settings.smooth_travel).pelvis
    return Walk(body, pelvis, np.zeros((0, 3)), _phases(body, seen, pelvis, None, settings))


def _phases(
    body: Body, seen: Sighting, pelvis: FloatArray, ankle_floor: FloorPlane | None, settings: CleanSettings
) -> IntArray:
    if body.contacts is not None:
        return phases_of(standing_during(body.contacts, body.times), body.times, settings.fill_gaps)
    return find_phases(seen, pelvis, ankle_floor, settings.contact_sensitivity, settings.fill_gaps)


def _field_of_view(walks: list[Walk], video: VideoInfo, settings: CleanSettings) -> float:
    known = settings.field_of_view or video.field_of_view
    if known or not settings.travel:
        return known or DEFAULT_FIELD_OF_VIEW
    usual = focal_length_px(video.width, DEFAULT_FIELD_OF_VIEW)
    return find_field_of_view(
        [walk.body.sighting(video, usual) for walk in walks],
        [walk.phases for walk in walks],
        settings.smooth_travel,
    )


def _walk(walk: Walk, ground: Ground | None, video: VideoInfo, focal: float, settings: CleanSettings) -> Walk:
    """The way again, pinned by the feet; once the ground is known, they stand on it."""
    if not settings.travel:
        return walk
    seen = walk.body.sighting(video, focal)
    phases, ankle_floor = walk.phases, None
    if ground:
        ankle_height = ground.floor + _stage(walk, ground) + ANKLE_HEIGHT * walk.body.height
        ankle_floor = FloorPlane(ground.world_from_camera[2], ankle_height)
        phases = _phases(walk.body, seen, walk.pelvis, ankle_floor, settings)
    travel = solve_travel(seen, phases, ankle_floor, settings.smooth_travel)
    return replace(walk, pelvis=travel.pelvis, anchors=travel.anchors, phases=phases)


def _off_floor(walk: Walk, ground: Ground) -> FloatArray:
    """(phases,) metres by which standing ankles are higher than on the floor."""
    heights: FloatArray = walk.anchors @ ground.world_from_camera[2] - ground.floor - ANKLE_HEIGHT * walk.body.height
    return heights


def _stage(walk: Walk, ground: Ground) -> float:
    """Metres by which the person stands higher than the floor throughout, as on a stage; else 0."""
    off = _off_floor(walk, ground)
    if len(off) and (np.abs(off) > STAGE_METRES).all() and np.ptp(off) < 2 * STAGE_METRES:
        return float(np.median(off))
    return 0.0


def _ground(walks: list[Walk], settings: CleanSettings) -> Ground:
    if settings.find_floor:
        ground = find_ground(
            np.concatenate([body_axes(walk.body.joints, walk.body.height) for walk in walks]),
            np.concatenate([upright_frames(walk.body.joints) for walk in walks]),
            [
                Feet(walk.anchors, ANKLE_HEIGHT * walk.body.height, len(walks) > 1 and not walk.body.height_is_known)
                for walk in walks
            ],
        )
        if any(len(walk.anchors) for walk in walks):
            return ground
        rotation = ground.world_from_camera
    else:
        rotation = world_from_camera_axes(settings.camera_tilt, settings.camera_roll)
        if settings.knows_height and settings.travel:
            return Ground.given(rotation, -settings.camera_height, len(walks))
    soles = [(walk.joints[:, ANKLES] @ rotation[2]).min(1) - ANKLE_HEIGHT * walk.body.height for walk in walks]
    return Ground.given(rotation, float(np.percentile(np.concatenate(soles), FLOOR_PERCENTILE)), len(walks))


def _found_heights(walks: list[Walk], ground: Ground) -> dict[int, FoundHeight]:
    """What the common floor says of people's heights, where it says something; by track id."""
    if np.abs(ground.scales - 1).max() < TOLD_SCALE:
        return {}
    return {
        walk.body.track_id: FoundHeight(walk.body.height, float(error) * walk.body.height)
        for walk, error in zip(walks, ground.scale_errors, strict=True)
        if error
    }


def _tell_heights(heights: dict[int, FoundHeight], notify: Callable[[str], None]) -> None:
    if heights:
        told = ", ".join(f"person {i} {found.words}" for i, found in heights.items())
        notify(
            Sentence(
                "Heights were found by the floor that people share: {told}. Set the Body Height of whom you know.",
                told=told,
            )
        )


def _tell_hands(track_id: int, hands: Hands | None, notify: Callable[[str], None]) -> None:
    seen = np.zeros(len(Side)) if hands is None else (hands.sureness == 1).mean(axis=0)
    unseen = [side for side, share in zip(Side, seen, strict=True) if not share]
    if len(unseen) == len(Side):
        notify(
            Sentence(
                "Person {track_id}'s hands are too small or too blurred to read: their fingers are held relaxed.",
                track_id=track_id,
            )
        )
        return
    for side, share in zip(Side, seen, strict=True):
        if side in unseen:
            notify(
                Sentence(
                    "Person {track_id}'s {side} hand cannot be read: its fingers are held relaxed.",
                    track_id=track_id,
                    side=side,
                )
            )
        elif share < MOSTLY_READ:
            notify(
                Sentence(
                    "Person {track_id}'s {side} hand is read {share:.0%} of the time. Else its fingers are relaxed.",
                    track_id=track_id,
                    side=side,
                    share=share,
                )
            )


def _tell_feet_off_the_floor(
    walk: Walk, ground: Ground, settings: CleanSettings, notify: Callable[[str], None]
) -> None:
    if not settings.travel:
        return
    off = _off_floor(walk, ground)
    seconds = np.zeros(len(off))
    for number in range(len(off)):
        within = walk.body.times[(walk.phases == number).any(axis=1)]
        seconds[number] = within[-1] - within[0]
    told = off[(np.abs(off) > OFF_FLOOR_METRES) & (seconds > OFF_FLOOR_SECONDS)]
    if len(told):
        worst = told[np.abs(told).argmax()]
        template = (
            "Person {person}'s feet stand up to {off:.0f} cm above the floor. If nothing is there to stand on, set the "
            "Body Height of each person, or the camera's tilt."
            if worst > 0
            else "Person {person}'s feet stand up to {off:.0f} cm below the floor. Set the Body Height of each person, "
            "or the camera's tilt."
        )
        notify(Sentence(template, person=walk.body.track_id, off=100 * abs(worst)))


def _place(
    walk: Walk, origin: Walk, ground: Ground, field_of_view: float, feet: FloatArray | None, settings: CleanSettings
) -> Motion:
    """Into Blender's axes, over the floor, where the settings want it. ``origin`` is the person who starts at the
    origin and, if asked, faces the front: all others are moved and turned alike, so that they keep their places.
    ``feet`` (t, 2, 3) point in camera axes."""
    turn, shift = ground.world_from_camera, np.array([0.0, 0.0, ground.floor])
    right, left = origin.joints[0, HIPS]
    across = turn @ (left - right)
    if not settings.align_camera:
        shift[:2] = (turn @ origin.pelvis[0])[:2]
    joints, anchors = walk.joints @ turn.T - shift, walk.anchors @ turn.T - shift
    times = walk.body.times
    if settings.foot_lock and settings.travel:
        joints = lock_feet(times, joints, walk.phases, anchors, walk.body.height, settings)
    heading, way = 0.0, np.zeros(3)
    if settings.align_camera:
        heading, way = settings.camera_heading, np.array([settings.camera_x, settings.camera_y, 0.0])
    elif settings.face_front:
        heading = -float(np.degrees(np.arctan2(across[1], across[0])))
    left = np.asarray(Rotation.from_euler("z", heading, degrees=True).as_matrix())
    camera = FilmCamera(turn, -shift, field_of_view).turned(left).moved(way) if settings.travel else None
    if feet is not None:
        feet = level_when_standing(feet @ turn.T, walk.phases) @ left.T
    return Motion(times, joints @ left.T + way, walk.body.scores, contacts_of(walk.phases, times), camera, feet=feet)
