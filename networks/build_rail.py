"""Write the embedded rail nodes and links from the facts in this folder.

Edit ``rail_stations.csv`` and ``rail_segments.csv``, then run ``python networks/build_rail.py``.
Needs ``pip install 'yrdgeo[china]'``: lengths that no source publishes, and the courses for
drawing, are taken from the OpenStreetMap railway graph where it can be believed.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from yrdgeo.provenance import whole_file
from yrdgeo.sources.roads import WorldGraph, world_graph

HERE = Path(__file__).parent
DATA = HERE.parent / "yrdgeo" / "data"
GEOD = Geod(ellps="WGS84")

MARGIN_DEGREES = 1.0
DOORS = 5  # railway nodes tried at each station
DOOR_KM = 5.0  # a station farther from the railway graph is not on it
DETOUR = (1.0, 1.35)  # a path over the great circle outside this is another line's
AGREEMENT = 0.15  # a course is drawn if its length is this near the link's
COURSE_DEGREES = 0.004  # detail of a drawn course
SOFT_BASES = ("great_circle_factor", "recalled")  # lengths that a believable path replaces
TRANSFER_DETOUR = 1.3
TRANSFER_KMH = 30.0

NODE_COLUMNS = ["node_id", "name_zh", "kind", "adcode", "lon", "lat", "hub", "source_id"]
LINK_COLUMNS = [
    "link_id",
    "from_node",
    "to_node",
    "mode",
    "name_zh",
    "name_en",
    "length_km",
    "length_basis",
    "great_circle_km",
    "way_stations",
    "design_speed_kmh",
    "speed_kmh",
    "opened",
    "open_from",
    "open_to",
    "status",
    "oneway",
    "source_id",
    "confidence",
    "geometry_basis",
    "course",
]


def rail_graph(stations: pd.DataFrame) -> tuple[csr_array, np.ndarray]:
    """Return the main component of the railway graph around the stations, and its points."""
    world = world_graph("world_railways")
    inside = (
        (world.lon > stations["lon"].min() - MARGIN_DEGREES)
        & (world.lon < stations["lon"].max() + MARGIN_DEGREES)
        & (world.lat > stations["lat"].min() - MARGIN_DEGREES)
        & (world.lat < stations["lat"].max() + MARGIN_DEGREES)
    )
    matrix = _matrix(world)[inside][:, inside]
    labels = connected_components(matrix, directed=False)[1]
    main = labels == np.argmax(np.bincount(labels))
    points = np.column_stack([world.lon[inside], world.lat[inside]])
    return matrix[main][:, main], points[main]


def _matrix(world: WorldGraph) -> csr_array:
    """Return arc lengths; the shortest of parallel arcs, loops left out, zeros kept apart."""
    order = np.lexsort((world.length_km, world.end, world.start))
    order = order[world.start[order] != world.end[order]]
    start, end = world.start[order], world.end[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(start) != 0) | (np.diff(end) != 0)
    length = np.maximum(world.length_km[order][first], 1e-6)
    size = (len(world.lon),) * 2
    return coo_array((length, (start[first], end[first])), shape=size).tocsr()


def osm_paths(segments: pd.DataFrame, stations: pd.DataFrame) -> list[tuple[float, np.ndarray]]:
    """Return length and course of the shortest railway path of each segment, doors included."""
    graph, points = rail_graph(stations)
    plane = points * [np.cos(np.radians(points[:, 1].mean())), 1.0]
    tree = cKDTree(plane)
    places = stations[["lon", "lat"]].to_numpy()
    scale = plane[0, 0] / points[0, 0]
    doors = tree.query(places * [scale, 1.0], k=DOORS)[1]
    row = {name: number for number, name in enumerate(stations.index)}
    found = []
    for start, end in zip(segments["from_station"], segments["to_station"], strict=True):
        a, b = row[start], row[end]
        reach, before = dijkstra(graph, indices=doors[a], return_predecessors=True)
        first, last = _km(places[a], points[doors[a]]), _km(places[b], points[doors[b]])
        first, last = (np.where(door > DOOR_KM, np.inf, door) for door in (first, last))
        total = first[:, None] + reach[:, doors[b]] + last[None, :]
        i, j = np.unravel_index(np.argmin(total), total.shape)
        nodes = [int(doors[b][j])]
        while nodes[-1] != doors[a][i] and before[i, nodes[-1]] >= 0:
            nodes.append(int(before[i, nodes[-1]]))
        course = np.vstack([places[a], points[nodes[::-1]], places[b]])
        found.append((float(total[i, j]), course))
    return found


def _km(place: np.ndarray, points: np.ndarray) -> np.ndarray:
    lon, lat = np.full(len(points), place[0]), np.full(len(points), place[1])
    return np.asarray(GEOD.inv(lon, lat, points[:, 0], points[:, 1])[2]) / 1000.0


def lengths(segments: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """Decide each length and course; a length is never below the great circle.

    A recalled or factored length gives way to the railway path if that is 1.0 to 1.35 times the
    great circle. A transfer goes by street: 1.3 times the great circle.
    """
    decided = segments.copy()
    ends = [stations.loc[segments[f"{side}_station"]] for side in ("from", "to")]
    metres = GEOD.inv(*(end[axis].to_numpy() for end in ends for axis in ("lon", "lat")))[2]
    geodesic = np.asarray(metres) / 1000.0
    paths = osm_paths(segments, stations)
    path_km = np.array([length for length, _ in paths])
    ratio = path_km / geodesic
    believed = (ratio >= DETOUR[0]) & (ratio <= DETOUR[1])
    transfer = decided["mode"].eq("transfer").to_numpy()
    soft = decided["length_basis"].isin(SOFT_BASES).to_numpy()
    length = np.where(soft & believed, path_km, decided["length_km"].to_numpy())
    basis = np.where(soft & believed, "osm_path", decided["length_basis"])
    short = length < geodesic
    length = np.where(transfer, TRANSFER_DETOUR * geodesic, np.maximum(length, geodesic))
    basis = np.where(transfer, "great_circle_factor", np.where(short, "great_circle", basis))
    # Rounded up: a rounded length could fall below the great circle again.
    decided["length_km"] = np.ceil(length * 10.0) / 10.0
    decided["length_basis"] = basis
    decided["great_circle_km"] = np.round(geodesic, 2)
    near = np.abs(path_km / decided["length_km"].to_numpy() - 1.0) <= AGREEMENT
    drawn = believed & near & ~transfer
    decided["geometry_basis"] = np.where(drawn, "osm_path", "straight")
    decided["course"] = [
        _course(course) if kept else ""
        for kept, (_, course) in zip(drawn.tolist(), paths, strict=True)
    ]
    return decided


def _course(points: np.ndarray) -> str:
    """Return the points between the stations as thousandths of a degree."""
    line = shapely.simplify(shapely.linestrings(points), COURSE_DEGREES)
    between = shapely.get_coordinates(line)[1:-1]
    return " ".join(f"{value * 1000.0:.0f}" for value in between.ravel())


def regimes(segments: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each speed that a segment has had; dates of one row do not overlap."""
    changed = segments["speed_changed"].ne("").to_numpy()
    before = segments[changed].assign(
        speed_kmh=segments["speed_before_kmh"], open_to=segments["speed_changed"], suffix=":1"
    )
    after = segments[changed].assign(open_from=segments["speed_changed"], open_to="", suffix=":2")
    same = segments[~changed].assign(open_to="", suffix="")
    rows = pd.concat([same, before, after]).sort_index(kind="stable")
    rows["link_id"] = (
        rows["line_zh"] + ":" + rows["from_station"] + "–" + rows["to_station"] + rows["suffix"]
    )
    return rows


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and links as they are embedded."""
    stations = pd.read_csv(HERE / "rail_stations.csv", dtype={"adcode": str}).fillna("")
    segments = pd.read_csv(HERE / "rail_segments.csv", dtype=str).fillna("")
    for column in ("length_km", "speed_kmh"):
        segments[column] = segments[column].astype(float)
    nodes = stations.assign(node_id=stations["station"], name_zh=stations["station"])
    nodes["kind"] = "station"
    segments["opened"] = segments["open_from"]
    links = regimes(lengths(segments, stations.set_index("station")))
    links = links.assign(
        from_node=links["from_station"],
        to_node=links["to_station"],
        name_zh=links["line_zh"],
        name_en=links["line_en"],
        oneway="false",
    )
    links["speed_kmh"] = links["speed_kmh"].astype(float)
    links.loc[links["mode"].eq("transfer"), "speed_kmh"] = TRANSFER_KMH
    return nodes.sort_values("node_id")[NODE_COLUMNS], links[LINK_COLUMNS]


def main() -> None:
    """Write both tables and say where the lengths come from."""
    nodes, links = tables()
    for name, table in (("nodes.csv", nodes), ("links.csv", links)):
        with whole_file(DATA / name) as draft:
            table.to_csv(draft, index=False, lineterminator="\n")
    print(links.groupby(["mode", "length_basis"]).size().to_string())
    print(links.groupby(["mode", "geometry_basis"]).size().to_string())


if __name__ == "__main__":
    main()
