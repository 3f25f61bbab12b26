"""Errors that allow neighbours to err alike: a second route, limits, and what is refused."""

import numpy as np
import pytest

from yrdgeo.analysis.conley import conley_covariance
from yrdgeo.analysis.least_squares import solve
from yrdgeo.errors import ArgumentError


def sample(n: int = 30, seed: int = 3) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(seed)
    at = draw.uniform(0, 500, (n, 2))
    km = np.hypot(*(at[:, None] - at[None]).T)
    x = draw.uniform(0, 400, n)
    design = np.column_stack([np.ones(n), x])
    weights = draw.uniform(0.5, 3.0, n)
    y = 2 - 0.01 * x + np.exp(-km / 150) @ draw.normal(size=n)
    return design, y, weights, km


def test_it_is_the_double_sum_of_its_formula() -> None:
    design, y, weights, km = sample()
    e = solve(y, design, weights).residuals
    n, k = design.shape
    meat = np.zeros((k, k))
    for i in range(n):
        for j in range(n):
            near = max(0.0, 1 - km[i, j] / 180.0)
            meat += near * weights[i] * e[i] * weights[j] * e[j] * np.outer(design[i], design[j])
    bread = np.linalg.inv(design.T @ np.diag(weights) @ design)
    expected = n / (n - k) * bread @ meat @ bread
    found = conley_covariance(design, e, weights, km, cutoff_km=180.0)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_without_neighbours_it_is_hc1() -> None:
    design, y, weights, km = sample()
    line = solve(y, design, weights, errors="hc1")
    found = conley_covariance(design, line.residuals, weights, km, cutoff_km=1e-6)
    np.testing.assert_allclose(found, line.covariance, rtol=1e-9)


def test_likeness_widens_the_error_of_a_mean() -> None:
    """Blocks of three equal errors count as one observation, not as three."""
    errors = np.repeat(np.random.default_rng(1).choice([-1.0, 1.0], 40), 3)
    place = np.repeat(np.arange(40) * 1e4, 3)
    km = np.abs(np.subtract.outer(place, place))
    design = np.ones((120, 1))
    e = errors - errors.mean()
    alone = conley_covariance(design, e, np.ones(120), km + 1e4 * (1 - np.eye(120)), cutoff_km=100)
    alike = conley_covariance(design, e, np.ones(120), km, cutoff_km=100)
    assert alike[0, 0] / alone[0, 0] == pytest.approx(3.0)


def test_the_order_of_the_observations_does_not_matter() -> None:
    design, y, weights, km = sample()
    e = solve(y, design, weights).residuals
    turn = np.random.default_rng(9).permutation(len(e))
    mixed = conley_covariance(
        design[turn], e[turn], weights[turn], km[np.ix_(turn, turn)], cutoff_km=200
    )
    np.testing.assert_allclose(
        mixed, conley_covariance(design, e, weights, km, cutoff_km=200), rtol=1e-9
    )


def test_a_variance_that_is_not_above_zero_is_missing() -> None:
    design = np.ones((3, 1))
    e = np.array([1.0, 1.0, -2.0])
    found = conley_covariance(design, e, np.ones(3), np.zeros((3, 3)), cutoff_km=1.0)
    assert np.isnan(found).all()


@pytest.mark.parametrize("change", ["cutoff", "shape", "distance"])
def test_what_makes_no_sense_is_refused(change: str) -> None:
    design, y, weights, km = sample(8)
    cutoff = 0.0 if change == "cutoff" else 50.0
    if change == "shape":
        y = y[1:]
    if change == "distance":
        km = km * np.nan
    with pytest.raises(ArgumentError):
        conley_covariance(design, y, weights, km, cutoff_km=cutoff)
