"""One field of a layer as a cloud-optimised GeoTIFF.

Promise: a cell has the value of the place under its centre, never a mixture of two; NaN is where
no place or no value is, ``inf`` stays ``inf``.
"""

from collections.abc import Mapping
from math import ceil, floor, isfinite
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
from rasterio.features import rasterize

from yrdgeo.errors import ArgumentError, nearest

MOST_CELLS = 100_000_000  # 800 MB of float64 while it is written


def write_cog(
    table: gpd.GeoDataFrame,
    path: Path,
    *,
    field: str,
    resolution_m: float,
    projected: bool = False,
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Burn a field into cells.

    The grid begins at a whole multiple of the resolution, so two layers fall on the same cells.

    Parameters
    ----------
    table
        Places with a geometry and the field.
    path
        The file to write.
    field
        A column of numbers.
    resolution_m
        Side of a cell in metres.
    projected
        Whether the table's own CRS is to be kept; it must then be projected, in metres. By
        default the cells lie in Lambert's azimuthal equal-area projection, centred on the table.
    tags
        Text to carry in the file.

    Returns
    -------
    path
        The file written: float64, tiled, overviews by nearest neighbour.

    Raises
    ------
    ArgumentError
        If the field holds no numbers, the resolution is no length, the CRS has no metres, or
        there would be more than 100 million cells.
    """
    _check_field(table, field)
    if not (isfinite(resolution_m) and resolution_m > 0):
        fix = "Give the side of a cell in metres, for instance 1000."
        raise ArgumentError("--resolution is no length.", found=str(resolution_m), fix=fix)
    placed = table if projected else table.to_crs(_equal_area(table))
    _check_metres(placed)
    cells, transform = _burnt(placed, field, resolution_m)
    profile = {
        "driver": "COG",
        "height": cells.shape[0],
        "width": cells.shape[1],
        "count": 1,
        "dtype": "float64",
        "crs": pyproj.CRS(placed.crs).to_wkt(),
        "transform": transform,
        "nodata": np.nan,
        "compress": "deflate",
        "overview_resampling": "nearest",
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(cells, 1)
        raster.set_band_description(1, field)
        raster.update_tags(**{"field": field, **(tags or {})})
    return path


def _check_field(table: gpd.GeoDataFrame, field: str) -> None:
    numbers = [str(name) for name in table.select_dtypes("number").columns]
    if field in numbers:
        return
    what = "holds no numbers" if field in table.columns else "is no column of the layer"
    raise ArgumentError(f"--field {field!r} {what}.", fix=nearest(field, numbers))


def _check_metres(table: gpd.GeoDataFrame) -> None:
    crs = pyproj.CRS(table.crs)
    units = {axis.unit_name for axis in crs.axis_info}
    if not crs.is_projected or units != {"metre"}:
        fix = "Name a projected one in metres, such as EPSG:4549, or none for equal area."
        raise ArgumentError("Cells in metres need a CRS in metres.", found=crs.name, fix=fix)


def _equal_area(table: gpd.GeoDataFrame) -> str:
    west, south, east, north = table.to_crs("EPSG:4326").total_bounds
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs"


def _burnt(table: gpd.GeoDataFrame, field: str, side: float) -> tuple[np.ndarray, rasterio.Affine]:
    west, south, east, north = table.total_bounds
    left, bottom = floor(west / side), floor(south / side)
    width, height = max(ceil(east / side) - left, 1), max(ceil(north / side) - bottom, 1)
    if width * height > MOST_CELLS:
        fix = "Give a larger --resolution."
        found = f"{width:,} × {height:,} at {side:g} m"
        raise ArgumentError(f"The raster would have more than {MOST_CELLS:,} cells.",
                            found=found, fix=fix)  # fmt: skip
    transform = rasterio.Affine(side, 0, left * side, 0, -side, (bottom + height) * side)
    known = table[table[field].notna() & ~table.geometry.is_empty & table.geometry.notna()]
    values = pd.to_numeric(known[field]).astype(float)
    cells = np.full((height, width), np.nan)
    if len(known):
        rasterize(zip(known.geometry, values, strict=True), out=cells, transform=transform)
    return cells, transform
