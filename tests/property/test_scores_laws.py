"""Laws of composite scores on random criteria."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yrdgeo.analysis import scores

VALUES = st.integers(-(10**4), 10**4).map(lambda whole: whole / 10)
LEVELS = st.integers(0, 1000).map(lambda whole: whole / 1000)
SCALES = ("vector", "minmax")
Drawn = tuple[pd.DataFrame, dict[str, str], pd.Series]


@st.composite
def criteria(draw: st.DrawFn) -> Drawn:
    """Draw a table that differs in every criterion, directions and weights."""
    n, k = draw(st.integers(2, 8)), draw(st.integers(1, 5))
    rows = draw(st.lists(VALUES, min_size=n * k, max_size=n * k))
    cells = np.reshape(rows, (n, k))
    cells[0] += np.ptp(cells, axis=0) == 0.0
    table = pd.DataFrame(cells, [f"city{i}" for i in range(n)])
    table.columns = [f"criterion{j}" for j in range(k)]
    way = st.sampled_from(["high", "low"])
    better = {name: draw(way) for name in table.columns}
    weights = pd.Series({name: draw(st.floats(0.1, 10)) for name in reversed(table.columns)})
    return table.sample(frac=1, random_state=draw(st.integers(0, 99))), better, weights


def every_score(table: pd.DataFrame, better: dict[str, str], weights: pd.Series) -> pd.DataFrame:
    """Return each score of each city, a column a score."""
    found = {"sum": scores.weighted_sum(table, weights, better=better)}
    for scale in SCALES:
        found[scale] = scores.topsis(table, weights, better=better, scale=scale)
        for name in scores.WEIGHTS:
            key = f"{name} {scale}"
            found[key] = scores.composite(table, better=better, weights=name, scale=scale)
    return pd.DataFrame(found)


@settings(max_examples=20)
@given(drawn=criteria(), seed=st.integers(0, 99))
def test_the_order_of_cities_and_criteria_changes_no_score(drawn: Drawn, seed: int) -> None:
    table, better, weights = drawn
    mixed = table.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    expected, found = every_score(*drawn), every_score(mixed, better, weights)
    pd.testing.assert_frame_equal(found.loc[table.index], expected, rtol=1e-9, atol=1e-9)
    for weigh in scores.WEIGHTS.values():
        one, other = weigh(table, better=better), weigh(mixed, better=better)
        assert other.to_dict() == pytest.approx(one.to_dict())


@settings(max_examples=20)
@given(drawn=criteria(), power=st.integers(-20, 20))
def test_the_unit_of_a_criterion_changes_no_score(drawn: Drawn, power: int) -> None:
    table, better, weights = drawn
    scaled = table.copy()
    scaled[table.columns[0]] *= 2.0**power
    found, expected = every_score(scaled, better, weights), every_score(*drawn)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=20)
@given(drawn=criteria())
def test_scores_are_bounded_and_dominance_is_kept(drawn: Drawn) -> None:
    table, better, weights = drawn
    signs = pd.Series({name: 1.0 if way == "high" else -1.0 for name, way in better.items()})
    best = (table * signs).max() * signs
    worst = (table * signs).min() * signs
    ends = pd.concat([table, best.to_frame("best").T, worst.to_frame("worst").T])
    found = every_score(ends, better, weights)
    assert ((found >= 0.0) & (found <= 1.0 + 1e-12)).all(axis=None)
    assert found.loc["best"].to_list() == pytest.approx([1.0] * found.shape[1])
    assert found.loc["worst"].to_list() == pytest.approx([0.0] * found.shape[1], abs=1e-12)


@settings(max_examples=20)
@given(drawn=criteria())
def test_turning_every_direction_round_turns_the_score_round(drawn: Drawn) -> None:
    table, better, weights = drawn
    other = {name: "low" if way == "high" else "high" for name, way in better.items()}
    for measure in (
        lambda way: scores.weighted_sum(table, weights, better=way),
        lambda way: scores.topsis(table, weights, better=way),
        lambda way: scores.topsis(table, weights, better=way, scale="minmax"),
    ):
        both = measure(better) + measure(other)
        assert both.to_list() == pytest.approx([1.0] * len(table))


@pytest.mark.parametrize("name", scores.WEIGHTS)
@settings(max_examples=20)
@given(drawn=criteria())
def test_weights_are_shares_by_criterion(name: str, drawn: Drawn) -> None:
    table, better, _ = drawn
    found = scores.WEIGHTS[name](table, better=better)
    assert list(found.index) == list(table.columns)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()


@settings(max_examples=30)
@given(
    rows=st.lists(st.lists(LEVELS, min_size=3, max_size=3), min_size=1, max_size=6),
    raw=st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
)
def test_coordination_lies_between_its_bounds(rows: list[list[float]], raw: list[float]) -> None:
    levels = pd.DataFrame(rows, columns=["economy", "society", "ecology"])
    weights = pd.Series(raw, levels.columns)
    coupling = scores.coupling_degree(levels)
    coordination = scores.coupling_coordination(levels, weights=weights)
    development = levels @ (weights / weights.sum())
    assert coupling.dropna().between(0, 1).all()
    assert coupling.isna().equals(levels.eq(0).all(axis=1))
    assert (coordination <= np.sqrt(development) + 1e-12).all()
    even = scores.coupling_coordination(levels)
    geometric = levels.prod(axis=1) ** (1 / 3)
    assert (even**2).to_list() == pytest.approx(geometric.to_list(), abs=1e-12)
    mixed = levels[["ecology", "economy", "society"]][::-1]
    found = scores.coupling_coordination(mixed, weights=weights)
    assert found.to_dict() == pytest.approx(coordination.to_dict())


def per_mu(output: pd.Series, area: pd.Series) -> pd.Series:
    return scores.output_per_mu(output, area) * 1500 / 1e4


@pytest.mark.parametrize("measure", [scores.output_per_km2, per_mu])
@settings(max_examples=20)
@given(pairs=st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.1, 1e5)), min_size=1, max_size=9))
def test_output_is_yield_times_land(
    measure: Callable[[pd.Series, pd.Series], pd.Series], pairs: list[tuple[float, float]]
) -> None:
    output, area = (pd.Series(side) for side in zip(*pairs, strict=True))
    found = measure(output, area[::-1])
    assert (found * area).to_list() == pytest.approx(output.to_list())
