"""From places to the nodes of a network, with the distance told."""

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.spatial import KDTree

from yrdgeo.errors import NetworkError, few
from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared
from yrdgeo.routing.graph import Floats

_HALF_TURN = 180.0
_GEOD = Geod(ellps="WGS84")


def snap(
    network: Network | Prepared, points: pd.DataFrame, *, limit_km: float = np.inf
) -> pd.DataFrame:
    """Return the node nearest each place, and how far it is.

    Only nodes at which a link begins or ends are chosen.

    Parameters
    ----------
    network
        A network whose nodes have a geometry.
    points
        ``lon lat`` in degrees on WGS 84, indexed by place.
    limit_km
        No place may be farther from its node.

    Returns
    -------
    snapped
        Indexed like ``points``: ``node_id``, and ``distance_km``, the geodesic.

    Raises
    ------
    NetworkError
        If nodes have no geometry, coordinates are not degrees, or places are beyond the limit.

    Examples
    --------
    >>> import geopandas as gpd
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b"]},
    ...     geometry=gpd.points_from_xy([121.0, 122.0], [31.0, 31.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1"], "from_node": "a", "to_node": "b", "mode": "road",
    ...     "length_km": 100.0, "speed_kmh": 60.0})
    >>> snap(Network(links, nodes), pd.DataFrame({"lon": [121.9], "lat": [31.0]}, index=["here"]))
         node_id  distance_km
    here       b     9.550426
    """
    nodes = network.network.nodes if isinstance(network, Prepared) else network.nodes
    links = network.network.links if isinstance(network, Prepared) else network.links
    if "geometry" not in nodes.columns:
        raise NetworkError(
            "The nodes of the network have no geometry, so nothing can be snapped to them.",
            fix="Add a geometry column of points (EPSG:4326).",
        )
    used = nodes["node_id"].isin(links["from_node"]) | nodes["node_id"].isin(links["to_node"])
    chosen = nodes.loc[used.to_numpy()]
    lon, lat = _degrees(points)
    if chosen.empty:
        raise NetworkError("The network has no links, so nothing can be snapped to it.")
    shapes = chosen["geometry"].to_numpy()
    node_lon, node_lat = shapely.get_x(shapes), shapely.get_y(shapes)
    rows = KDTree(_unit_vectors(node_lon, node_lat)).query(_unit_vectors(lon, lat))[1]
    _, _, metres = _GEOD.inv(lon, lat, node_lon[rows], node_lat[rows])
    distance = np.asarray(metres, dtype=np.float64) / 1000.0
    far = distance > limit_km
    if far.any():
        named = [
            f"{place} ({km:.1f} km)"
            for place, km in zip(points.index[far], distance[far], strict=True)
        ]
        raise NetworkError(
            f"Places are more than {limit_km:g} km from the nearest node.",
            found=few(named),
            fix="Mend their coordinates (longitude first), extend the network, or raise limit_km.",
        )
    return pd.DataFrame(
        {"node_id": chosen["node_id"].to_numpy()[rows], "distance_km": distance}, points.index
    )


def _degrees(points: pd.DataFrame) -> tuple[Floats, Floats]:
    missing = [name for name in ("lon", "lat") if name not in points.columns]
    if missing:
        raise NetworkError(
            "The places need columns 'lon' and 'lat'.", found=f"no {' and no '.join(missing)}"
        )
    lon, lat = (points[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    bad = ~((np.abs(lon) <= _HALF_TURN) & (np.abs(lat) <= _HALF_TURN / 2))
    if bad.any():
        raise NetworkError(
            "Places have coordinates that are not degrees.",
            found=few(points.index[bad]),
            fix="Give longitude and latitude on WGS 84.",
        )
    return lon, lat


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
