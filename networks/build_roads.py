"""Write the embedded road network of a region from the OpenStreetMap graph in scgraph-data.

``python networks/build_roads.py`` rebuilds the Yangtze River Delta; ``--members`` (prefecture
codes) or ``--bbox`` builds any other region of China. Needs ``pip install 'yrdgeo[china]'``.
"""

import argparse
import gzip
import io
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from yrdgeo.provenance import data_path, whole_file
from yrdgeo.sources.china import load_china
from yrdgeo.sources.china_roads import MARGIN_KM, outline
from yrdgeo.sources.roads import RoadNetwork, nearest_nodes, region_roads, world_graph

DATA = Path(__file__).parents[1] / "yrdgeo" / "data"
MILLI = 1000.0


def gabriel_pairs(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return pairs of places with no third place in the circle between them, shape (k, 2)."""
    plane = np.column_stack([lon * np.cos(np.radians(lat.mean())), lat])
    first, second = np.triu_indices(len(plane), 1)
    middle = (plane[first] + plane[second]) / 2
    radius = np.linalg.norm(plane[first] - plane[second], axis=1) / 2
    nearest = cKDTree(plane).query(middle)[0]
    return np.column_stack([first, second])[nearest >= radius * (1 - 1e-9)]


def backbone(roads: RoadNetwork, seats: pd.DataFrame) -> np.ndarray:
    """Mark the links on the shortest paths between neighbouring seats, shape (links,)."""
    marked = np.zeros(len(roads.links), dtype=bool)
    if seats.empty:
        return marked
    lon, lat = (seats[f"seat_{axis}"].to_numpy(dtype=float) for axis in ("lon", "lat"))
    at = nearest_nodes(
        roads.nodes["lon"].to_numpy(), roads.nodes["lat"].to_numpy(), zip(lon, lat, strict=True)
    )[0]
    start, end = roads.links["start"].to_numpy(), roads.links["end"].to_numpy()
    size = (len(roads.nodes),) * 2
    lengths = coo_array((roads.links["length_km"].to_numpy(), (start, end)), shape=size).tocsr()
    numbers = {ends: row for row, ends in enumerate(zip(start.tolist(), end.tolist(), strict=True))}
    _, before = dijkstra(lengths, directed=False, indices=at, return_predecessors=True)
    for origin, destination in gabriel_pairs(lon, lat):
        node = int(at[destination])
        while before[origin, node] >= 0:
            last = int(before[origin, node])
            marked[numbers[min(last, node), max(last, node)]] = True
            node = last
    return marked


def tables(roads: RoadNetwork, marked: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and links as they are embedded: thousandths of a degree, metres."""
    nodes = pd.DataFrame(
        {f"{axis}_e3": np.rint(roads.nodes[axis] * MILLI).astype(int) for axis in ("lon", "lat")}
    )
    links = roads.links
    via = [
        " ".join(f"{degrees * MILLI:.0f}" for point in row for degrees in point)
        for row in links.via
    ]
    packed = pd.DataFrame(
        {
            "start": links["start"],
            "end": links["end"],
            # Rounded up, so that no length falls below the geodesic again.
            "length_m": np.ceil(links["length_km"] * 1000.0 - 1e-6).astype(int),
            "backbone": marked.astype(int),
            "via": via,
            "crossing": links["crossing"],
        }
    )
    return nodes, packed


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a gzipped CSV whose bytes depend on the table alone."""
    text = table.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(text)
    with whole_file(path) as draft:
        draft.write_bytes(buffer.getvalue())


def build(
    area: shapely.Geometry, seats: pd.DataFrame, crossings: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int | float]]:
    """Return embedded nodes and links of an area, and the report."""
    roads = region_roads(
        world_graph(),
        area,
        crossings=crossings,
        keep=seats[["seat_lon", "seat_lat"]].itertuples(index=False),
    )
    marked = backbone(roads, seats)
    report = {**roads.report, "links_backbone": float(marked.sum())}
    whole = {key: int(value) if value.is_integer() else value for key, value in report.items()}
    return *tables(roads, marked), whole


def yrd_area() -> shapely.Geometry:
    """Return the outline of the embedded 41 prefectures with the margin."""
    polygons = gpd.read_file(data_path("boundaries/yrd.gpkg"), layer="prefectures").geometry
    return outline(polygons, MARGIN_KM)


def yrd_seats() -> pd.DataFrame:
    """Return the seats of the embedded 41 cities."""
    return pd.read_csv(data_path("cities.csv"), dtype={"adcode": str})


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", default="yrd", help="name in the file names; yrd is embedded")
    parser.add_argument("--members", nargs="+", metavar="CODE", help="prefecture codes")
    parser.add_argument("--bbox", nargs=4, type=float, metavar=("W", "S", "E", "N"))
    parser.add_argument("--margin-km", type=float, default=MARGIN_KM)
    parser.add_argument("--seats", type=Path, help="CSV: adcode, seat_lon, seat_lat")
    parser.add_argument("--crossings", type=Path, help="CSV like yrdgeo/data/road_crossings.csv")
    parser.add_argument("--out", type=Path, default=DATA)
    return parser.parse_args()


def main() -> None:
    """Build one region."""
    chosen = arguments()
    seats = pd.read_csv(chosen.seats, dtype={"adcode": str}) if chosen.seats else yrd_seats()
    crossings = pd.read_csv(chosen.crossings) if chosen.crossings else None
    if chosen.bbox or chosen.members:
        polygons = (
            load_china(chosen.members).geometry
            if chosen.members
            else gpd.GeoSeries([shapely.box(*chosen.bbox)], crs="EPSG:4326")
        )
        area = outline(polygons, chosen.margin_km)
        seats = seats[shapely.contains_xy(area, seats["seat_lon"], seats["seat_lat"])]
    else:
        area = yrd_area()
        crossings = pd.read_csv(data_path("road_crossings.csv"))
    nodes, links, report = build(area, seats, crossings)
    write(nodes, chosen.out / f"roads_{chosen.region}_nodes.csv.gz")
    write(links, chosen.out / f"roads_{chosen.region}_links.csv.gz")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
