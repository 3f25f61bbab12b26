"""The leapfrog index: by hand, by a loop over pairs, and by its laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis.pairs import leapfrog_index
from yrdgeo.errors import ArgumentError

CODES = ["310000", "320100", "330100", "340100", "340200"]


def tables(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    km = pd.DataFrame(rng.uniform(10, 500, (5, 5)).round(), CODES, CODES)
    steps = pd.DataFrame(rng.integers(1, 7, (5, 5)), CODES, CODES).astype("Int64")
    return km, steps


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_it_is_what_a_loop_over_pairs_finds(seed: int) -> None:
    km, steps = tables(seed)
    helpers, helped = ["310000", "330100", "310000"], ["340100", "340200", "340200"]
    eligible = pd.DataFrame([[True, True], [True, False], [True, True]], CODES[:3], CODES[3:])
    shuffled = km.sample(frac=1, random_state=seed)
    found = leapfrog_index(steps, shuffled, helpers, helped, eligible=eligible)
    could = [(h, j) for h in CODES[:3] for j in CODES[3:] if eligible.loc[h, j]]
    mean_km = np.mean([km.loc[pair] for pair in could])
    mean_order = np.mean([steps.loc[pair] for pair in could])
    for row, (h, j) in zip(found.itertuples(), zip(helpers, helped, strict=True), strict=True):
        options = {g: km.loc[g, j] for g, i in could if i == j}
        assert row.order_index == pytest.approx(steps.loc[h, j] / mean_order)
        assert row.distance_index == pytest.approx(km.loc[h, j] / mean_km)
        assert options[row.nearest_id] == min(options.values())
        assert row.nearest_ratio == pytest.approx(km.loc[h, j] / min(options.values()))
        assert row.rank == 1 + sum(v < km.loc[h, j] for v in options.values())
        assert row.n_eligible == len(options)


def test_the_nearest_helper_has_ratio_and_rank_one() -> None:
    km, steps = tables(3)
    off = km.mask(np.eye(5, dtype=bool), np.inf)
    nearest = off["340200"].idxmin()
    found = leapfrog_index(steps, km, [nearest], ["340200"]).iloc[0]
    assert (found["nearest_ratio"], found["rank"], found["n_eligible"]) == (1.0, 1, 4)


def test_cities_without_a_chain_of_borders_have_no_order() -> None:
    km, steps = tables(4)
    steps.loc["310000", "340100"] = pd.NA
    found = leapfrog_index(steps, km, ["310000", "320100"], ["340100", "340100"])
    assert np.isnan(found["order_index"][0])
    others = steps.loc[["320100", "330100", "340200"], "340100"].astype(float).mean()
    assert found["order_index"][1] == pytest.approx(steps.loc["320100", "340100"] / others)


def test_without_ways_or_borders_there_is_no_index_and_no_warning() -> None:
    km, steps = tables(6)
    far = leapfrog_index(steps, km * np.inf, ["310000"], ["340100"]).iloc[0]
    assert np.isnan(far["nearest_ratio"])
    assert np.isnan(far["distance_index"])
    assert far["order_index"] > 0
    islands = leapfrog_index(steps.mask(steps > 0), km, ["310000"], ["340100"]).iloc[0]
    assert np.isnan(islands["order_index"])
    assert islands["distance_index"] > 0


def test_a_city_out_of_reach_does_not_make_the_others_near() -> None:
    km, steps = tables(7)
    apart = km.copy()
    apart.loc["340200", "340100"] = np.inf
    rest = [apart.loc[code, "340100"] for code in CODES[:3]]
    found = leapfrog_index(steps, apart, ["310000"], ["340100"]).iloc[0]
    assert found["distance_index"] == pytest.approx(km.loc["310000", "340100"] / np.mean(rest))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"helpers": ["310000", "320100"]}, "one helper"),
        ({"helpers": ["999999"]}, "row for each helper"),
        ({"eligible": pd.DataFrame([[False]], ["310000"], ["340100"])}, "eligible helper"),
        ({"eligible": pd.DataFrame([[True]], ["888888"], ["340100"])}, "row for each helper"),
    ],
)
def test_wrong_input_is_refused(change: dict, said: str) -> None:
    km, steps = tables(5)
    given_ = {"helpers": ["310000"], "helped": ["340100"], **change}
    with pytest.raises(ArgumentError, match=said):
        leapfrog_index(steps, km, given_.pop("helpers"), given_.pop("helped"), **given_)
