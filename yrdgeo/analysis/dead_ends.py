"""Roads that end at a border: 断头路."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.errors import ArgumentError
from yrdgeo.geo import GEOD, METRES_PER_KM, city_polygons, local_equal_area
from yrdgeo.results import Network
from yrdgeo.units import WGS84

NOT_ROADS = ("hsr", "rail", "access", "transfer", "ferry")


def dead_ends(
    network: Network,
    cities: gpd.GeoDataFrame,
    groups: pd.Series,
    *,
    within_km: float = 2.0,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    r"""Find road ends near borders, and count them by kilometre of border.

    .. math:: r_k = \frac{\text{road ends within } w \text{ of borders of kind } k}
        {\text{kilometres of borders of kind } k}

    Parameters
    ----------
    network
        A detailed road network; links of railways, access and transfer do not count.
    cities
        The ``cities`` table; polygons that share their borders.
    groups
        The group (province) of each city.
    within_km
        How near to a border an end must lie.

    Returns
    -------
    ends
        One row a road end (a node that one road alone reaches) near a border between two cities:
        ``node_id border distance_km`` with ``border`` ``across`` or ``within`` the groups,
        whichever is nearer; EPSG:4326.
    rates
        Indexed by ``border``: ``n_ends border_km ends_per_100_km``.

    Raises
    ------
    ArgumentError
        If the network has no roads, a city has no group, or no two cities touch.

    Examples
    --------
    >>> from shapely import box
    >>> ids = ["310000", "320500"]
    >>> cities = gpd.GeoDataFrame(
    ...     geometry=[box(x, 30, x + 1, 31) for x in (120, 121)], index=ids, crs="EPSG:4326"
    ... )
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "b"]},
    ...     geometry=gpd.points_from_xy([120.5, 120.99], [30.5, 30.5]), crs="EPSG:4326")
    >>> road = pd.DataFrame({"link_id": ["1"], "from_node": ["a"], "to_node": ["b"],
    ...     "mode": "road", "length_km": 47.0, "speed_kmh": 60.0})
    >>> ends, rates = dead_ends(Network(road, nodes), cities, pd.Series(["31", "32"], ids))
    >>> ends[["node_id", "border"]].to_numpy().tolist(), rates["n_ends"].to_dict()
    ([['b', 'across']], {'within': 0, 'across': 1})
    """
    roads = network.links[~network.links["mode"].isin(NOT_ROADS)]
    if roads.empty:
        raise ArgumentError("The network has no roads.", fix="Bring a network with mode 'road'.")
    lines, border_km = _borders(cities, groups)
    two_way = roads.assign(
        low=roads[["from_node", "to_node"]].min(axis=1),
        high=roads[["from_node", "to_node"]].max(axis=1),
    ).drop_duplicates(["low", "high"])
    degree = pd.concat([two_way["from_node"], two_way["to_node"]]).value_counts()
    single = degree.index[degree.eq(1)]
    nodes = gpd.GeoDataFrame(network.nodes[network.nodes["node_id"].isin(single)], crs=WGS84)
    local = local_equal_area(cities)
    points = nodes.to_crs(local).geometry.to_numpy()
    drawn = {kind: shape.to_crs(local) for kind, shape in lines.items()}
    # From no border at all the distance is NaN; it is never the nearer one.
    within, across = (
        np.nan_to_num(shapely.distance(points, shape.union_all()) / METRES_PER_KM, nan=np.inf)
        for shape in drawn.values()
    )
    nearest = np.where(across <= within, "across", "within")
    least = np.minimum(within, across)
    near = least <= within_km
    ends = nodes[["node_id", "geometry"]].assign(border=nearest, distance_km=least)[near]
    counts = ends["border"].value_counts().reindex(list(lines), fill_value=0)
    rates = pd.DataFrame({"n_ends": counts, "border_km": border_km}).rename_axis("border")
    with np.errstate(divide="ignore", invalid="ignore"):
        rates["ends_per_100_km"] = 100 * rates["n_ends"] / rates["border_km"]
    return ends.reset_index(drop=True), rates


def _borders(
    cities: gpd.GeoDataFrame, groups: pd.Series
) -> tuple[dict[str, gpd.GeoSeries], pd.Series]:
    """Return the common borders of neighbours within groups and across them, and their length."""
    lost = [code for code in cities.index if code not in groups.index or pd.isna(groups[code])]
    if lost:
        raise ArgumentError("Every city needs a group.", found=f"none for {', '.join(lost[:3])}")
    polygons = city_polygons(cities)
    left, right = polygons.sindex.query(polygons.to_numpy(), predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shapes = polygons.to_numpy()
    common = shapely.intersection(shapely.boundary(shapes[left]), shapely.boundary(shapes[right]))
    if not len(common):
        raise ArgumentError("No two cities touch.", fix="Take polygons that share their borders.")
    label = groups.loc[cities.index].to_numpy()
    across = label[left] != label[right]
    parts = {"within": common[~across], "across": common[across]}
    km = {kind: sum(map(GEOD.geometry_length, part)) for kind, part in parts.items()}
    kinds = {kind: gpd.GeoSeries(part, crs=WGS84) for kind, part in parts.items()}
    return kinds, pd.Series(km, dtype=np.float64) / METRES_PER_KM
