"""OpenStreetMap tags → mode, class, direction and speed of a way.

Promise: a way is taken or left for one stated reason, and a speed says whether it was tagged,
implied or the class's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.sources.osm_speeds import (
    class_names,
    countries,
    duration_min,
    given_speeds,
    implied_speeds,
    maxspeed_kmh,
    shipped_speeds,
    stated_zone,
)

__all__ = [
    "NetworkKind",
    "Rules",
    "WayTags",
    "class_names",
    "countries",
    "duration_min",
    "maxspeed_kmh",
    "read_tags",
    "rules",
]

NetworkKind = Literal["road", "rail"]
Basis = Literal["tag", "implicit", "class", "implausible", "unread", "duration"]
Tags = Mapping[str, str]

FORBIDDEN = frozenset({"no", "private", "agricultural", "forestry", "emergency", "military"})
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")  # the most specific one rules
ROUNDABOUTS = frozenset({"roundabout", "circular"})
LEFT_OUT = MappingProxyType(
    {"road": frozenset({"service", "track"}), "rail": frozenset({"yard", "spur"})}
)
SPECIAL_RAIL = frozenset({"industrial", "military", "tourism", "test"})


class WayTags(NamedTuple):
    """What the tags of a way say; equal for many ways, so it is kept once.

    ``direction`` is 1 or −1 for one way only along or against the order of its nodes, else 0.
    ``duration_min`` is NaN but for ferries that state it.
    """

    mode: str
    osm_class: str
    direction: int
    speed_kmh: float
    speed_basis: Basis
    speed_tag: str
    duration_min: float
    name_zh: str
    name_en: str
    ref: str
    usage: str
    service: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What of OpenStreetMap makes a network, and how fast it is where the map does not say.

    Attributes
    ----------
    network
        ``road`` or ``rail``.
    speeds
        Speed in km/h of each class that is taken; other classes are left out.
    implicit
        Speed in km/h of values such as ``CN:urban``.
    limits
        Lowest and highest plausible ``maxspeed``, km/h.
    """

    network: NetworkKind
    speeds: Mapping[str, float]
    implicit: Mapping[str, float]
    limits: tuple[float, float]


def rules(
    network: NetworkKind,
    *,
    speeds: str | Mapping[str, float] = "cn",
    classes: Collection[str] | None = None,
) -> Rules:
    """Return the rules by which ways are read.

    Parameters
    ----------
    network
        ``road`` (roads and ferries) or ``rail``.
    speeds
        A country (:func:`countries`; ``default`` is cautious), or a speed in km/h for each class;
        implied values such as ``IT:urban`` may be among them.
    classes
        The classes to take: values of ``highway`` and ``ferry``, or for rail ``highspeed``, a
        ``usage``, a ``service``, and ``rail`` for tracks that state none. Without it all but
        ``service`` and ``track``, or ``yard``, ``spur`` and special tracks.

    Returns
    -------
    rules
        Only the classes taken have a speed.

    Raises
    ------
    ArgumentError
        If the network, the country or a class is unknown, a class has no speed, or a speed is
        not a positive number.

    Examples
    --------
    >>> rules("road", classes=["motorway", "trunk"]).speeds
    {'motorway': 100.0, 'trunk': 80.0}
    """
    shipped = shipped_speeds()
    if network not in get_args(NetworkKind):
        raise ArgumentError(
            f"There is no network {network!r}.", fix=nearest(network, get_args(NetworkKind))
        )
    known = class_names(network)
    given = given_speeds(speeds, network)
    wanted = [*known] if classes is None else [*classes]
    if classes is None:
        dropped = LEFT_OUT[network] | (SPECIAL_RAIL if network == "rail" else frozenset())
        wanted = [name for name in wanted if name not in dropped]
    if unknown := [name for name in wanted if name not in known]:
        raise ArgumentError(
            f"There is no class {unknown[0]!r} of {network}s.", fix=nearest(unknown[0], known)
        )
    if bare := [name for name in wanted if name not in given]:
        raise ArgumentError(
            "Some classes have no speed.", found=few(bare), fix="Name a speed in km/h for each."
        )
    if wrong := [name for name, speed in given.items() if not 0 < speed < float("inf")]:
        raise ArgumentError("A speed must be a positive number of km/h.", found=few(wrong))
    limits = shipped["limits"][network]
    return Rules(
        network,
        {name: given[name] for name in wanted},
        {**implied_speeds(), **{name: speed for name, speed in given.items() if ":" in name}},
        (float(str(limits["low"])), float(str(limits["high"]))),
    )


def read_tags(tags: Tags, rules: Rules) -> WayTags | str:
    """Return what a way is to the network, or in a word why it is left out.

    Parameters
    ----------
    tags
        The way's tags.
    rules
        What makes the network.

    Returns
    -------
    way
        ``other``: not of the network; ``class``: of a class that is not taken; ``area``: a
        square, not a line; ``access``: closed to the public.

    Examples
    --------
    >>> read_tags({"highway": "trunk", "access": "private"}, rules("road"))
    'access'
    >>> way = read_tags({"highway": "motorway", "maxspeed": "120"}, rules("road"))
    >>> way.mode, way.direction, way.speed_kmh
    ('expressway', 1, 120.0)
    """
    mode, name = _rail_class(tags) if rules.network == "rail" else _road_class(tags)
    if reason := _left_out(tags, mode, name, rules):
        return reason
    speed, basis, written = _speed(tags, name, rules)
    minutes = duration_min(tags.get("duration", "")) if mode == "ferry" else float("nan")
    return WayTags(
        mode,
        name,
        _direction(tags, name),
        speed,
        basis,
        written,
        minutes,
        tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name", ""),
        tags.get("name:en", ""),
        tags.get("ref", ""),
        tags.get("usage", ""),
        tags.get("service", ""),
    )


def _left_out(tags: Tags, mode: str, name: str, rules: Rules) -> str:
    if not mode:
        return "other"
    if name not in rules.speeds:
        return "class"
    if tags.get("area") == "yes":
        return "area"
    return "access" if rules.network == "road" and _is_closed(tags) else ""


def _road_class(tags: Tags) -> tuple[str, str]:
    if name := tags.get("highway", ""):
        return ("expressway" if name in {"motorway", "motorway_link"} else "road"), name
    return ("ferry", "ferry") if tags.get("route") == "ferry" else ("", "")


def _rail_class(tags: Tags) -> tuple[str, str]:
    if tags.get("railway") != "rail":
        return "", ""
    fast = tags.get("highspeed") == "yes"
    name = tags.get("service") or ("highspeed" if fast else tags.get("usage") or "rail")
    return ("hsr" if fast else "rail"), name


def _is_closed(tags: Tags) -> bool:
    stated = next((tags[key] for key in ACCESS_KEYS if key in tags), "")
    return stated in FORBIDDEN


def _direction(tags: Tags, name: str) -> int:
    oneway = tags.get("oneway", "").lower()
    if oneway in {"-1", "reverse"}:
        return -1
    implied = name == "motorway" or tags.get("junction") in ROUNDABOUTS
    if oneway in {"yes", "true", "1"} or (implied and oneway not in {"no", "false", "0"}):
        return 1
    return 0


def _speed(tags: Tags, name: str, rules: Rules) -> tuple[float, Basis, str]:
    """Return the speed, where it is from, and the tag's value where that cannot be used."""
    written = tags.get("maxspeed") or tags.get("maxspeed:forward") or stated_zone(tags)
    usual = rules.speeds[name]
    try:
        stated = maxspeed_kmh(written, rules.implicit)
    except ValueError:
        return usual, "unread", written
    if stated is None:
        return usual, "class", ""
    if not rules.limits[0] <= stated <= rules.limits[1]:
        return usual, "implausible", written
    return stated, ("implicit" if written in rules.implicit else "tag"), ""
