"""Tables of linkage: every table where the data carry it, and never an exception where not."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.pipeline import cluster_tables as cluster_module
from yrdgeo.pipeline import linkage_tables as linkage_module
from yrdgeo.pipeline import place_tables as place_module
from yrdgeo.pipeline.linkage_tables import FLOW_TABLES, linkage_tables, linked_cities
from yrdgeo.pipeline.pair_structure import with_structure
from yrdgeo.pipeline.place_tables import PLACE_TABLES
from yrdgeo.results import TravelTimes
from yrdgeo.study import Study

Times = Mapping[str, TravelTimes]
EVERY = {*FLOW_TABLES, *PLACE_TABLES, "clusters"}
PLACES = {"clusters", "detours", "corridors", "evaluation_readiness"}


@pytest.fixture(scope="module")
def study() -> Study:
    return yg.load_study("yrd")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw little: no test here looks at a p."""
    for where, name in (
        *((linkage_module, name) for name in ("DRAWS", "SHUFFLES")),
        (place_module, "DETOUR_DRAWS"),
        (cluster_module, "DRAWS"),
    ):
        monkeypatch.setattr(where, name, 19)


def times_of(study: Study, modes: tuple[str, ...] = ("road",)) -> Times:
    """Return a minute a kilometre, the columns in another order than the rows."""
    ids = list(study.cities.index)
    km = yg.geo.geodesic_km(study.cities, np.repeat(ids, len(ids)).tolist(), ids * len(ids))
    frame = pd.DataFrame(np.asarray(km).reshape(len(ids), -1), ids, ids)
    mixed = frame[frame.columns[::-1]]
    return dict.fromkeys(
        (*modes, "best"), TravelTimes(mixed.index, mixed.columns, mixed.to_numpy())
    )


def without(indicator: str) -> Callable[[Study], Study]:
    return lambda study: replace(
        study, indicators=study.indicators[study.indicators["indicator"].ne(indicator)]
    )


def cut(study: Study, codes: list[str]) -> Study:
    """Return a study of some of the cities."""
    values = study.indicators[study.indicators["adcode"].isin(codes)]
    region = replace(study.region, bridges=(), waters=())
    cities = study.cities.loc[codes]
    return replace(study, cities=cities, indicators=values, region=region)


def jiangsu(study: Study) -> Study:
    return cut(study, [code for code in study.cities.index if code.startswith("32")])


def test_a_dominant_flow_is_a_line_between_the_two_seats(study: Study) -> None:
    table = linkage_tables(study, times_of(study))["dominant_flows"]
    seats = study.cities[["seat_lon", "seat_lat"]]
    for row in table.itertuples():
        ends = [seats.loc[row.adcode].tolist(), seats.loc[row.dominant_id].tolist()]
        assert [list(point) for point in row.geometry.coords] == ends


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (lambda study: study, set()),
        (without("gdp"), EVERY - PLACES | {"clusters"}),
        (without("population_resident"), EVERY - PLACES | {"clusters"}),
        (lambda study: replace(study, indicators=study.indicators.iloc[:0]),
         EVERY - {"detours", "corridors"}),
        (lambda study: replace(study, pairs=study.pairs.iloc[:0]), {"evaluation_readiness"}),
        (lambda study: replace(study, region=replace(study.region, cores=("310000",))),
         {"breaking_points"}),
        (jiangsu, {"detours", "corridors", "evaluation_readiness"}),
        (lambda study: cut(study, ["310000"]), EVERY),
    ],
    ids=["all", "GDP", "people", "values", "pairs", "one core", "one province", "one city"],
)  # fmt: skip
def test_a_table_is_there_where_the_data_carry_it(
    study: Study, change: Callable[[Study], Study], missing: set[str]
) -> None:
    asked = change(study)
    found = linkage_tables(asked, times_of(asked))
    assert EVERY - set(found) == missing
    assert all(len(table) for table in found.values())


def test_trains_alone_have_no_detours_by_road(study: Study) -> None:
    rail = replace(study, cities=study.cities.drop(index="330900"))  # Zhoushan has no trains
    rail = replace(rail, region=replace(rail.region, bridges=()))
    assert "detours" not in linkage_tables(rail, times_of(rail, ("rail",)))


def test_where_nobody_reaches_anybody_there_are_no_flows(study: Study) -> None:
    ids = study.cities.index
    apart = TravelTimes(ids, ids, np.where(np.eye(len(ids)) > 0, 0.0, np.inf))
    found = linkage_tables(study, {"road": apart, "best": apart})
    assert set(found) == PLACES
    assert found["clusters"]["neighbours"].unique().tolist() == ["contiguity"]


def test_a_city_without_gdp_leaves_no_mass(study: Study) -> None:
    nought = study.indicators.copy()
    nought.loc[nought["indicator"].eq("gdp") & nought["adcode"].eq("320500"), "value"] = 0.0
    bare = replace(study, indicators=nought)
    assert linked_cities(bare, times_of(bare)["best"]) is None


def test_everybody_within_no_time_is_no_error(study: Study) -> None:
    ids = study.cities.index
    none = TravelTimes(ids, ids, np.zeros((len(ids), len(ids))))
    found = linkage_tables(study, {"road": none, "best": none})
    assert found["circles"]["travel_time_min"].eq(0).all()
    near = found["clusters"][found["clusters"]["neighbours"].eq("within_90_min")]
    assert near["getis_ord_z"].eq(0).all()
    assert near["spot"].eq("not significant").all()


def flow_table(study: Study, name: str) -> pd.DataFrame:
    linked = linked_cities(study, times_of(study)["best"])
    assert linked is not None
    return FLOW_TABLES[name](linked)


def test_rows_of_the_cities_do_not_matter(study: Study) -> None:
    mixed = replace(study, cities=study.cities.sample(frac=1, random_state=5))
    for name in ("dominant_flows", "linkage_shares", "circle_overlap", "communities"):
        one, other = (flow_table(asked, name) for asked in (study, mixed))
        keys = list(one.columns[:3])
        left, right = (part.sort_values(keys, ignore_index=True) for part in (one, other))
        shuffled = "nmi_by_chance"  # the same shuffles of another order
        pd.testing.assert_frame_equal(
            left.drop(columns=shuffled, errors="ignore"),
            right.drop(columns=shuffled, errors="ignore"),
        )


def test_text_of_the_data_is_carried_as_it_is(study: Study) -> None:
    hostile = "'; DROP TABLE cities; --<script>"
    named = study.indicators.assign(vintage=hostile, source_id=hostile)
    named = named.drop_duplicates(["adcode", "year", "indicator"])
    asked = replace(study, indicators=named)
    found = PLACE_TABLES["evaluation_readiness"](asked, {}, None)
    assert found["vintage"].unique().tolist() == [hostile]
    linked = linked_cities(asked, times_of(asked)["best"])
    assert linked is not None
    assert hostile in str(linked.about["vintage"])


def test_counties_and_cities_outside_are_counted_not_compared(study: Study) -> None:
    table = flow_table(jiangsu(study), "circle_overlap")
    nanjing = table[table["group_id"].eq("metro_nanjing")].iloc[0]
    assert (nanjing["n_counties"], nanjing["n_outside"]) == (2, 4)
    assert nanjing["n_official"] == 4


def pairs_of(helper: list[str], helped: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"helper_city": helper, "helped_city": helped})


def test_a_pair_is_alike_where_both_ends_have_sectors(study: Study) -> None:
    rows = pairs_of(["320300", "310000", "341600"], ["340600", "341600", "310000"])
    found = with_structure(study, rows)  # type: ignore[arg-type]  # a plain table will do
    assert found["similarity"].notna().tolist() == [True, False, False]
    assert found["krugman"].iloc[0] == pytest.approx(0.042, abs=0.001)
    assert found["structure_year"].eq(2021).all()


def test_without_sectors_the_columns_are_empty_or_not_there(study: Study) -> None:
    rows = pairs_of(["320300"], ["340600"])
    bare = replace(study, indicators=study.indicators[study.indicators["year"].ne(2021)])
    found = with_structure(bare, rows)  # type: ignore[arg-type]
    assert found[["similarity", "krugman"]].isna().all(axis=None)
    spec = replace(study.spec, structures=())
    same = with_structure(replace(study, spec=spec), rows)  # type: ignore[arg-type]
    assert list(same.columns) == list(rows.columns)
    assert with_structure(study, rows.iloc[:0]).empty  # type: ignore[arg-type]
