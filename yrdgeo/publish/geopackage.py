"""A run as one GeoPackage that QGIS opens styled.

Promise: tables are joined by adcode and sorted by their key, text is cleaned and travels as data,
and the same run gives the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString

from yrdgeo.errors import ArgumentError
from yrdgeo.provenance import whole_file
from yrdgeo.publish.columns import (
    NEAREST,
    RESERVED,
    LayerColumn,
    clean,
    distinct,
    layer_columns,
    slug,
    wide_table,
)
from yrdgeo.publish.csvtables import all_tables
from yrdgeo.publish.gpkgextras import add_extras, pack
from yrdgeo.results import Run
from yrdgeo.units import WGS84

RAILWAYS = ("hsr", "rail")
NOT_DRAWN = ("access", "transfer")  # footpaths of the model, not things on the ground
Record = dict[str, object]


def write_geopackage(run: Run, path: str | Path, *, crs: str = WGS84) -> Path:
    """Write a run as one GeoPackage: layers, tables, styles, column names and sources.

    Layers: ``cities`` (every mapped layer a column, its unit in the name), ``hinterlands``,
    ``roads``, ``rail``, ``stations``, ``contiguity`` (seat to seat), ``seats``, ``pairs``.
    Tables: ``layers`` (the dictionary of the columns), ``indicators`` (long, every year and
    scenario), ``gradients``, ``groups``, ``group_members``, ``sources``, ``warnings``, and the
    run's further tables; those with shapes are layers.

    Parameters
    ----------
    run
        The run to write.
    path
        The file; one that is there is replaced when the new one is whole.
    crs
        What the geometry is written in: ``EPSG:4326``, ``EPSG:4490`` (CGCS2000) or any other
        that covers the region. Longitude (easting) is first in the file, as the format asks.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    ArgumentError
        If the CRS is unknown or does not cover the region.

    References
    ----------
    Open Geospatial Consortium (2021). GeoPackage encoding standard 1.3, OGC 12-128r17.

    Examples
    --------
    >>> import geopandas as gpd
    >>> path = write_geopackage(run, folder / "sample.gpkg", crs="EPSG:4490")
    >>> cities = gpd.read_file(path, layer="cities").set_index("adcode")
    >>> cities.crs.name, cities.loc["910100", "gdp_per_capita_yuan"].item()
    ('China Geodetic Coordinate System 2000', 42500.25)
    """
    target = Path(path)
    columns = layer_columns(run)
    layers = {name: build(run) for name, build in LAYERS.items()}
    layers["cities"] = city_layer(run, columns)
    with whole_file(target) as draft:
        loose = draft.with_name("loose.gpkg")
        for name, kind in GEOMETRY.items():
            _write_layer(layers[name], loose, name, kind=kind, crs=crs)
        for name, table in all_tables(run):
            drawn = run.tables.get(name)
            if isinstance(drawn, gpd.GeoDataFrame):
                _write_layer(drawn, loose, name, kind=_kind(drawn), crs=crs)
            elif name not in GEOMETRY:
                _write(_plain(table), loose, name)
        add_extras(loose, run, columns)
        pack(loose, draft)
    return target


def _write_layer(layer: gpd.GeoDataFrame, path: Path, name: str, *, kind: str, crs: str) -> None:
    plain = _plain(pd.DataFrame(layer.drop(columns="geometry")))
    shapes = _projected(gpd.GeoSeries(layer.geometry, crs=WGS84), crs)
    placed = gpd.GeoDataFrame(plain, geometry=shapes.reset_index(drop=True), crs=shapes.crs)
    _write(placed, path, name, geometry_type=kind)


def _kind(layer: gpd.GeoDataFrame) -> str:
    """Return the one type of the shapes, or that they are of several."""
    kinds = pd.Series(layer.geometry.dropna().geom_type).unique()
    return str(kinds[0]) if len(kinds) == 1 else "Unknown"


def _projected(shapes: gpd.GeoSeries, crs: str) -> gpd.GeoSeries:
    try:
        placed = shapes.to_crs(crs)
    except (RuntimeError, ValueError) as error:
        raise ArgumentError(
            "The GeoPackage cannot be written in this coordinate reference system.",
            found=f"crs = {crs!r}: {error}",
            fix="Give an EPSG code, for instance 'EPSG:4490' or 'EPSG:4549'.",
        ) from error
    drawn = placed[~(placed.is_empty | placed.isna())]  # a pair within one city has no line
    if len(drawn) and not pd.Series(drawn.total_bounds).abs().lt(1e12).all():
        raise ArgumentError(
            "The region lies outside this coordinate reference system.",
            found=f"crs = {crs!r}",
            fix="Choose one that covers the region.",
        )
    return placed


def _write(table: pd.DataFrame, path: Path, name: str, *, geometry_type: str | None = None) -> None:
    spatial = geometry_type is not None
    options = {"FID": "fid", **({"GEOMETRY_NAME": "geom"} if spatial else {})}
    # VERSION is the newest that validators and QGIS of the last years all know.
    pyogrio.write_dataframe(
        table,
        path,
        layer=name,
        driver="GPKG",
        geometry_type=geometry_type,
        promote_to_multi=geometry_type == "MultiPolygon",
        append=path.exists(),
        layer_options=options,
        dataset_options={} if path.exists() else {"VERSION": "1.3"},
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of clean text and numbers, its columns safely and distinctly named."""
    plain = table.reset_index(drop=True)
    texts = plain.select_dtypes(exclude=["number", "bool"]).columns
    plain = plain.assign(**{name: [clean(cell) for cell in plain[name]] for name in texts})
    names = (slug(str(name)) or "column" for name in plain.columns)
    plain.columns = pd.Index(distinct(names, taken=["fid", "geom"]))
    return plain


def city_layer(run: Run, columns: Sequence[LayerColumn]) -> gpd.GeoDataFrame:
    """Return the cities with a column a mapped layer and their nearest core, sorted by adcode."""
    cores = run.hinterlands[list(NEAREST)].rename(columns=NEAREST)
    wide = wide_table(run, columns).join(cores)
    about = run.cities.sort_index()
    # The styles know the layers' columns by name, so a user's own column of that name gives way.
    own = [name for name in about.columns if name != "geometry"]
    names = distinct((slug(str(name)) or "column" for name in own), taken=[*RESERVED, *wide])
    about = about.rename(columns=dict(zip(own, names, strict=True)))
    joined = about.join(wide).rename_axis("adcode").reset_index()
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=run.cities.crs)


def seat_layer(run: Run) -> gpd.GeoDataFrame:
    """Return the seats of the cities; ``role`` says which are the region's cores."""
    cities = pd.DataFrame(run.cities.drop(columns="geometry")).sort_index()
    cities["role"] = ["core" if code in run.cores else "city" for code in cities.index]
    points = gpd.points_from_xy(cities["seat_lon"], cities["seat_lat"])
    named = cities.rename_axis("adcode").reset_index()
    return gpd.GeoDataFrame(named, geometry=points, crs=WGS84)


def contiguity_layer(run: Run) -> gpd.GeoDataFrame:
    """Return a line from seat to seat for each pair of neighbours."""
    edges = run.contiguity.sort_values(["from_id", "to_id"]).reset_index(drop=True)
    seats = run.cities[["name_zh", "name_en", "seat_lon", "seat_lat"]]
    ends = {
        end: edges[[f"{end}_id"]].join(seats, on=f"{end}_id").drop(columns=f"{end}_id")
        for end in ("from", "to")
    }
    lines = [
        LineString([a, b])
        for a, b in zip(
            ends["from"][["seat_lon", "seat_lat"]].to_numpy(),
            ends["to"][["seat_lon", "seat_lat"]].to_numpy(),
            strict=True,
        )
    ]
    names = [table[["name_zh", "name_en"]].add_prefix(f"{end}_") for end, table in ends.items()]
    return gpd.GeoDataFrame(pd.concat([edges, *names], axis=1), geometry=lines, crs=WGS84)


def hinterland_layer(run: Run) -> gpd.GeoDataFrame:
    """Return one polygon a core: the cities that are nearest to it in time."""
    joined = run.cities[["name_zh", "geometry"]].sort_index().join(run.hinterlands)
    names = pd.DataFrame(run.cities[["name_zh", "name_en"]])
    known = joined[joined["core"].isin(run.cities.index)]
    rows: list[Record] = [
        {
            "core": str(core),
            "core_zh": names.loc[str(core), "name_zh"],
            "core_en": names.loc[str(core), "name_en"],
            "n_cities": len(part),
            "cities_zh": "、".join(clean(name) for name in part["name_zh"]),
            "longest_min": float(part["travel_time_min"].max()),
            "geometry": part.geometry.union_all(),
        }
        for core, part in known.groupby("core", sort=True)
    ]
    return _spatial(rows, ["core", "core_zh", "core_en", "n_cities", "cities_zh", "longest_min"])


def _spatial(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[*columns, "geometry"]), geometry="geometry", crs=WGS84
    )


def rail_layer(run: Run) -> gpd.GeoDataFrame:
    """Return the railways of the study's day."""
    return _drawn(run.links[run.links["mode"].isin(RAILWAYS)])


def road_layer(run: Run) -> gpd.GeoDataFrame:
    """Return everything else that is drawn; ``class`` says what belongs to the backbone."""
    links = _drawn(run.links[~run.links["mode"].isin([*RAILWAYS, *NOT_DRAWN])])
    kind = links["backbone"].map({True: "backbone", False: "other"})
    return links.assign(**{"class": kind})


def _drawn(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the links that have a shape; without a word on their rank all are backbone."""
    drawn = links[links.geometry.notna()].sort_values("link_id")
    ranked = drawn.get("backbone", pd.Series(data=True, index=drawn.index))
    return drawn.assign(backbone=ranked.isin([True]))


def station_layer(run: Run) -> gpd.GeoDataFrame:
    """Return the railway stations."""
    return run.nodes[run.nodes["kind"].eq("station")].sort_values("node_id")


def pair_layer(run: Run) -> gpd.GeoDataFrame:
    """Return the pairs as great-circle lines from helper to helped."""
    return run.pairs.sort_values("pair_id")


LAYERS: dict[str, Callable[[Run], gpd.GeoDataFrame]] = {
    "hinterlands": hinterland_layer,
    "roads": road_layer,
    "rail": rail_layer,
    "stations": station_layer,
    "contiguity": contiguity_layer,
    "seats": seat_layer,
    "pairs": pair_layer,
}
# In the order in which they lie on the map, the ground first.
GEOMETRY = {
    "cities": "MultiPolygon",
    "hinterlands": "MultiPolygon",
    "roads": "LineString",
    "rail": "LineString",
    "stations": "Point",
    "contiguity": "LineString",
    "seats": "Point",
    "pairs": "LineString",
}
