"""A run's files in another format: the same values by code, whole or not at all."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from openpyxl import load_workbook
from sample_run import sample_run

from yrdgeo.errors import ArgumentError, SourceError
from yrdgeo.pipeline.export import EXPORTS, OPTIONS, Export, export_run
from yrdgeo.provenance import sha256, write_json
from yrdgeo.publish.columns import clean
from yrdgeo.publish.csvtables import all_tables, read_table, write_tables
from yrdgeo.publish.geopackage import GEOMETRY, write_geopackage
from yrdgeo.results import Run

FIELD = "gdp_per_capita_yuan"


def written(run: Run, folder: Path, *, crs: str = "EPSG:4326") -> Path:
    """Write what exports read."""
    home = folder / run.name
    write_geopackage(run, home / f"{run.name}.gpkg", crs=crs)
    write_tables(run, home / "tables")
    write_json(home / "run.json", {"yrdgeo": "0", "study": run.name})
    return home


@pytest.fixture(scope="module")
def home(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("runs"))


def whole(folder: Path) -> dict[str, str]:
    return {str(path): sha256(path) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", EXPORTS)
def test_every_format_leaves_the_run_as_it_was_and_needs_overwrite_twice(
    form: str, home: Path, tmp_path: Path
) -> None:
    before = whole(home)
    wanted = Export(form, **({"field": FIELD, "resolution_m": 5000.0} if form == "cog" else {}))
    made = export_run(home, wanted, out=tmp_path / "new" / "folder")
    assert made
    assert sorted(p for p in (tmp_path / "new/folder").rglob("*") if p.is_file()) == sorted(made)
    made[0].write_bytes(b"mine")
    with pytest.raises(ArgumentError, match="--overwrite"):
        export_run(home, wanted, out=tmp_path / "new" / "folder")
    assert made[0].read_bytes() == b"mine"
    export_run(home, wanted, out=tmp_path / "new" / "folder", overwrite=True)
    assert made[0].read_bytes() != b"mine"
    assert whole(home) == before


def test_a_geopackage_is_projected_by_a_second_route_and_keeps_what_it_says(
    run: Run, home: Path, tmp_path: Path
) -> None:
    (path,) = export_run(home, Export("geopackage", crs="EPSG:4549"), out=tmp_path)
    seats = gpd.read_file(path, layer="seats").set_index("adcode")
    assert seats.crs.to_epsg() == 4549
    along = pyproj.Transformer.from_crs(4326, 4549, always_xy=True)
    for code, row in run.cities.iterrows():
        east, north = along.transform(row["seat_lon"], row["seat_lat"])
        point = seats.loc[str(code)].geometry
        assert (point.x, point.y) == pytest.approx((east, north), abs=1e-6)
    original = home / f"{run.name}.gpkg"
    for table in ("layer_styles", "gpkg_data_columns", "gpkg_metadata", "gpkg_extensions"):
        rows = []
        for file in (original, path):
            with closing(sqlite3.connect(file)) as opened:
                rows.append(set(opened.execute(f"SELECT * FROM {table}")))  # noqa: S608 — the tuple above
        assert rows[1] == rows[0] != set()
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = dict(opened.execute("SELECT table_name, identifier FROM gpkg_contents"))
    assert set(named) == {*GEOMETRY, *dict(all_tables(run)), "layer_styles"}
    assert named["pairs"] == "结对城市 Pairs"
    values = gpd.read_file(path, layer="cities").set_index("adcode")[FIELD]
    pd.testing.assert_series_equal(
        values.sort_index(), run.values("gdp_per_capita").sort_index(), check_names=False
    )


def test_one_layer_of_a_geopackage_brings_only_its_own_styles(home: Path, tmp_path: Path) -> None:
    (path,) = export_run(home, Export("geopackage", layer="pairs"), out=tmp_path)
    with closing(sqlite3.connect(path)) as opened:
        styled = {row[0] for row in opened.execute("SELECT f_table_name FROM layer_styles")}
        named = {row[0] for row in opened.execute("SELECT table_name FROM gpkg_data_columns")}
    assert styled == named == {"pairs"}


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4549"])
def test_geojson_is_wgs84_as_rfc_7946_says(run: Run, tmp_path: Path, crs: str) -> None:
    made = export_run(written(run, tmp_path, crs=crs), Export("geojson"))
    assert {path.stem for path in made} == set(GEOMETRY)
    assert made[0].parent == tmp_path / f"{run.name}-export" / "geojson"
    content = json.loads(
        (made[0].parent / "cities.geojson").read_text(encoding="utf-8"),
        parse_constant=lambda word: pytest.fail(f"{word} is no JSON"),
    )
    assert "crs" not in content
    shapes = {row["properties"]["adcode"]: row for row in content["features"]}
    assert set(shapes) == set(run.cities.index)
    for code, shape in run.cities.geometry.items():
        read = shapely.geometry.shape(shapes[str(code)]["geometry"])
        assert all(ring.exterior.is_ccw for ring in read.geoms)
        assert read.symmetric_difference(shape).area < 1e-6 * shape.area
    wide = {code: row["properties"]["mean_time_rail_min"] for code, row in shapes.items()}
    times = run.values("mean_time_rail")
    assert {code for code, value in wide.items() if value is None} == set(
        times.index[~np.isfinite(times)]
    )


def test_parquet_says_its_crs_and_keeps_codes_as_text(run: Run, home: Path, tmp_path: Path) -> None:
    export_run(home, Export("parquet", crs="EPSG:4490"), out=tmp_path)
    cities = gpd.read_parquet(tmp_path / "parquet" / "cities.parquet").set_index("adcode")
    assert cities.crs.to_epsg() == 4490
    assert cities[FIELD].to_dict() == pytest.approx(
        run.values("gdp_per_capita").to_dict(), nan_ok=True
    )
    table = pd.read_parquet(tmp_path / "parquet" / "indicators.parquet")
    assert set(table["adcode"]) == set(run.cities.index)
    assert np.isinf(table["value"]).sum() == np.isinf(run.results["value"]).sum() > 0


def test_csv_is_what_the_run_wrote_and_xlsx_has_its_numbers(
    run: Run, home: Path, tmp_path: Path
) -> None:
    for path in export_run(home, Export("csv"), out=tmp_path):
        assert path.read_bytes() == (home / "tables" / path.name).read_bytes()
    (book,) = export_run(home, Export("xlsx"), out=tmp_path)
    sheets = pd.read_excel(book, sheet_name=None, dtype={"adcode": str})
    assert set(sheets) == {path.stem for path in (home / "tables").glob("*.csv")}
    cities = sheets["cities"].set_index("adcode")
    assert cities[FIELD].to_dict() == pytest.approx(
        run.values("gdp_per_capita").to_dict(), nan_ok=True
    )
    (alone,) = export_run(home, Export("xlsx", layer="pairs"), out=tmp_path / "one")
    assert load_workbook(alone).sheetnames == ["pairs"]


def test_tables_are_read_as_they_were_before_they_were_written(run: Run, home: Path) -> None:
    for name, table in all_tables(run):
        read = read_table(home / "tables" / f"{name}.csv")
        assert list(read.columns) == list(table.columns)
        for column in table.columns:
            wanted, found = table[column].reset_index(drop=True), read[column]
            if pd.api.types.is_numeric_dtype(wanted) and wanted.notna().any():
                numbers = found.astype("float64").to_numpy()
                assert numbers == pytest.approx(
                    wanted.astype("float64").to_numpy(), rel=1e-9, abs=0.006, nan_ok=True
                )
            else:
                assert [clean(cell) for cell in found] == [clean(cell) for cell in wanted]


def test_hostile_text_survives_every_format_as_text(
    hostile_run: Run, hostile_text: str, tmp_path: Path
) -> None:
    home = written(hostile_run, tmp_path)
    for form in ("geopackage", "geojson", "parquet", "csv", "xlsx"):
        export_run(home, Export(form, layer="" if form == "geopackage" else "cities"),
                   out=tmp_path / "out")  # fmt: skip
    said = clean(hostile_text)
    out = tmp_path / "out"
    for cities in (
        gpd.read_file(out / f"{hostile_run.name}.gpkg", layer="cities"),
        gpd.read_parquet(out / "parquet" / "cities.parquet"),
        read_table(out / "csv" / "cities.csv"),
    ):
        assert set(cities["name_zh"]) == {said}
    content = json.loads((out / "geojson" / "cities.geojson").read_text(encoding="utf-8"))
    assert {row["properties"]["name_zh"] for row in content["features"]} == {said}
    sheet = load_workbook(out / f"{hostile_run.name}.xlsx")["cities"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b"}
    assert said in {cell.value for cell in cells}


def test_a_cell_has_the_value_of_the_place_under_its_centre(
    run: Run, home: Path, tmp_path: Path
) -> None:
    wanted = Export("cog", field=FIELD, resolution_m=2000.0)
    (path,) = export_run(home, wanted, out=tmp_path)
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.res == (2000.0, 2000.0)
        assert np.isnan(raster.nodata)
        assert raster.tags()["field"] == FIELD
        cells, crs, transform = raster.read(1), raster.crs, raster.transform
        left, top = raster.bounds.left, raster.bounds.top
    assert left % 2000 == top % 2000 == 0
    places = run.cities.to_crs(crs)
    rows, columns = np.indices(cells.shape)
    east = transform.c + transform.a * (columns.ravel() + 0.5)
    north = transform.f + transform.e * (rows.ravel() + 0.5)
    centres = gpd.GeoDataFrame(geometry=gpd.points_from_xy(east, north), crs=crs)
    values = run.values("gdp_per_capita")
    inside = centres.sjoin(places[["geometry"]], how="left", predicate="within")
    by_hand = inside["adcode"].map(values).to_numpy()
    np.testing.assert_array_equal(cells.ravel(), by_hand)
    assert np.isfinite(cells).any()


def test_cells_are_of_equal_area(run: Run, home: Path, tmp_path: Path) -> None:
    (path,) = export_run(home, Export("cog", field="population_10_000_people", resolution_m=500.0),
                         out=tmp_path)  # fmt: skip
    geod = pyproj.Geod(ellps="WGS84")
    people = run.values("population")
    with rasterio.open(path) as raster:
        cells = raster.read(1)
    for code, shape in run.cities.geometry.items():
        area_km2 = abs(geod.geometry_area_perimeter(shape)[0]) / 1e6
        counted = (cells == people[code]).sum() * 0.25
        assert counted == pytest.approx(area_km2, rel=0.02)


def test_a_cog_in_a_given_crs_keeps_no_path(home: Path, tmp_path: Path) -> None:
    wanted = Export("cog", crs="EPSG:4549", field="mean_time_rail_min", resolution_m=5000.0)
    (path,) = export_run(home, wanted, out=tmp_path)
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == 4549
        assert np.isinf(raster.read(1)).any()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Export("shp"), "no export format 'shp'"),
        (Export("geojson", crs="EPSG:4549"), "RFC 7946"),
        (Export("csv", crs="EPSG:4549"), "csv does not take --crs"),
        (Export("parquet", field="gdp"), "does not take --field"),
        (Export("geopackage", resolution_m=1.0), "does not take --resolution"),
        (Export("geopackage", crs="EPSG:999999"), "no coordinate reference system"),
        (Export("geopackage", crs="EPSG:5703"), "no place on the ground"),
        (Export("parquet", layer="citys"), "Did you mean 'cities'"),
        (Export("csv", layer="citys"), "Did you mean 'cities'"),
        (Export("geojson", layer="sources"), "has no geometry"),
        (Export("cog", field=FIELD), "needs --resolution"),
        (Export("cog", resolution_m=1000.0), "needs --field"),
        (Export("cog", field="gdp_per_capita", resolution_m=1000.0), f"mean '{FIELD}'"),
        (Export("cog", field="name_zh", resolution_m=1000.0), "holds no numbers"),
        (Export("cog", layer="sources", field="x", resolution_m=1000.0), "has no geometry"),
        (Export("cog", field=FIELD, resolution_m=0.0), "no length"),
        (Export("cog", field=FIELD, resolution_m=float("nan")), "no length"),
        (Export("cog", field=FIELD, resolution_m=0.5), "larger --resolution"),
        (Export("cog", crs="EPSG:4490", field=FIELD, resolution_m=1.0), "CRS in metres"),
        (Export("cog", crs="EPSG:2225", field=FIELD, resolution_m=1.0), "CRS in metres"),
    ],
)
def test_what_cannot_be_written_leaves_nothing(
    wanted: Export, said: str, home: Path, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=said):
        export_run(home, wanted, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", EXPORTS)
def test_a_missing_file_is_named_with_the_remedy(form: str, tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "run.json", {"study": "a"})
    options = {"field": "x", "resolution_m": 1.0} if form == "cog" else {}
    remedy = "tables" if form in ("csv", "xlsx") else "geopackage"
    with pytest.raises(SourceError, match=f"--format {remedy}"):
        export_run(tmp_path / "a", Export(form, **options))
    with pytest.raises(SourceError, match="not a run's folder"):
        export_run(tmp_path / "b", Export(form, **options))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_damaged_geopackage_and_a_runs_own_folder_are_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "run.json", {"study": "../../a"})
    (tmp_path / "a" / "a.gpkg").write_bytes(b"no database")
    with pytest.raises(SourceError, match="cannot be read"):
        export_run(tmp_path / "a", Export("geojson"))
    with pytest.raises(ArgumentError, match="own folder"):
        export_run(tmp_path / "a", Export("csv"), out=tmp_path / "a")


def test_a_run_without_railways_is_exported_too(tmp_path: Path) -> None:
    run = sample_run()
    bare = replace(run, links=run.links.iloc[:0], pairs=run.pairs.iloc[:0])
    made = export_run(written(bare, tmp_path), Export("geojson"))
    assert json.loads(made[-1].read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    export_run(tmp_path / run.name, Export("geopackage", crs="EPSG:4490"))
    export_run(tmp_path / run.name, Export("parquet"))


def test_every_format_says_which_options_it_takes() -> None:
    assert set(OPTIONS) == set(EXPORTS)
