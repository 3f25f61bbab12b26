"""Tracks as features of the time model, and fastest paths on them for any parameters.

Promise: minutes of a pair are those of the fastest path, a turn-back paid wherever the lines
make a train go back the way it came; pairs that no track joins are left out.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yrdgeo.errors import ArgumentError, Problem, raise_problems
from yrdgeo.sources.timemodel import station_ranks
from yrdgeo.sources.turn_backs import TRAINS, turn_backs
from yrdgeo.units import MINUTES_PER_HOUR

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TINY = 1e-9  # minutes; scipy takes a link of none for no link
# The order of ranks in the features: hub, other, busy.
_OTHER, _HUB, _BUSY = 0.0, 1.0, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Links of a day as features, and the pairs to be predicted.

    Attributes
    ----------
    features
        Minutes at operating speed, hub ends / 2, other ends / 2, way stations, busy ends / 2,
        shape (links, 5).
    lines
        Name of each link's line, shape (links,).
    stations
        Names by number.
    tails
        Station at which each arc begins; arcs are the links there, then the links back.
    first, second, back
        Arcs that follow each other, and whether the train turns back between them.
    heads
        Station at which each arc ends.
    pairs
        The observed pairs that the tracks join, with ``from_adcode to_adcode``.
    ends
        Stations of the pairs, shape (pairs, 2).
    """

    features: Floats
    lines: npt.NDArray[np.object_]
    stations: pd.Index
    tails: Ints
    heads: Ints
    first: Ints
    second: Ints
    back: Bools
    pairs: pd.DataFrame
    ends: Ints

    def minutes(self, weights: Floats, turn_back_min: float) -> Floats:
        """Return the minutes of each pair, ``inf`` where no track joins it."""
        times = self._search(weights, turn_back_min)[0]
        origins = np.unique(self.ends[:, 0])
        reached = np.full((len(origins), len(self.stations)), np.inf)
        for arc, head in enumerate(self.heads.tolist()):
            np.minimum(reached[:, head], times[:, arc], out=reached[:, head])
        return np.asarray(reached[np.searchsorted(origins, self.ends[:, 0]), self.ends[:, 1]])

    def features_of_pairs(self, weights: Floats) -> Floats:
        """Return the features of each pair's fastest path, turn-backs free, shape (pairs, 5)."""
        return np.array([self.features[links].sum(axis=0) for links in self._paths(weights)])

    def lines_of_pairs(self, weights: Floats) -> list[npt.NDArray[np.object_]]:
        """Return the names of the lines of each pair's fastest path, turn-backs free."""
        return [self.lines[links] for links in self._paths(weights)]

    def _search(self, weights: Floats, turn_back_min: float) -> tuple[Floats, Ints]:
        """Return the time to the end of each arc from each origin, and the arc before."""
        once = self.features @ weights + _TINY
        spent = np.concatenate([once, once])
        arcs, count = len(self.heads), len(self.stations)
        # Stations follow the arcs in number; a train leaves one onto any arc that begins there.
        start = np.concatenate([self.first, arcs + self.tails])
        end = np.concatenate([self.second, np.arange(arcs)])
        minutes = np.concatenate([spent[self.second] + turn_back_min * self.back, spent])
        graph = csr_array((minutes, (start, end)), shape=(arcs + count,) * 2)
        origins = arcs + np.unique(self.ends[:, 0])
        times, before = dijkstra(graph, indices=origins, return_predecessors=True)
        return times, np.asarray(before, dtype=np.int64)

    def _paths(self, weights: Floats) -> list[list[int]]:
        """Return the links of each pair's fastest path, turn-backs free."""
        times, before = self._search(weights, 0.0)
        origins = np.unique(self.ends[:, 0])
        ending = {
            int(head): np.flatnonzero(self.heads == head) for head in np.unique(self.ends[:, 1])
        }
        arcs, links = len(self.heads), len(self.features)
        found = []
        for origin, destination in self.ends.tolist():
            row = int(np.searchsorted(origins, origin))
            into = ending[destination]
            arc = int(into[np.argmin(times[row, into])])
            path = []
            while 0 <= arc < arcs:
                path.append(arc % links)
                arc = int(before[row, arc])
            found.append(path)
        return found


def lay(links: gpd.GeoDataFrame, nodes: pd.DataFrame, pairs: pd.DataFrame) -> Track:
    """Return the tracks of a day and the pairs that they join.

    Parameters
    ----------
    links
        Table ``links`` at operating speeds; modes other than ``hsr`` and ``rail`` are left out.
    nodes
        Table ``nodes``; ``hub`` is the rank.
    pairs
        ``from_station to_station`` and what was observed.
    """
    day = links[links["mode"].isin(TRAINS)].reset_index(drop=True)
    stations = pd.Index(pd.unique(day[["from_node", "to_node"]].to_numpy().ravel()))
    ranks = station_ranks(nodes)
    ends = [day[f"{side}_node"].map(ranks).fillna(0.0) for side in ("from", "to")]
    other, hub, busy = (
        np.sum([end.eq(rank).to_numpy(dtype=float) for end in ends], axis=0) / 2.0
        for rank in (_OTHER, _HUB, _BUSY)
    )
    way = day["way_stations"].to_numpy(float) if "way_stations" in day else np.zeros(len(day))
    running = MINUTES_PER_HOUR * day["length_km"].to_numpy() / day["speed_kmh"].to_numpy()
    start, end = (stations.get_indexer(day[f"{side}_node"]) for side in ("from", "to"))
    tails, heads = np.concatenate([start, end]), np.concatenate([end, start])
    first, second = _meetings(tails, heads)
    places = np.column_stack(
        [stations.get_indexer(pairs[f"{end}_station"]) for end in ("from", "to")]
    )
    track = Track(
        np.column_stack([running, hub, other, way, busy]).astype(np.float64),
        day["name_zh"].to_numpy(dtype=object),
        stations,
        tails,
        heads,
        first,
        second,
        _turns(day, stations, (first, second), heads),
        _coded(pairs, nodes),
        places,
    )
    return _joined(track)


def checked_pairs(observed: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return observed pairs with their trains and minutes as numbers above 0.

    Raises
    ------
    ArgumentError
        If a column lacks; or listing every row (header = row 1) with another number, or of a
        pair that an earlier row has, either way round.
    """
    numbers = ("n_trains", column)
    absent = [
        Problem(f"column {name!r} is missing")
        for name in ("from_station", "to_station", *numbers)
        if name not in observed
    ]
    raise_problems(absent, source="observed", error=ArgumentError)
    told = {name: pd.to_numeric(observed[name], errors="coerce") for name in numbers}
    wrong = {name: ~(np.isfinite(values) & (values > 0)) for name, values in told.items()}
    problems = [
        Problem("is no number above 0", int(row) + 2, name, str(observed[name].iloc[row]))
        for name, rows in wrong.items()
        for row in np.flatnonzero(rows)
    ]
    ends = observed[["from_station", "to_station"]].astype(str)
    again = pd.Series([tuple(sorted(pair)) for pair in ends.to_numpy()], dtype=object).duplicated()
    problems += [
        Problem("repeats an earlier pair", int(row) + 2, value=" – ".join(ends.iloc[row]))
        for row in np.flatnonzero(again)
    ]
    raise_problems(problems, source="observed", error=ArgumentError)
    return observed.assign(**{name: values.astype(np.float64) for name, values in told.items()})


def _meetings(tails: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Return every pair of arcs of which the second goes on where the first ends."""
    links = len(tails) // 2
    met = [np.flatnonzero(tails == head) for head in heads]
    second = np.concatenate([np.empty(0, dtype=np.int64), *met])
    first = np.repeat(np.arange(len(heads)), [len(one) for one in met])
    other = first % max(links, 1) != second % max(links, 1)  # nobody goes back along the same link
    return first[other], second[other]


def _turns(
    day: gpd.GeoDataFrame, stations: pd.Index, arcs: tuple[Ints, Ints], heads: Ints
) -> Bools:
    """Return at which meetings the train goes back the way it came."""
    known = turn_backs(day, extra_min=0.0)
    ids = day["link_id"].to_numpy(dtype=object)
    names = ("from_link", "via_node", "to_link")
    turning = pd.MultiIndex.from_arrays([known[name] for name in names])
    met = pd.MultiIndex.from_arrays(
        [
            ids[arcs[0] % max(len(ids), 1)],
            stations.to_numpy()[heads[arcs[0]]],
            ids[arcs[1] % max(len(ids), 1)],
        ]
    )
    return np.asarray(met.isin(turning))


def _coded(pairs: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with the city of either end; a station without one is its own."""
    adcodes = nodes.set_index("node_id")["adcode"] if "adcode" in nodes else pd.Series(dtype=object)
    coded = pairs.copy()
    for side in ("from", "to"):
        if f"{side}_adcode" not in coded:
            station = coded[f"{side}_station"]
            city = station.map(adcodes).fillna("")
            coded[f"{side}_adcode"] = city.where(city.ne(""), station)
    return coded


def _joined(track: Track) -> Track:
    """Keep the pairs whose stations are apart and joined by the tracks."""
    known = (track.ends >= 0).all(axis=1) & (track.ends[:, 0] != track.ends[:, 1])
    near = _only(track, known)
    return _only(near, np.isfinite(near.minutes(np.ones(5), 0.0))) if len(near.ends) else near


def _only(track: Track, rows: Bools) -> Track:
    kept = track.pairs[rows].reset_index(drop=True)
    fields = {name: getattr(track, name) for name in Track.__slots__}
    return Track(**(fields | {"pairs": kept, "ends": track.ends[rows]}))
