"""Made-up cities for tests: any shapes as a ``cities`` table, and random coverages."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry


def cities_of(shapes: Mapping[str, BaseGeometry], *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return a table of cities, rows shuffled, seats at a point inside each shape."""
    index = pd.Index(list(shapes), name="adcode")
    outlines = gpd.GeoSeries(list(shapes.values()), index=index, crs="EPSG:4326")
    seats = outlines.representative_point()
    table = gpd.GeoDataFrame(
        {
            "name_zh": "城",
            "name_en": "City",
            "seat_lon": seats.x.astype(float),
            "seat_lat": seats.y.astype(float),
        },
        geometry=outlines,
        crs="EPSG:4326",
    )
    return table.sample(frac=1, random_state=seed)


def grid(columns: int, rows: int, *, side: float = 1.0) -> gpd.GeoDataFrame:
    """Return squares in degrees; code 33rc00 is row r from the south, column c from the west."""
    shapes = {
        f"33{row}{column}00": shapely.box(
            120 + column * side,
            30 + row * side,
            120 + (column + 1) * side,
            30 + (row + 1) * side,
        )
        for row in range(rows)
        for column in range(columns)
    }
    return cities_of(shapes)


def coverage(n: int, *, seed: int) -> gpd.GeoDataFrame:
    """Return n Voronoi cells, which share their vertices exactly."""
    generator = np.random.default_rng(seed)
    points = shapely.multipoints(generator.uniform((118, 28), (122, 32), (n, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points))
    return cities_of({f"33{place:04d}": cell for place, cell in enumerate(cells)}, seed=seed)


def star(generator: np.random.Generator, *, size: float) -> shapely.Polygon:
    """Return a jagged polygon around (0, 0), ``size`` degrees across at most."""
    corners = int(generator.integers(3, 14))
    angle = np.sort(generator.uniform(0, 2 * np.pi, corners))
    radius = generator.uniform(0.15, 0.5, corners) * size
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return shapely.Polygon(ring).buffer(0)
