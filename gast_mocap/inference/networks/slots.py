"""The slots for a user's own networks, and the tables of what fits them.

A file is recognised by its inputs, outputs and metadata, never by its name. A further kind of file is a class in a
file of its own and one line here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ..choice import Refinement
from .darknet_file import DarknetNet, is_darknet
from .detectors.boxes_and_labels import BoxesAndLabels
from .detectors.candidates import Thresholds
from .detectors.darknet import DarknetYolo
from .detectors.yolo_cells import YoloCells
from .detectors.yolo_chosen import YoloChosen
from .detectors.yolov3_heads import YoloHeads
from .detectors.yolov3_zoo import ZooYolo
from .detectors.yolox import YoloX
from .picture_input import PROBED, PictureInput
from .poses.heatmaps import Heatmaps
from .poses.part_fields import PartFields
from .poses.simcc import SimCC
from .roles import Detector, Estimator
from .session import KINDS, Network, Port, Session, Signature


class Contract(Protocol):
    """A kind of network file: how it is called and recognised, and in words what it takes and answers."""

    NAME: str
    ACCEPTS: str

    @staticmethod
    def fits(network: Signature) -> bool: ...


class DetectorContract(Contract, Detector, Protocol):
    """``THRESHOLDS`` are those that this kind is mostly used with."""

    THRESHOLDS: Thresholds

    def __init__(self, network: Network, thresholds: Thresholds) -> None: ...


class TopDownContract(Contract, Estimator, Protocol):
    def __init__(self, network: Network, flips: bool, refinement: Refinement) -> None: ...


class BottomUpContract(Contract, Detector, Protocol):
    def __init__(self, network: Network) -> None: ...


DETECTORS: tuple[type[DetectorContract], ...] = (
    ZooYolo,
    YoloHeads,
    DarknetYolo,
    YoloX,
    YoloChosen,
    YoloCells,
    BoxesAndLabels,
)
TOP_DOWN: tuple[type[TopDownContract], ...] = (Heatmaps, SimCC)
BOTTOM_UP: tuple[type[BottomUpContract], ...] = (PartFields,)

Kind = TypeVar("Kind", bound=Contract)


BUNDLED_KIND = "bundled"


@dataclass(frozen=True)
class Used:
    """A network in its ``slot``; ``contract`` tells which kind of file a user's own one is."""

    slot: str
    network: Network
    contract: str = BUNDLED_KIND


def own_detector(path: Path, score: float | None, overlap: float | None) -> tuple[Detector, Used]:
    """What finds people by the user's file, with the thresholds that it was published with where none are given.

    Raises:
        MocapError: the file cannot be loaded, or is of an unknown kind.
    """
    network = open_network(path)
    if contract := fitting(network, DETECTORS):
        usual = contract.THRESHOLDS
        thresholds = Thresholds(usual.score if score is None else score, usual.overlap if overlap is None else overlap)
        return contract(network, thresholds), Used("detector", network, contract.NAME)
    raise unknown(network, "detector", DETECTORS)


def own_reader(path: Path, flips: bool, refinement: Refinement) -> tuple[Estimator | Detector, Used]:
    """What reads keypoints by the user's file: an Estimator, or a Detector with poses where it finds people itself.

    Raises:
        MocapError: the file cannot be loaded, or is of an unknown kind.
    """
    network = open_network(path)
    if top_down := fitting(network, TOP_DOWN):
        return top_down(network, flips, refinement), Used("2D pose", network, top_down.NAME)
    if bottom_up := fitting(network, BOTTOM_UP):
        return bottom_up(network), Used("2D pose", network, bottom_up.NAME)
    raise unknown(network, "2D pose network", (*TOP_DOWN, *BOTTOM_UP))


def open_network(path: Path) -> Network:
    """The network in a user's file.

    Raises:
        MocapError: there is no such file, or it is none that can be loaded.
    """
    if is_darknet(path):
        return DarknetNet(path)
    session = Session(path)
    session.signature = settled(session)
    return session


def fitting(network: Network, contracts: Sequence[type[Kind]]) -> type[Kind] | None:
    """The first of ``contracts`` that the network fits."""
    return next((contract for contract in contracts if contract.fits(network.signature)), None)


def unknown(network: Network, slot: str, contracts: Sequence[type[Contract]]) -> MocapError:
    """Says what was found and what would be accepted, or that it belongs into another slot."""
    if other := fitting(network, (*DETECTORS, *TOP_DOWN, *BOTTOM_UP)):
        text = Sentence(
            "{name} is no {slot} but {other}. Choose it in its own place, and another file here.",
            name=network.name,
            slot=slot,
            other=other.NAME,
        )
        return MocapError("model_unknown", text)
    accepted = "; ".join(f"{contract.NAME}: {contract.ACCEPTS}" for contract in contracts)
    return MocapError(
        "model_unknown",
        Sentence(
            "The {slot} {network} is of an unknown kind. Found: {signature}. Accepted: {accepted}. "
            "Choose another file, or none for the bundled one.",
            slot=slot,
            network=network.name,
            signature=network.signature,
            accepted=accepted,
        ),
    )


def used_files(used: Sequence[Used]) -> dict[str, str]:
    """File's name -> sha256; two files of one name are told apart by their slots."""
    files: dict[str, str] = {}
    for one in used:
        for name, sha256 in one.network.hashes.items():
            files[name if files.get(name, sha256) == sha256 else f"{name} ({one.slot})"] = sha256
    return files


def settled(session: Session) -> Signature:
    """The session's signature with the outputs' open sizes as it answers them to a black picture.

    A first size that is open stays so: it is the number of pictures.
    """
    signature = session.signature
    if not any(None in port.shape[1:] or not port.shape for port in signature.outputs):
        return signature
    if not any(map(PictureInput.is_one, signature.inputs)):
        return signature
    inputs: dict[str, NDArray[Any]] = {}
    for port in signature.inputs:
        if PictureInput.is_one(port):
            picture = PictureInput.of(port, PROBED)
            inputs |= picture.tensor(np.zeros((1, picture.height, picture.width, 3), np.uint8))
        elif port.kind in KINDS:
            inputs[port.name] = np.full([size or 1 for size in port.shape], PROBED[0], KINDS[port.kind])
        else:
            return signature
    answers = session.run(inputs)
    outputs = tuple(
        replace(port, shape=_completed(port, answer.shape))
        for port, answer in zip(signature.outputs, answers, strict=True)
    )
    return replace(signature, outputs=outputs)


def _completed(port: Port, answered: tuple[int, ...]) -> tuple[int | None, ...]:
    stated = port.shape or (None,) * len(answered)
    return (stated[0], *answered[1:]) if answered else ()
