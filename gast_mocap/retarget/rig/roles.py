"""The parts of a body that a bone can play, whatever the bone is called.

The hips carry the body's place. A pelvis beside them, and a middle of the spine, are for rigs whose spine
is not one chain: else what lies between spine and chest is found by itself.
"""

from ...take.skeletons import Side

SIDED = ("clavicle", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toes")


def sided(part: str, side: Side) -> str:
    """The role of a limb's part: ``"thigh.L"``."""
    return f"{part}.{side.letter}"


def side_of(role: str) -> Side | None:
    """The side that a role belongs to, if it has one."""
    letter = role.partition(".")[2]
    return next((side for side in Side if side.letter == letter), None)


ROLES = (
    "hips",
    "pelvis",
    "spine",
    "mid_spine",
    "chest",
    "neck",
    "head",
    *(sided(part, side) for side in Side for part in SIDED),
    "root",
)
# What tells roles apart that are easily taken for one another.
ABOUT = {
    "hips": "the bone that carries the whole body, above spine and legs",
    "pelvis": "only where a bone beside the one that carries the body turns the pelvis, such as Rigify's spine_fk",
    "spine": "the first bone of the spine above the hips",
    "mid_spine": "only where the spine's bones hang beside one another; else those between spine and chest are found",
    "chest": "the last bone of the spine below the neck",
    "root": "the bone on the floor on which all others hang",
    "clavicle": "from the chest to the shoulder",
}
LIMBS = (("upper_arm", "forearm", "hand"), ("thigh", "shin", "foot"))
REQUIRED = frozenset({"hips", *(sided(part, side) for side in Side for limb in LIMBS for part in limb[:2])})


def label(role: str) -> str:
    """An animator's name of a role: ``"Upper arm, left"``."""
    words = role.partition(".")[0].replace("_", " ").capitalize()
    side = side_of(role)
    return f"{words}, {side}" if side else words


def about(role: str) -> str:
    """A sentence for who looks for the bone of a role."""
    said = ABOUT.get(role.partition(".")[0], "")
    needed = "required" if role in REQUIRED else "not required"
    return f"{label(role)} ({needed}){said and ': '}{said}"
