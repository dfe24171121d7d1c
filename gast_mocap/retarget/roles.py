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
LIMBS = (("upper_arm", "forearm", "hand"), ("thigh", "shin", "foot"))
REQUIRED = frozenset({"hips", *(f"{part}.{side}" for side in SIDES for limb in LIMBS for part in limb[:2])})


def label(role: str) -> str:
    """An animator's name of a role: ``"Upper arm, left"``."""
    part, _, side = role.partition(".")
    words = part.replace("_", " ").capitalize()
    return f"{words}, {SIDE_NAMES[side]}" if side else words
