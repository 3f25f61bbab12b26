"""The indexes behind the resolver: every exact way in which a place may be written.

A key is a whole folded text, so nothing matches by accident: a place has the keys of its names,
alone and with its province or prefecture in front or behind, and no others.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from yrdgeo.errors import few
from yrdgeo.sources.places import Explained, Level, Place, explained, place, places, rows

Keys = Mapping[str, frozenset[str]]

CODE_DIGITS = 6
_ZEROS = "000000"
_BASE_MAP = "156"
_GENERAL = {
    "city",
    "municipality",
    "prefecture",
    "level",
    "of",
    "the",
    "province",
    "china",
    "prc",
    "p",
    "r",
}
_COUNTY = {"district", "county", "xian", "qu"}
_PINYIN = {"shi", "sheng", "diqu"}
_URBAN = re.compile(r"(市辖区|市区|城区)$")
_LATIN_CLOSE = 0.75  # below this share of common letters a suggestion is noise


@cache
def simplified() -> dict[int, str]:
    """Return the translation table from traditional characters, for ``str.translate``."""
    return {ord(row["traditional"]): row["simplified"] for row in rows("traditional.csv")}


def _index(pairs: Iterable[tuple[str, str]]) -> Keys:
    gathered: dict[str, set[str]] = {}
    for key, code in pairs:
        gathered.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in gathered.items()}


def _chinese_names(known: Place) -> list[str]:
    names = [known.name_zh, known.short_zh]
    if known.level == "prefecture" and known.name_zh.endswith("市"):
        names.append(f"{known.short_zh}地区")
    return names


def _latin_name(text: str) -> str:
    return "".join(sign for sign in _ascii(text) if sign.isalpha())


def _ascii(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def _above(known: Place) -> list[Place]:
    """Return the units that may qualify a name: the prefecture, then the province."""
    if known.level == "province" or known.parent == known.adcode:
        return []
    over = place(known.parent)
    province = places("province")[f"{known.adcode[:2]}0000"]
    return [province] if over.adcode == province.adcode else [over, province]


def _chinese_keys(known: Place) -> Iterable[str]:
    above = [{unit.name_zh, unit.short_zh} for unit in _above(known)]
    prefixes = {""}
    for units in above:
        prefixes |= {unit + prefix for unit in units for prefix in prefixes | {""}}
    for name in _chinese_names(known):
        for prefix in prefixes:
            yield prefix + name
            yield name + prefix


def _latin_keys(known: Place) -> Iterable[str]:
    name = _latin_name(known.name_en)
    if not name:
        return
    above = [_latin_name(unit.name_en) for unit in _above(known)]
    yield name
    for prefix in {*above, "".join(above), "".join(reversed(above))}:
        yield name + prefix
        yield prefix + name


@cache
def _chinese(level: Level) -> Keys:
    return _index((k, p.adcode) for p in places(level).values() for k in _chinese_keys(p))


@cache
def _latin(level: Level) -> Keys:
    return _index((k, p.adcode) for p in places(level).values() for k in _latin_keys(p))


@cache
def _aliases(level: Level) -> Keys:
    legal = places(level)
    wanted = [row for row in rows("aliases.csv") if row["adcode"] in legal]
    return _index((key_of(row["alias"]), row["adcode"]) for row in wanted)


@cache
def _explanations(level: Level) -> Mapping[str, Explained]:
    return {
        key_of(name): note for note in explained() if note.level == level for name in note.names
    }


def key_of(text: str) -> str:
    """Return a name of the data files as a key: no spaces, apostrophes or capitals."""
    return re.sub(r"[^0-9a-z\u3400-\u9fff]", "", _ascii(text))


def by_code(digits: str, level: Level) -> frozenset[str]:
    """Return the place that a code names: 6 digits, 6 + zeros, 156 + 6, or 4 of a prefecture.

    >>> by_code("320500000000", "prefecture") == by_code("156320500", "prefecture")
    True
    """
    code = digits
    if len(digits) == 2 * CODE_DIGITS and digits.endswith(_ZEROS):
        code = digits[:CODE_DIGITS]
    elif len(digits) == len(_BASE_MAP) + CODE_DIGITS and digits.startswith(_BASE_MAP):
        code = digits[len(_BASE_MAP) :]
    elif len(digits) == 4 and level == "prefecture":  # noqa: PLR2004 — prefecture codes without zeros
        code = f"{digits}00"
    if code in places(level):
        return frozenset({code})
    return _aliases(level).get(code, frozenset())


def by_chinese(han: str, level: Level) -> frozenset[str]:
    """Return the places whose Chinese name, with or without its parents, is this text."""
    text = re.sub(r"^(中华人民共和国|中国)(?=.)", "", han)
    found = _chinese(level).get(text) or _aliases(level).get(text, frozenset())
    return found | _province_namesakes(text, found, level)


def _province_namesakes(text: str, found: frozenset[str], level: Level) -> frozenset[str]:
    """Return the provinces that share a prefecture's short name (吉林, 海南)."""
    if level != "prefecture" or not found:
        return frozenset()
    return _chinese("province").get(text, frozenset()) | _latin("province").get(text, frozenset())


def by_latin(words: tuple[str, ...], level: Level) -> frozenset[str]:
    """Return the places whose Latin name, with or without its parents, these words are."""
    for kept, dropped in _readings(words):
        if dropped & _COUNTY and level != "county":
            continue
        key = "".join(kept)
        found = _latin(level).get(key) or _aliases(level).get(key, frozenset())
        if found:
            return found | _province_namesakes(key, found, level)
    return frozenset()


def _readings(words: tuple[str, ...]) -> list[tuple[tuple[str, ...], set[str]]]:
    """Return the words as given, then without general words, then without pinyin ones.

    The first word always stays, so that Xi'an is not taken for 县 (xiàn).
    """
    first = words[:1] if words[0] not in {"city", "municipality"} else ()
    rest = words[len(first) :]
    general = first + tuple(word for word in rest if word not in _GENERAL)
    start = len(first)
    bare = general[:start] + tuple(
        word for word in general[start:] if word not in _PINYIN | _COUNTY
    )
    readings = [(words, set[str]()), (general, set[str]())]
    if bare:
        readings.append((bare, set(general) - set(bare)))
    joined = "".join(general)
    if joined.endswith("shi") and joined != "shi":
        readings.append(((joined.removesuffix("shi"),), {"shi"}))
    return readings


def explanation(digits: str, han: str, latin: tuple[str, ...], level: Level) -> Explained | None:
    """Return why a name or code of this level is not to be resolved, if it is such a one."""
    notes = _explanations(level)
    readings = ["".join(kept) for kept, _ in _readings(latin)] if latin else []
    tails = [han[start:] for start in range(len(han) - 1)]
    codes = [digits, digits[:CODE_DIGITS] if digits.endswith(_ZEROS) else digits]
    return next((notes[key] for key in [*codes, *tails, *readings] if key and key in notes), None)


def any_level(code: str, level: Level | None = None) -> Place:
    """Return a place of a code, at the given level if it has one there."""
    return places(level)[code] if level and code in places(level) else place(code)


def qualified_example(code: str, level: Level) -> str:
    """Return a way to write a place that names nothing else."""
    known = any_level(code, level)
    above = _above(known)
    if not above:
        return known.name_zh
    english = known.name_en and above[0].name_en
    return f"{known.name_en}, {above[0].name_en}" if english else above[0].short_zh + known.name_zh


def code_hint(digits: str) -> str:
    """Say what a code that is no place's may have meant."""
    if len(digits) not in {4, 6, 9, 12}:
        return "A code has six digits, for instance 320500; keep the column as text."
    over = f"{digits[:4]}00"
    if over in places("prefecture"):
        urban = " (…01: the statistics' urban districts, not the whole city)"
        return (
            f"It would lie in {places('prefecture')[over]}{urban if digits[4:6] == '01' else ''}."
        )
    return "No unit of 2024 begins like that; see GB/T 2260."


def name_hint(han: str, latin: tuple[str, ...], level: str) -> str:
    """Offer the names nearest to one that is unknown."""
    looked_at: Level = "county" if level == "county" else "prefecture"
    if han:
        urban = _URBAN.sub("", han)
        if urban != han and by_chinese(urban, looked_at):
            return f"It means the urban districts of {urban}, not the whole; give the whole city."
        near = _near_chinese(han, looked_at)
    else:
        joined = "".join(_readings(latin)[-1][0])
        keys = get_close_matches(joined, list(_latin(looked_at)), n=2, cutoff=_LATIN_CLOSE)
        near = sorted({code for key in keys for code in _latin(looked_at)[key]})
    if not near:
        return "Give the six-digit code or the full Chinese name."
    return f"Did you mean {few(str(any_level(code, looked_at)) for code in near)}?"


def _near_chinese(han: str, level: Level) -> list[str]:
    """Return the places one character away, those that share the rarer character first."""
    bare = re.sub(r"(市|地区|区|县)$", "", han) or han
    names = [(p.short_zh, p.adcode) for p in places(level).values()]
    common = Counter(sign for name, _ in names for sign in set(name))
    scores = {
        code: sum(1 / common[a] for a, b in zip(name, bare, strict=False) if a == b)
        for name, code in names
        if abs(len(name) - len(bare)) <= 1
    }
    best = max(scores.values(), default=0.0)
    # A share of 州 alone (one name in eight) is no likeness.
    rare = 0.1
    return sorted(code for code, score in scores.items() if score == best and best > rare)
