"""Layers as the page gets them: by hand, against the long table."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sample_run import ISLAND, MISSING, UNVERIFIED, YEAR, sample_run

from yrdgeo.errors import TableError
from yrdgeo.publish.layers import layer_classes, layer_records, ranks, time_records
from yrdgeo.publish.overlays import fitted, gradient_records
from yrdgeo.publish.palette import NEUTRAL
from yrdgeo.publish.payload import payload
from yrdgeo.results import Run


@pytest.fixture(scope="module")
def order(run: Run) -> pd.Index:
    return run.cities.sort_index().index


def record(run: Run, order: pd.Index, layer_id: str) -> dict:
    return next(one for one in layer_records(run, order) if one["id"] == layer_id)


def test_values_stand_at_their_adcodes_however_the_rows_are_ordered(
    run: Run, order: pd.Index
) -> None:
    for layer in layer_records(run, order):
        for key, view in layer["views"].items():
            year, scenario = key.split("|")
            rows = run.results[
                run.results["layer_id"].eq(layer["id"])
                & run.results["year"].eq(int(year))
                & run.results["scenario"].eq(scenario)
            ].set_index("adcode")["value"]
            for code, value in zip(order, view["values"], strict=True):
                if np.isfinite(rows[code]):
                    assert value == float(f"{rows[code]:.{layer['decimals']}f}")
                else:
                    assert value is None


def test_missing_unreachable_and_unverified_are_three_things(run: Run, order: pd.Index) -> None:
    gdp = record(run, order, "gdp_per_capita")["views"][f"{YEAR}|"]
    time = record(run, order, "mean_time_rail")["views"][f"{YEAR}|"]
    assert gdp["classes"][order.get_loc(MISSING)] == "-"
    assert gdp["ranks"][order.get_loc(MISSING)] is None
    assert time["classes"][order.get_loc(ISLAND)] == "x"
    assert gdp["flags"][order.get_loc(UNVERIFIED)] == "u"
    assert gdp["flags"].count("u") == 1


def test_classes_are_the_same_in_every_year_and_scenario(run: Run, order: pd.Index) -> None:
    layer = record(run, order, "mean_time_rail")
    seen: dict[float, set[str]] = {}
    for view in layer["views"].values():
        for value, letter in zip(view["values"], view["classes"], strict=True):
            if value is not None:
                seen.setdefault(value, set()).add(letter)
    assert len(layer["views"]) == 3
    assert all(len(letters) == 1 for letters in seen.values())


def test_rank_one_is_the_lowest_where_low_is_better(run: Run, order: pd.Index) -> None:
    for layer_id, best in (("gdp_per_capita", max), ("mean_time_rail", min)):
        view = record(run, order, layer_id)["views"][f"{YEAR}|"]
        first = best(value for value in view["values"] if value is not None)
        assert view["ranks"][view["values"].index(first)] == 1


def test_equal_printed_values_share_a_rank() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, np.inf]), lowest_first=True) == [2, 1, 2, None]


def test_the_midpoint_of_a_diverging_layer_is_a_bound(run: Run, order: pd.Index) -> None:
    assert 0.0 in record(run, order, "gdp_growth")["breaks"]


def test_what_prints_as_the_midpoint_of_a_layer_is_a_class_of_its_own(
    run: Run, order: pd.Index
) -> None:
    code = sorted(run.cities.index)[2]
    still = run.results["layer_id"].eq("gdp_growth") & run.results["adcode"].eq(code)
    calm = dataclasses.replace(
        run, results=run.results.assign(value=run.results["value"].mask(still, 0.04))
    )
    layer = record(calm, order, "gdp_growth")
    neutral = layer["neutral"]
    assert layer["colours"][neutral] == NEUTRAL
    for view in layer["views"].values():
        letters = dict(zip(order, view["classes"], strict=True))
        values = dict(zip(order, view["values"], strict=True))
        assert values[code] == 0
        assert [one for one in order if letters[one] == str(neutral)] == [
            one for one in order if values[one] == 0
        ]
    assert "neutral" not in record(run, order, "population")


def test_given_breaks_are_taken_as_they_are() -> None:
    row = {"scheme": "manual", "breaks": "10;20", "palette": "sequential"}
    assert layer_classes(row, np.array([5.0, 15.0, 99.0])).breaks == (10.0, 20.0)


def test_a_layer_that_the_run_lacks_is_named(run: Run, order: pd.Index) -> None:
    with pytest.raises(TableError, match="nowhere"):
        layer_records(run, order, only=["nowhere"])


def test_times_are_whole_minutes_from_row_to_column(run: Run, order: pd.Index) -> None:
    table = time_records(run.times, order)
    rail = run.times["rail"].to_frame()
    for i, origin in enumerate(order):
        for j, destination in enumerate(order):
            minutes = rail.loc[origin, destination]
            expected = round(minutes) if np.isfinite(minutes) else None
            assert table["minutes"]["rail"][i][j] == expected


def test_a_fitted_line_follows_its_equation(run: Run, order: pd.Index) -> None:
    mine = run.gradients["gradient_id"].eq("gdp_per_capita_km")
    rows = run.gradients[mine].set_index("coefficient")["estimate"]
    without = dataclasses.replace(run, tables={})
    fit = next(f for f in gradient_records(without, order) if f["id"] == "gdp_per_capita_km")
    assert len(fit["line"]) > 10
    for x, y in fit["line"]:
        assert y == pytest.approx(np.exp(rows["intercept"] + rows["slope"] * x), rel=1e-3)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("linear", 7.0), ("exponential", np.exp(7.0)), ("power", np.exp(1 + 2 * np.log(3.0)))],
)
def test_each_form_has_its_equation(form: str, expected: float) -> None:
    coefficients = {"intercept": [1.0], "slope": [2.0]}
    assert fitted(form, coefficients, np.array([3.0]))[0] == pytest.approx(expected)


def test_a_run_without_pairs_network_or_gradients_still_has_its_map(run: Run) -> None:
    bare = dataclasses.replace(
        run,
        pairs=run.pairs.iloc[:0],
        links=run.links.iloc[:0],
        gradients=run.gradients.iloc[:0],
        hinterlands=run.hinterlands.iloc[:0],
        groups=run.groups.iloc[:0],
    )
    content = payload(bare)
    assert content["pairs"] == content["lines"] == content["stations"] == []
    assert content["hinterlands"] is None
    assert len(content["layers"]) == len(run.layers)


def test_rows_in_another_order_make_the_same_payload(run: Run) -> None:
    names = ("cities", "results", "contiguity", "hinterlands", "links", "nodes", "group_results")
    turned = dataclasses.replace(run, **{name: getattr(run, name).iloc[::-1] for name in names})
    assert payload(turned) == payload(run)


def test_every_city_of_the_delta_is_in_every_layer(delta: Run) -> None:
    content = payload(delta)
    for layer in content["layers"]:
        for view in layer["views"].values():
            assert len(view["values"]) == len(view["classes"]) == len(view["ranks"]) == 41
            assert set(view["classes"]) <= set("0123456-x")


def test_the_sample_can_be_made_again_and_is_equal() -> None:
    assert payload(sample_run()) == payload(sample_run())
