"""Roles from the words in bone names, for rigs of no known family. The words stand in ``names.toml``."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...take.skeletons import Side
from .families import name_table
from .roles import LIMBS, ROLES, SIDED, sided

WITHOUT_UPPER_OR_LOWER = 200.0  # cost of a part left without bone; more than that of the worst of its words
WITHOUT_ANOTHER = 100.0
OTHER_NUMBER = 0.1  # of a bone with a number that its word does not ask for, each
LATER = 1e-4  # of a bone that comes later, each: of several the first is taken
COMMON = 0.6  # share of bones that begin or end with a word which then tells nothing
GLUED = 3  # letters that a word of Latin letters has at least, to be known within another
COUNTING = ("a", "b", "c", "d")
DUPLICATE = re.compile(r"\.\d{3}$")
WORD_ENDS = re.compile(r"[^\w]+|_+|(?<=\d)(?=\D)|(?<=\D)(?=\d)")


@dataclass(frozen=True)
class _Name:
    """What a bone name says: the side, the words that are left, sorted, and the numbers."""

    side: Side | None
    words: tuple[str, ...]
    numbers: tuple[int, ...]


class _Words:
    """The words of ``names.toml``, folded."""

    def __init__(self) -> None:
        table = name_table()["words"]
        self.sides = {
            **dict.fromkeys(map(_fold, table["left"]), Side.LEFT),
            **dict.fromkeys(map(_fold, table["right"]), Side.RIGHT),
        }
        letters = zip(map(_fold, table["left_letters"]), map(_fold, table["right_letters"]), strict=True)
        self.twins = [("l", "r"), *letters]
        self.ignored = frozenset(map(_fold, table["ignored"]))
        self.helpers = frozenset(map(_fold, table["helpers"]))
        self.fingers = {finger: frozenset(map(_fold, called)) for finger, called in table["fingers"].items()}
        self.beside_fingers = frozenset(map(_fold, table["beside_fingers"]))
        self.face = frozenset(map(_fold, table["face"]))
        self.animals = frozenset(map(_fold, table["animals"]))
        self.phrases = {part: [_fold(phrase).split() for phrase in table["parts"][part]] for part in table["parts"]}

    @cached_property
    def known(self) -> frozenset[str]:
        spoken = {word for phrases in self.phrases.values() for phrase in phrases for word in phrase}
        return frozenset(spoken | self.helpers | self.face | self.ignored | self.sides.keys())

    @cached_property
    def parts(self) -> dict[str, list[tuple[tuple[str, ...], tuple[int, ...]]]]:
        """Part -> its phrases, best first: sorted words without those that say nothing, and numbers."""
        return {
            part: [
                (
                    tuple(sorted(word for glued in phrase for word in self.split(glued) if word not in self.ignored)),
                    tuple(int(word) for word in phrase if word.isdigit()),
                )
                for phrase in phrases
            ]
            for part, phrases in self.phrases.items()
        }

    def tells(self, text: str) -> bool:
        """Whether a text is a part, a side or a helper by itself."""
        words = self.split(text)
        told = tuple(sorted(word for word in words if word not in self.ignored and word not in self.sides))
        named = any(told == phrase for phrases in self.parts.values() for phrase, _ in phrases if told)
        return named or any(word in self.sides or word in self.helpers or word in self.face for word in words)

    def split(self, text: str) -> list[str]:
        """The words that were run together in ``text``: itself where it is one or is none of them."""
        if not text or text.isdigit():
            return []
        if text in self.known:
            return [text]
        return self._split(text) or [text]

    def _split(self, text: str) -> list[str] | None:
        """The fewest known words that make up the whole text, None where there are none."""
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(text) + 1):
            for start in range(end):
                word = text[start:end]
                long = len(word) >= GLUED or not word.isascii()
                if start in best and long and word in self.known:
                    found = [*best[start], word]
                    if end not in best or len(found) < len(best[end]):
                        best[end] = found
        return best.get(len(text))


@cache
def _words() -> _Words:
    return _Words()


def map_by_names(bone_names: Iterable[str]) -> dict[str, str]:
    """role -> bone. Each bone plays one part, so that the words fit best altogether.

    Args:
        bone_names: parents first.
    """
    names = list(bone_names)
    read = dict(zip(names, _read(names), strict=True))
    groups = {side: [name for name in names if read[name].side == side and read[name].words] for side in (None, *Side)}
    found: dict[str, str] = {}
    told: dict[_Name, str] = {}
    for side, bones in sorted(groups.items(), key=lambda group: -len(group[1])):
        parts = SIDED if side else [role for role in ROLES if role in _words().parts and role not in SIDED]
        fits = _best_fit(parts, [read[name] for name in bones], told if side else {})
        found |= {sided(part, side) if side else part: bones[bone] for part, bone in fits.items()}
        if side:
            told = {replace(read[bones[bone]], side=None): part for part, bone in fits.items()}
    spines = [name for name in names if name not in found.values() and read[name].words == ("spine",)]
    if "chest" not in found and spines:
        found["chest"] = spines[-1]
    return found


def named_like_an_animals(bone_names: Iterable[str]) -> bool:
    """Whether a name holds the word of a part that people lack."""
    return any(_words().animals.intersection(_tokens(name)) for name in bone_names)


def is_in_a_face(bone_name: str) -> bool:
    """Whether a bone is called as what lies at the front of a head."""
    words = _words()
    return any(words.face.intersection((token, *words.split(token))) for token in _tokens(bone_name))


def finger_named(bone_name: str) -> str | None:
    """The finger that a bone is called as, "finger" where the name does not tell which; None for other bones, for those
    of the palm, and for controls and ends of fingers."""
    if is_beside_fingers(bone_name):
        return None
    told = _told(bone_name)
    return next((finger for finger, called in _words().fingers.items() if told & called), None)


def is_beside_fingers(bone_name: str) -> bool:
    """Whether a bone is called as one of the palm, or as a control or an end."""
    words = _words()
    called = frozenset().union(*words.fingers.values())
    tokens = [{token, *words.split(token)} for token in _tokens(bone_name)]
    first = next((place for place, token in enumerate(tokens) if token & called), 0)  # "CC_Base_L_Index1" is a finger's
    return bool(DUPLICATE.search(bone_name) or set().union(*tokens[first:]) & words.beside_fingers)


def _told(bone_name: str) -> set[str]:
    words = _words()
    return {word for token in _tokens(bone_name) for word in (token, *words.split(token))}


def side_letter(bone_name: str) -> Side | None:
    """The side that a word or a letter by itself tells."""
    sides = {**_words().sides, "l": Side.LEFT, "r": Side.RIGHT}
    return next((sides[token] for token in _tokens(bone_name) if token in sides), None)


def without_common_ends(bone_names: Sequence[str]) -> dict[str, str]:
    """Name without what most of the bones begin with -> the bone's own name: ``LeftArm`` of ``Character1_LeftArm``."""
    bare = {name: re.split(r"[:|]", name)[-1] for name in bone_names}
    while prefix := _common_prefix(list(bare.values())):
        bare = {name: text.removeprefix(prefix) or text for name, text in bare.items()}
    return {text: name for name, text in reversed(bare.items())}


def _common_prefix(texts: list[str]) -> str:
    """What most names begin with, up to the end of a word, if it is no word of a body."""
    starts = Counter(found[0] for text in texts if (found := re.match(r"[^\W_]+?(?:[\W_]+|(?=[A-Z]))", text)))
    prefix, count = starts.most_common(1)[0] if starts else ("", 0)
    told = any(_words().tells(token) for token in _tokens(prefix))
    return "" if told or count < max(COMMON * len(texts), 2) else prefix


def _best_fit(parts: Sequence[str], bones: Sequence[_Name], told: Mapping[_Name, str]) -> dict[str, int]:
    """Part -> position of its bone, each bone once, at the least cost altogether; ``told`` are the parts that names
    have on the other side."""
    costs = np.full((len(parts), len(bones) + len(parts)), np.inf)
    main = {"hips", "head", *(part for limb in LIMBS for part in limb[:2])}
    for row, part in enumerate(parts):
        costs[row, len(bones) + row] = WITHOUT_UPPER_OR_LOWER if part in main else WITHOUT_ANOTHER
        for column, bone in enumerate(bones):
            if told.get(replace(bone, side=None), part) == part:
                costs[row, column] = _cost(part, bone) + LATER * column
    costs[np.isinf(costs)] = 1e6
    chosen = zip(*linear_sum_assignment(costs), strict=True)
    return {parts[row]: int(column) for row, column in chosen if column < len(bones) and costs[row, column] < 1e6}


def _cost(part: str, bone: _Name) -> float:
    """How late among the words of a part a bone's own come; infinite where they are none of them."""
    for rank, (words, numbers) in enumerate(_words().parts[part]):
        if words == bone.words and (not numbers or numbers == bone.numbers):
            return rank + OTHER_NUMBER * (len(bone.numbers) if not numbers else 0)
    return np.inf


def _read(names: list[str]) -> list[_Name]:
    tokens = _without_glued_start(_without_common_tokens([_tokens(name) for name in names]))
    tokens = _with_letters_counted(tokens)
    spelled = set(map(tuple, tokens))
    letters = _letters_used(spelled)
    return [_meaning(found, spelled, letters) for found in tokens]


def _with_letters_counted(names: list[list[str]]) -> list[list[str]]:
    """The names with numbers in place of letters that count: where there is an ``arm_b``, ``arm_a`` is the first."""
    spelled = set(map(tuple, names))

    def counted(name: list[str], place: int) -> str:
        first, second = ((*name[:place], letter, *name[place + 1 :]) for letter in COUNTING[:2])
        counts = name[place] in COUNTING and first in spelled and second in spelled
        return str(COUNTING.index(name[place]) + 1) if counts else name[place]

    return [[counted(name, place) for place in range(len(name))] for name in names]


def _letters_used(spelled: set[tuple[str, ...]]) -> dict[str, Side]:
    """The letters that are sides in these names, as words of their own: those that make most twins."""
    pairs = {
        (left, right): sum(
            left in name and tuple(right if word == left else word for word in name) in spelled for name in spelled
        )
        for left, right in _words().twins
    }
    best = max(pairs, key=lambda pair: pairs[pair])
    return dict(zip(best, Side, strict=True)) if pairs[best] > 1 else {}


def _meaning(tokens: list[str], spelled: set[tuple[str, ...]], letters: Mapping[str, Side]) -> _Name:
    """What a name says; ``spelled`` are the tokens of all names, among them those of its twin; ``letters`` are
    sides."""
    words = _words()
    split = [word for token in tokens for word in words.split(token)]
    sides = [words.sides[word] for word in split if word in words.sides]
    if not sides and letters.keys() & set(tokens):
        sides = [letters[token] for token in tokens if token in letters]
        split = [word for word in split if word not in letters]
    if not sides:
        side, split = _by_twin(tokens, spelled)
        sides = [side] if side else []
    if words.helpers.intersection(split):
        return _Name(None, (), ())
    told = tuple(sorted(word for word in split if word not in words.sides and word not in words.ignored))
    return _Name(sides[0] if sides else None, told, tuple(int(token) for token in tokens if token.isdigit()))


def _by_twin(tokens: list[str], spelled: set[tuple[str, ...]]) -> tuple[Side | None, list[str]]:
    """The side that a letter at an end of a word tells, which is another in the name of the bone's twin, and the
    words without it."""
    words = _words()
    for place, token in enumerate(tokens):
        before, after = tokens[:place], tokens[place + 1 :]
        for rest, side, twin in _letters_off(token):
            if (*before, twin, *after) in spelled:
                split = [word for kept in (*before, rest, *after) for word in words.split(kept)]
                if all(word in words.known for word in split):
                    return side, split
    return None, [word for token in tokens for word in words.split(token)]


def _letters_off(token: str) -> Iterator[tuple[str, Side, str]]:
    """A word without a first or last letter that may be a side's, that side, and the word of its twin."""
    for letters in _words().twins:
        for letter, other, side in zip(letters, reversed(letters), Side, strict=True):
            if token.startswith(letter):
                yield token[1:], side, other + token[1:]
            if token.endswith(letter):
                yield token[:-1], side, token[:-1] + other


def _without_common_tokens(names: list[list[str]]) -> list[list[str]]:
    """The names without the words with which most of them begin or end, unless they tell a part or a side."""
    for place in (0, -1):
        while (token := _common_token(names, place)) is not None:
            kept = slice(1, None) if place == 0 else slice(None, -1)
            names = [name[kept] if len(name) > 1 and name[place] == token else name for name in names]
    return names


def _common_token(names: list[list[str]], place: int) -> str | None:
    """The word with which most names begin or end, None where it tells a part, a side or a number."""
    counts = Counter(name[place] for name in names if len(name) > 1)
    token, count = counts.most_common(1)[0] if counts else ("", 0)
    tells = _words().tells(token) or (token.isdigit() and place == -1)
    return None if tells or count < max(COMMON * len(names), 2) else token


def _without_glued_start(names: list[list[str]]) -> list[list[str]]:
    """The names without letters with which most of them begin, run together with their first word."""
    firsts = [name[0] for name in names if name]
    for length in range(max(map(len, firsts), default=0) - 1, GLUED, -1):
        start, count = Counter(first[:length] for first in firsts if len(first) > length).most_common(1)[0]
        if count >= max(COMMON * len(names), 2) and not _words().tells(start):
            return [
                [name[0].removeprefix(start) or name[0], *name[1:]] if name and name[0].startswith(start) else name
                for name in names
            ]
    return names


def _tokens(name: str) -> list[str]:
    """The folded words of a name: parted by signs, by numbers and by capitals."""
    bare = DUPLICATE.sub("", re.split(r"[:|]", unicodedata.normalize("NFKC", name))[-1])
    parted = "".join(
        f" {letter}" if letter.isupper() and _starts_word(bare, place) else letter for place, letter in enumerate(bare)
    )
    return [_fold(word) for word in WORD_ENDS.sub(" ", parted).split()]


def _starts_word(text: str, place: int) -> bool:
    """Whether a capital starts a word: after a small letter, or before one (``LArm``)."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return before.islower() or (before.isupper() and after.islower())


def _fold(text: str) -> str:
    """Small letters without accents."""
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)
