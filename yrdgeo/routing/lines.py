"""Links put end to end: the lines of paths on the map.

Promise: a line runs in the order of travel, whichever way its links were drawn.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.errors import NetworkError, few
from yrdgeo.results import Network
from yrdgeo.routing.graph import Floats, Int64s, spans

Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


def drawn(network: Network, rows: Int64s, onward: Bools, counts: Int64s) -> Shapes:
    """Return one line for each run of links.

    Parameters
    ----------
    network
        Links or nodes with a geometry.
    rows, onward
        Rows of the links table, shape (s,), and whether each is travelled from its ``from_node``.
    counts
        Links of each line, shape (p,), together s; no link gives an empty line.
    """
    used, at = np.unique(rows, return_inverse=True)
    lines = link_lines(network, used)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    size = np.bincount(owner, minlength=len(lines))
    start = np.cumsum(size) - size
    taken = spans(start[at], size[at])
    step = np.repeat(np.arange(len(rows)), size[at])
    # A link that is travelled back gives its points from the last to the first.
    mirrored = 2 * start[at[step]] + size[at[step]] - 1 - taken
    points = points[np.where(onward[step], taken, mirrored)]
    path = np.repeat(np.arange(len(counts)), counts)[step]
    repeated = np.zeros(len(points), dtype=bool)
    repeated[1:] = (points[1:] == points[:-1]).all(axis=1) & (np.diff(path) == 0)
    alone = np.bincount(path[~repeated], minlength=len(counts)) == 1
    repeated &= ~alone[path]  # a path along links of no length still has two points
    whole = np.full(len(counts), shapely.LineString(), dtype=object)
    if len(points):
        some = np.unique(path)
        number = np.searchsorted(some, path[~repeated])
        whole[some] = shapely.linestrings(points[~repeated], indices=number)
    return whole


def link_lines(network: Network, rows: Int64s) -> Shapes:
    """Return the lines of some links, drawn from ``from_node`` to ``to_node``.

    A link without a line, or whose line is in parts that do not join, is straight. A line that is
    drawn the other way is turned round.

    Raises
    ------
    NetworkError
        If a link has neither a line nor nodes with points.
    """
    links = network.links.iloc[rows]
    ends = link_ends(network, links)
    has = "geometry" in links.columns
    lines = np.array(links["geometry"], dtype=object) if has else np.full(len(links), None)
    several = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    lines[several] = shapely.line_merge(lines[several])
    bare = ~(shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING)
    bare |= shapely.is_empty(lines)
    lost = bare & ~np.isfinite(ends).all(axis=(1, 2))
    if lost.any():
        raise NetworkError(
            "Links cannot be drawn: they have no line, and their nodes no points.",
            found=few(links["link_id"].to_numpy()[lost]),
            fix="Add a geometry to links or nodes (EPSG:4326).",
        )
    lines[bare] = shapely.linestrings(ends[bare])
    first, last = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    with np.errstate(invalid="ignore"):
        turned = _apart(first, ends[:, 1]) < _apart(first, ends[:, 0])
        turned &= _apart(last, ends[:, 0]) < _apart(last, ends[:, 1])
    lines[turned] = shapely.reverse(lines[turned])
    return lines


def _apart(one: Floats, other: Floats) -> Floats:
    distance: Floats = np.abs(one - other).sum(axis=1)
    return distance


def link_ends(network: Network, links: pd.DataFrame) -> Floats:
    """Return the points of both nodes of each link, shape (s, 2, 2); NaN where there is none."""
    nodes = network.nodes
    ends = np.full((len(links), 2, 2), np.nan)
    if "geometry" not in nodes.columns:
        return ends
    shapes = nodes["geometry"].to_numpy(dtype=object)
    known = pd.Index(nodes["node_id"])
    for side, column in enumerate(("from_node", "to_node")):
        at = shapes[known.get_indexer(links[column])]
        ends[:, side, 0], ends[:, side, 1] = shapely.get_x(at), shapely.get_y(at)
    return ends
