"""People who overlap, read beside each read alone: ``python -m benchmarks.company``.

Composites with truth. A person is cut out of a clip of a still camera (what differs from the empty background, with a
soft edge) and laid before or behind the person of another clip, crossing or standing. What the same network reads of
each in their own clip is the truth of their joints; the man of ``pose2sim_single`` has true 3D joints as well. The last
scene is pose2sim's own: the clip of two people is one of its cameras with a person laid in. Look at the pictures that
``--pictures`` writes. Needs the training environment.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from gast_mocap.inference.networks.session import Session
from gast_mocap.inference.people.watch import Eyes, WatchedPerson, tell_people, watch_people
from gast_mocap.inference.poses.lift import Lifter
from gast_mocap.inference.quality import PRESETS
from gast_mocap.inference.video.decode import probe_video, read_frames
from gast_mocap.inference.video.frame import Frame
from gast_mocap.inference.video.pyramid import Pyramid
from gast_mocap.inference.video.stillness import Backdrop
from gast_mocap.models.catalog import bundled_model
from gast_mocap.take.interpolate import interpolate
from gast_mocap.take.records import BoolArray, FloatArray, ImageArray, IntArray, Keypoints2D, VideoInfo
from gast_mocap.take.settings import Quality
from gast_mocap.take.skeletons import COCO17

from .pipeline import data_folder, in_data
from .pose2sim import JUDGED, h36m17_of, read_cameras, read_markers
from .poses import aligned, turned_over

FPS, FRAMES = 30.0, 50
LASTING = 5
"""Frames for which one is somebody, to count as them."""
SOMEBODY_ELSE = 0.25
"""Whose joints are on average farther from one's than this share of the height is somebody else."""
OFF = 0.1
"""A joint that lies farther from where it is read alone than this share of the body's height is off."""
SURE = 0.3
"""Joints that score less when their person is alone have no truth."""
SHARED = 0.05
"""People overlap in frames in which their boxes share at least so much of the smaller one."""
DIFFERENCE = 22.0
"""Grey steps from the background from which on a pixel is the person's."""
CORE, REACH = 0.02, 0.09
"""What is nearer to the bones than the first share of the height is cut out, and nothing farther than the second."""
TRUNK = COCO17.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")


@dataclass(frozen=True)
class Shot:
    """The person of one clip: ``pictures`` FRAMES of (h, w, 3), ``mattes`` (h, w) 0..1 of the person, None where they
    are not cut out, and what is read of them alone. ``truth`` (t, 17, 3): true joints of Human3.6M-17, camera axes."""

    pictures: Sequence[ImageArray]
    alone: Keypoints2D
    mattes: Sequence[FloatArray] | None = None
    truth: FloatArray | None = None

    @property
    def height(self) -> float:
        """Px."""
        return height_of(self.alone)

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.pictures[0].shape[:2]
        return width, height


@dataclass(frozen=True)
class Placing:
    """How a cut-out person is laid over a shot: ``tall`` heights of the other, ``aside`` heights to the right of the
    other in the middle frame, feet ``down`` heights below the other's."""

    tall: float
    aside: float = 0.0
    down: float = 0.05
    mirrored: bool = False
    before: bool = True


@dataclass(frozen=True)
class Scene:
    """Two people in ``pictures``: ``people`` as read alone, px of this scene; ``covers`` (h, w) 0..1 of the front one,
    None where unknown; ``front``: which of the two is in front. ``truth``: as in Shot, of the first."""

    name: str
    pictures: Sequence[ImageArray]
    people: tuple[Keypoints2D, Keypoints2D]
    front: int
    covers: Sequence[FloatArray] | None = None
    truth: FloatArray | None = None


@dataclass(frozen=True)
class Verdict:
    """What was read in the overlapped frames of a scene.

    ``off``, ``judged``, ``hidden`` (2, t, 17): joints of either that are off, have a truth, and lie behind the one in
    front; ``lost`` (2, t). ``is_swapped``: somebody became the other; ``is_broken``: one is two people, or none.
    ``errors`` (2, t, j) mm, ``flips`` (2, t): of the first one's pose as read here and as read alone, beside the truth.
    """

    scene: Scene
    off: BoolArray
    judged: BoolArray
    hidden: BoolArray
    lost: BoolArray
    is_swapped: bool
    is_broken: bool
    errors: FloatArray | None = None
    flips: BoolArray | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_folder(), help="the folder of videos/ and pose2sim_single/")
    parser.add_argument("--quality", choices=list(Quality), default=Quality.BALANCED)
    parser.add_argument("--pictures", type=Path, help="draw what was read into this folder")
    options = parser.parse_args(arguments)
    eyes, lifter = Eyes.load(PRESETS[options.quality]), Lifter(Session(bundled_model("gast-27")[0]))
    verdicts = []
    for scene in scenes(options.data, eyes):
        watched = read(scene.pictures, eyes)
        verdicts.append(judge(scene, watched, lifter))
        report(scene.name, verdicts[-1:])
        if options.pictures:
            draw(options.pictures, scene, watched)
    for kind in ("crossing", "standing"):
        report(f"all {kind}", [one for one in verdicts if one.scene.name.startswith(kind)])
    report("all composites", [one for one in verdicts if one.scene.covers])
    return 0


def scenes(data: Path, eyes: Eyes) -> Iterator[Scene]:
    """Ten crossings, four people who stand before another, and pose2sim's two people."""
    walker = cut_out(eyes, in_data(data, "videos/sports2d_demo.mp4"), range(96, 146), range(0, 230, 8))
    standing = [
        cut_out(
            eyes, in_data(data, "videos/intel_one-by-one-person-detection.mp4"), range(begin, begin + FRAMES), plate
        )
        for begin, plate in ((330, range(478, 490)), (560, range(478, 490)))
    ]
    men = pose2sim_shots(in_data(data, "pose2sim_single"), eyes)
    for name, man in men.items():
        for mirrored in (False, True):
            way = "right" if mirrored else "left"
            yield lay(f"crossing {name}, before, to the {way}", man, walker, Placing(1.1, mirrored=mirrored))
    for number, person in enumerate(standing, start=1):
        placing = Placing(0.95, down=-0.05, mirrored=number == 2, before=False)
        yield lay(f"crossing person {number}, behind", person, walker, placing)
    for number, (name, man) in enumerate(men.items()):
        aside = 0.35 if number % 2 else -0.35
        yield lay(f"standing {name}, before", man, standing[number // 2], Placing(1.1, aside))
    yield published(in_data(data, "videos/two_people_portrait_60fps.mp4"), men["cam02"], eyes)


def cut_out(eyes: Eyes, clip: Path, frames: range, empty: range) -> Shot:
    """The surest person in ``frames`` of a clip, before the background that ``empty`` frames show on the median."""
    pictures = load(clip, [*frames, *empty])
    plate = np.asarray(np.median([pictures[frame] for frame in empty], axis=0), np.uint8)
    shot = alone([pictures[frame] for frame in frames], eyes)
    mattes = [matte(picture, plate, points) for picture, points in zip(shot.pictures, shot.alone.points, strict=True)]
    return replace(shot, mattes=mattes)


def load(clip: Path, wanted: Sequence[int]) -> dict[int, ImageArray]:
    numbers = set(wanted)
    footage = probe_video(clip, print)
    return {shown.index: shown.picture for shown in read_frames(footage, 0, max(numbers) + 1) if shown.index in numbers}


def alone(pictures: Sequence[ImageArray], eyes: Eyes, truth: FloatArray | None = None) -> Shot:
    """The shot of the tallest person who is there in all ``pictures``."""
    people = [person.keypoints for person in read(pictures, eyes) if len(person.keypoints.frames) == len(pictures)]
    return Shot(pictures, max(people, key=lambda person: np.median(np.ptp(person.points[..., 1], axis=1))), None, truth)


def read(pictures: Sequence[ImageArray], eyes: Eyes) -> tuple[WatchedPerson, ...]:
    """Everybody in ``pictures``."""
    height, width = pictures[0].shape[:2]
    video = VideoInfo(Path("composite.mp4"), width, height, np.arange(len(pictures)) / FPS)
    shown = (Frame(n, n / FPS, Pyramid.of(picture)) for n, picture in enumerate(pictures))
    return tell_people(watch_people(shown, FPS, eyes, Backdrop(), lambda _: None), video, lambda: None)


def matte(picture: ImageArray, plate: ImageArray, points: FloatArray) -> FloatArray:
    """(h, w) 0..1 of what differs from ``plate`` and hangs together, about the limbs of ``points`` (17, 2)."""
    core, near = (about_bones(points, plate, share * np.ptp(points, axis=0).max()) for share in (CORE, REACH))
    # The camera's exposure follows who stands before it.
    gain = np.median(picture[near == 0] / np.maximum(plate[near == 0], 1.0), axis=0)
    difference = cv2.GaussianBlur(np.abs(picture - plate * gain).max(axis=2).astype(np.float32), (3, 3), 0)
    solid = np.asarray(((difference > DIFFERENCE) & (near > 0)) | (core > 0), np.uint8)
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    body = np.zeros_like(solid)
    cv2.drawContours(body, [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    body = cv2.morphologyEx(body, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(body.astype(np.float32), (5, 5), 0))


def about_bones(points: FloatArray, picture: ImageArray, reach: float) -> ImageArray:
    """(h, w), 1 within ``reach`` px of the bones and in the trunk of ``points`` (17, 2)."""
    near = np.zeros(picture.shape[:2], np.uint8)
    whole = points.round().astype(np.int32)
    for bone in COCO17.bones():
        cv2.line(near, *(tuple(whole[joint].tolist()) for joint in bone), 1, max(1, round(2 * reach)))
    cv2.fillConvexPoly(near, cv2.convexHull(whole[TRUNK]), 1)
    return near


def pose2sim_shots(folder: Path, eyes: Eyes) -> dict[str, Shot]:
    """The man before each camera, every second frame at half size."""
    h36m = h36m17_of(read_markers(folder / "Balancing_for_IK.trc"))
    # The first row of the markers is one frame's time after zero: row k belongs to frame k + 1.
    rows = np.arange(0, 2 * FRAMES, 2)
    rows = rows[rows < len(h36m)]
    shots = {}
    for name, camera in read_cameras(folder / "Calib.qca.txt").items():
        pictures = load(folder / f"{name}.mp4", [row + 1 for row in rows])
        halved = [halve(pictures[row + 1]) for row in rows if row + 1 in pictures]
        shots[name] = alone(halved, eyes, camera.see(h36m)[rows])
    return shots


def halve(picture: ImageArray) -> ImageArray:
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def lay(name: str, shot: Shot, other: Shot, placing: Placing) -> Scene:
    """The ``other`` person laid over that of ``shot``."""
    count = min(len(shot.pictures), len(other.pictures))
    move = move_of(shot, other, placing, count // 2)
    assert other.mattes is not None
    pictures, covers = [], []
    for n in range(count):
        colours, alpha = (
            cv2.warpAffine(layer, move, shot.size, flags=cv2.INTER_AREA)
            for layer in (other.pictures[n], other.mattes[n])
        )
        cover = alpha
        if not placing.before:
            assert shot.mattes is not None
            cover = shot.mattes[n]
            alpha = alpha * (1 - cover)
        mixed = shot.pictures[n] * (1 - alpha[..., None]) + colours * alpha[..., None]
        pictures.append(np.asarray(mixed, np.uint8))
        covers.append(np.asarray(cover))
    points = other.alone.points[:count] @ move[:, :2].T + move[:, 2]
    scores = other.alone.scores[:count]
    if placing.mirrored:
        order = COCO17.mirrored_order()
        points, scores = points[:, order], scores[:, order]
    laid = Keypoints2D(2, np.arange(count), points, scores)
    own = Keypoints2D(1, np.arange(count), shot.alone.points[:count], shot.alone.scores[:count])
    return Scene(name, pictures, (own, laid), int(placing.before), covers, shot.truth)


def move_of(shot: Shot, other: Shot, placing: Placing, middle: int) -> FloatArray:
    """(2, 3) that takes pixels of the ``other`` clip to those of the scene."""
    scale = placing.tall * shot.height / other.height
    turn = np.diag([-scale if placing.mirrored else scale, scale])
    own, laid = (each.alone.points[middle] for each in (shot, other))
    wanted = np.array([own[:, 0].mean() + placing.aside * shot.height, own[:, 1].max() + placing.down * shot.height])
    return np.column_stack([turn, wanted - turn @ [laid[:, 0].mean(), laid[:, 1].max()]])


def published(clip: Path, man: Shot, eyes: Eyes) -> Scene:
    """pose2sim's two people, of whom the man is that of camera 2; who was laid in was never seen alone."""
    pictures = load(clip, range(1, 2 * FRAMES, 2))
    halved = [halve(picture) for picture in pictures.values()]
    seen = [person.keypoints for person in read(halved, eyes)]
    front = max(seen, key=lambda person: -person.points[0, 0, 0] if len(person.frames) == len(halved) else -np.inf)
    return Scene("published cam02, before", halved, (man.alone, front), 1, None, man.truth)


def judge(scene: Scene, watched: Sequence[WatchedPerson], lifter: Lifter) -> Verdict:
    """Both people in the frames in which they overlap. Who is not seen for a while moves evenly from where they were to
    where they are found again."""
    shared, whos = overlapped(*scene.people), [nearest(scene, person) for person in watched]
    found = [whole(scene, person) for person in owners(whos, watched)]
    verdict = Verdict(
        scene,
        np.stack([is_off(here, alone_) for here, alone_ in zip(found, scene.people, strict=True)])[:, shared],
        np.stack([person.scores >= SURE for person in scene.people])[:, shared],
        np.stack([hidden_in(scene, number) for number in (0, 1)])[:, shared],
        np.stack([here.scores.min(axis=1) < 0 for here in found])[:, shared],
        any(is_swapped(who, person.keypoints.frames, shared) for who, person in zip(whos, watched, strict=True)),
        any(sum(who.count(number) >= LASTING for who in whos) != 1 for number in (0, 1)),
    )
    if scene.truth is None:
        return verdict
    truth = (scene.truth - scene.truth[:, :1])[shared]
    poses = [lifted(keypoints, scene, lifter)[shared] for keypoints in (found[0], scene.people[0])]
    errors = [
        1000 * np.linalg.norm(aligned(pose[:, JUDGED], truth[:, JUDGED])[0] - truth[:, JUDGED], axis=-1)
        for pose in poses
    ]
    return replace(verdict, errors=np.stack(errors), flips=np.stack([turned_over(pose, truth) for pose in poses]))


def whole(scene: Scene, person: WatchedPerson | None) -> Keypoints2D:
    """A person in all frames of ``scene``, with scores of -1 in those in which they were not seen."""
    frames = scene.people[0].frames
    if person is None:
        return Keypoints2D(1, frames, np.full((len(frames), 17, 2), np.inf), np.full((len(frames), 17), -1.0))
    seen = person.keypoints
    scores = np.where(np.isin(frames, seen.frames)[:, None], interpolate(frames, seen.frames, seen.scores), -1)
    return Keypoints2D(1, frames, interpolate(frames, seen.frames, seen.points), scores)


def is_off(found: Keypoints2D, truth: Keypoints2D) -> BoolArray:
    """(t, 17)."""
    return np.asarray(np.linalg.norm(found.points - truth.points, axis=-1) > OFF * height_of(truth))


def overlapped(first: Keypoints2D, second: Keypoints2D) -> BoolArray:
    """(t,) whether the boxes around both people share enough."""
    boxes = [(person.points.min(axis=1), person.points.max(axis=1)) for person in (first, second)]
    sides = np.minimum(boxes[0][1], boxes[1][1]) - np.maximum(boxes[0][0], boxes[1][0])
    smaller = np.minimum(*(np.prod(high - low, axis=1) for low, high in boxes))
    return np.asarray(np.prod(sides.clip(0), axis=1) >= SHARED * smaller)


def owners(whos: Sequence[list[int]], watched: Sequence[WatchedPerson]) -> list[WatchedPerson | None]:
    """Who of those ``watched`` is each of the two: who is nearest to them for most of the time."""
    votes = np.array([[who.count(number) for who in whos] for number in (0, 1)]).reshape(2, -1)
    chosen: list[WatchedPerson | None] = [None, None]
    for row, column in zip(*linear_sum_assignment(-votes), strict=True):
        if votes[row, column]:
            chosen[row] = watched[column]
    return chosen


def nearest(scene: Scene, person: WatchedPerson) -> list[int]:
    """Whom of the two ``person`` is nearest to in each of their frames; -1: neither."""
    found = person.keypoints
    far = np.stack(
        [
            np.linalg.norm(found.points - truth.points[found.frames], axis=-1).mean(axis=1) / height_of(truth)
            for truth in scene.people
        ]
    )
    return [int(who) for who in np.where(far.min(axis=0) < SOMEBODY_ELSE, far.argmin(axis=0), -1)]


def is_swapped(who: list[int], frames: IntArray, shared: BoolArray) -> bool:
    """Whether somebody is one of the two before they overlap and the other after."""
    clear = [number for number, frame in zip(who, frames, strict=True) if number >= 0 and not shared[frame]]
    return bool(clear) and clear[0] != clear[-1]


def hidden_in(scene: Scene, number: int) -> BoolArray:
    """(t, 17) whether joints of one of the two lie behind the other, as far as that is known."""
    truth = scene.people[number]
    if scene.covers is None or number == scene.front:
        return np.zeros(truth.scores.shape, bool)
    height, width = scene.covers[0].shape
    x, y = truth.points.round().astype(int).clip(0, (width - 1, height - 1)).transpose(2, 0, 1)
    return np.stack([cover[y[n], x[n]] > 0.5 for n, cover in enumerate(scene.covers)])


def height_of(person: Keypoints2D) -> float:
    """Px, the median over the frames."""
    return float(np.median(np.ptp(person.points, axis=1).max(axis=1)))


def lifted(keypoints: Keypoints2D, scene: Scene, lifter: Lifter) -> FloatArray:
    height, width = scene.pictures[0].shape[:2]
    video = VideoInfo(Path("composite.mp4"), width, height, np.arange(len(scene.pictures)) / FPS)
    return lifter.lift(replace(keypoints, scores=keypoints.scores.clip(0)), video, False, lambda *_: None).joints


def report(name: str, verdicts: Sequence[Verdict]) -> None:
    """One line: per cent of joints that are off and of frames in which one of the two is lost; the first one's pose."""

    def percent(chosen: Callable[[Verdict], BoolArray]) -> float:
        parts = [one.off[one.judged & chosen(one)] for one in verdicts]
        return 100 * float(np.concatenate(parts).mean()) if sum(map(len, parts)) else 0.0

    def of(front: bool) -> float:
        return percent(lambda one: np.array([number == one.scene.front for number in (0, 1)])[:, None, None] == front)

    lost = 100 * float(np.concatenate([one.lost.ravel() for one in verdicts]).mean())
    text = (
        f"{name:<38}{sum(one.off.shape[1] for one in verdicts):4} frames  off {percent(lambda one: one.judged):4.1f} % "
        f"(front {of(True):4.1f}, behind {of(False):4.1f}, of which hidden {percent(lambda one: one.hidden):4.1f})  "
        f"lost {lost:4.1f} %  swaps {sum(one.is_swapped for one in verdicts)}  "
        f"broken {sum(one.is_broken for one in verdicts)}"
    )
    errors = [one.errors for one in verdicts if one.errors is not None]
    if errors:
        here, own = np.concatenate(errors, axis=1).mean(axis=(1, 2))
        flips = 100 * np.concatenate([one.flips for one in verdicts if one.flips is not None], axis=1).mean(axis=1)
        text += f"  PA-MPJPE {here:5.1f} mm, alone {own:4.1f}, x {here / own:.2f}  flips {flips[0]:4.1f} %"
    print(text, flush=True)


COLOURS = ((255, 60, 60), (60, 160, 255), (255, 220, 0), (0, 255, 120))


def draw(folder: Path, scene: Scene, watched: Sequence[WatchedPerson], columns: int = 7) -> None:
    """What was read (thick) and the truth (thin, white), of some frames side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    tiles = []
    for n in np.linspace(0, len(scene.pictures) - 1, columns).astype(int):
        tile = scene.pictures[n].copy()
        for truth in scene.people:
            skeleton(tile, truth.points[n], (255, 255, 255), 1)
        for person in watched:
            for k in np.flatnonzero(person.keypoints.frames == n):
                skeleton(tile, person.keypoints.points[k], COLOURS[person.track.track_id % len(COLOURS)], 2)
        tiles.append(cv2.resize(tile, (round(tile.shape[1] * 480 / tile.shape[0]), 480), interpolation=cv2.INTER_AREA))
    name = scene.name.replace(" ", "_").replace(",", "")
    cv2.imwrite(str(folder / f"{name}.png"), cv2.cvtColor(np.hstack(tiles), cv2.COLOR_RGB2BGR))


def skeleton(picture: ImageArray, points: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    for first, second in COCO17.bones():
        cv2.line(
            picture, tuple(points[first].astype(int)), tuple(points[second].astype(int)), colour, width, cv2.LINE_AA
        )


if __name__ == "__main__":
    raise SystemExit(main())
