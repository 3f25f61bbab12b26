"""Speeds: the defaults of countries and classes, and what a ``maxspeed`` says.

Promise: every default has a row in ``osm_speeds.toml`` with its range and source.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.provenance import data_path
from yrdgeo.units import MINUTES_PER_HOUR

KMH_PER_MPH = 1.609344
KMH_PER_KNOT = 1.852
UNSTATED = frozenset({"", "signals", "variable", "none", "default", "unposted"})
ANYWHERE = "default"  # the row of countries that have none
SPEED_KEYS = ("maxspeed", "maxspeed:forward", "maxspeed:type", "source:maxspeed", "zone:maxspeed")

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_ZONE = re.compile(r"[A-Z]{2}:(?:zone:?)?(\d{1,3})")
_CONTEXT = re.compile(r"[A-Z]{2}:\w+")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3})(?::\d{2})?")
_ISO = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?")


@cache
def shipped_speeds() -> Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]:
    """Return the rows of ``osm_speeds.toml``: country → group → name → speed and range."""
    with data_path("osm_speeds.toml").open("rb") as stream:
        return MappingProxyType(tomllib.load(stream))


def countries() -> list[str]:
    """Return the countries whose speeds are shipped, and ``default`` for all others.

    >>> countries()
    ['cn', 'de', 'fi', 'fr', 'gb', 'jp', 'us', 'default']
    """
    return [name for name in shipped_speeds() if name not in {"sources", "limits"}]


def class_names(network: str) -> list[str]:
    """Return every class of a network.

    >>> class_names("rail")[:3]
    ['highspeed', 'main', 'branch']
    """
    return [*shipped_speeds()["cn"][network]]


def given_speeds(speeds: str | Mapping[str, float], network: str) -> dict[str, float]:
    """Return km/h by class, of a country or as they were given."""
    if not isinstance(speeds, str):
        return {name: float(speed) for name, speed in speeds.items()}
    if speeds not in countries():
        raise ArgumentError(
            f"No speeds are shipped for {speeds!r}.",
            fix=f"{nearest(speeds, countries())} Or name a speed in km/h for each class.",
        )
    # Tracks differ less than roads do: a country without a table of its own takes the default.
    rows = shipped_speeds()[speeds].get(network) or shipped_speeds()[ANYWHERE][network]
    return {name: float(row["speed_kmh"]) for name, row in rows.items()}


@cache
def implied_speeds() -> Mapping[str, float]:
    """Return what a value such as ``DE:rural`` means, of every country that is known."""
    tables = [shipped_speeds()[name].get("implicit", {}) for name in countries()]
    rows = {name: float(row["speed_kmh"]) for table in tables for name, row in table.items()}
    return MappingProxyType(rows)


def maxspeed_kmh(text: str, implicit: Mapping[str, float]) -> float | None:
    """Read a ``maxspeed``: km/h, or None where it states no number.

    Of several values (``60;80``) the lowest counts; ``DE:zone30`` is 30.

    Parameters
    ----------
    text
        The tag's value.
    implicit
        Speed in km/h of values such as ``CN:urban``.

    Returns
    -------
    speed_kmh
        As it is written, negative ones too; None for ``none``, ``signals`` and the like.

    Raises
    ------
    ValueError
        If the value means nothing known.

    Examples
    --------
    >>> [maxspeed_kmh(text, {"CN:urban": 50.0}) for text in ("60", "60 mph", "CN:urban", "none")]
    [60.0, 96.56064, 50.0, None]
    """
    speeds = []
    for part in re.split(r"[;|]", text):
        value = part.strip()
        zone = _ZONE.fullmatch(value)
        number = _NUMBER.fullmatch(zone[1] if zone else value.lower())
        if number:
            factor = {"mph": KMH_PER_MPH, "knots": KMH_PER_KNOT}.get(number[2] or "", 1.0)
            speeds.append(float(number[1]) * factor)
        elif value in implicit:
            speeds.append(implicit[value])
        elif value.lower() not in UNSTATED:
            raise ValueError(value)
    return min(speeds, default=None)


def duration_min(text: str) -> float:
    """Read a ferry's ``duration``: ``25`` (minutes), ``1:30`` or ``PT1H30M``; NaN if it is none.

    >>> [duration_min(text) for text in ("25", "01:30", "PT1H30M", "soon")]
    [25.0, 90.0, 90.0, nan]
    """
    match = _CLOCK.fullmatch(text.strip()) or _ISO.fullmatch(text.strip())
    if match is None:
        return float("nan")
    total = MINUTES_PER_HOUR * int(match[1] or 0) + int(match[2] or 0)
    return total if total > 0 else float("nan")


def stated_zone(tags: Mapping[str, str]) -> str:
    """Return what a way without a number is said to be, such as ``DE:rural``, or nothing.

    >>> stated_zone({"source:maxspeed": "survey", "maxspeed:type": "DE:rural"})
    'DE:rural'
    """
    said = [tags[key] for key in SPEED_KEYS[2:] if _CONTEXT.fullmatch(tags.get(key, ""))]
    return said[0] if said else ""
