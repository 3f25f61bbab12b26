"""Links that meet end to end become one where nothing else meets them and they do not differ.

Promise: lengths add up, lines keep every vertex, no time changes but by the rounding of a link,
and no link becomes a loop that was none.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.sources.osm_file import Floats, Int64s
from yrdgeo.units import WGS84

Bools = npt.NDArray[np.bool_]
Chain = list[tuple[int, bool]]  # rows of links in order, and whether each is run backwards

ALIKE = ("mode", "osm_class", "speed_kmh", "speed_basis", "fixed_min", "oneway")
LISTED = ("name_zh", "name_en", "ref", "usage", "service", "speed_tag", "way_id")
_TWO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Nodes and links after the merge, and what became of each link: id → id, where it changed."""

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    became: dict[str, str]


def merge(
    nodes: gpd.GeoDataFrame, links: gpd.GeoDataFrame, *, keep: Collection[str] = ()
) -> Merged:
    """Join links across nodes at which two links and nothing else meet.

    Two links are joined if they have one mode, class, speed, basis of speed and direction. A
    merged link has the id of its first piece; names, references and ways that differ are listed,
    parted by ``;``.

    Parameters
    ----------
    nodes, links
        What :func:`yrdgeo.sources.osm_links.split` returned.
    keep
        Nodes that stay, besides stations: those at which a turn is restricted.

    Returns
    -------
    merged
        Nodes that were run through are gone. A chain that would end where it began is cut in two.
    """
    fixed = nodes["node_id"].isin(keep).to_numpy() | nodes["kind"].eq("station").to_numpy()
    ends = _ends(nodes, links)
    partner = _partners(ends, links, fixed)
    chains = [half for chain in _chains(partner, links) for half in _opened(chain, ends)]
    if not any(len(chain) > 1 for chain in chains):
        return Merged(nodes, links, {})
    joined, used = _joined(links, nodes, chains, ends)
    left = gpd.GeoDataFrame(nodes.iloc[used].reset_index(drop=True))
    ids = links["link_id"].tolist()
    became = {ids[row]: ids[chain[0][0]] for chain in chains for row, _ in chain[1:]}
    return Merged(left, joined, became)


def _ends(nodes: pd.DataFrame, links: pd.DataFrame) -> tuple[Int64s, Int64s]:
    index = pd.Index(nodes["node_id"])
    start, end = (index.get_indexer(links[name]) for name in ("from_node", "to_node"))
    return start.astype(np.int64), end.astype(np.int64)


def _partners(ends: tuple[Int64s, Int64s], links: pd.DataFrame, fixed: Bools) -> list[int]:
    """Return for each end of a link the end that it is joined to, −1 for none.

    The start of link ``i`` of ``m`` is the number ``i``, its end ``m + i``.
    """
    m = len(links)
    at = np.concatenate(ends)
    order = np.argsort(at, kind="stable")
    degree = np.bincount(at, minlength=len(fixed))
    first = (np.cumsum(degree) - degree)[(degree == _TWO) & ~fixed]
    one, other = order[first], order[first + 1]
    alike = links.groupby(list(ALIKE), sort=False, dropna=False).ngroup().to_numpy()
    oneway = links["oneway"].to_numpy(dtype=bool)
    meet = (one % m != other % m) & (alike[one % m] == alike[other % m])
    meet &= ~oneway[one % m] | ((one < m) != (other < m))
    partner = np.full(2 * m, -1, dtype=np.int64)
    partner[one[meet]], partner[other[meet]] = other[meet], one[meet]
    ends_joined: list[int] = partner.tolist()
    return ends_joined


def _chains(partner: list[int], links: pd.DataFrame) -> Iterator[Chain]:
    """Yield every link once, in chains, each from the end that stands first in the table."""
    m = len(links)
    oneway = links["oneway"].to_numpy(dtype=bool).tolist()
    done = bytearray(m)
    for ring in (False, True):  # what is left after the open chains are rings
        for row in range(m):
            if done[row]:
                continue
            if ring or partner[row] < 0:
                yield _walk(row, partner, done, backwards=False)
            elif partner[m + row] < 0 and not oneway[row]:
                yield _walk(row, partner, done, backwards=True)


def _walk(row: int, partner: list[int], done: bytearray, *, backwards: bool) -> Chain:
    m = len(done)
    chain: Chain = []
    while not done[row]:
        done[row] = True
        chain.append((row, backwards))
        entered = partner[row if backwards else m + row]
        if entered < 0:
            break
        row, backwards = entered % m, entered >= m
    return chain


def _opened(chain: Chain, ends: tuple[Int64s, Int64s]) -> list[Chain]:
    """Return the chain, or its two halves if it ends where it began."""
    (first, back), (last, last_back) = chain[0], chain[-1]
    loop = ends[1 if back else 0][first] == ends[0 if last_back else 1][last]
    middle = len(chain) // 2
    return [chain[:middle], chain[middle:]] if loop and middle else [chain]


def _joined(
    links: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    chains: list[Chain],
    ends: tuple[Int64s, Int64s],
) -> tuple[gpd.GeoDataFrame, Int64s]:
    """Return a row a chain, in the order of their first pieces, and the rows of their ends."""
    chains.sort(key=lambda chain: chain[0][0])
    sizes = np.array([len(chain) for chain in chains])
    rows = np.array([row for chain in chains for row, _ in chain], dtype=np.int64)
    back = np.array([flag for chain in chains for _, flag in chain], dtype=bool)
    number = np.repeat(np.arange(len(chains)), sizes)
    head = np.cumsum(sizes) - sizes
    tail = head + sizes - 1
    ids = nodes["node_id"].to_numpy()
    begin = np.where(back, ends[1][rows], ends[0][rows])[head]
    finish = np.where(back, ends[0][rows], ends[1][rows])[tail]
    length = np.bincount(number, links["length_km"].to_numpy(np.float64)[rows])
    joined = links.iloc[rows[head]].reset_index(drop=True)
    joined = joined.assign(
        from_node=ids[begin],
        to_node=ids[finish],
        length_km=length,
        **_listed(links, rows, (head, sizes)),
    )
    lines = _lines(np.asarray(links.geometry, dtype=object)[rows], back, number)
    drawn = gpd.GeoDataFrame(joined.set_geometry(gpd.GeoSeries(lines, crs=WGS84)))
    return drawn, np.unique(np.concatenate([begin, finish]))


def _listed(
    links: pd.DataFrame, rows: Int64s, chains: tuple[Int64s, Int64s]
) -> dict[str, npt.NDArray[np.object_]]:
    """Return the texts of each chain: the one that all pieces have, or all that differ."""
    head, sizes = chains
    found = {}
    for name in LISTED:
        values = links[name].to_numpy(dtype=object)[rows]
        texts = values[head]
        code = pd.factorize(values)[0]
        differs = np.add.reduceat(code != np.repeat(code[head], sizes), head) > 0
        for chain in np.flatnonzero(differs).tolist():
            pieces = values[head[chain] : head[chain] + sizes[chain]]
            texts[chain] = ";".join(dict.fromkeys(piece for piece in pieces if piece))
        found[name] = texts
    return found


def _lines(pieces: npt.NDArray[np.object_], back: Bools, number: Int64s) -> npt.NDArray[np.object_]:
    """Return the pieces of each chain as one line; a vertex where two meet is in it once."""
    turned = pieces.copy()
    turned[back] = shapely.reverse(pieces[back])
    points, piece = shapely.get_coordinates(turned, return_index=True)
    chain = number[piece]
    again = np.zeros(len(points), dtype=bool)
    again[1:] = (piece[1:] != piece[:-1]) & (chain[1:] == chain[:-1])
    kept: Floats = points[~again]
    return np.asarray(shapely.linestrings(kept, indices=chain[~again]), dtype=object)
