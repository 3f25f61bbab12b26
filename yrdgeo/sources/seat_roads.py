"""Seats are put on roads: the nearest link is cut where the seat comes nearest to it.

Promise: no link gets longer or shorter by the cut, no turn that was prohibited is allowed by it,
and how far each seat is from its road is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from shapely.ops import substring

from yrdgeo.errors import NetworkError, few
from yrdgeo.sources.notices import Notice
from yrdgeo.sources.osm_turns import links_between
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]

NO_STOPPING = ("expressway", "ferry")  # a journey does not begin in the middle of one
NEAR_KM = 0.5  # farther seats are named in a notice
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, eq=False)
class SeatedRoads:
    """Roads with a node ``seat:<adcode>`` for each seat, whose adcode says so.

    Attributes
    ----------
    nodes, links, turns
        As they were, but for the links that were cut: their pieces are ``<link_id>/0`` and on.
    distance_km
        By adcode: from the seat to its place on the road, geodesic.
    """

    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    turns: pd.DataFrame
    distance_km: pd.Series


def seat_roads(
    cities: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    links: gpd.GeoDataFrame,
    turns: pd.DataFrame,
) -> SeatedRoads:
    """Cut the link nearest each seat at the point nearest the seat.

    Parameters
    ----------
    cities
        The ``cities`` table.
    nodes, links
        Roads whose lines follow the ground, EPSG:4326. Expressways and ferries are not cut.
    turns
        ``from_link via_node to_link extra_min via_links`` of these links.

    Returns
    -------
    roads
        A seat nearest to the end of a link is tied to it by a link of no length.
    """
    usable = ~links["mode"].isin(NO_STOPPING).to_numpy()
    rows = np.flatnonzero(usable if usable.any() else ~usable)
    squeeze = np.cos(np.radians(cities["seat_lat"].mean()))  # degrees of longitude are shorter
    flat = shapely.transform(np.asarray(links.geometry, dtype=object), _scaled(squeeze))
    here = cities[["seat_lon", "seat_lat"]].to_numpy(np.float64)
    seats = shapely.points(here * [squeeze, 1.0])
    near = rows[shapely.STRtree(flat[rows]).nearest(seats)]
    share = np.asarray(shapely.line_locate_point(flat[near], seats, normalized=True))
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(flat[near], share, normalized=True)
    ) / [squeeze, 1.0]
    metres = _GEOD.inv(here[:, 0], here[:, 1], foot[:, 0], foot[:, 1])[2]
    distance = pd.Series(np.asarray(metres) / 1e3, cities.index, name="distance_km")
    ids = ("seat:" + cities.index).to_numpy(dtype=object)
    cuts = pd.DataFrame({"row": near, "share": share, "node": ids})
    cut_rows, plain = np.unique(near), pd.DataFrame(links)
    parts = [
        _pieces(plain.iloc[row], cuts[cuts["row"] == row], squeeze) for row in cut_rows.tolist()
    ]
    made = gpd.GeoDataFrame(pd.concat(parts))
    left = links.drop(index=links.index[cut_rows])
    extra = gpd.GeoDataFrame(
        {"node_id": ids, "name_zh": "", "kind": "junction", "adcode": cities.index.to_numpy()},
        geometry=shapely.points(foot),
        crs=WGS84,
    )
    return SeatedRoads(
        gpd.GeoDataFrame(pd.concat([nodes, extra], ignore_index=True)),
        gpd.GeoDataFrame(pd.concat([left, made.drop(columns="cut")], ignore_index=True)),
        _renamed(turns, made, links),
        distance,
    )


def _scaled(squeeze: float) -> Callable[[Floats], Floats]:
    return lambda points: points * [squeeze, 1.0]


def _pieces(link: pd.Series, cuts: pd.DataFrame, squeeze: float) -> gpd.GeoDataFrame:
    """Return a link cut at some shares of its line; seats at one share follow each other."""
    ordered = cuts.sort_values(["share", "node"])
    bounds = [0.0, *ordered["share"], 1.0]
    names = [link["from_node"], *ordered["node"], link["to_node"]]
    lines = [*_substrings(link["geometry"], bounds, squeeze)]
    lengths = np.array([abs(_GEOD.geometry_length(line)) for line in lines])
    whole = lengths.sum() or 1.0
    count = len(lines)
    rows = pd.DataFrame([link.drop("geometry")] * count).reset_index(drop=True)
    rows = rows.astype({"length_km": float, "oneway": bool})
    rows["link_id"] = [f"{link['link_id']}/{number}" for number in range(count)]
    rows["from_node"], rows["to_node"] = names[:-1], names[1:]
    rows["length_km"] = float(link["length_km"]) * lengths / whole
    return gpd.GeoDataFrame(rows.assign(cut=link["link_id"]), geometry=lines, crs=WGS84)


def _substrings(
    line: shapely.LineString, bounds: list[float], squeeze: float
) -> Iterator[shapely.LineString]:
    """Yield the parts of a line between shares of it, shares of the squeezed line."""
    flat = shapely.transform(line, _scaled(squeeze))
    for start, end in pairwise(bounds):
        piece = substring(flat, start, end, normalized=True)
        if piece.geom_type == "Point":  # at an end, or two seats at one place
            piece = shapely.LineString([piece, piece])
        yield shapely.transform(piece, _scaled(1 / squeeze))


def _renamed(turns: pd.DataFrame, pieces: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Let turns name the piece of a cut link that touches the node of the turn."""
    at = {
        (link, node): piece
        for link, piece, *ends in zip(
            *(pieces[name] for name in ("cut", "link_id", "from_node", "to_node")), strict=True
        )
        for node in ends
    }
    columns = (links[name] for name in ("link_id", "from_node", "to_node"))
    ends = {link: both for link, *both in zip(*columns, strict=True)}
    cut = pieces.groupby("cut", sort=False)["link_id"].agg(list).to_dict()
    rows = []
    named = (turns[name] for name in ("from_link", "via_node", "to_link"))
    for start, via, end, between in zip(*named, links_between(turns), strict=True):
        here, inner = via, []
        for link in between:
            onward = ends[link][0] == here
            inner += cut.get(link, [link])[:: 1 if onward else -1]
            here = ends[link][1 if onward else 0]
        rows.append((at.get((start, via), start), at.get((end, here), end), tuple(inner)))
    renamed = zip(("from_link", "to_link", "via_links"), zip(*rows, strict=True), strict=False)
    return turns.assign(**{name: pd.Series(cells, turns.index, object) for name, cells in renamed})


def seat_notices(
    cities: gpd.GeoDataFrame, distance_km: pd.Series, *, limit_km: float, source: str
) -> tuple[Notice, ...]:
    """Say how far seats are from the roads, or refuse seats that are too far.

    Raises
    ------
    NetworkError
        If seats are farther than the limit.
    """
    far = distance_km[distance_km > limit_km].sort_values()
    if len(far):
        names = cities.loc[far.index, "name_en"]
        named = few(f"{name} ({km:.1f} km)" for name, km in zip(names, far, strict=True))
        raise NetworkError(
            f"Seats are more than {limit_km:g} km from the roads of {source}.",
            found=named,
            fix="Bring an extract of the whole region or more classes of road, or raise "
            "snap_limit_km in [network].",
        )
    worst = str(distance_km.idxmax())
    names_of_worst = cities.loc[worst]
    rest = int((distance_km > NEAR_KM).sum())
    return (
        Notice(
            f"Seats are joined to the nearest road of {source}: {distance_km.mean():.2f} km on "
            f"average, at most {distance_km.max():.2f} km ({names_of_worst['name_en']}); {rest} of "
            f"{len(cities)} more than {NEAR_KM:g} km.",
            f"行政中心接入{source}中最近的道路：平均{distance_km.mean():.2f}公里，最远"
            f"{distance_km.max():.2f}公里（{names_of_worst['name_zh']}）；{len(cities)}个中{rest}个超过"
            f"{NEAR_KM:g}公里。",
        ),
    )
