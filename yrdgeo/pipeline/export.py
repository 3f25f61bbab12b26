"""A run's files in another format: read from its folder, written beside it, whole or not at all.

Promise: nothing is computed anew and nothing is guessed. A file that is there is replaced only
where that was asked for.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj

from yrdgeo.errors import ArgumentError, SourceError, few, nearest
from yrdgeo.pipeline.cog import write_cog
from yrdgeo.pipeline.disk import room_on_disk
from yrdgeo.pipeline.repack import STYLES, repack
from yrdgeo.provenance import read_manifest
from yrdgeo.publish.csvtables import read_table
from yrdgeo.publish.workbook import MOST_ROWS, write_sheets
from yrdgeo.units import WGS84

FARTHEST = 1e12  # metres or degrees; what lies outside a projection comes out infinite


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked of an export.

    Attributes
    ----------
    format
        One of :data:`EXPORTS`.
    crs
        What geometry is written in; that of the run if empty.
    layer
        One layer or table; all of them if empty (``cog``: ``cities``).
    field
        Of ``cog``: the column whose numbers are burnt into cells.
    resolution_m
        Of ``cog``: the side of a cell in metres.
    """

    format: str
    crs: str = ""
    layer: str = ""
    field: str = ""
    resolution_m: float | None = None


def export_run(
    folder: str | Path, wanted: Export, *, out: str | Path | None = None, overwrite: bool = False
) -> list[Path]:
    """Write what a run wrote in another format.

    ============== ==================================================================
    geopackage     one file in another CRS, its styles, names and sources with it
    geojson        a file a layer, RFC 7946: WGS 84, seven decimals; no path is null
    parquet        a file a layer (GeoParquet) and a table
    csv            the run's tables
    xlsx           the run's tables as one workbook
    cog            one field of a layer as a cloud-optimised GeoTIFF, NaN where none
    ============== ==================================================================

    Parameters
    ----------
    folder
        The folder of a run.
    wanted
        The format and its options.
    out
        Where the files go; ``<folder>-export`` beside the run if None.
    overwrite
        Replace files that are there.

    Returns
    -------
    paths
        The files written.

    Raises
    ------
    SourceError
        If the folder is no run's, or lacks the GeoPackage or the tables.
    ArgumentError
        If an option is unknown, does not fit the format, or a file is there already.

    References
    ----------
    Butler, H. et al. (2016). RFC 7946: The GeoJSON format.
    Open Geospatial Consortium (2023). Cloud optimized GeoTIFF standard, OGC 21-026.

    Examples
    --------
    >>> import yrdgeo as yg
    >>> run = yg.run_study(yg.load_study("yrd"), folder, formats=["tables"])
    >>> paths = export_run(run.out, Export("xlsx"))
    >>> paths[0].relative_to(folder).as_posix()
    'yrd-export/yrd.xlsx'
    """
    home = Path(folder)
    name = Path(str(read_manifest(home).get("study") or home.resolve().name)).name
    _check_options(wanted)
    target = home.resolve().with_name(f"{home.resolve().name}-export") if out is None else Path(out)
    if target.resolve() == home.resolve():
        fix = "Name another folder with --out."
        raise ArgumentError("A run's own folder is what the run wrote.", found=str(out), fix=fix)
    was_there = target.is_dir()
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".yrdgeo-", dir=target) as scratch:
            draft = Path(scratch)
            with room_on_disk(target):
                EXPORTS[wanted.format](home, name, wanted, draft)
            return _moved(draft, target, overwrite=overwrite)
    finally:
        if not was_there and not any(target.iterdir()):
            target.rmdir()


def _moved(draft: Path, target: Path, *, overwrite: bool) -> list[Path]:
    """Move all files to their place, or none."""
    made = sorted(path for path in draft.rglob("*") if path.is_file())
    places = [target / path.relative_to(draft) for path in made]
    there = [str(path) for path in places if path.exists() or path.is_symlink()]
    if there and not overwrite:
        raise ArgumentError(
            f"{len(there)} of {len(places)} files are already there.",
            found=there[0],
            fix="Replace them with --overwrite, or name another folder with --out.",
        )
    for path, place in zip(made, places, strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    return places


def _check_options(wanted: Export) -> None:
    if wanted.format not in EXPORTS:
        raise ArgumentError(
            f"There is no export format {wanted.format!r}.",
            fix=nearest(wanted.format, list(EXPORTS)),
        )
    given = {
        "--crs": bool(wanted.crs),
        "--layer": bool(wanted.layer),
        "--field": bool(wanted.field),
        "--resolution": wanted.resolution_m is not None,
    }
    legal = OPTIONS[wanted.format]
    for option, is_given in given.items():
        if is_given and option not in legal:
            fix = f"{wanted.format} takes {', '.join(legal) or 'no options'}."
            if wanted.format == "geojson":
                fix = f"GeoJSON is WGS 84 by its standard (RFC 7946). {fix}"
            raise ArgumentError(f"{wanted.format} does not take {option}.", fix=fix)
    if wanted.crs:
        _crs(wanted.crs)


def _crs(text: str) -> pyproj.CRS:
    try:
        found = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        fix = "Give an EPSG code, for instance EPSG:4490 or EPSG:4549."
        raise ArgumentError(f"{text!r} is no coordinate reference system.", fix=fix) from error
    if not (found.is_geographic or found.is_projected):
        fix = "Give a geographic or projected one, for instance EPSG:4549."
        raise ArgumentError(f"{text!r} has no place on the ground.", found=found.name, fix=fix)
    return found


def _package(home: Path, name: str) -> Path:
    path = home / f"{name}.gpkg"
    if path.is_file():
        return path
    fix = "Run the study again with --format geopackage."
    raise SourceError(f"{home} has no GeoPackage.", found=f"no {path.name}", fix=fix)


def _layers(path: Path, wanted: Export) -> dict[str, bool]:
    """Return the layers and tables that are asked for, and whether each has geometry."""
    try:
        listed = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, RuntimeError) as error:
        fix = "Run the study again with --format geopackage."
        raise SourceError(f"{path.name} cannot be read.", found=str(error), fix=fix) from error
    found = {str(name): kind is not None for name, kind in listed if name != STYLES}
    return _chosen(found, wanted.layer)


def _chosen(found: dict[str, bool], layer: str) -> dict[str, bool]:
    if layer and layer not in found:
        raise ArgumentError(f"The run has no layer {layer!r}.", fix=nearest(layer, sorted(found)))
    return {layer: found[layer]} if layer else found


def _placed(path: Path, layer: str, crs: str) -> gpd.GeoDataFrame:
    """Return a layer in a CRS, or in its own."""
    read = gpd.read_file(path, layer=layer)
    if not crs:
        return read
    placed = read.to_crs(crs)
    if len(placed) and not pd.Series(placed.total_bounds).abs().lt(FARTHEST).all():
        fix = "Choose one that covers the region."
        raise ArgumentError(
            "The run lies outside this coordinate reference system.", found=crs, fix=fix
        )
    return placed


def _geopackage(home: Path, name: str, wanted: Export, draft: Path) -> None:
    source = _package(home, name)
    tables = (
        (layer, _placed(source, layer, wanted.crs) if spatial else _table(source, layer))
        for layer, spatial in _layers(source, wanted).items()
    )
    repack(source, draft / f"{name}.gpkg", tables)


def _table(path: Path, layer: str) -> pd.DataFrame:
    return pd.DataFrame(pyogrio.read_dataframe(path, layer=layer, read_geometry=False))


def _geojson(home: Path, name: str, wanted: Export, draft: Path) -> None:
    source = _package(home, name)
    chosen = _layers(source, wanted)
    if wanted.layer and not chosen[wanted.layer]:
        fix = "Choose a layer with places, or the format csv."
        raise ArgumentError(f"{wanted.layer!r} has no geometry.", fix=fix)
    (draft / "geojson").mkdir()
    for layer in (one for one, spatial in chosen.items() if spatial):
        placed = _placed(source, layer, WGS84)
        numbers = placed.select_dtypes("number")  # JSON has no word for "no path"
        pyogrio.write_dataframe(
            placed.assign(**numbers.where(np.isfinite(numbers))),
            draft / "geojson" / f"{layer}.geojson",
            driver="GeoJSON",
            layer_options={"RFC7946": "YES", "WRITE_NAME": "NO"},
        )


def _parquet(home: Path, name: str, wanted: Export, draft: Path) -> None:
    source = _package(home, name)
    (draft / "parquet").mkdir()
    for layer, spatial in _layers(source, wanted).items():
        path = draft / "parquet" / f"{layer}.parquet"
        if spatial:
            _placed(source, layer, wanted.crs).to_parquet(path, index=False)
        else:
            _table(source, layer).to_parquet(path, index=False)


def _tables(home: Path, wanted: Export) -> Iterator[Path]:
    found = {path.stem: path for path in sorted((home / "tables").glob("*.csv"))}
    if not found:
        fix = "Run the study again with --format tables."
        raise SourceError(f"{home} has no tables.", found="no tables/*.csv", fix=fix)
    for stem in _chosen(dict.fromkeys(found, False), wanted.layer):
        yield found[stem]


def _csv(home: Path, _name: str, wanted: Export, draft: Path) -> None:
    (draft / "csv").mkdir()
    for path in _tables(home, wanted):
        shutil.copyfile(path, draft / "csv" / path.name)


def _xlsx(home: Path, name: str, wanted: Export, draft: Path) -> None:
    sheets = {path.stem: read_table(path) for path in _tables(home, wanted)}
    long = [stem for stem, table in sheets.items() if len(table) >= MOST_ROWS]
    if long:
        fix = "Export it as csv or parquet."
        raise ArgumentError("A sheet holds 1,048,576 rows.", found=f"more in {few(long)}", fix=fix)
    write_sheets(sheets, draft / f"{name}.xlsx", title=name)


def _cog(home: Path, name: str, wanted: Export, draft: Path) -> None:
    source, layer = _package(home, name), wanted.layer or "cities"
    chosen = _layers(source, Export("cog", layer=layer))
    if not chosen[layer]:
        raise ArgumentError(f"{layer!r} has no geometry.", fix="Choose a layer with places.")
    table = _placed(source, layer, wanted.crs)
    if wanted.resolution_m is None or not wanted.field:
        missing = "--field" if not wanted.field else "--resolution"
        numbers = list(table.select_dtypes("number").columns)
        fix = f"Add {missing}. Fields: {', '.join(map(str, numbers))}."
        raise ArgumentError(f"cog needs {missing}.", fix=fix)
    words = _said(source, layer, wanted.field)
    write_cog(
        table,
        draft / f"{layer}_{wanted.field}_{wanted.resolution_m:g}m.tif",
        field=wanted.field,
        resolution_m=wanted.resolution_m,
        projected=bool(wanted.crs),
        tags={"layer": layer, "study": name, **words},
    )


def _said(path: Path, layer: str, field: str) -> dict[str, str]:
    """Return what the GeoPackage says of a column."""
    query = (
        "SELECT title, description FROM gpkg_data_columns WHERE table_name = ? AND column_name = ?"
    )
    with closing(sqlite3.connect(path)) as file:
        try:
            row = file.execute(query, (layer, field)).fetchone()
        except sqlite3.DatabaseError:
            row = None
    return {"title": str(row[0] or ""), "description": str(row[1] or "")} if row else {}


EXPORTS: dict[str, Callable[[Path, str, Export, Path], None]] = {
    "geopackage": _geopackage,
    "geojson": _geojson,
    "parquet": _parquet,
    "csv": _csv,
    "xlsx": _xlsx,
    "cog": _cog,
}
OPTIONS = {
    "geopackage": ("--crs", "--layer"),
    "geojson": ("--layer",),
    "parquet": ("--crs", "--layer"),
    "csv": ("--layer",),
    "xlsx": ("--layer",),
    "cog": ("--crs", "--layer", "--field", "--resolution"),
}
