"""A run's GeoPackage written anew: other geometry, the same styles, names and sources.

Promise: the file that is read is opened for reading only.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from yrdgeo.publish.gpkgextras import pack

STYLES = "layer_styles"
EXTRAS = (
    "gpkg_data_columns",
    "gpkg_data_column_constraints",
    "gpkg_metadata",
    "gpkg_metadata_reference",
    STYLES,
)


def repack(source: Path, path: Path, tables: Iterable[tuple[str, pd.DataFrame]]) -> Path:
    """Write tables of a GeoPackage, changed or not, with what the file says of them."""
    loose = path.with_name("loose.gpkg")
    for layer, table in tables:
        spatial = isinstance(table, gpd.GeoDataFrame)
        kind = pyogrio.read_info(source, layer=layer)["geometry_type"] if spatial else None
        options = {"FID": "fid", **({"GEOMETRY_NAME": "geom"} if spatial else {})}
        pyogrio.write_dataframe(
            table,
            loose,
            layer=layer,
            driver="GPKG",
            geometry_type=kind,
            append=loose.exists(),
            layer_options=options,
            dataset_options={} if loose.exists() else {"VERSION": "1.3"},
        )
    _carry(source, loose)
    pack(loose, path)
    loose.unlink()
    return path


def _carry(source: Path, loose: Path) -> None:
    """Copy styles, names of columns, metadata and titles of the layers that went along."""
    with closing(sqlite3.connect(loose.resolve().as_uri(), uri=True)) as file, file:
        file.execute("ATTACH ? AS source", (f"{source.resolve().as_uri()}?mode=ro",))
        schemas = dict(file.execute("SELECT name, sql FROM source.sqlite_master"))
        for name in (one for one in EXTRAS if one in schemas):
            file.execute(f"DROP TABLE IF EXISTS main.{name}")
            file.execute(schemas[name])
            file.execute(f"INSERT INTO main.{name} SELECT * FROM source.{name}")  # noqa: S608 — EXTRAS
        _prune(file, {*EXTRAS} & {*schemas})
        file.execute(
            "UPDATE main.gpkg_contents SET (identifier, description, last_change) ="
            " (SELECT identifier, description, last_change FROM source.gpkg_contents AS s"
            " WHERE s.table_name = main.gpkg_contents.table_name)"
        )


def _prune(file: sqlite3.Connection, extras: set[str]) -> None:
    """Register the extras, and take away what speaks of layers that stayed behind."""
    file.executemany(
        "INSERT INTO main.gpkg_extensions SELECT * FROM source.gpkg_extensions AS s"
        " WHERE s.table_name = ? AND s.table_name NOT IN"
        " (SELECT table_name FROM main.gpkg_extensions WHERE table_name IS NOT NULL)",
        [(name,) for name in sorted(extras)],
    )
    here = "(SELECT table_name FROM main.gpkg_contents)"
    if "gpkg_data_columns" in extras:
        file.execute(f"DELETE FROM main.gpkg_data_columns WHERE table_name NOT IN {here}")  # noqa: S608 — here
    if STYLES in extras:
        file.execute(f"DELETE FROM main.{STYLES} WHERE f_table_name NOT IN {here}")  # noqa: S608 — here
        file.execute(
            "INSERT INTO main.gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES (?, 'attributes', ?, 0)",
            (STYLES, STYLES),
        )
