"""Every word of the page, Chinese and English; promise: a page in one language has only that one.

The words are rows of ``assets/words.toml``; ``{name}`` is a place for a value. Names of cities
and layers come from the run. The words speak of cities; of a run whose units are counties, or no
one kind, they say so.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

UnitName = Literal["city", "county", "region"]

_CODE = re.compile(r"\d{6}")
_WHOLE = "00"  # the last two digits of a prefecture, or of one without counties
_DIRECT = "90"  # the middle two of a county that no prefecture is over: it counts as both
# Prefectures without counties, which a map of counties shows too: Dongguan, Zhongshan, Danzhou,
# Jiayuguan and Macao.
_UNDIVIDED = frozenset(("441900", "442000", "460400", "620200", "820000"))
_SAID = re.compile(r"\{\w+\}|城市|(?<=[本各该])市|\b[Cc]it(?:y|ies)\b")
_NAMES: dict[str, tuple[str, str, str]] = {
    "county": ("区县", "county", "counties"),
    "region": ("地区", "region", "regions"),
}


def unit_of(codes: Iterable[object]) -> UnitName:
    """Return what the units of a map are called: cities, counties, or regions if neither.

    Parameters
    ----------
    codes
        Six-digit codes of GB/T 2260; prefectures end in 00.

    Examples
    --------
    >>> unit_of(["320500", "429004"]), unit_of(["320505", "429004", "441900"])
    ('city', 'county')
    >>> unit_of(["320500", "320505"]), unit_of(["X1"])
    ('region', 'region')
    """
    known = [str(code) for code in codes]
    if not all(_CODE.fullmatch(code) for code in known):
        return "region"
    either = {code for code in known if code[2:4] == _DIRECT or code in _UNDIVIDED}
    kinds = {code.endswith(_WHOLE) for code in known if code not in either}
    if kinds == {False} or (not kinds and not any(code.endswith(_WHOLE) for code in known)):
        return "county"
    return "city" if kinds <= {True} else "region"


def said_of(text: str, unit: UnitName) -> str:
    """Return a text of ours about cities as one about units of that name.

    >>> said_of("Of {n} cities {city} is first. City", "county")
    'Of {n} counties {city} is first. County'
    >>> said_of("{n}个城市", "region"), said_of("Cities", "city")
    ('{n}个地区', 'Cities')
    """
    if unit == "city":
        return text
    chinese, one, many = _NAMES[unit]

    def name(found: re.Match[str]) -> str:
        word = found[0]
        if word.startswith("{"):
            return word
        if word in ("城市", "市"):
            return chinese
        other = many if word.endswith("ies") else one
        return other.capitalize() if word[0] == "C" else other

    return _SAID.sub(name, text)


def words_of(unit: UnitName) -> dict[str, tuple[str, str]]:
    """Return every word, Chinese and English, as a page about such units says it."""
    return {key: (said_of(zh, unit), said_of(en, unit)) for key, (zh, en) in WORDS.items()}


def _words() -> dict[str, tuple[str, str]]:
    path = Path(__file__).parent / "assets" / "words.toml"
    rows: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: (zh, en) for key, (zh, en) in rows.items()}


WORDS = _words()
