"""How names of people are folded and compared: typing errors, nicknames, compound names, particles, swapped names."""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

from records.customers.matching.words import FORMS, GENERATIONS, KNOWN, PARTICLES, TITLES

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_WORDS = re.compile(r"[^\W_]+")


class Level(IntEnum):
    """How well two values agree."""

    APART = -1
    UNKNOWN = 0
    PART = 1
    NEAR = 2
    SAME = 3


@lru_cache(maxsize=8192)
def folded(text: str | None) -> str:
    """Give a text in small letters without accents and signs, one space between its words."""
    plain = (text or "").casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain).translate(_LETTERS)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_WORDS.findall(plain))


@lru_cache(maxsize=8192)
def name_of(text: str | None) -> str:
    """Give a folded name without titles and without what tells a father from a son."""
    words = folded(text).split()
    kept = [word for word in words if word not in TITLES and (word not in GENERATIONS or len(words) == 1)]
    return " ".join(kept or words)


def generation(*texts: str | None) -> str:
    """Give what a name says of its bearer's generation, or nothing."""
    words = [word for text in texts for word in folded(text).split()[1:]]
    return next((GENERATIONS[word] for word in words if word in GENERATIONS), "")


@lru_cache(maxsize=8192)
def sound(name: str) -> str:
    """Give the consonants one hears in a name, so that spellings of one sound look alike: Phillippe, Filip."""
    said = name.replace(" ", "")
    for written, heard in (("ph", "f"), ("ck", "k"), ("ch", "s"), ("sh", "s"), ("th", "t"), ("gh", "g"), ("qu", "k")):
        said = said.replace(written, heard)
    said = said.translate(str.maketrans("cqzywjx", "kksivgs", "h"))
    once = [each for number, each in enumerate(said) if number == 0 or said[number - 1] != each]
    return "".join(each for number, each in enumerate(once) if number == 0 or each not in "aeiou")[:6]


@lru_cache(maxsize=8192)
def stem(last_name: str) -> str:
    """Give the first word of a last name that is no particle."""
    words = last_name.split()
    return next((word for word in words if word not in PARTICLES), last_name)


def distance(one: str, other: str) -> int:
    """Count the letters typed wrong, left out, too many, or in each other's place."""
    from jellyfish import damerau_levenshtein_distance  # noqa: PLC0415 - most events compare nobody

    return damerau_levenshtein_distance(one, other)


def is_slip(one: str, other: str) -> bool:
    """Tell whether one text may be the other typed wrong: one letter in a short one, two or three in longer ones."""
    size = max(len(one), len(other))
    allowed = 1 if size < 6 else 2 if size < 11 else 3
    if size < 3 or abs(len(one) - len(other)) > allowed:
        return False
    return distance(one, other) <= allowed


@lru_cache(maxsize=65536)
def first_names(one: str, other: str) -> Level:
    """Compare two folded first names."""
    if not one or not other:
        return Level.UNKNOWN
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return Level.SAME
    mine, theirs = one.split(), other.split()
    if set(mine) <= set(theirs) or set(theirs) <= set(mine) or _is_initial(one, other) or _is_initial(other, one):
        return Level.PART  # Marie and Marie-Claire, M. and Marie
    if FORMS.get(one, set()) & FORMS.get(other, set()):
        return Level.PART
    if one in KNOWN and other in KNOWN:
        return Level.APART
    return Level.NEAR if is_slip(one, other) or _sound_alike(one, other) else Level.APART


def _is_initial(short: str, long: str) -> bool:
    letters = short.split()
    return all(len(letter) == 1 for letter in letters) and [word[0] for word in long.split()][: len(letters)] == letters


def _sound_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 3 and len(sound(one)) > 2 and sound(one) == sound(other)


@lru_cache(maxsize=65536)
def last_names(one: str, other: str) -> Level:
    """Compare two folded last names: particles may be missing, one may be a part of a compound name."""
    if not one or not other:
        return Level.UNKNOWN
    whole, theirs = one.replace(" ", ""), other.replace(" ", "")
    if whole == theirs:
        return Level.SAME
    mine, others = _without_particles(one), _without_particles(other)
    if mine == others or "".join(mine) == theirs or "".join(others) == whole:
        return Level.SAME
    if is_slip(whole, theirs) or _sound_alike(one, other):
        return Level.NEAR
    shorter, longer = sorted((mine, others), key=len)
    is_part = all(any(word == each or is_slip(word, each) for each in longer) for word in shorter)
    return Level.PART if is_part and len(shorter) < len(longer) else Level.APART


def _without_particles(name: str) -> list[str]:
    words = name.split()
    return [word for word in words if word not in PARTICLES] or words
