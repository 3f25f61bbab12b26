"""What a scenario does to a network: lines that open, lines that close, lines that speed up.

Promise: a name that means no link is an error; what a scenario does not name stays as it is, and
a table it does not touch is the very same table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import Problem, nearest
from yrdgeo.sources.day_links import EVERY_TRAIN, open_on

Bools = npt.NDArray[np.bool_]
Tables = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]

NAMED_BY = ("link_id", "name_zh", "name_en", "ref", "way_id", "mode", "osm_class")
LISTED = ("name_zh", "name_en", "ref", "way_id")  # of a link joined of several, parted by ;
_EMPTY: tuple[str, ...] = ()
_BLANK = gpd.GeoDataFrame({"node_id": [], "adcode": []}, geometry=[], crs="EPSG:4326")


@dataclass(frozen=True, slots=True, eq=False)
class NetworkChange:
    """A scenario: what is different from the network of the day.

    Attributes
    ----------
    name, title_zh, title_en
        What it is called.
    open
        Lines of the network that are not open on the day and are in the scenario.
    close
        Lines that are not.
    speed
        Line → operating speed in km/h. Lines are link ids, names, references or modes.
    nodes, links
        Stations and lines that the scenario adds.
    """

    name: str
    title_zh: str = ""
    title_en: str = ""
    open: tuple[str, ...] = _EMPTY
    close: tuple[str, ...] = _EMPTY
    speed: Mapping[str, float] | None = None
    nodes: gpd.GeoDataFrame | None = None
    links: gpd.GeoDataFrame | None = None


def named_links(links: pd.DataFrame, name: str) -> Bools:
    """Mark the links that a name means: an id, a line, a reference, a way or a mode.

    Examples
    --------
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "name_zh": ["甬舟铁路", ""],
    ...     "mode": ["hsr", "road"], "way_id": ["", "w7;w8"]})
    >>> [named_links(links, name).tolist() for name in ("甬舟铁路", "road", "w8", "2")]
    [[True, False], [False, True], [False, True], [False, True]]
    """
    for column in NAMED_BY:
        if column not in links:
            continue
        texts = links[column].astype(str)
        marks = texts.eq(name).to_numpy(dtype=bool)
        if column in LISTED and name:
            listed = (";" + texts + ";").str.contains(f";{name};", regex=False)
            marks = marks | listed.to_numpy(dtype=bool)  # pandas lends its arrays read-only
        if name and marks.any():
            return np.asarray(marks, dtype=bool)
    return np.zeros(len(links), dtype=bool)


def changed(
    rail: Tables, roads: Tables, change: NetworkChange, *, date: str
) -> tuple[Tables, Tables]:
    """Return the tables of the trains and of the roads with a scenario applied.

    Parameters
    ----------
    rail, roads
        Nodes and links with all their dates.
    change
        The scenario.
    date
        The day: a line that ``open`` names is open on it; one that closed before stays closed.

    Returns
    -------
    rail, roads
        The same tables where nothing in them is touched.
    """
    trains, streets = rail[1], roads[1]
    trains, streets = _opened(trains, change, date), _opened(streets, change, date)
    trains, streets = _closed(trains, change), _closed(streets, change)
    trains, streets = _faster(trains, change), _faster(streets, change)
    added = change.links
    if added is None or added.empty:
        return _same_or_new(rail, trains), _same_or_new(roads, streets)
    by_rail = added["mode"].isin(EVERY_TRAIN).to_numpy()
    nodes = _BLANK if change.nodes is None else change.nodes
    return (
        _with(rail, trains, added[by_rail], nodes, roads[0]),
        _with(roads, streets, added[~by_rail], nodes, rail[0]),
    )


def _same_or_new(tables: Tables, links: gpd.GeoDataFrame) -> Tables:
    return tables if links is tables[1] else (tables[0], links)


def _with(
    tables: Tables,
    links: gpd.GeoDataFrame,
    added: gpd.GeoDataFrame,
    *nodes: gpd.GeoDataFrame,
) -> Tables:
    """Return tables with links added, and with the nodes at which they end."""
    if added.empty:
        return _same_or_new(tables, links)
    ends = {*added["from_node"], *added["to_node"]} - {*tables[0]["node_id"]}
    more = [table[table["node_id"].isin(ends)] for table in nodes]
    known = pd.concat([tables[0], *(table for table in more if len(table))], ignore_index=True)
    known = known[~known["node_id"].duplicated()]
    whole = pd.concat([links, added], ignore_index=True) if len(links) else added
    return gpd.GeoDataFrame(known), gpd.GeoDataFrame(whole)


def _opened(links: gpd.GeoDataFrame, change: NetworkChange, date: str) -> gpd.GeoDataFrame:
    waiting = _waiting(links, change.open, date)
    if not waiting.any():
        return links
    opened = links.copy()
    opened.loc[waiting, "status"] = "open"
    opened.loc[waiting, "open_from"] = ""
    return opened


def _waiting(links: pd.DataFrame, names: Sequence[str], date: str) -> Bools:
    """Mark the links of some lines that are not open yet on the day."""
    marks = np.zeros(len(links), dtype=bool)
    for name in names:
        marks |= named_links(links, name)
    if not marks.any() or "status" not in links:
        return np.zeros(len(links), dtype=bool)
    over = links["open_to"].ne("").to_numpy() & ~open_on(
        links.assign(status="open", open_from=""), date
    )
    return np.asarray(marks & ~open_on(links, date) & ~over, dtype=bool)


def _closed(links: gpd.GeoDataFrame, change: NetworkChange) -> gpd.GeoDataFrame:
    gone = np.zeros(len(links), dtype=bool)
    for name in change.close:
        gone |= named_links(links, name)
    return gpd.GeoDataFrame(links[~gone]) if gone.any() else links


def _faster(links: gpd.GeoDataFrame, change: NetworkChange) -> gpd.GeoDataFrame:
    """Return links with the speeds of the scenario; the last name that means a link decides."""
    found = links
    for name, kmh in (change.speed or {}).items():
        marks = named_links(links, name)
        if marks.any():
            before = found.get("speed_kmh", np.nan)
            found = found.assign(speed_kmh=np.where(marks, float(kmh), before))
    return found


def change_problems(
    rail: Tables, roads: Tables, change: NetworkChange, *, date: str, where: str
) -> Iterator[Problem]:
    """Find names that mean nothing in the network, and lines that are open already.

    Parameters
    ----------
    rail, roads, change, date
        As in :func:`changed`.
    where
        The place in the study file.
    """
    tables = [links for _, links in (rail, roads) if len(links)]
    for key, names in (
        ("open", change.open),
        ("close", change.close),
        ("speed", tuple(change.speed or ())),
    ):
        for name in names:
            marks = [named_links(links, name) for links in tables]
            if not any(one.any() for one in marks):
                fix = nearest(name, _legal(tables))
                yield Problem("is no line of the network", 0, f"{where} {key}", name, fix)
            elif key == "open" and not any(_waiting(links, [name], date).any() for links in tables):
                fix = "Leave it out."
                yield Problem(f"is open on {date} already", 0, f"{where} open", name, fix)


def _legal(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Return the names of the lines, and the modes."""
    names = ("name_zh", "name_en", "mode")
    columns = [links[name] for links in tables for name in names if name in links]
    texts = [str(text) for column in columns for text in column.unique()]
    return [*dict.fromkeys(one for text in texts for one in text.split(";") if one)]


def renamed(change: NetworkChange, links: gpd.GeoDataFrame) -> NetworkChange:
    """Return the scenario with the ids of its links told apart from those of the network."""
    own = links.assign(link_id=[f"{change.name}:{one}" for one in links["link_id"]])
    return replace(change, links=gpd.GeoDataFrame(own))
