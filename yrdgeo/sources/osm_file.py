"""OpenStreetMap files → arrays of ways, in two passes through libosmium.

Promise: what a hostile or damaged file can do is raise one error. libosmium refuses XML entities
and limits the size of PBF blocks. Memory is 16 bytes a node of the file and 8 a node of the ways
taken; no Python object is kept for either.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from yrdgeo.errors import SourceError
from yrdgeo.sources.osm_tags import Rules, WayTags, read_tags

if TYPE_CHECKING:
    import osmium

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Tell = Callable[[str], None]

KEYS = {"road": ("highway", "route"), "rail": ("railway",)}
STATIONS = frozenset({"station", "halt", "stop"})
UNITS_PER_DEGREE = 1e7  # of libosmium's whole-number coordinates
TOLD_EVERY = 500_000  # ways or nodes between two lines of progress
_ONE_WAY = b'<osm version="0.6"><way id="1"><nd ref="1"/></way></osm>'


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways of one network and the nodes they run through.

    Attributes
    ----------
    way_id
        Shape (w,).
    offset
        Shape (w + 1,); the nodes of way ``i`` are ``refs[offset[i]:offset[i + 1]]``.
    refs
        Node id of each vertex of each way, shape (r,).
    tags
        What the tags of the ways say, each once.
    tag_row
        Row of each way in ``tags``, shape (w,).
    node_id, lon, lat
        Distinct nodes, ascending, shape (n,); degrees, NaN where the file lacks the node or its
        place is off the globe.
    left_out
        Number of ways of the same keys that were not taken, by reason.
    stations
        Name by node id of stations and stops that are nodes of the ways.
    """

    way_id: Int64s
    offset: Int64s
    refs: Int64s
    tags: Sequence[WayTags]
    tag_row: Int32s
    node_id: Int64s
    lon: Floats
    lat: Floats
    left_out: Mapping[str, int]
    stations: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class WayCollector:
    """Gathers ways into arrays; equal tags are kept once.

    Of a repeated way id the last version is kept, unless repeats are ``pieces`` of one way.
    """

    rules: Rules
    pieces: bool = False
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    known: dict[WayTags, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, way_id: int, refs: Iterable[int], tags: Mapping[str, str]) -> None:
        """Take a way, or count why not; its nodes are read only if it is taken."""
        read = read_tags(tags, self.rules)
        if isinstance(read, str):
            self.left_out[read] += 1
            return
        self.ids.append(way_id)
        self.refs.extend(refs)
        self.ends.append(len(self.refs))
        self.rows.append(self.known.setdefault(read, len(self.known)))

    def ways(self, locate: Callable[[Int64s], tuple[Floats, Floats]]) -> Ways:
        """Return the ways; ``locate`` gives longitude and latitude of ascending node ids."""
        way_id = np.array(self.ids, dtype=np.int64)
        refs, ends = np.array(self.refs, np.int64), np.array(self.ends, np.int64)
        rows = np.array(self.rows, dtype=np.int32)
        last = len(way_id) - 1 - np.unique(way_id[::-1], return_index=True)[1]
        if len(last) < len(way_id) and not self.pieces:
            self.left_out["repeated"] += len(way_id) - len(last)
            starts = np.concatenate([[0], ends[:-1]])
            kept = np.sort(last)
            sizes = (ends - starts)[kept]
            refs = refs[runs(starts[kept], sizes)]
            way_id, rows, ends = way_id[kept], rows[kept], np.cumsum(sizes)
        offset = np.concatenate([[0], ends]).astype(np.int64)
        node_id = np.unique(refs)
        lon, lat = locate(node_id)
        return Ways(
            way_id, offset, refs, [*self.known], rows, node_id, lon, lat, dict(self.left_out)
        )


def runs(starts: Int64s, sizes: Int64s) -> Int64s:
    """Return ``starts[i], starts[i] + 1, …`` (``sizes[i]`` of them) for each i, in one array.

    >>> runs(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    before = np.cumsum(sizes) - sizes
    places: Int64s = np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))
    return places


def read_ways(path: Path, rules: Rules, *, tell: Tell) -> Ways:
    """Read the ways of a network from a file.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.opl``.
    rules
        Which ways to take.
    tell
        Is given a sentence now and then.

    Returns
    -------
    ways
        In the order of the file.

    Raises
    ------
    SourceError
        If the file is absent, damaged, no OpenStreetMap file, or holds no such way.
    """
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", fix="Name a .osm.pbf or .osm file.")
    with readable(path):
        ways = WayCollector(rules)
        for way in _ways(path, KEYS[rules.network]):
            ways.add(way.id, (node.ref for node in way.nodes), dict(way.tags))
            if len(ways.ids) % TOLD_EVERY == 1:
                tell(f"{path.name}: {len(ways.ids)} ways taken")
        if not ways.ids:
            _refuse_empty(path, ways)
        found = ways.ways(lambda node_id: _located(path, node_id, tell))
        stations = _stations(path, found.node_id) if rules.network == "rail" else {}
    return replace(found, stations=stations)


def _refuse_empty(path: Path, ways: WayCollector) -> None:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(ways.left_out.items()))
    raise SourceError(
        f"{path.name} has no {ways.rules.network} that is taken.",
        found=f"ways left out: {reasons}" if reasons else "no way with the tags looked for",
        fix="Check that it is the right extract, the network ('road' or 'rail') and the classes.",
    )


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what libosmium says of a bad file into a :class:`SourceError`."""
    import osmium  # noqa: PLC0415 — only readers of OpenStreetMap need it

    bad = (RuntimeError, ValueError, OSError, MemoryError, osmium.InvalidLocationError)
    try:
        yield
    except SourceError:
        raise
    except bad as error:
        raise SourceError(
            f"{path.name} cannot be read as an OpenStreetMap file.",
            found=str(error).rstrip(".") or type(error).__name__,
            fix="Fetch the file again and compare its checksum; .osm.pbf and .osm are read.",
        ) from error


def _ways(path: Path, keys: Sequence[str]) -> "Iterator[osmium.osm.Way]":
    """Yield the ways that have one of the keys; libosmium skips the others in C++."""
    import osmium  # noqa: PLC0415

    ways = osmium.FileProcessor(str(path), osmium.osm.WAY)
    yield from cast("Iterator[osmium.osm.Way]", ways.with_filter(osmium.filter.KeyFilter(*keys)))


def _nodes(path: Path, *keys: str) -> "Iterator[osmium.osm.Node]":
    """Yield the nodes that have one of the keys, or all if none is named."""
    import osmium  # noqa: PLC0415

    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
    if keys:
        nodes = nodes.with_filter(osmium.filter.KeyFilter(*keys))
    yield from cast("Iterator[osmium.osm.Node]", nodes)


def _located(path: Path, node_id: Int64s, tell: Tell) -> tuple[Floats, Floats]:
    """Return longitude and latitude of nodes, NaN for those that the file has not."""
    import osmium  # noqa: PLC0415

    tell(f"{path.name}: placing {len(node_id)} nodes")
    # A bit set of the wanted ids is no smaller: ids spread over 2³⁴, so it takes 1.6 GB.
    table = osmium.index.create_map("sparse_mem_array")
    places = osmium.NodeLocationsForWays(table)
    places.ignore_errors()
    with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
        osmium.apply(reader, places)
    # The table is sorted when a way comes, if nodes came out of order.
    osmium.apply(osmium.io.FileBuffer(_ONE_WAY, "osm"), places)

    x = np.empty(len(node_id), dtype=np.float64)
    y = np.empty(len(node_id), dtype=np.float64)
    negative = _negative(path, node_id)
    for number, node in enumerate(node_id.tolist()):
        x[number], y[number] = (
            negative.get(node, (np.nan, np.nan)) if node < 0 else _at(table, node)
        )
        if number % TOLD_EVERY == TOLD_EVERY - 1:
            tell(f"{path.name}: {number + 1} of {len(node_id)} nodes placed")
    lon, lat = x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE
    with np.errstate(invalid="ignore"):
        off = ~((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0))  # noqa: PLR2004 — the globe
    lon[off], lat[off] = np.nan, np.nan
    return lon, lat


def _at(table: "osmium.index.LocationTable", node: int) -> tuple[float, float]:
    try:
        location = table.get(node)
    except KeyError:
        return np.nan, np.nan
    return location.x, location.y


def _negative(path: Path, node_id: Int64s) -> dict[int, tuple[float, float]]:
    """Place nodes with negative ids (drawn, not uploaded), which libosmium's table has not."""
    wanted = set(node_id[node_id < 0].tolist())
    if not wanted:
        return {}
    drawn = (node for node in _nodes(path) if node.id in wanted)
    return {node.id: (node.location.x, node.location.y) for node in drawn}


def _stations(path: Path, node_id: Int64s) -> dict[int, str]:
    """Return the names of stations and stops that lie on the ways."""
    found = {}
    for node in _nodes(path, "railway"):
        place = np.searchsorted(node_id, node.id)
        on_way = place < len(node_id) and node_id[place] == node.id
        if on_way and node.tags.get("railway") in STATIONS:
            found[node.id] = node.tags.get("name:zh") or node.tags.get("name") or ""
    return found
