"""The networks that come with the package: stations, railways and roads.

Promise: tables in contract form, EPSG:4326; every length is at least the geodesic between its
ends; every row names its source.
"""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.errors import SourceError
from yrdgeo.provenance import data_path
from yrdgeo.tables import check
from yrdgeo.units import WGS84

_MILLI = 1000.0
ROAD_SOURCE_ID = "osm_highways"


def load_nodes() -> gpd.GeoDataFrame:
    """Return the embedded stations: the ``nodes`` table with ``hub`` and ``source_id``.

    ``hub`` is the station's rank in the time model: 1 a hub, 2 a busy station, 0 any other.

    Examples
    --------
    >>> load_nodes().set_index("node_id").loc["苏州北", "adcode"]
    '320500'
    """
    text = {"adcode": str, "node_id": str}
    rows = pd.read_csv(data_path("nodes.csv"), dtype=text, keep_default_na=False)
    places = gpd.points_from_xy(rows.pop("lon"), rows.pop("lat"))
    nodes = gpd.GeoDataFrame(rows, geometry=places, crs=WGS84)
    return gpd.GeoDataFrame(check(nodes, "nodes", source="nodes.csv"))


def load_links() -> gpd.GeoDataFrame:
    """Return the embedded railways: the ``links`` table at operating speeds.

    Further columns: ``name_zh name_en`` (the line), ``opened`` (its opening; ``open_from`` is
    that of the row's speed), ``way_stations``, ``great_circle_km``, ``length_basis``,
    ``geometry_basis`` (``osm_path`` or ``straight``).

    Examples
    --------
    >>> links = load_links()
    >>> bool((links["length_km"] >= links["great_circle_km"]).all())
    True
    """
    rows = pd.read_csv(data_path("links.csv"), keep_default_na=False, dtype={"course": str})
    ends = load_nodes().set_index("node_id").geometry
    courses = [
        np.vstack([start.coords, np.array(course.split(), dtype=float).reshape(-1, 2) / _MILLI])
        if course
        else np.array(start.coords)
        for start, course in zip(ends[rows["from_node"]], rows.pop("course"), strict=True)
    ]
    lines = [
        shapely.LineString(np.vstack([course, end.coords]))
        for course, end in zip(courses, ends[rows["to_node"]], strict=True)
    ]
    links = gpd.GeoDataFrame(rows, geometry=lines, crs=WGS84)
    return gpd.GeoDataFrame(check(links, "links", source="links.csv"))


def load_roads(region: str = "yrd") -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the embedded road network of a region: nodes and links, without speed.

    Parameters
    ----------
    region
        Only ``yrd`` is shipped; ``networks/build_roads.py`` builds others.

    Returns
    -------
    nodes, links
        The ``nodes`` table (junctions ``r0`` …) and the ``links`` table but for ``speed_kmh``,
        which is a parameter; ``backbone`` marks the links worth drawing.

    Raises
    ------
    SourceError
        If the region has no embedded roads.

    Examples
    --------
    >>> nodes, links = load_roads()
    >>> int(links["name_zh"].ne("").sum())
    4
    """
    try:
        places = pd.read_csv(data_path(f"roads_{region}_nodes.csv.gz"))
        rows = pd.read_csv(data_path(f"roads_{region}_links.csv.gz"), keep_default_na=False)
    except SourceError as error:
        raise SourceError(
            f"Region {region!r} has no embedded roads.",
            fix=f"Build them: python networks/build_roads.py --region {region} --members CODES "
            "(needs the extra 'china').",
        ) from error
    points = places.to_numpy(dtype=np.float64) / _MILLI
    nodes = road_nodes(points)
    ids = nodes["node_id"].to_numpy()
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    links = gpd.GeoDataFrame(
        {
            "link_id": [f"road{number}" for number in range(len(rows))],
            "from_node": ids[start],
            "to_node": ids[end],
            "mode": "road",
            "name_zh": rows["crossing"],
            "name_en": "",
            "length_km": rows["length_m"] / _MILLI,
            "open_from": "",
            "backbone": rows["backbone"].astype(bool),
            "source_id": ROAD_SOURCE_ID,
            "confidence": "medium",
        },
        geometry=_courses(points, start, end, rows["via"]),
        crs=WGS84,
    )
    return nodes, _with_crossings(links)


def road_nodes(points: npt.NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Return junctions ``r0`` … at (lon, lat), shape (n, 2)."""
    ids = np.array([f"r{number}" for number in range(len(points))], dtype=object)
    columns = {"node_id": ids, "name_zh": "", "kind": "junction", "adcode": ""}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(points), crs=WGS84)


def _courses(
    points: npt.NDArray[np.float64],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    via: Iterable[str],
) -> npt.NDArray[np.object_]:
    """Return the lines from start to end over the points between, all at once."""
    between = [np.array(text.split(), dtype=float) / _MILLI for text in via]
    counts = np.array([len(row) // 2 for row in between])
    last = np.cumsum(counts + 2) - 1
    first = last - counts - 1
    coordinates = np.empty((int((counts + 2).sum()), 2))
    inner = np.ones(len(coordinates), dtype=bool)
    inner[first] = inner[last] = False
    coordinates[first], coordinates[last] = points[start], points[end]
    coordinates[inner] = np.concatenate([*between, []]).reshape(-1, 2)
    lines = shapely.linestrings(coordinates, indices=np.repeat(np.arange(len(counts)), counts + 2))
    return np.asarray(lines, dtype=object)


def _with_crossings(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the added crossings their name, opening day, source and confidence."""
    crossings = pd.read_csv(data_path("road_crossings.csv"), dtype=str).set_index("name_zh")
    rows = links.index[links["name_zh"].ne("")]
    facts = crossings.loc[links.loc[rows, "name_zh"]]
    for column in ("name_en", "open_from", "source_id", "confidence"):
        links.loc[rows, column] = facts[column].to_numpy()
    return links
