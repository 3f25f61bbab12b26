"""Roads of any region of China, cut from the OpenStreetMap graph of the extra ``china``.

Promise: the same reader, cleaning and contraction as the embedded roads of the delta; no missing
crossing is added, because none has been looked for.
"""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from yrdgeo.sources.embedded_networks import ROAD_SOURCE_ID, road_nodes
from yrdgeo.sources.roads import region_roads, world_graph
from yrdgeo.units import WGS84

MARGIN_KM = 30.0  # the fastest way between two seats may leave the region
OUTLINE_KM = 2.0  # detail of the outline that cuts; far below the margin


def outline(polygons: gpd.GeoSeries, margin_km: float = MARGIN_KM) -> shapely.Geometry:
    """Return the polygons' union, widened by a margin, in degrees."""
    centre = polygons.to_crs(WGS84).union_all().centroid
    plane = CRS.from_proj4(f"+proj=laea +lat_0={centre.y:.3f} +lon_0={centre.x:.3f} +units=km")
    simple = polygons.to_crs(plane).simplify(OUTLINE_KM).buffer(margin_km)
    widened = gpd.GeoSeries([simple.union_all()], crs=plane)
    return widened.simplify(OUTLINE_KM).to_crs(WGS84).iloc[0]


def china_roads(cities: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the road network around some cities.

    Parameters
    ----------
    cities
        The ``cities`` table.

    Returns
    -------
    nodes, links
        As :func:`yrdgeo.sources.networks.load_roads` returns them; no link is marked
        as worth drawing.

    Raises
    ------
    MissingPackageError
        If the extra ``china`` is not installed.
    """
    seats = zip(cities["seat_lon"], cities["seat_lat"], strict=True)
    roads = region_roads(world_graph(), outline(cities.geometry), keep=seats)
    points = roads.nodes[["lon", "lat"]].to_numpy(dtype=np.float64)
    nodes = road_nodes(points)
    ids = nodes["node_id"].to_numpy()
    start, end = roads.links["start"].to_numpy(), roads.links["end"].to_numpy()
    courses = [
        shapely.LineString([points[a], *via, points[b]])
        for a, via, b in zip(start, roads.links["via"], end, strict=True)
    ]
    links = gpd.GeoDataFrame(
        {
            "link_id": [f"road{number}" for number in range(len(start))],
            "from_node": ids[start],
            "to_node": ids[end],
            "mode": "road",
            "name_zh": "",
            "name_en": "",
            "length_km": roads.links["length_km"].to_numpy(),
            "open_from": "",
            "backbone": False,
            "source_id": ROAD_SOURCE_ID,
            "confidence": "medium",
        },
        geometry=courses,
        crs=WGS84,
    )
    return nodes, links
