"""Turn restrictions of OpenStreetMap → turns that are prohibited.

Promise: a restriction that is not applied is counted by reason; none is guessed. What holds at
certain hours, for other vehicles, or over a way between, is not applied.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from yrdgeo.sources.osm_file import readable

TURN_COLUMNS = ("from_link", "via_node", "to_link", "extra_min")
CAR_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
CARS = frozenset({"motorcar", "motor_vehicle", "vehicle"})
BY_THE_CLOCK = ("day_on", "day_off", "hour_on", "hour_off")
LEGAL = frozenset(
    {f"{rule}_{way}" for rule in ("no", "only") for way in ("left_turn", "right_turn")}
    | {"no_straight_on", "only_straight_on", "no_u_turn", "only_u_turn", "no_entry", "no_exit"}
)


class Restriction(NamedTuple):
    """Who may not turn where; ``only`` means that every turn but these is prohibited."""

    only: bool
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]


Found = tuple[list[Restriction], Counter[str]]


def no_turns() -> pd.DataFrame:
    """Return a table of turns without a row."""
    columns = {name: pd.Series(dtype=object) for name in TURN_COLUMNS[:3]}
    return pd.DataFrame({**columns, "extra_min": pd.Series(dtype=np.float64)})


def turns_among(turns: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the turns all of whose links are among some links.

    >>> turns = pd.DataFrame({"from_link": ["a", "a"], "via_node": "n", "to_link": ["b", "c"]})
    >>> turns_among(turns, pd.DataFrame({"link_id": ["a", "b"]}))["to_link"].tolist()
    ['b']
    """
    known = turns["from_link"].isin(links["link_id"]) & turns["to_link"].isin(links["link_id"])
    return turns[known].reset_index(drop=True)


def read_restrictions(path: Path) -> Found:
    """Return the restrictions of a file that hold for cars at all hours, and why others do not.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.opl``.

    Returns
    -------
    restrictions, left_out
        ``left_out`` counts by reason: ``turn_conditional``, ``turn_exempt``, ``turn_via_way``
        and ``turn_broken``.

    Raises
    ------
    SourceError
        If the file is damaged.
    """
    import osmium  # noqa: PLC0415 — only readers of OpenStreetMap need it

    found: list[Restriction] = []
    left_out: Counter[str] = Counter()
    with readable(path):
        wanted = osmium.filter.TagFilter(("type", "restriction"))
        for thing in osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(wanted):
            members = [(one.role, one.type, one.ref) for one in thing.members]  # type: ignore[union-attr]
            read = read_restriction(dict(thing.tags), members)
            if isinstance(read, str):
                left_out[read] += 1
            else:
                found.append(read)
    return found, left_out


def read_restriction(
    tags: Mapping[str, str], members: Sequence[tuple[str, str, int]]
) -> Restriction | str:
    """Return what a relation restricts, or in a word why it is not applied.

    Parameters
    ----------
    tags
        Of the relation.
    members
        Role, type (``n``, ``w`` or ``r``) and id of each member.

    Examples
    --------
    >>> members = [("from", "w", 1), ("via", "n", 5), ("to", "w", 2)]
    >>> read_restriction({"restriction": "no_left_turn"}, members)
    Restriction(only=False, from_ways=(1,), via=5, to_ways=(2,))
    >>> read_restriction({"restriction": "no_left_turn", "except": "motorcar;psv"}, members)
    'turn_exempt'
    """
    if reason := _not_for_cars(tags):
        return reason
    kind = next(tags[key] for key in CAR_KEYS if key in tags)
    ways = {
        role: tuple(ref for name, what, ref in members if name == role and what == "w")
        for role in ("from", "via", "to")
    }
    if ways["via"]:
        return "turn_via_way"
    via = [ref for name, what, ref in members if name == "via" and what == "n"]
    several = {"no_entry": "from", "no_exit": "to"}.get(kind, "")
    lone = all(len(ways[role]) == 1 or role == several for role in ("from", "to"))
    if kind not in LEGAL or len(via) != 1 or not lone or not ways["from"] or not ways["to"]:
        return "turn_broken"
    return Restriction(kind.startswith("only"), ways["from"], via[0], ways["to"])


def _not_for_cars(tags: Mapping[str, str]) -> str:
    if any(key in tags for key in BY_THE_CLOCK):
        return "turn_conditional"
    if not any(key in tags for key in CAR_KEYS):
        at_hours = any(key.endswith("conditional") for key in tags)
        return "turn_conditional" if at_hours else "turn_exempt"
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    return "turn_exempt" if excepted & CARS else ""


def turns_of(
    restrictions: Sequence[Restriction], links: pd.DataFrame
) -> tuple[pd.DataFrame, Counter[str]]:
    """Return the turns between links that restrictions prohibit, and how many were applied.

    Parameters
    ----------
    restrictions
        What :func:`read_restrictions` returned.
    links
        Links that are pieces of one way each, cut at every ``via``.

    Returns
    -------
    turns
        ``from_link via_node to_link extra_min``, the last ``inf``: prohibited. Each once.
    counts
        ``turn``: restrictions applied; ``turn_elsewhere``: their ways were not taken;
        ``turn_broken``: it is not clear which link is meant.
    """
    touching = _touching({f"n{one.via}" for one in restrictions}, links)
    counts: Counter[str] = Counter()
    rows: dict[tuple[str, str, str], None] = {}
    for one in restrictions:
        via = f"n{one.via}"
        found = _prohibited(one, touching.get(via, []))
        counts[found if isinstance(found, str) else "turn"] += 1
        if not isinstance(found, str):
            rows |= {(start, via, end): None for start, end in found}
    if not rows:
        return no_turns(), counts
    turns = pd.DataFrame([*rows], columns=list(TURN_COLUMNS[:3]), dtype=object)
    return turns.assign(extra_min=np.inf), counts


class _Arm(NamedTuple):
    """A link that touches a node: its id and way, and whether one may come and go by it."""

    link_id: str
    way: str
    arrives: bool
    leaves: bool


def _touching(via: set[str], links: pd.DataFrame) -> dict[str, list[_Arm]]:
    near = links[links["from_node"].isin(via) | links["to_node"].isin(via)]
    arms: dict[str, list[_Arm]] = {}
    columns = ("link_id", "way_id", "from_node", "to_node", "oneway")
    for link, way, start, end, oneway in zip(*(near[name] for name in columns), strict=True):
        if start == end:  # one cannot tell which end of a loop is meant
            arms.setdefault(start, []).append(_Arm(link, "", arrives=False, leaves=True))
            continue
        arms.setdefault(start, []).append(_Arm(link, way, arrives=not oneway, leaves=True))
        arms.setdefault(end, []).append(_Arm(link, way, arrives=True, leaves=not oneway))
    return arms


def _prohibited(one: Restriction, arms: list[_Arm]) -> list[tuple[str, str]] | str:
    """Return pairs of links between which no turn is allowed, or why none is."""
    starts = [_by_way(arms, way, "arrives") for way in one.from_ways]
    ends = [_by_way(arms, way, "leaves") for way in one.to_ways]
    if any(len(links) > 1 for links in (*starts, *ends)):
        return "turn_broken"
    start = [links[0] for links in starts if links]
    end = [links[0] for links in ends if links]
    if not start or not end:
        return "turn_elsewhere"
    if one.only:
        end = [arm.link_id for arm in arms if arm.leaves and arm.link_id not in end]
    return list(_pairs(start, end))


def _pairs(start: list[str], end: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for one in start for other in end)


def _by_way(arms: list[_Arm], way: int, direction: str) -> list[str]:
    return [arm.link_id for arm in arms if arm.way == f"w{way}" and getattr(arm, direction)]
