"""Units as files write them: each is a factor times a base, and equal bases convert."""

import re
import unicodedata
from dataclasses import dataclass

from yrdgeo.errors import ArgumentError, nearest


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its canonical code, what it counts, and how many of that one of it is."""

    code: str
    base: str
    factor: float


# Canonical code → base, factor, words in Chinese and English. The words are what a planner reads.
_UNITS: dict[str, tuple[str, float, str, str]] = {
    "CNY": ("CNY", 1.0, "元", "yuan"),
    "1e3 CNY": ("CNY", 1e3, "千元", "thousand yuan"),
    "1e4 CNY": ("CNY", 1e4, "万元", "10 thousand yuan"),
    "1e6 CNY": ("CNY", 1e6, "百万元", "million yuan"),
    "1e7 CNY": ("CNY", 1e7, "千万元", "10 million yuan"),
    "1e8 CNY": ("CNY", 1e8, "亿元", "100 million yuan"),
    "1e9 CNY": ("CNY", 1e9, "十亿元", "billion yuan"),
    "1e12 CNY": ("CNY", 1e12, "万亿元", "trillion yuan"),
    "USD": ("USD", 1.0, "美元", "US dollars"),
    "1e4 USD": ("USD", 1e4, "万美元", "10 thousand US dollars"),
    "1e6 USD": ("USD", 1e6, "百万美元", "million US dollars"),
    "1e8 USD": ("USD", 1e8, "亿美元", "100 million US dollars"),
    "1e9 USD": ("USD", 1e9, "十亿美元", "billion US dollars"),
    "persons": ("persons", 1.0, "人", "persons"),
    "1e3 persons": ("persons", 1e3, "千人", "thousand persons"),
    "1e4 persons": ("persons", 1e4, "万人", "10 thousand persons"),
    "1e6 persons": ("persons", 1e6, "百万人", "million persons"),
    "1e8 persons": ("persons", 1e8, "亿人", "100 million persons"),
    "CNY/person": ("CNY/persons", 1.0, "元/人", "yuan per person"),
    "1e4 CNY/person": ("CNY/persons", 1e4, "万元/人", "10 thousand yuan per person"),
    "%": ("", 0.01, "%", "%"),
    "‰": ("", 0.001, "‰", "‰"),
    "1": ("", 1.0, "比值", "ratio"),
    "km2": ("km2", 1.0, "平方公里", "km²"),
    "ha": ("km2", 0.01, "公顷", "hectares"),
    "m2": ("km2", 1e-6, "平方米", "m²"),
    "persons/km2": ("persons/km2", 1.0, "人/平方公里", "persons per km²"),
    "1e4 persons/km2": ("persons/km2", 1e4, "万人/平方公里", "10 thousand persons per km²"),
    "DN": ("DN", 1.0, "DN值", "DN"),
}
# Other spellings of a canonical code, as they stand in files.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "CNY": ("人民币元", "rmb", "yuan (rmb)"),
    "1e4 CNY": ("10000 yuan", "10,000 yuan", "1e4 yuan"),
    "1e6 CNY": ("million cny", "million rmb", "mn cny", "mn yuan"),
    "1e8 CNY": ("亿", "亿元人民币", "1e8 yuan", "100 million cny", "100 million rmb"),
    "1e9 CNY": ("billion cny", "billion rmb", "bn cny", "bn yuan"),
    "USD": ("us dollar", "us$", "dollars"),
    "persons": ("person", "people", "inhabitants", "名"),
    "1e4 persons": ("万", "万名", "10000 persons", "10,000 persons", "10 thousand people"),
    "1e6 persons": ("million people", "million"),
    "CNY/person": ("元每人", "yuan/person", "yuan per head", "yuan per capita", "cny per person"),
    "%": ("percent", "per cent", "pct", "百分比"),
    "‰": ("per mille",),
    "1": ("ratio", "share"),
    "km2": ("平方千米", "sq km", "km^2", "square km", "square kilometres", "square kilometers"),
    "ha": ("hectare",),
    "persons/km2": ("人/km2", "people per km2", "persons per km2", "persons/sq km", "people/km2"),
    "DN": ("dn sum",),
}


def plain(text: str) -> str:
    """Fold a heading or a unit to what a keyboard gives, in lower case, without brackets.

    >>> plain("（ＧＤＰ）")
    'gdp'
    """
    # NFKC turns full-width letters, km² and ％ into what a keyboard gives.
    folded = unicodedata.normalize("NFKC", text).strip().strip("()[]").lower()
    return re.sub(r"\s+", " ", folded.replace("单位:", "")).strip()


_WORDS: dict[str, str] = {
    plain(word): code
    for code, (_, _, zh, en) in _UNITS.items()
    for word in (code, zh, en, *_SPELLINGS.get(code, ()))
}


def unit_of(text: str) -> Unit:
    """Read a unit as a file writes it.

    Raises
    ------
    ArgumentError
        If the unit is not known.

    Examples
    --------
    >>> unit_of("（亿元）")
    Unit(code='1e8 CNY', base='CNY', factor=100000000.0)
    >>> unit_of("万人").code
    '1e4 persons'
    """
    code = _WORDS.get(plain(text))
    if code is None:
        raise ArgumentError(
            "The unit is not known.",
            found=repr(text),
            fix=nearest(plain(text), [words[2] for words in _UNITS.values()]),
        )
    base, factor, _, _ = _UNITS[code]
    return Unit(code, base, factor)


def unit_words(code: str) -> tuple[str, str]:
    """Return the words of a unit in Chinese and English; a unit of the user's own stays as it is.

    >>> unit_words("1e8 CNY")
    ('亿元', '100 million yuan')
    """
    words = _UNITS.get(code)
    return (words[2], words[3]) if words else (code, code)


def canonical(text: str) -> str:
    """Return the canonical code of a unit, or the text itself for a unit of the user's own.

    >>> canonical("亿元"), canonical("patents")
    ('1e8 CNY', 'patents')
    """
    return _WORDS.get(plain(text), text.strip())


def scale(from_unit: str, to_unit: str) -> tuple[float, float]:
    """Return multiplier and divisor that turn one unit into another.

    One of the two is 1, so that 万元 → 亿元 divides by 10,000 and loses no digit.
    An amount in yuan reads as yuan per person where the indicator is per person.

    Raises
    ------
    ArgumentError
        If the two count different things.

    Examples
    --------
    >>> scale("万元", "亿元")
    (1.0, 10000.0)
    """
    end = own_unit(to_unit)
    start = unit_of(from_unit) if plain(to_unit) in _WORDS else own_unit(from_unit)
    per_head = start.base == "CNY" and end.base == "CNY/persons"
    if start.base != end.base and not per_head:
        raise ArgumentError(
            f"{start.code!r} cannot be converted to {end.code!r}.",
            fix="Name the unit that the file really uses.",
        )
    if start.factor >= end.factor:
        return float(f"{start.factor / end.factor:.12g}"), 1.0
    return 1.0, float(f"{end.factor / start.factor:.12g}")


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Convert a number from one unit to another.

    >>> convert(444_000.0, "万元", "亿元")
    44.4
    """
    times, over = scale(from_unit, to_unit)
    return value * times / over


def own_unit(text: str) -> Unit:
    """Read a unit that may be the user's own: a quotient of units, or a thing that is counted.

    >>> own_unit("patents/万人")
    Unit(code='patents/万人', base='patents/persons', factor=0.0001)
    """
    if plain(text) in _WORDS:
        return unit_of(text)
    above, slash, below = text.partition("/")
    if not slash:
        return Unit(text, text, 1.0)
    over, under = own_unit(above), own_unit(below)
    return Unit(text, f"{over.base}/{under.base}", over.factor / under.factor)
