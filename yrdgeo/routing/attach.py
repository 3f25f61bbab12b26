"""Places on links become nodes of the network: each link is cut where places lie on it.

Promise: nobody else's time changes by a millisecond, because the pieces of a link take exactly
as long as the link.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from yrdgeo.errors import ArgumentError, NetworkError, few
from yrdgeo.results import Network
from yrdgeo.routing.graph import MS_PER_MINUTE, Floats, Int64s, link_milliseconds
from yrdgeo.routing.lines import Shapes, link_lines
from yrdgeo.units import MINUTES_PER_HOUR, WGS84

FASTEST_KMH = 1_500.0  # no link of the contract is faster
_MS_PER_HOUR = MINUTES_PER_HOUR * MS_PER_MINUTE


def attach(network: Network, snapped: pd.DataFrame, *, access_kmh: float | None = None) -> Network:
    r"""Return a network in which places on links are nodes.

    A place cuts its link: along the pieces one reaches both ends, or one of them where the link
    is ``oneway`` (a place at the very end of a link reaches that end either way). A piece takes
    its share of the link's minutes, fixed ones included; its milliseconds are
    :math:`[s_2 T] - [s_1 T]` for a link of *T* ms between the shares :math:`s_1 < s_2`, rounded
    to the nearest.

    Parameters
    ----------
    network
        The network that the places were snapped to.
    snapped
        What :func:`yrdgeo.routing.snap.snap_to_links` returned. The index names the nodes.
    access_kmh
        Speed between a place and its link. Without it that way takes no time.

    Returns
    -------
    network
        Pieces are called after their link: ``l7#1``, ``l7#2``. Nodes of places are of kind
        ``external``; with ``access_kmh`` their link ends at a node ``place#``, at the end of a
        link of mode ``access``.

    Raises
    ------
    NetworkError
        If names of places repeat or are taken, or a link is not in the network.
    ArgumentError
        If the speed is not above zero.

    Examples
    --------
    >>> from yrdgeo.routing.snap import snap_to_links
    >>> from yrdgeo.routing.times import travel_times
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0], [31.0, 31.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 100.0, "speed_kmh": 60.0})
    >>> here = pd.DataFrame({"lon": [121.75], "lat": [31.1]}, index=["here"])
    >>> network = Network(links, nodes)
    >>> more = attach(network, snap_to_links(network, here))
    >>> travel_times(more, ["here"], ["a", "b"]).minutes.round(3)
    array([[75., 25.]])
    """
    if access_kmh is not None and not 0 < access_kmh <= FASTEST_KMH:
        raise ArgumentError("access_kmh must be a speed above zero.", found=str(access_kmh))
    names = pd.Index(snapped.index.astype(str), dtype=object)
    joints = names if access_kmh is None else names + "#"
    links, nodes = network.links, network.nodes
    rows = _checked(network, snapped, names, joints)
    added = [_pieces(network, snapped, rows, joints)]
    points = [gpd.points_from_xy(snapped["link_lon"], snapped["link_lat"])]
    if access_kmh is not None:
        points.append(gpd.points_from_xy(snapped["lon"], snapped["lat"]))
        added.append(_access(snapped, (names, joints), access_kmh, np.stack(points)))
    if "geometry" not in links.columns:
        added = [_bare(table) for table in added]
    kept = links.drop(index=links.index[np.unique(rows)])
    places: list[pd.DataFrame] = [
        gpd.GeoDataFrame({"node_id": ids, "kind": "external"}, geometry=shapes, crs=WGS84)
        for ids, shapes in zip((joints, names), points, strict=False)
    ]
    if "geometry" not in nodes.columns:
        places = [_bare(place) for place in places]
    return Network(
        pd.concat([kept, *added], ignore_index=True), pd.concat([nodes, *places], ignore_index=True)
    )


def _bare(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(table.drop(columns="geometry", errors="ignore"))


def _checked(network: Network, snapped: pd.DataFrame, names: pd.Index, joints: pd.Index) -> Int64s:
    """Return the row of each place's link, or refuse names that repeat or are taken."""
    nodes = names.union(joints)
    taken = [*names[names.duplicated()], *nodes[nodes.isin(network.nodes["node_id"])]]
    if taken:
        raise NetworkError(
            "Places are called like each other, or like nodes of the network.",
            found=few(taken),
            fix="Give the places an index of their own names.",
        )
    rows: Int64s = pd.Index(network.links["link_id"]).get_indexer(pd.Index(snapped["link_id"]))
    if (rows < 0).any():
        raise NetworkError(
            "Places were snapped to links that the network lacks.",
            found=few(snapped["link_id"].to_numpy()[rows < 0]),
            fix="Snap them to this network; places are attached all at once.",
        )
    return rows


class _Cuts(NamedTuple):
    """Cuts in order, each link's begin and end among them.

    ``row`` is the link's, ``share`` tells the length before the cut, ``along`` the part of the
    line.
    """

    row: Int64s
    share: Floats
    along: Floats
    node: npt.NDArray[np.object_]

    def pieces(self) -> Int64s:
        """Return the cuts at which a piece begins; the next cut is its end."""
        return np.flatnonzero(self.row[1:] == self.row[:-1])


def _cuts(
    links: pd.DataFrame, snapped: pd.DataFrame, rows: Int64s, joints: pd.Index, lines: Shapes
) -> _Cuts:
    cut = np.unique(rows)
    points = shapely.points(snapped["link_lon"], snapped["link_lat"])
    along = shapely.line_locate_point(lines[np.searchsorted(cut, rows)], points, normalized=True)
    zeros, ones = np.zeros(len(cut)), np.ones(len(cut))
    from_node, to_node = (links[name].to_numpy()[cut] for name in ("from_node", "to_node"))
    whole = _Cuts(
        np.concatenate([cut, rows, cut]),
        np.concatenate([zeros, snapped["share"], ones]),
        np.concatenate([zeros, np.nan_to_num(along), ones]),
        np.concatenate([from_node, joints.to_numpy(), to_node]),
    )
    rank = np.repeat([0, 1, 2], [len(cut), len(rows), len(cut)])
    order = np.lexsort((whole.node.astype(str), whole.share, rank, whole.row))
    row, share, part, node = whole
    return _Cuts(row[order], share[order], part[order], node[order])


def _pieces(
    network: Network, snapped: pd.DataFrame, rows: Int64s, joints: pd.Index
) -> pd.DataFrame:
    """Cut links; return a row a piece."""
    links, used = network.links, np.unique(rows)
    lines = link_lines(network, used)
    cuts = _cuts(links, snapped, rows, joints, lines)
    begin = cuts.pieces()
    end, row = begin + 1, cuts.row[begin]
    which = np.searchsorted(used, cuts.row)
    ms = np.rint(cuts.share * link_milliseconds(links.iloc[used])[which])
    length = (cuts.share[end] - cuts.share[begin]) * links["length_km"].to_numpy()[row]
    pieces = links.iloc[row].reset_index(drop=True)
    speed, fixed = _speeds(length, ms[end] - ms[begin], pieces["speed_kmh"].to_numpy())
    number = pd.Series(begin - np.searchsorted(cuts.row, row) + 1)
    pieces = pieces.assign(
        link_id=pieces["link_id"] + "#" + number.astype(str),
        from_node=cuts.node[begin],
        to_node=cuts.node[end],
        length_km=length,
        speed_kmh=speed,
        fixed_min=fixed,
        # What lies at one point of a link is one place, whichever way the link leads.
        oneway=pieces["oneway"].to_numpy() & (cuts.share[end] > cuts.share[begin]),
    )
    again = pieces["link_id"][pieces["link_id"].isin(links["link_id"])]
    if len(again):
        raise NetworkError(
            "Pieces of links would be called like links of the network.",
            found=few(again),
            fix="Attach all places at once, or rename these links.",
        )
    if "geometry" in pieces.columns:
        parts = zip(lines[which[begin]], cuts.along[begin], cuts.along[end], strict=True)
        shapes = gpd.GeoSeries([_part(*part) for part in parts], pieces.index, crs=WGS84)
        pieces = pieces.assign(geometry=shapes)
    return pieces


def _part(line: shapely.LineString, begin: float, end: float) -> shapely.LineString:
    """Return a part of a line, of two points at least."""
    points = list(substring(line, begin, max(begin, end), normalized=True).coords)
    return shapely.LineString(points if len(points) > 1 else points * 2)


def _speeds(length: Floats, ms: Floats, speed: Floats) -> tuple[Floats, Floats]:
    """Return km/h and fixed minutes that make a piece take its milliseconds."""
    moving = (length > 0) & (ms > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = np.minimum(length / ms * _MS_PER_HOUR, FASTEST_KMH)
    # A piece of no time at all is as fast as a link may be.
    kmh = np.where(moving, exact, np.where(length > 0, FASTEST_KMH, speed))
    return kmh, np.where(length > 0, 0.0, ms / MS_PER_MINUTE)


def _access(
    snapped: pd.DataFrame, nodes: tuple[pd.Index, pd.Index], speed: float, points: np.ndarray
) -> gpd.GeoDataFrame:
    """Return a link between each place and the node on its link."""
    place, joint = nodes
    return gpd.GeoDataFrame(
        {
            "link_id": place + "#access",
            "from_node": place,
            "to_node": joint,
            "mode": "access",
            "length_km": snapped["distance_km"].to_numpy(),
            "speed_kmh": speed,
            "fixed_min": 0.0,
            "oneway": False,
            "status": "open",
        },
        geometry=shapely.linestrings(shapely.get_coordinates(points[::-1].T).reshape(-1, 2, 2)),
        crs=WGS84,
    )
