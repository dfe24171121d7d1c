"""What a lifter's file states of itself, and what is found out where it states nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ...take.errors import MocapError
from ...take.sentences import Sentence
from ...take.skeletons import H36M17, HUMANEVA15, TOES19, Skeleton
from ..networks.session import KINDS, Network, Port

LAYOUTS = {len(layout.joints): layout for layout in (H36M17, TOES19, HUMANEVA15)}
NORMALISATIONS = ("screen", "person")
LONGEST_FIELD = 243
"""Frames, of the longest published network; a file that needs more must state it."""
LARGEST = 10_000
"""Frames and frames a second that a file may state. More would only fill the memory."""
MOST_AT_ONCE = 100_000
"""Frames of all sequences that a file may take in one call, for the same reason."""
PUBLISHED_INPUT = Port("inputs_2d", "float", (None, None, len(H36M17.joints), 2))


@dataclass(frozen=True)
class Contract:
    """What a lifter expects.

    ``normalisation`` is "screen" (published weights) or "person" (see PersonView); ``fps`` 0 means the video's own
    rate; ``focal`` is the assumed focal length in half long sides, ``size_window`` a number of frames. A ``causal``
    network's pose is of the last frame that it sees, else of the middle one. ``input`` is where the joints go in.
    """

    receptive_field: int
    normalisation: str = "screen"
    fps: float = 0.0
    causal: bool = False
    focal: float = 0.0
    size_window: int = 1
    layout: Skeleton = H36M17
    input: Port = PUBLISHED_INPUT

    @property
    def batch(self) -> int | None:
        """Sequences that the file takes at once, None for any number."""
        return self.input.shape[0]

    @property
    def length(self) -> int | None:
        """Frames of a sequence that the file takes, None for any number."""
        return self.input.shape[1]

    @classmethod
    def of(cls, network: Network, causal: bool = False) -> Self:
        """Read from the ONNX file's metadata; a file without any is taken for published weights.

        Args:
            network: the loaded file.
            causal: whether a file that does not state it is causal.

        Raises:
            MocapError: the network is no lifter, or one that this version cannot feed.
        """
        port = lifter_input(network)
        stated = {key.removeprefix("gast_mocap."): value for key, value in network.signature.metadata.items()}
        layout = layout_of(port, stated)
        normalisation = stated.get("normalisation", "screen")
        if normalisation not in NORMALISATIONS:
            raise unknown("The lifter wants its joints normalised by {way}.", way=normalisation)
        field = round(number(stated, "receptive_field", 1, port.shape[1] or LARGEST, 0))
        contract = cls(
            receptive_field=found_field(network, port, len(layout.joints), field),
            input=port,
            layout=layout,
            normalisation=normalisation,
            fps=number(stated, "fps", 0, LARGEST, 0),
            causal=number(stated, "causal", 0, 1, causal) == 1,
            focal=number(stated, "focal", 0.01, 100, 0),
            size_window=round(number(stated, "size_window", 1, LARGEST, 1)),
        )
        if normalisation == "person" and not contract.focal:
            raise unknown("The lifter states no focal length to normalise its joints by.")
        return contract


def lifter_input(network: Network) -> Port:
    """The one input (batch, frames, joints, 2) of a network that answers (batch, poses, joints, 3).

    Raises:
        MocapError: the network is no lifter.
    """
    if len(network.signature.inputs) == len(network.signature.outputs) == 1:
        match network.signature.inputs[0].shape:
            case (batch, frames, _, 2 | None) if (batch or 1) * (frames or 1) <= MOST_AT_ONCE:
                if network.signature.inputs[0].kind in KINDS:
                    return network.signature.inputs[0]
    raise MocapError(
        "not_a_lifter",
        Sentence(
            "The model {network} is no GAST-Net lifter. Found: {signature}. Accepted: inputs_2d "
            "(batch, frames, 17, 2) -> (batch, poses, 17, 3). Choose another file.",
            network=network.name,
            signature=network.signature,
        ),
    )


def layout_of(port: Port, stated: Mapping[str, str]) -> Skeleton:
    """The joints that a lifter takes. Raises MocapError where the 2D networks cannot give them."""
    joints = port.shape[2] or len(H36M17.joints)
    layout = LAYOUTS.get(joints)
    name = stated.get("layout", layout.name if layout else "")
    if layout is None or name not in {known.name for known in LAYOUTS.values()}:
        raise unknown("The lifter wants {joints}.", joints=f"{joints} joints {name}".strip())
    if layout.name != name:
        raise unknown("The lifter states {name} but takes {joints} joints.", name=name, joints=joints)
    return layout


def number(stated: Mapping[str, str], name: str, low: float, high: float, missing: float) -> float:
    """A number of the metadata, ``missing`` where there is none. Raises MocapError beyond ``low`` and ``high``."""
    if not stated.get(name):
        return missing
    try:
        value = float(stated[name])
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise unknown("The lifter states a {name} of {value}.", name=name, value=stated[name][:20])
    return value


def found_field(network: Network, port: Port, joints: int, stated: int) -> int:
    """The receptive field of a network: how many frames it swallows, and one. ``stated``: 0 where the file does not.

    Raises:
        MocapError: it answers with no poses of these joints, or its field is not the stated one.
    """
    batch, length = port.shape[0] or 1, port.shape[1] or stated or LONGEST_FIELD
    answer = network.run({port.name: np.zeros((batch, length, joints, 2), KINDS[port.kind])})[0]
    poses = answer.shape[1] if answer.ndim == 4 and answer.shape[2:] == (joints, 3) else 0
    if not 1 <= poses <= length:
        raise MocapError(
            "not_a_lifter",
            Sentence(
                "The model {network} is no GAST-Net lifter: its answers are no poses of {joints} joints. "
                "Choose another file.",
                network=network.name,
                joints=joints,
            ),
            f"{answer.shape} to {length} frames",
        )
    field = length - poses + 1
    if stated and field != stated:
        raise unknown(
            "The lifter states a receptive_field of {stated} but has one of {field}.", stated=stated, field=field
        )
    return field


def unknown(template: str, **values: str | int) -> MocapError:
    """What is not known, as in ``Sentence``."""
    return MocapError(
        "lifter_unknown", Sentence(f"{template} Update the extension or choose another lifter.", **values)
    )
