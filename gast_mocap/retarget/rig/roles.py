"""The parts of a body that a bone can play, whatever the bone is called.

The hips carry the body's place. A pelvis beside them, and a middle of the spine, are for rigs whose spine
is not one chain: else what lies between spine and chest is found by itself.
"""

SIDED = ("clavicle", "upper_arm", "forearm", "hand", "thigh", "shin", "foot", "toes")
SIDES = ("L", "R")
SIDE_NAMES = {"L": "left", "R": "right"}
ROLES = (
    "hips",
    "pelvis",
    "spine",
    "mid_spine",
    "chest",
    "neck",
    "head",
    *(f"{part}.{side}" for side in SIDES for part in SIDED),
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
REQUIRED = frozenset({"hips", *(f"{part}.{side}" for side in SIDES for limb in LIMBS for part in limb[:2])})


def label(role: str) -> str:
    """An animator's name of a role: ``"Upper arm, left"``."""
    part, _, side = role.partition(".")
    words = part.replace("_", " ").capitalize()
    return f"{words}, {SIDE_NAMES[side]}" if side else words


def about(role: str) -> str:
    """A sentence for who looks for the bone of a role."""
    said = ABOUT.get(role.partition(".")[0], "")
    needed = "required" if role in REQUIRED else "not required"
    return f"{label(role)} ({needed}){said and ': '}{said}"
