"""Turn restrictions of OpenStreetMap → turns that are prohibited.

Promise: a restriction that is not applied is counted by reason; none is guessed. What holds at
certain hours or for other vehicles is not applied.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from yrdgeo.sources.osm_file import readable

TURN_COLUMNS = ("from_link", "via_node", "to_link", "extra_min", "via_links")
CAR_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
CARS = frozenset({"motorcar", "motor_vehicle", "vehicle"})
BY_THE_CLOCK = ("day_on", "day_off", "hour_on", "hour_off")
LEGAL = frozenset(
    {f"{rule}_{way}" for rule in ("no", "only") for way in ("left_turn", "right_turn")}
    | {"no_straight_on", "only_straight_on", "no_u_turn", "only_u_turn", "no_entry", "no_exit"}
)


class Restriction(NamedTuple):
    """Who may not turn where; ``only`` means that every turn but these is prohibited.

    ``via`` is a node, or 0 where the ways of ``between`` lie between.
    """

    only: bool
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]
    between: tuple[int, ...] = ()


Found = tuple[list[Restriction], Counter[str]]
Rows = list[tuple[str, str, str, tuple[str, ...]]]
_KEY = (*TURN_COLUMNS[:3], "via_links")


def no_turns() -> pd.DataFrame:
    """Return a table of turns without a row."""
    columns = {name: pd.Series(dtype=object) for name in TURN_COLUMNS[:3]}
    extra = pd.Series(dtype=np.float64)
    return pd.DataFrame({**columns, "extra_min": extra, "via_links": pd.Series(dtype=object)})


def turns_among(turns: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the turns all of whose links are among some links.

    >>> turns = pd.DataFrame({"from_link": ["a", "a", "a"], "via_node": "n",
    ...     "to_link": ["b", "c", "b"], "via_links": [(), (), ("c",)]})
    >>> turns_among(turns, pd.DataFrame({"link_id": ["a", "b"]}))["to_link"].tolist()
    ['b']
    """
    ids = set(links["link_id"])
    named = zip(turns["from_link"], turns["to_link"], links_between(turns), strict=True)
    known = [ids.issuperset((start, end, *between)) for start, end, between in named]
    return turns[np.array(known, dtype=bool)].reset_index(drop=True)


def links_between(turns: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the links between of each turn; none where the table has no such column."""
    return list(turns["via_links"]) if "via_links" in turns else [()] * len(turns)


def turn_nodes(turns: pd.DataFrame, links: pd.DataFrame) -> set[str]:
    """Return the nodes at which turns, and the links between them, begin and end."""
    inner = links[links["link_id"].isin([one for cell in links_between(turns) for one in cell])]
    return {*turns["via_node"], *inner["from_node"], *inner["to_node"]}


def read_restrictions(path: Path) -> Found:
    """Return the restrictions of a file that hold for cars at all hours, and why others do not.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.opl``.

    Returns
    -------
    restrictions, left_out
        ``left_out`` counts by reason: ``turn_conditional``, ``turn_exempt`` and ``turn_broken``.

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
    Restriction(only=False, from_ways=(1,), via=5, to_ways=(2,), between=())
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
    via = [ref for name, what, ref in members if name == "via" and what == "n"]
    several = {"no_entry": "from", "no_exit": "to"}.get(kind, "")
    lone = all(len(ways[role]) == 1 or role == several for role in ("from", "to"))
    clear = lone and bool(ways["from"]) and bool(ways["to"]) and len(via) + bool(ways["via"]) == 1
    if kind not in LEGAL or not clear:
        return "turn_broken"
    node = via[0] if via else 0
    return Restriction(kind.startswith("only"), ways["from"], node, ways["to"], ways["via"])


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
        ``from_link via_node to_link extra_min via_links``; the minutes are ``inf``: prohibited.
        ``via_links`` are the links between in the order of travel, mostly none. Each once.
    counts
        ``turn``, ``turn_via_way``: restrictions applied, over a node and over ways;
        ``turn_elsewhere``: their ways were not taken; ``turn_broken``: it is not clear which link
        is meant.
    """
    between = {f"w{way}" for one in restrictions for way in one.between}
    inner = links[links["way_id"].isin(between)]
    nodes = {f"n{one.via}" for one in restrictions} | {*inner["from_node"], *inner["to_node"]}
    touching = _touching(nodes, links)
    pieces = {str(way): rows for way, rows in inner.groupby("way_id", sort=False)}
    counts: Counter[str] = Counter()
    rows: dict[tuple[str, str, str, tuple[str, ...]], None] = {}
    for one in restrictions:
        found = _over_ways(one, touching, pieces) if one.between else _over_node(one, touching)
        applied = "turn_via_way" if one.between else "turn"
        counts[found if isinstance(found, str) else applied] += 1
        if not isinstance(found, str):
            rows |= dict.fromkeys(found)
    if not rows:
        return no_turns(), counts
    cells = zip(_KEY, zip(*rows, strict=True), strict=True)
    turns = pd.DataFrame({name: pd.Series(one, dtype=object) for name, one in cells})
    return turns.assign(extra_min=np.inf)[list(TURN_COLUMNS)], counts


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


def _over_node(one: Restriction, touching: Mapping[str, list[_Arm]]) -> Rows | str:
    """Return the turns over a node that are prohibited, or why none is."""
    via = f"n{one.via}"
    arms = touching.get(via, [])
    found = _prohibited(one, arms, arms)
    return found if isinstance(found, str) else [(start, via, end, ()) for start, end in found]


def _over_ways(
    one: Restriction, touching: Mapping[str, list[_Arm]], pieces: Mapping[str, pd.DataFrame]
) -> Rows | str:
    """Return the turns over ways that are prohibited, or why none is.

    Of an ``only_…`` it is agreed no more than this: who comes over the ways between must go on as
    told. Leaving them before their end stays allowed.
    """
    if any(f"w{way}" not in pieces for way in one.between):
        return "turn_elsewhere"
    links = pd.concat([pieces[f"w{way}"] for way in one.between])
    begun = []
    for start, end, chain in _chains(links):
        found = _prohibited(one, touching[start], touching[end])
        if found == "turn_broken":
            return found
        if not isinstance(found, str):
            begun.append([(first, start, last, chain) for first, last in found])
    if len(begun) == 1:
        return begun[0]
    return "turn_broken" if begun or not _is_line(links) else "turn_elsewhere"


def _is_line(links: pd.DataFrame) -> bool:
    """Tell whether links are one line without a fork, a ring or a gap."""
    ends = pd.concat([links["from_node"], links["to_node"]]).value_counts()
    if (ends > 2).any() or (ends == 1).sum() != 2:  # noqa: PLR2004 — a link goes on into one other
        return False
    return _ordered(links, str(ends.index[ends == 1][0])) is not None


def _chains(links: pd.DataFrame) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the ways along a line of links: first node, last node, links in the order of travel."""
    if not _is_line(links):
        return
    ends = pd.concat([links["from_node"], links["to_node"]]).value_counts()
    for start in sorted(ends.index[ends == 1]):
        steps = _ordered(links, start)
        if steps and all(onward or not oneway for _, onward, oneway, _ in steps):
            yield start, steps[-1][3], tuple(link for link, *_ in steps)


def _ordered(links: pd.DataFrame, node: str) -> list[tuple[str, bool, bool, str]] | None:
    """Follow a line of links from a node: id, whether onward, oneway, and where it ends."""
    columns = ("link_id", "from_node", "to_node", "oneway")
    left = list(zip(*(links[name] for name in columns), strict=True))
    steps = []
    while left:
        at = next((row for row, one in enumerate(left) if node in one[1:3]), None)
        if at is None:
            return None
        link, start, end, oneway = left.pop(at)
        onward = start == node
        node = end if onward else start
        steps.append((link, onward, bool(oneway), node))
    return steps


def _prohibited(
    one: Restriction, before: list[_Arm], after: list[_Arm]
) -> list[tuple[str, str]] | str:
    """Return pairs of links from one to the other of which none may go on, or why all may."""
    starts = [_by_way(before, way, "arrives") for way in one.from_ways]
    ends = [_by_way(after, way, "leaves") for way in one.to_ways]
    if any(len(links) > 1 for links in (*starts, *ends)):
        return "turn_broken"
    start = [links[0] for links in starts if links]
    end = [links[0] for links in ends if links]
    if not start or not end:
        return "turn_elsewhere"
    if one.only:
        end = [arm.link_id for arm in after if arm.leaves and arm.link_id not in end]
    return list(_pairs(start, end))


def _pairs(start: list[str], end: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for one in start for other in end)


def _by_way(arms: list[_Arm], way: int, direction: str) -> list[str]:
    return [arm.link_id for arm in arms if arm.way == f"w{way}" and getattr(arm, direction)]
