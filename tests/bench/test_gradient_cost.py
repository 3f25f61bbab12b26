"""Gradients of 2,900 counties: against statsmodels where it has the same, in seconds elsewhere."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.nonparametric.smoothers_lowess import lowess

from yrdgeo.analysis import gradient
from yrdgeo.analysis.local_fit import smoother

pytestmark = pytest.mark.bench
COUNTIES = 2_900


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    random = np.random.default_rng(0)
    km = random.uniform(0, 3_000, COUNTIES)
    value = np.exp(11 - 0.0005 * km + random.normal(0, 0.5, COUNTIES))
    return pd.DataFrame({"km": km, "value": value}).rename(lambda row: f"{row:06d}")


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def test_a_fit_costs_no_more_than_statsmodels_with_its_robust_errors(
    counties: pd.DataFrame,
) -> None:
    def theirs() -> object:
        design = sm.add_constant(counties["km"])
        return sm.OLS(np.log(counties["value"]), design).fit(cov_type="HC3").bse

    def ours() -> object:
        return gradient.fit(counties["value"], counties["km"], form="exponential", errors="hc3")

    seconds(theirs), seconds(ours)
    assert min(map(seconds, [ours] * 5)) < 3 * min(map(seconds, [theirs] * 5))


def test_smoothing_costs_no_more_than_statsmodels_at_every_county(counties: pd.DataFrame) -> None:
    km = np.sort(counties["km"].to_numpy())
    y = counties["value"].to_numpy()
    theirs = seconds(lambda: lowess(y, km, it=0, delta=0.0, return_sorted=False))
    ours = seconds(lambda: smoother(km, km, COUNTIES * 2 // 3, np.ones(COUNTIES)) @ y)
    assert ours < 5 * theirs + 1


@pytest.mark.parametrize(("breaks", "most"), [(1, 10), (2, 60)])
def test_breaks_among_all_counties_are_tested_within_a_minute(
    counties: pd.DataFrame, breaks: int, most: float
) -> None:
    value, km = counties["value"], counties["km"]
    cost = seconds(
        lambda: gradient.segmented(value, km, form="exponential", breaks=breaks, level=1)
    )
    assert cost < most
