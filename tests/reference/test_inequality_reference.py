"""Inequality by a second route: pysal's inequality, scipy, statsmodels, and loops."""

from functools import partial
from itertools import pairwise
from pathlib import Path

import libpysal
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import statsmodels.api as sm
from inequality.atkinson import atkinson as pysal_atkinson
from inequality.gini import Gini
from inequality.schutz import Schutz
from inequality.theil import Theil, TheilD
from scipy import stats

from yrdgeo.analysis import inequality
from yrdgeo.analysis.inequality_registry import PLAIN
from yrdgeo.analysis.inequality_sample import Sample
from yrdgeo.analysis.resampling import PREPARED

Floats = npt.NDArray[np.float64]
EXACT = 1e-9


def shuffled(numbers: Floats, seed: int = 7) -> pd.Series:
    named = pd.Series(numbers, [f"c{number:04}" for number in range(len(numbers))])
    return named.sample(frac=1, random_state=seed)


def lognormal(n: int, seed: int) -> Floats:
    return np.random.default_rng(seed).lognormal(11, 0.6, n)


@pytest.fixture(scope="module")
def mexico() -> pd.DataFrame:
    """Read GDP per head of the 32 states, 1940 to 2000, and their regions."""
    table = pd.read_csv(libpysal.examples.get_path("mexico.csv"))
    return table.set_index("State").sample(frac=1, random_state=3)


SERIES = [lognormal(41, 1), lognormal(2900, 2), np.array([0.0, 0.0, 1.0, 5.0, 5.0, 9.0])]


@pytest.mark.parametrize("numbers", SERIES, ids=["41 cities", "2,900 counties", "zeros and ties"])
def test_unweighted_indices_equal_pysal(numbers: Floats) -> None:
    values = shuffled(numbers)
    assert inequality.gini(values) == pytest.approx(Gini(numbers).g, abs=EXACT)
    assert inequality.theil(values) == pytest.approx(Theil(numbers).T, abs=EXACT)
    schutz = Schutz(pd.DataFrame({"y": numbers}), "y").distance
    assert inequality.hoover(values) == pytest.approx(schutz, abs=EXACT)


@pytest.mark.parametrize("epsilon", [0, 0.25, 0.5, 0.999, 1, 1.5, 2, 5])
def test_atkinson_equals_pysal(epsilon: float) -> None:
    numbers = lognormal(41, 3)
    found = inequality.atkinson(shuffled(numbers), epsilon=epsilon)
    assert found == pytest.approx(pysal_atkinson(numbers, epsilon), abs=EXACT)


@pytest.mark.parametrize("year", range(1940, 2010, 10))
def test_theil_of_mexico_splits_as_pysal_splits_it(mexico: pd.DataFrame, year: int) -> None:
    values = mexico[f"pcgdp{year}"].astype(float)
    expected = TheilD(values.to_numpy(), mexico["hanson98"].to_numpy())
    found = inequality.theil_within_between(values, mexico["hanson98"].sort_index())
    assert found.total == pytest.approx(float(expected.T), abs=EXACT)
    assert found.between == pytest.approx(float(expected.bg[0]), abs=EXACT)
    assert found.within == pytest.approx(float(expected.wg[0]), abs=EXACT)


def people_one_by_one(values: pd.Series, weights: pd.Series) -> pd.Series:
    """Repeat each city's value for each of its people."""
    numbers = np.repeat(values.to_numpy(), weights.reindex(values.index).astype(int))
    return pd.Series(numbers, [f"p{number}" for number in range(len(numbers))])


WEIGHTED = sorted(name for name, row in inequality.MEASURES.items() if row.takes == PLAIN)


@pytest.mark.parametrize("name", WEIGHTED)
def test_a_weight_is_so_many_people(name: str) -> None:
    row = inequality.MEASURES[name]
    values = shuffled(lognormal(30, 5))
    people = shuffled(np.random.default_rng(6).integers(1, 60, 30).astype(float), 8)
    everybody = people_one_by_one(values, people)
    alike = pd.Series(1.0, everybody.index)
    options = row.defaults
    one_by_one = row.function(everybody, alike, **options)
    assert row.function(values, people, **options) == pytest.approx(one_by_one, rel=EXACT)


def test_weighted_gini_is_the_mean_difference_of_all_pairs() -> None:
    values, people = shuffled(lognormal(30, 9)), shuffled(lognormal(30, 10), 4)
    p = people.reindex(values.index).to_numpy() / people.sum()
    y = values.to_numpy()
    pairs = (p[:, None] * p * np.abs(y[:, None] - y)).sum()
    assert inequality.gini(values, people) == pytest.approx(pairs / (2 * p @ y), rel=EXACT)
    corrected = pairs / (2 * p @ y) / (1 - p @ p)
    found = inequality.gini(values, people, correction="small_sample")
    assert found == pytest.approx(corrected, rel=EXACT)


def test_weighted_theil_and_williamson_are_their_formulas() -> None:
    values, people = shuffled(lognormal(30, 11)), shuffled(lognormal(30, 12), 4)
    p = people.reindex(values.index).to_numpy() / people.sum()
    income = p * values.to_numpy()
    s = income / income.sum()
    assert inequality.theil(values, people) == pytest.approx(s @ np.log(s / p), rel=EXACT)
    expected = p @ np.log(p / s)
    assert inequality.theil(values, people, index="L") == pytest.approx(expected, rel=EXACT)
    mean = income.sum()
    spread = np.sqrt(p @ (values.to_numpy() - mean) ** 2) / mean
    assert inequality.williamson(values, people) == pytest.approx(spread, rel=EXACT)


def test_variation_and_sigma_equal_scipy() -> None:
    numbers = lognormal(41, 13)
    found = inequality.coefficient_of_variation(shuffled(numbers))
    assert found == pytest.approx(stats.variation(numbers), rel=EXACT)
    sigma = inequality.sigma_convergence(shuffled(numbers))
    assert sigma == pytest.approx(np.log(numbers).std(), rel=EXACT)


def test_concentration_is_a_covariance_with_the_rank() -> None:
    numbers, wealth = lognormal(41, 14), np.round(lognormal(41, 15), -4)
    rank = (stats.rankdata(wealth) - 0.5) / 41
    expected = 2 * np.cov(numbers, rank, ddof=0)[0, 1] / numbers.mean()
    assert len(np.unique(wealth)) < 41
    found = inequality.concentration_index(shuffled(numbers), shuffled(wealth, 5))
    assert found == pytest.approx(expected, rel=EXACT)


def test_concentration_slope_of_the_convenient_regression() -> None:
    numbers, wealth, people = lognormal(41, 16), lognormal(41, 17), lognormal(41, 18)
    p = people / people.sum()
    order = np.argsort(wealth)
    rank = np.empty(41)
    rank[order] = np.cumsum(p[order]) - p[order] / 2
    spread = p @ (rank - p @ rank) ** 2
    left = 2 * spread * numbers / (p @ numbers)
    expected = sm.WLS(left, sm.add_constant(rank), weights=p).fit().params[1]
    given = shuffled(numbers), shuffled(wealth, 5), shuffled(people, 6)
    assert inequality.concentration_index(*given) == pytest.approx(expected, rel=EXACT)


def test_palma_reads_the_lorenz_curve() -> None:
    values, people = shuffled(lognormal(41, 19)), shuffled(lognormal(41, 20), 4)
    curve = inequality.lorenz(values, people)
    poor, all_but_rich = np.interp([0.4, 0.9], curve["population_share"], curve["value_share"])
    expected = (1 - all_but_rich) / poor
    assert inequality.palma(values, people) == pytest.approx(expected, rel=EXACT)


def test_twice_the_area_under_the_lorenz_curve_leaves_gini() -> None:
    values, people = shuffled(lognormal(41, 21)), shuffled(lognormal(41, 22), 4)
    curve = inequality.lorenz(values, people)
    area = np.trapezoid(curve["value_share"], curve["population_share"])
    assert inequality.gini(values, people) == pytest.approx(1 - 2 * area, rel=EXACT)


@pytest.mark.parametrize("alpha", [0, 1, 2])
@pytest.mark.parametrize("line", [None, 50_000.0])
def test_poverty_is_a_sum_over_the_poor(alpha: float, line: float | None) -> None:
    numbers = lognormal(41, 23)
    z = 0.6 * np.median(numbers) if line is None else line
    gaps = [((z - y) / z) ** alpha for y in numbers if y < z]
    found = inequality.foster_greer_thorbecke(shuffled(numbers), alpha=alpha, line=line)
    assert gaps
    assert found == pytest.approx(sum(gaps) / 41, rel=EXACT)


def by_hand_nested(y: Floats, p: Floats, paths: list[list[tuple[str, ...]]], index: str) -> Floats:
    """Add up each level with plain loops over its groups."""
    income = p * y / (p @ y)
    terms = []
    paths = [[()] * len(y), *paths, [(str(i),) for i in range(len(y))]]
    for outer, inner in pairwise(paths):
        term = 0.0
        for above in set(outer):
            inside = [i for i in range(len(y)) if outer[i] == above]
            all_s, all_p = income[inside].sum(), p[inside].sum()
            for group in {inner[i] for i in inside}:
                members = [i for i in inside if inner[i] == group]
                s, q = income[members].sum() / all_s, p[members].sum() / all_p
                term += all_s * s * np.log(s / q) if index == "T" else all_p * q * np.log(q / s)
        terms.append(term)
    return np.array(terms)


@pytest.mark.parametrize("index", ["T", "L"])
def test_three_nested_levels_equal_loops_over_groups(index: str) -> None:
    random = np.random.default_rng(24)
    values, people = shuffled(lognormal(41, 25)), shuffled(lognormal(41, 26), 4)
    levels = pd.DataFrame(
        {
            "province": random.choice(["31", "32", "33", "34"], 41),
            "circle": random.choice(["Nanjing", "Hefei", "outside"], 41),
        },
        values.sort_index().index,
    )
    found = inequality.theil_nested(values, levels, people, index=index)  # type: ignore[arg-type]
    rows = levels.loc[values.index]
    paths = [[tuple(row) for row in rows.iloc[:, :depth].to_numpy()] for depth in (1, 2)]
    p = people.reindex(values.index).to_numpy() / people.sum()
    expected = by_hand_nested(values.to_numpy(), p, paths, index)
    np.testing.assert_allclose(found.terms, expected, rtol=EXACT)
    assert abs(found.terms.sum() - found.total) < 1e-12
    for level in ("province", "circle"):
        groups = found.groups[found.groups["level"] == level]
        assert groups["n"].sum() == 41
        assert groups["population_share"].sum() == pytest.approx(1)
    outer = found.groups[found.groups["level"] == "province"]
    assert outer[["between", "within"]].to_numpy().sum() == pytest.approx(found.total, rel=EXACT)
    one = outer.iloc[1]
    inside = rows.index[rows["province"] == one["group"]]
    alone = inequality.theil(values[inside], people, index=index)  # type: ignore[arg-type]
    assert one["theil"] == pytest.approx(alone, rel=EXACT)


@pytest.mark.parametrize("covariance", ["classic", "HC1"])
@pytest.mark.parametrize("weighted", [False, True], ids=["OLS", "WLS"])
@pytest.mark.parametrize("conditional", [False, True], ids=["absolute", "conditional"])
def test_beta_equals_statsmodels(covariance: str, weighted: bool, conditional: bool) -> None:  # noqa: FBT001 — cases of the test
    random = np.random.default_rng(27)
    before = lognormal(41, 28)
    after = before**0.8 * random.lognormal(2.5, 0.1, 41)
    people, rail = lognormal(41, 29), random.normal(5, 2, 41)
    right = pd.DataFrame({"slope": np.log(before)}).assign(rail=rail)
    right = right if conditional else right[["slope"]]
    growth = np.log(after / before) / 7
    weights = people if weighted else np.ones(41)
    kind = "HC1" if covariance == "HC1" else "nonrobust"
    model = sm.WLS(growth, sm.add_constant(right), weights=weights)
    expected = model.fit(cov_type=kind, use_t=True)
    found = inequality.beta_convergence(
        shuffled(before),
        shuffled(after, 2),
        shuffled(people, 3) if weighted else None,
        years=7,
        controls=shuffled(rail, 5).to_frame("rail") if conditional else None,
        covariance=covariance,  # type: ignore[arg-type]
    )
    intervals = expected.conf_int(alpha=0.05)
    for ours, theirs in {"intercept": "const", **{name: name for name in right}}.items():
        assert found.coefficients[ours] == pytest.approx(expected.params[theirs], rel=EXACT)
        assert found.standard_errors[ours] == pytest.approx(expected.bse[theirs], rel=EXACT)
        assert found.interval[ours] == pytest.approx(tuple(intervals.loc[theirs]), rel=EXACT)
    assert found.r2 == pytest.approx(expected.rsquared, rel=EXACT)
    if not conditional:
        given = shuffled(before), shuffled(after, 2), shuffled(people, 3) if weighted else None
        speed = inequality.convergence_speed(*given, years=7)
        assert speed == pytest.approx(found.speed, rel=EXACT)


@pytest.mark.parametrize("method", ["BCa", "percentile"])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (inequality.gini, lambda y: Gini(y).g),
        (inequality.theil, lambda y: Theil(y).T),
        (inequality.sigma_convergence, lambda y: np.log(y).std()),
    ],
    ids=["gini", "theil", "sigma"],
)
def test_bootstrap_intervals_equal_scipy(ours: object, theirs: object, method: str) -> None:
    numbers = lognormal(41, 30)
    values = pd.Series(numbers, [f"c{number}" for number in range(41)])
    expected = stats.bootstrap(
        (numbers,),
        theirs,  # type: ignore[arg-type]
        n_resamples=499,
        vectorized=False,
        method=method,
        rng=np.random.default_rng(5),
    )
    found = inequality.interval(ours, values, method=method.lower(), draws=499, seed=5)  # type: ignore[arg-type]
    assert found.low == pytest.approx(expected.confidence_interval.low, rel=EXACT)
    assert found.high == pytest.approx(expected.confidence_interval.high, rel=EXACT)
    assert found.standard_error == pytest.approx(expected.standard_error, rel=EXACT)


def test_the_jackknife_equals_a_loop() -> None:
    values, people = shuffled(lognormal(20, 31)), shuffled(lognormal(20, 32), 4)
    each = np.array([inequality.theil(values.drop(city), people) for city in values.index])
    error = np.sqrt(19 / 20 * ((each - each.mean()) ** 2).sum())
    found = inequality.interval(inequality.theil, values, people, method="jackknife", level=0.9)
    assert found.standard_error == pytest.approx(error, rel=EXACT)
    reach = stats.t.ppf(0.95, 19) * error
    assert found.high - found.estimate == pytest.approx(reach, rel=EXACT)


def amounts_of(name: str, n: int) -> tuple[pd.Series, ...]:
    random = np.random.default_rng(33)
    ids = [f"c{number}" for number in range(n)]
    numbers = {key: pd.Series(random.lognormal(0, 0.6, n), ids) for key in ("values", "weights")}
    numbers["first"] = numbers["values"]
    numbers["last"] = numbers["values"] ** 0.8 * random.lognormal(0, 0.05, n)
    numbers["ranking"] = pd.Series(random.integers(0, 9, n).astype(float), ids)
    numbers["groups"] = pd.Series(random.choice(["31", "32", "33"], n), ids, name="province")
    return tuple(numbers[key] for key in inequality.MEASURES[name].takes)


@pytest.mark.parametrize("name", inequality.MEASURES)
def test_all_draws_at_once_equal_one_draw_at_a_time(name: str) -> None:
    row = inequality.MEASURES[name]
    amounts = amounts_of(name, 25)
    assert row.function in PREPARED
    fast = inequality.interval(row.function, *amounts, draws=60, seed=2, **row.defaults)

    def slow(*resampled: pd.Series) -> float:
        return float(row.function(*resampled, **row.defaults))

    expected = inequality.interval(slow, *amounts, draws=60, seed=2)
    for part in ("estimate", "low", "high", "standard_error"):
        assert getattr(fast, part) == pytest.approx(getattr(expected, part), rel=EXACT)


def test_corrected_gini_and_bounded_concentration_are_drawn_alike() -> None:
    values, ranking = amounts_of("concentration_index", 25)[:2]
    weights = amounts_of("gini", 25)[1]
    cases = [
        (inequality.gini, (values, weights), {"correction": "small_sample"}),
        (inequality.concentration_index, (values, ranking, weights), WAGSTAFF),
        (inequality.atkinson, (values, weights), {"epsilon": 3.0}),
        (inequality.foster_greer_thorbecke, (values, weights), {"alpha": 2.0}),
    ]
    for function, amounts, options in cases:
        fast = inequality.interval(function, *amounts, draws=40, **options)  # type: ignore[arg-type]
        loop = partial(function, **options)
        slow = inequality.interval(loop, *amounts, draws=40)
        assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), rel=EXACT)


WAGSTAFF = {"form": "wagstaff", "lower": 0.0, "upper": 50.0}


@pytest.mark.parametrize(("method", "said"), [("bca", 91), ("percentile", 84), ("jackknife", 91)])
def test_intervals_cover_the_truth_as_often_as_the_page_says(method: str, said: int) -> None:
    # Of lognormal values the Gini coefficient is 2 Φ(σ/√2) − 1.
    truth = 2 * stats.norm.cdf(0.5 / np.sqrt(2)) - 1
    random = np.random.default_rng(34)
    ids = [f"c{number}" for number in range(41)]
    covered = 0
    for trial in range(400):
        values = pd.Series(random.lognormal(0, 0.5, 41), ids)
        found = inequality.interval(
            inequality.gini,
            values,
            method=method,  # type: ignore[arg-type]
            draws=399,
            seed=trial,
        )
        covered += found.low <= truth <= found.high
    page = Path(__file__).parents[2] / "docs" / "conventions.md"
    words = {"bca": "BCa", "percentile": "percentiles", "jackknife": "the jackknife"}
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert f"{said} % by {words[method]}" in text
    # Two standard errors of 400 trials.
    assert abs(covered / 4 - said) <= 2 * np.sqrt(said * (100 - said) / 400)


def test_a_row_of_counts_is_a_list_of_draws() -> None:
    values = np.array([1.0, 4.0, 9.0])
    once = Sample(values, np.ones(3), np.array([[2.0, 0.0, 1.0]]))
    assert (once.shares @ values)[0] == pytest.approx(np.mean([1.0, 1.0, 9.0]))
