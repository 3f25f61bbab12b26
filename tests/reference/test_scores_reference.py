"""Scores by a second route: pymcdm and plain loops, and the conventions that differ."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import minmax_normalization, vector_normalization
from pymcdm.weights import critic_weights as pymcdm_critic
from pymcdm.weights import entropy_weights as pymcdm_entropy
from scipy.stats import entropy, gmean

from yrdgeo.analysis import scores

CONVENTIONS = Path(__file__).parents[2] / "docs" / "conventions.md"
BETTER = {"gdp": "high", "minutes": "low", "jobs": "high", "smoke": "low"}
TYPES = np.array([1, -1, 1, -1])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    random = np.random.default_rng(11)
    drawn = random.lognormal(2, 0.7, (41, 4))
    return pd.DataFrame(drawn, [f"c{n:02}" for n in random.permutation(41)], list(BETTER))


@pytest.fixture
def three() -> pd.DataFrame:
    return pd.DataFrame(
        {"minutes": [25.0, 30.0, 60.0, 50.0], "gdp": [1.0, 2.0, 5.0, 3.0]},
        ["wuhu", "bengbu", "hefei", "fuyang"],
    )


WAYS = {"gdp": "high", "minutes": "low"}


@pytest.mark.filterwarnings("ignore:Alternatives with indices")  # some are dominated
@pytest.mark.parametrize(
    ("scale", "normalise"), [("vector", vector_normalization), ("minmax", minmax_normalization)]
)
def test_topsis_is_that_of_pymcdm(table: pd.DataFrame, scale: str, normalise: object) -> None:
    weights = pd.Series({"smoke": 0.1, "jobs": 0.2, "minutes": 0.3, "gdp": 0.4})
    ordered = weights[table.columns].to_numpy()
    expected = TOPSIS(normalization_function=normalise)(table.to_numpy(), ordered, TYPES)
    found = scores.topsis(table, weights, better=BETTER, scale=scale)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.loc[table.index], expected, rtol=1e-9)


def test_critic_is_that_of_pymcdm_on_criteria_turned_up(table: pd.DataFrame) -> None:
    expected = pymcdm_critic(scores.rescaled(table, BETTER).to_numpy())
    found = scores.critic_weights(table, better=BETTER)
    np.testing.assert_allclose(found.loc[table.columns], expected, rtol=1e-9)


def test_entropy_is_that_of_scipy(table: pd.DataFrame) -> None:
    scaled = scores.rescaled(table, BETTER)
    information = 1 - entropy(scaled.to_numpy(), base=len(table), axis=0)
    found = scores.entropy_weights(table, better=BETTER)
    np.testing.assert_allclose(found, information / information.sum(), rtol=1e-9)


def test_coupling_is_the_geometric_over_the_arithmetic_mean(table: pd.DataFrame) -> None:
    levels = scores.rescaled(table, BETTER)
    expected = gmean(levels.to_numpy(), axis=1) / levels.mean(axis=1).to_numpy()
    np.testing.assert_allclose(scores.coupling_degree(levels), expected, rtol=1e-9)
    formula = (levels.prod(axis=1) / (levels.sum(axis=1) / 4) ** 4) ** 0.25
    np.testing.assert_allclose(scores.coupling_degree(levels), formula, rtol=1e-9, atol=1e-12)


def both_numbers(ours: float, theirs: float) -> None:
    """Hold the page to the two numbers of a deliberate difference."""
    text = CONVENTIONS.read_text(encoding="utf-8")
    ours_text, theirs_text = f"{ours:.4f}", f"{theirs:.4f}"
    rows = [line for line in text.splitlines() if ours_text in line and theirs_text in line]
    assert rows, f"{ours_text} and {theirs_text} stand in no line of {CONVENTIONS.name}"


def test_no_constant_is_added_before_the_logarithm(three: pd.DataFrame) -> None:
    # Others lift the worst city by 0.01 so that ln 0 is not met; ours is 0 · ln 0 = 0.
    lifted = 1 - entropy(scores.rescaled(three, WAYS) + 0.01, base=4, axis=0)
    theirs = dict(zip(three.columns, lifted / lifted.sum(), strict=True))
    ours = scores.entropy_weights(three, better=WAYS)
    both_numbers(ours["gdp"], theirs["gdp"])


def test_entropy_is_of_rescaled_and_not_of_raw_values(three: pd.DataFrame) -> None:
    theirs = dict(zip(three.columns, pymcdm_entropy(three.to_numpy()), strict=True))
    ours = scores.entropy_weights(three, better=WAYS)
    both_numbers(ours["minutes"], theirs["minutes"])


def test_critic_heeds_directions(three: pd.DataFrame) -> None:
    table = three.assign(jobs=[9.0, 2.0, 4.0, 3.0])
    ways = {**WAYS, "jobs": "high"}
    theirs = dict(zip(table.columns, pymcdm_critic(table.to_numpy()), strict=True))
    ours = scores.critic_weights(table, better=ways)
    both_numbers(ours["jobs"], theirs["jobs"])


def test_topsis_takes_vector_lengths_unless_asked(three: pd.DataFrame) -> None:
    even = pd.Series({"gdp": 0.5, "minutes": 0.5})
    theirs = TOPSIS()(three.to_numpy(), np.array([0.5, 0.5]), np.array([-1, 1]))
    ours = scores.topsis(three, even, better=WAYS)
    both_numbers(ours["bengbu"], theirs[1])


def test_equal_levels_couple_fully_whatever_their_number() -> None:
    # Without the division by the number of subsystems, the degree ends at 1 / m.
    levels = pd.DataFrame({"economy": [0.5], "society": [0.5], "ecology": [0.5]}, ["a"])
    theirs = (levels.prod(axis=1) / levels.sum(axis=1) ** 3) ** (1 / 3)
    both_numbers(scores.coupling_degree(levels)["a"], theirs["a"])
