"""Whatever is given for an argument, the answer is a result or one of our errors, never another."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.analysis import arguments
from yrdgeo.errors import ArgumentError, TableError, YrdGeoError

IDS = ["310000", "320100", "330100", "340100"]
MINUTES = np.array([[0.0, 60, 70, 120], [65, 0, 90, 50], [70, 95, 0, 110], [130, 55, 105, 0]])
TIMES = yg.TravelTimes(IDS, IDS, MINUTES)
KM = pd.DataFrame(MINUTES * 2, IDS, IDS)
AMOUNTS = pd.Series({"340100": 1.0, "320100": 3.0, "310000": 5.0, "330100": 2.0})
FLOWS = pd.DataFrame(100 * np.exp(-0.02 * MINUTES), IDS, IDS)
CRITERIA = pd.DataFrame({"gdp": AMOUNTS, "minutes": AMOUNTS**2})
BETTER = {"gdp": "high", "minutes": "low"}
LONG = pd.DataFrame({"adcode": IDS * 2, "year": [2015] * 4 + [2020] * 4, "value": 2.0}).assign(
    vintage="census"
)
CIRCLES = pd.DataFrame({"group_id": ["hefei"], "member_id": ["340100"]})
REACH = {"times": TIMES, "opportunities": AMOUNTS}
MARKET = {"times": TIMES, "supply": AMOUNTS, "demand": AMOUNTS, "decay": yg.decay.gaussian(60)}
WAYS = {"ways": {"rail": (TIMES, KM)}}
SPREAD = {"values": AMOUNTS, "weights": AMOUNTS}
SECTORS = pd.DataFrame({"farms": AMOUNTS, "mills": AMOUNTS**2, "shops": 9.0})
RING = pd.DataFrame({"from_id": IDS, "to_id": IDS[1:] + IDS[:1]})
FIVE = pd.Series([4.0, 1, 3, 9, 2], [*IDS, "320500"])
STAR = pd.DataFrame({"from_id": "320500", "to_id": IDS})
PAIRS = pd.DataFrame({"pair_class": ["adjacent", "leapfrog"] * 3, "km": [5.0, 50, 6, 40, 4, 60]})
Given = dict[str, object]

ac, iq, li, sc = yg.accessibility, yg.inequality, yg.linkage, yg.scores
sn, un, st, cl = yg.scenario, yg.uncertainty, yg.structure, yg.clusters
CALLS: list[tuple[Callable[..., object], Given]] = [
    (ac.weighted_mean_time, {"times": TIMES, "weights": AMOUNTS, "self_time": "zero"}),
    (ac.gravity, {**REACH, "decay": yg.decay.power(1), "direction": "out"}),
    (ac.cumulative, {**REACH, "cutoff_min": 60}),
    (ac.cumulative_interval, {**REACH, "lower_min": 30, "upper_min": 60, "step_min": 15}),
    (ac.closest, {**REACH, "n": 2}),
    (ac.daily_reach, {**REACH, "budget_min": 600, "stay_min": 60}),
    (ac.floating_catchment, {**MARKET, "method": "balanced"}),
    (ac.constrained, {**MARKET, "constraint": "doubly"}),
    (ac.balancing_time, {name: MARKET[name] for name in ("times", "supply", "demand")}),
    (ac.relative, {"values": AMOUNTS, "weights": AMOUNTS}),
    (ac.within_city_min, {"area_km2": AMOUNTS, "speed_kmh": 40, "radius_share": 0.5}),
    (ac.detour_index, {"times": TIMES, "weights": AMOUNTS, "network_km": KM, "straight_km": KM}),
    (ac.calibrate, {"times": TIMES, "flows": FLOWS, "form": "power", "min_time": 1.0}),
    (ac.pareto_set, WAYS),
    (ac.cost_frontier, {**WAYS, "opportunities": AMOUNTS, "n": 2}),
    (
        ac.cumulative_ways,
        {**WAYS, "opportunities": AMOUNTS, "cutoffs_min": [60], "cost_limits": [9]},
    ),
    (yg.decay.stepped, {"breaks_min": [30, 60], "weights": [1, 0.5]}),
    (yg.decay.logistic, {"inflection_min": 60, "scale_min": 10}),
    (yg.decay.exponential, {"rate": 0.02}),
    (iq.gini, {**SPREAD, "correction": "none"}),
    (iq.atkinson, {**SPREAD, "epsilon": 0.5}),
    (iq.theil_share, {**SPREAD, "levels": AMOUNTS, "term": 0, "index": "T"}),
    (iq.concentration_index, {**SPREAD, "ranking": AMOUNTS, "form": "standard"}),
    (iq.foster_greer_thorbecke, {**SPREAD, "alpha": 1, "line": 2.0, "poor": "above"}),
    (
        iq.beta_convergence,
        {"first": AMOUNTS, "last": AMOUNTS**0.5, "years": 5, "covariance": "HC1"},
    ),
    (
        lambda **given: iq.interval(iq.gini, AMOUNTS, **given),
        {"method": "bca", "level": 0.9, "draws": 20, "seed": 1},
    ),
    (iq.by_group, {**SPREAD, "groups": AMOUNTS, "measures": ["gini"], "method": "none"}),
    (iq.over_years, {"table": LONG, "cities": "common", "vintages": "refuse"}),
    (iq.partition, {"groups": CIRCLES, "cities": pd.Index(IDS), "order": ["hefei"]}),
    (li.gravity_flows, {"times": TIMES, "masses": AMOUNTS, "decay": yg.decay.power(2)}),
    (
        li.field_strength,
        {"times": TIMES, "masses": AMOUNTS, "cores": IDS[:2], "decay": yg.decay.power(2)},
    ),
    (li.dominant_flows, {"flows": FLOWS, "sizes": AMOUNTS}),
    (
        li.breakpoint,
        {"distance": AMOUNTS, "masses_a": AMOUNTS, "masses_b": AMOUNTS, "exponent": 2},
    ),
    (sc.composite, {"table": CRITERIA, "better": BETTER, "weights": "critic", "scale": "minmax"}),
    (sc.coupling_coordination, {"levels": CRITERIA / 25}),
    (sc.output_per_mu, {"output": AMOUNTS, "area_km2": AMOUNTS}),
    (sn.gains, {"before": AMOUNTS, "after": AMOUNTS**2, "better": "low"}),
    (sn.minutes_saved, {"before": TIMES, "after": TIMES, "masses": AMOUNTS}),
    (sn.candidates, {"before": AMOUNTS, "after": {"x": AMOUNTS}, "better": "low"}),
    (un.across, {"measure": lambda x: AMOUNTS * x, "choices": [1, 2], "chosen": 2}),
    (
        un.doubtful_inputs,
        {
            "measure": lambda x: x / x.sum(),
            "amounts": AMOUNTS,
            "doubtful": IDS[:1],
            "spread": 0.1,
            "draws": 9,
        },
    ),
    (cl.moran, {"values": FIVE, "neighbours": STAR, "permutations": 9}),
    (cl.getis_ord, {"values": FIVE, "neighbours": STAR, "permutations": 9}),
    (cl.neighbours_within, {"times": TIMES, "cutoff_min": 90}),
    (li.rank_size, {"sizes": AMOUNTS, "least": 1.5}),
    (li.circles, {"times": TIMES, "flows": FLOWS, "cores": IDS[:1], "cutoff_min": 90}),
    (li.communities, {"flows": FLOWS, "resolution": 1.0, "seed": 0}),
    (li.normalised_mutual_information, {"one": AMOUNTS, "other": AMOUNTS}),
    (st.shift_share, {"first": SECTORS, "last": SECTORS * [1, 2, 3]}),
    (st.esteban_marquillas, {"first": SECTORS, "last": SECTORS * [1, 2, 3]}),
    (st.gradient_coefficient, {"value_added": SECTORS, "employment": SECTORS**2}),
    (yg.gradient.rings, {"values": AMOUNTS, "distance": AMOUNTS, "edges": [0, 2, 9]}),
    (yg.gradient.hinterland, {"times": TIMES, "cores": IDS[:2]}),
    (yg.pairs.compare, {"table": PAIRS, "column": "km", "permutations": 19}),
    (yg.pairs.summary, {"table": PAIRS, "columns": "km"}),
    (
        yg.barrier.detour,
        {"lengths": KM * 1.5, "geodesic": KM, "groups": AMOUNTS > 2, "draws": 9},
    ),
]
ODD = [
    *(None, "60", "", True, -1, 0, 10**400, 2 + 3j, float("nan"), float("inf")),
    *([], ["high"], {}, {"gdp": 1}, object(), np.ones(4), np.ones((4, 4)), pd.NaT),
    *(AMOUNTS.iloc[:2], AMOUNTS.astype(str), -AMOUNTS, AMOUNTS * np.nan, AMOUNTS.to_frame()),
    *(pd.Series(dtype=float), pd.DataFrame(), KM, KM * np.nan, -KM, KM.iloc[:2]),
    *(TIMES, yg.TravelTimes(IDS, IDS, MINUTES + np.inf), yg.TravelTimes([], [], np.ones((0, 0)))),
    *(1e308, 5e-324, np.uint8(3), np.float16(2), pd.NA, iter([1, 2]), AMOUNTS * 1e300),
    *(AMOUNTS * 1e-310, AMOUNTS.astype(object).where(AMOUNTS > 2, pd.NA), AMOUNTS * 1j),
    *(AMOUNTS * 0, AMOUNTS * 0 + 7, AMOUNTS.astype("category"), AMOUNTS.astype("Float64")),
    *(pd.concat([AMOUNTS, AMOUNTS]), AMOUNTS.set_axis(pd.date_range("2020", periods=4, tz="UTC"))),
    *(pd.Series(pd.date_range("2020", periods=4), IDS), pd.concat([AMOUNTS], keys=["k"])),
    *(KM * 1e305, KM * 1e-310, pd.concat([KM, KM], axis=1), pd.concat([KM], keys=["k"])),
    *(SECTORS * 1e300, SECTORS * 1e-310, SECTORS * 0, CRITERIA * 1e300, PAIRS * 1, RING),
    yg.TravelTimes(IDS, IDS, MINUTES * 1e-300),
    yg.TravelTimes(IDS, IDS, np.where(MINUTES == 95, 1e308, MINUTES)),
    *({"rail": (TIMES, KM.iloc[:2])}, {"rail": 3}, {"rail": (KM, TIMES)}, lambda minutes: minutes),
]


@pytest.mark.parametrize(("function", "given"), CALLS)
def test_an_odd_argument_is_refused_in_our_words(
    function: Callable[..., object], given: Given
) -> None:
    function(**given)
    for name in given:
        for odd in ODD:
            with suppress(YrdGeoError):
                function(**{**given, name: odd})


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (lambda: ac.cumulative(TIMES, AMOUNTS, cutoff_min="60"), "cutoff_min .*zero or more.*'60'"),
        (lambda: ac.closest(TIMES, n=True), "n must be a finite number, above zero.*True"),
        (lambda: yg.decay.binary(10**400), "finite number"),
        (lambda: yg.decay.stepped("30", [1]), "breaks_min must be a list.*'30'"),
        (lambda: iq.theil(AMOUNTS, index="t"), "Theil index is unknown.*'t'.*T, L"),
        (lambda: iq.theil_share(AMOUNTS, AMOUNTS, term=0.5), r"term .*whole number, -2 to 1.*0\.5"),
        (
            lambda: iq.interval(iq.gini, AMOUNTS, seed="1"),
            "seed must be a whole number, zero or more",
        ),
        (lambda: iq.by_group(AMOUNTS, AMOUNTS, measures=["ginni"]), "Did you mean 'gini'"),
        (lambda: li.field_strength(TIMES, AMOUNTS, "310000", decay=np.exp), "cores must be a list"),
        (lambda: li.gravity_flows(TIMES, -AMOUNTS, decay=np.exp), "mass above zero.*-5 at 310000"),
        (lambda: li.gravity_flows(TIMES, AMOUNTS, decay=np.negative), "one finite weight.*-60"),
        (lambda: sc.topsis(CRITERIA, AMOUNTS, better=["high", "low"]), "better must be a mapping"),
        (lambda: arguments.check_whole(2.0, "draws", least=2), "whole number.*2.0"),
        (lambda: iq.beta_convergence(AMOUNTS, AMOUNTS, years=1e308), "years must be.*1e.308"),
        (lambda: iq.beta_convergence(AMOUNTS, AMOUNTS, years=5e-324), "years must be.*5e-324"),
        (lambda: li.communities(FLOWS, seed=0.5), r"seed must be a whole number.*0\.5"),
        (lambda: un.across(len, [1, 2], chosen=pd.NA), "chosen must be a finite number"),
        (
            lambda: ac.closest(yg.TravelTimes(["a"], ["b", "c", "d"], [[1e300, 9, 9]])),
            "1e-09 to 1e.09 minutes, or inf.*1e.300 from a to b",
        ),
    ],
)
def test_the_error_names_the_argument_and_what_was_given(
    refused: Callable[[], object], said: str
) -> None:
    with pytest.raises(ArgumentError, match=f"(?s){said}"):
        refused()


@pytest.mark.parametrize(
    "amounts", [pd.Series(pd.date_range("2020", periods=4), IDS), AMOUNTS * 1j, AMOUNTS * 1e300]
)
def test_dates_complex_numbers_and_sizes_without_a_square_are_no_amounts(
    amounts: pd.Series,
) -> None:
    with pytest.raises(TableError, match=r"not numbers|not 0 or between 1e-100"):
        ac.closest(TIMES, opportunities=amounts)


def test_small_whole_numbers_of_numpy_are_the_numbers_they_say() -> None:
    few, many = (iq.atkinson(AMOUNTS, epsilon=epsilon) for epsilon in (np.uint8(3), 3))
    assert few == many
