"""Corridors: where cities lie along them, whose they are, what they have more, how one asks."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from yrdgeo.analysis.gradient import along_corridor, chainage, corridor_premium
from yrdgeo.errors import ArgumentError, PlaceError, SourceError, StudyError, YrdGeoError
from yrdgeo.pipeline import check_input
from yrdgeo.pipeline.gradient_tables import gradient_tables
from yrdgeo.pipeline.gradients import (
    corridor_notices,
    corridor_premiums,
    fitted_gradients,
    gradient_rows,
)
from yrdgeo.publish.corridorsay import said, way_words
from yrdgeo.results import Run
from yrdgeo.sources.corridors import corridor_of, load_corridors
from yrdgeo.study import Study, load_study

GEOD = Geod(ellps="WGS84")
HEAD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n'
HEAD += '[network]\nmodes = ["road"]\n'
ASKED = '[[gradient]]\nvalues = "gdp"\nby = "corridor"\n'


def seats_of(points: dict[str, tuple[float, float]]) -> gpd.GeoDataFrame:
    lon, lat = zip(*points.values(), strict=True)
    index = pd.Index(list(points), name="adcode")
    return gpd.GeoDataFrame({"seat_lon": lon, "seat_lat": lat}, index=index)


@pytest.fixture(scope="module")
def codes() -> list[str]:
    cities = pd.read_csv("yrdgeo/data/cities.csv", dtype={"adcode": str})
    return list(cities["adcode"].sample(frac=1, random_state=2))


# a fork at the west end of an east-west line, on the equator where degrees are even
PLACES = {
    "tip": (120.0, 2.0), "b": (121.0, 0.0), "start": (120.0, 0.0), "c": (122.0, 0.0),
    "beside": (121.5, 0.3), "beyond": (122.2, 0.0), "off": (121.5, 1.5),
}  # fmt: skip


def test_a_drawn_line_of_many_corners_is_searched_whole() -> None:
    random = np.random.default_rng(5)
    corners = np.column_stack([np.linspace(116, 122, 400), 31 + random.normal(0, 0.2, 400)])
    points = random.uniform((115, 29), (123, 33), (12, 2))
    seats = seats_of({f"c{k:02}": (float(x), float(y)) for k, (x, y) in enumerate(points)})
    found = chainage(seats, shapely.LineString(corners)).reset_index(drop=True)
    legs = GEOD.line_lengths(corners[:, 0], corners[:, 1])
    before = np.concatenate([[0], np.cumsum(legs)])
    for k, (x, y) in enumerate(points):
        away = np.array([GEOD.inv(x, y, *corner)[2] for corner in corners])
        # The nearest corner is at most half a leg off the nearest point, and never nearer.
        nearest = int(away.argmin())
        assert found["offset_km"][k] * 1000 <= away[nearest] + 1e-3
        assert away[nearest] - found["offset_km"][k] * 1000 <= max(legs)
        at = np.searchsorted(before / 1000, found["chainage_km"][k]) - 1
        near = min(max(int(at), 0), len(legs) - 1)
        ends = away[near], away[near + 1]
        assert found["offset_km"][k] * 1000 >= (sum(ends) - legs[near]) / 2 - 1e-3


def test_a_line_through_the_seats_is_the_list_of_them() -> None:
    seats = seats_of(PLACES)
    line = ["start", "b", "c"]
    drawn = shapely.LineString([PLACES[name] for name in line])
    pd.testing.assert_frame_equal(chainage(seats, drawn), chainage(seats, line))


def test_distance_on_two_axes_leads_over_their_common_start() -> None:
    seats = seats_of(PLACES)
    along = along_corridor(seats, [["start", "b", "c"], ["start", "tip"]], ["b"], offset_km=50)
    degree = GEOD.inv(120, 0, 121, 0)[2] / 1000
    north = GEOD.inv(120, 0, 120, 2)[2] / 1000
    km = along["chainage_km"]
    assert km["start"] == pytest.approx(degree)
    assert km["b"] == pytest.approx(0, abs=1e-9)
    assert km["c"] == pytest.approx(degree)
    assert km["tip"] == pytest.approx(degree + north)
    assert km["beside"] == pytest.approx(degree / 2, abs=0.01)
    assert along["axis"].to_dict() | {"off": 0} == dict.fromkeys(PLACES, 0) | {"tip": 1}
    kept = {name for name, beside in along["beside"].items() if beside}
    assert kept == {"start", "b", "c", "tip", "beside"}  # "beyond" is near, and past the end


def test_of_several_cores_the_nearest_along_the_line_counts() -> None:
    seats = seats_of(PLACES)
    both = along_corridor(seats, [["start", "b", "c"]], ["start", "c"], offset_km=50)
    each = [along_corridor(seats, [["start", "b", "c"]], [core])["chainage_km"]
            for core in ("start", "c")]  # fmt: skip
    np.testing.assert_allclose(both["chainage_km"], np.minimum(*each))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_the_direction_of_the_line_changes_nothing(seed: int) -> None:
    points = np.random.default_rng(seed).uniform((117, 29), (122, 33), (9, 2))
    seats = seats_of({f"c{k}": (float(x), float(y)) for k, (x, y) in enumerate(points)})
    line = ["c3", "c1", "c6", "c0"]
    there = along_corridor(seats, [line], ["c1"], offset_km=100)
    back = along_corridor(seats.sample(frac=1, random_state=seed), [line[::-1]], ["c1"],
                          offset_km=100).reindex(there.index)  # fmt: skip
    np.testing.assert_allclose(there["offset_km"], back["offset_km"], atol=1e-6)
    # A place as near to two legs may lie on either: the nearer to the start of the line wins.
    same = np.isclose(there["chainage_km"], back["chainage_km"], atol=1e-5)
    assert same.mean() > 0.8
    assert (there["beside"] == back["beside"])[same].all()


@pytest.mark.parametrize(
    ("axes", "cores", "limit", "message"),
    [
        ([["start", "b"]], ["tip"], 50, r"does not lie beside.*tip \(221 km off\)"),
        ([["start", "b"]], ["nowhere"], 50, "not among the cities"),
        ([["start", "b"]], [], 50, "one core or more"),
        ([["start", "b"]], ["b"], -1, "zero or more"),
        ([["start", "b"]], ["b"], np.nan, "zero or more"),
        ([["start", "b"], ["tip", "b"]], ["b"], 50, "begin at one place"),
        ([shapely.Point(1, 1)], ["b"], 50, "one line"),
        ([shapely.LineString([(0, 0), (400, 0)])], ["b"], 50, "one line"),
        ([shapely.LineString([(0, 0), (0, 0)])], ["b"], 50, "longer than nothing"),
    ],
)
def test_impossible_corridors_are_refused(
    axes: list[list[str]], cores: list[str], limit: float, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        along_corridor(seats_of(PLACES), axes, cores, offset_km=limit)


@pytest.fixture(scope="module")
def made() -> dict[str, pd.Series]:
    random = np.random.default_rng(4)
    ids = [f"c{k:02}" for k in random.permutation(30)]
    km = pd.Series(random.uniform(0, 500, 30), ids)
    on = pd.Series(random.random(30) < 0.4, ids)
    noise = np.exp(random.normal(0, 0.2, 30))
    values = 100 * np.exp(-0.002 * km + 0.3 * on) * noise
    weights = pd.Series(random.uniform(1, 5, 30), ids)
    return {"km": km, "on": on, "values": values, "weights": weights}


@pytest.mark.parametrize("form", ["linear", "exponential", "power", "log"])
def test_the_premium_is_the_coefficient_of_statsmodels(
    made: dict[str, pd.Series], form: str
) -> None:
    shuffled = made["on"].sample(frac=1, random_state=1)
    found = corridor_premium(made["values"], made["km"], shuffled, form=form,
                             weights=made["weights"])  # fmt: skip
    x = np.log(made["km"]) if form in ("power", "log") else made["km"]
    y = np.log(made["values"]) if form in ("power", "exponential") else made["values"]
    design = np.column_stack([np.ones(30), x, made["on"].astype(float)])
    other = sm.WLS(y.to_numpy(), design, weights=made["weights"].to_numpy()).fit()
    robust = other.get_robustcov_results("HC3", use_t=True)
    assert found.premium == pytest.approx(robust.params[2], rel=1e-9)
    assert found.standard_error == pytest.approx(robust.bse[2], rel=1e-9)
    assert found.interval == pytest.approx(tuple(robust.conf_int()[2]), rel=1e-9)
    assert found.p_value == pytest.approx(robust.pvalues[2], rel=1e-7)
    assert (found.percent is None) == (form in ("linear", "log"))
    assert found.n_on + found.n_off == 30


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"on": lambda one: one & False}, "2 cities or more on"),
        ({"on": lambda one: one | True}, "0 off"),
        ({"on": lambda one: one.astype(float)}, "Series of truth"),
        ({"on": lambda one: one.drop("c03")}, "different places.*c03"),
        ({"values": lambda one: one - 1e6}, "logarithm"),
        ({"values": lambda one: one.drop("c03")}, "different places"),
    ],
)
def test_a_premium_that_cannot_be_is_refused(
    made: dict[str, pd.Series], change: dict, message: str
) -> None:
    given = {name: change.get(name, lambda one: one)(one) for name, one in made.items()}
    with pytest.raises(ArgumentError, match=message):
        corridor_premium(given["values"], given["km"], given["on"])


def test_shipped_corridors_are_found_by_what_people_call_them(codes: list[str]) -> None:
    whole = corridor_of("G60", folder=Path(), among=codes)
    assert (whole.id, whole.name_en, len(whole.axes)) == ("g60", "G60 corridor", 2)
    assert corridor_of("g60_huhe", folder=Path(), among=codes).axes[0][-1] == "340100"
    assert corridor_of("G40", folder=Path(), among=codes).confidence == "low"
    with pytest.raises(SourceError, match="Did you mean 'g60'"):
        corridor_of("G6O", folder=Path(), among=codes)
    with pytest.raises(PlaceError, match=r"has not\..*340100"):
        corridor_of("g60_huhe", folder=Path(), among=[c for c in codes if c != "340100"])


def test_a_users_own_list_keeps_its_order(tmp_path: Path, codes: list[str]) -> None:
    listed = corridor_of(["南京", "镇江市", "Wuxi"], folder=tmp_path, among=codes)
    assert listed.axes == (("320100", "321100", "320200"),)
    assert (listed.name_zh, listed.name_en) == ("南京市—无锡市", "Nanjing–Wuxi")
    table = pd.DataFrame({"note": ["x", "y"], "city": ["南京", "无锡"]})
    table.to_csv(tmp_path / "line.csv", index=False)
    assert corridor_of("line.csv", folder=tmp_path, among=codes).axes == (("320100", "320200"),)
    table.assign(city=["南京", "毫州"]).to_csv(tmp_path / "line.csv", index=False)
    with pytest.raises(PlaceError, match="row 3"):
        corridor_of("line.csv", folder=tmp_path, among=codes)
    table.rename(columns={"city": "stadt"}).to_csv(tmp_path / "line.csv", index=False)
    with pytest.raises(SourceError, match="no column of cities"):
        corridor_of("line.csv", folder=tmp_path, among=codes)
    for missing in ("none.csv", "none.gpkg"):
        with pytest.raises(SourceError, match="There is no file"):
            corridor_of(missing, folder=tmp_path, among=codes)


def test_a_users_own_line_is_joined_and_brought_to_degrees(
    tmp_path: Path, codes: list[str]
) -> None:
    parts = [[(119, 31, 5), (120, 31, 5)], [(121, 31.2, 0), (120, 31, 5)]]
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString(part) for part in parts], crs=4326)
    lines.to_crs(4549).to_file(tmp_path / "road.gpkg")
    (axis,) = corridor_of("road.gpkg", folder=tmp_path, among=codes).axes
    ends = sorted(shapely.get_coordinates(axis).round(6).tolist())
    assert ends == [[119, 31], [120, 31], [121, 31.2]]
    lines.iloc[[0]].to_file(tmp_path / "one.geojson")
    apart = [lines.geometry.iloc[0], shapely.LineString([(121, 33), (121, 34)])]
    gpd.GeoDataFrame(geometry=apart, crs=4326).to_file(tmp_path / "gap.geojson")
    points = gpd.GeoDataFrame(geometry=[shapely.Point(120, 31)], crs=4326)
    points.to_file(tmp_path / "point.geojson")
    (tmp_path / "text.geojson").write_text("no json", encoding="utf-8")
    assert len(corridor_of("one.geojson", folder=tmp_path, among=codes).axes[0].coords) == 2
    for name, message in (("gap", "one line"), ("point", "Point"), ("text", "cannot be read")):
        with pytest.raises(SourceError, match=message):
            corridor_of(f"{name}.geojson", folder=tmp_path, among=codes)


@pytest.mark.parametrize(
    ("more", "said_of_it"),
    [
        ("", "corridor': is missing"),
        ("corridor = []\n", "corridor': is missing"),
        ('corridor = "G61"\n', "no corridor 'G61'"),
        ('corridor = ["上海", "北京"]\n', "北京"),
        ('corridor = ["上海", "乌有市"]\n', "乌有市"),
        ('corridor = ["上海"]\n', "two seats or more"),
        ('corridor = ["上海", "Suzhou"]\n', "more than one place"),
        ('corridor = "G60"\nfrom = "Xuzhou"\n', "does not lie beside the corridor"),
        ('corridor = "G60"\noffset_km = -1\n', "too small"),
        ('corridor = ["上海", "嘉兴"]\noffset_km = 0\n', "3 cities or more beside"),
        ('corridor = ["上海", "嘉兴", "杭州"]\noffset_km = 0\nform = "log"\n', "3 cities or more"),
        (
            'corridor = ["上海", "嘉兴", "杭州"]\noffset_km = 0\nform = "local"\n',
            "5 cities or more",
        ),
        ('corridor = "G60"\nweights = "gpd"\n', "weights': is not an indicator"),
        ('corridor = "G60"\nweights = "va_primary"\n', "known for all cities in no year"),
        ('corridor = "G60"\nform = "local"\nbends = "power"\n', "cannot be smoothed"),
        ('corridor = "G60"\n' + ASKED + 'corridor = "g60"\n', "repeats an earlier"),
        ('corridor = "G60"\nfrom = ["上海", "上海"]\n', "names one twice"),
    ],
)
def test_a_wrong_question_of_a_corridor_is_refused(
    tmp_path: Path, more: str, said_of_it: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + ASKED + more, encoding="utf-8")
    with pytest.raises(StudyError, match=said_of_it):
        check_input(str(path))


def test_what_belongs_to_corridors_is_refused_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    row = '[[gradient]]\nvalues = "gdp"\nby = "km"\n'
    for more in ('corridor = "G60"\n', "offset_km = 9\n"):
        path.write_text(HEAD + row + more, encoding="utf-8")
        with pytest.raises(StudyError, match="nothing that this gradient takes"):
            check_input(str(path))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("asked") / "mine.toml"
    rows = [
        'by = "corridor"\ncorridor = "G60"\n',
        'by = "corridor"\ncorridor = ["上海", "苏州市", "南京"]\noffset_km = 30\nform = "linear"\n',
        'by = "ring"\nfrom = ["南京", "杭州"]\n',
        'by = "km"\nfrom = "nearest"\nform = "quadratic"\nweights = "population_resident"\n',
        'by = "km"\nform = "local"\nbends = "exponential"\n',
    ]
    text = HEAD + "".join(f'[[gradient]]\nvalues = "gdp"\n{row}' for row in rows)
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def test_every_way_and_form_of_a_study_reaches_the_tables(study: Study) -> None:
    results = pd.DataFrame(columns=["layer_id", "scenario", "year", "value", "vintage", "adcode"])
    fits = fitted_gradients(study, results, {})
    rows = gradient_rows(study, fits).set_index("gradient_id")
    tables = gradient_tables(study, fits, results, {})
    assert list(dict.fromkeys(rows.index)) == [
        "gdp_310000_corridor_g60_exponential",
        "gdp_310000_corridor_310000_320500_320100_linear",
        "gdp_320100_330100_ring_exponential",
        "gdp_nearest_km_quadratic_by_population_resident",
        "gdp_310000_km_local",
    ]
    g60 = rows.loc["gdp_310000_corridor_g60_exponential"].iloc[0]
    assert (g60["n"], g60["n_left_out"], g60["offset_km"]) == (12, 29, 50)
    assert "left out: Nanjing, Xuzhou" in g60["note"]
    ring = rows.loc["gdp_320100_330100_ring_exponential"].iloc[0]
    assert (ring["distance_unit"], ring["from_id"], ring["n"]) == ("ring", "320100;330100", 41)
    smooth = rows.loc["gdp_310000_km_local"]
    assert smooth["coefficient"] == ""
    assert np.isnan(smooth["r2"])
    assert rows["weights"].iloc[-2].startswith("population_resident 20")
    off = tables["gradient_residuals"].set_index(["gradient_id", "adcode"])
    assert off.loc[("gdp_310000_corridor_g60_exponential", "330600"), "offset_km"] > 40
    assert set(tables["gradient_curves"]["gradient_id"]) == set(rows.index)
    rank = off.loc["gdp_320100_330100_ring_exponential", "distance"]
    assert rank[["320100", "330100"]].eq(0).all()
    assert rank["341100"] == 1  # Chuzhou borders Nanjing


def test_a_premium_has_a_row_for_each_way_and_its_sentence(study: Study) -> None:
    results = pd.DataFrame(columns=["layer_id", "scenario", "year", "value", "vintage", "adcode"])
    fits = fitted_gradients(study, results, {})
    table = corridor_premiums(study, fits, {})
    assert table["by"].to_list() == ["km", "km"]
    first = table.iloc[0]
    on = fits[0].away.along.table["beside"]
    km = pd.Series([GEOD.inv(*study.cities.loc["310000", ["seat_lon", "seat_lat"]], *seat)[2] / 1e3
                    for seat in study.cities[["seat_lon", "seat_lat"]].to_numpy()],
                   study.cities.index)  # fmt: skip
    again = corridor_premium(study.values("gdp"), km, on)
    assert first["premium"] == pytest.approx(again.premium, rel=1e-9)
    assert first["premium_pct"] == pytest.approx(100 * np.expm1(again.premium))
    assert np.isnan(table.iloc[1]["premium_pct"])  # of a linear form it is in the value's unit
    en = [notice.en for notice in corridor_notices(fits)]
    assert en[0].startswith("Along the G60 corridor: 12 of 41 cities lie within 50 km")


def test_the_page_names_the_way_and_hostile_names_stay_text(run: Run) -> None:
    name = "<img src=x>{core}{% x %}"
    rows = run.gradients.assign(by="corridor", corridor_id="own", corridor_zh=name,
                                corridor_en=name, offset_km=50.0, n_left_out=2)  # fmt: skip
    made = replace(run, gradients=rows)
    assert name in way_words(made)["by_corridor_own"][1]
    told = said(made, rows.iloc[0].to_dict(), run.cities.index)
    assert name in told[0]
    assert f"{len(run.cities) - 2} cities within 50 km of the {name}" in told[1]
    assert said(run, run.gradients.iloc[0].to_dict(), run.cities.index) == ["", ""]


def test_load_corridors_has_both_axes_of_g60() -> None:
    table = load_corridors().set_index("corridor_id")
    assert set(table.index) == {"g60_hukun", "g60_huhe", "g40_yrd"}
    assert issubclass(SourceError, YrdGeoError)
