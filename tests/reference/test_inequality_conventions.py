"""Where others give another number: both stand in docs/conventions.md, and both are computed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inequality.atkinson import atkinson as pysal_atkinson
from inequality.theil import Theil

import yrdgeo as yg
from yrdgeo.analysis import inequality

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"
Number = Callable[[], float | str]


def series(*numbers: float) -> pd.Series:
    return pd.Series(numbers, [f"c{number}" for number in range(len(numbers))])


@pytest.fixture(scope="module")
def study() -> yg.Study:
    return yg.load_study("yrd")


def rows_of_page() -> dict[str, list[str]]:
    section = PAGE.read_text(encoding="utf-8").split("## Inequality and convergence")[1]
    section = section.split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines[1:]}


def mean_gap_of_others(values: pd.Series) -> float:
    y = values.to_numpy()
    pairs = len(y) * (len(y) - 1)
    return float(np.abs(y[:, None] - y).sum() / pairs / (2 * y.mean()))


def ranked_by_place(values: pd.Series) -> float:
    rank = values.rank() / len(values)
    return float(2 * (values * rank).mean() / values.mean() - 1)


def refusal() -> str:
    with pytest.raises(ValueError, match="positive"):
        pysal_atkinson(np.array([0.0, 1.0, 2.0]), 0.5)
    return "refused"


TEN = series(*[1.0] * 9, 9.0)
GROWN = series(1.0, 2.0, 4.0, 8.0)
HALVED = inequality.beta_convergence(GROWN, GROWN**0.5, years=10)

MADE_UP: dict[str, tuple[Number, Number]] = {
    "Gini of 1, 2, 3, 4": (
        lambda: inequality.gini(series(1, 2, 3, 4)),
        lambda: mean_gap_of_others(series(1, 2, 3, 4)),
    ),
    "Atkinson (ε = 0.5) of 0, 1, 2": (lambda: inequality.atkinson(series(0, 1, 2)), refusal),
    "Coefficient of variation of 1, 2, 3, 4": (
        lambda: inequality.coefficient_of_variation(series(1, 2, 3, 4)),
        lambda: series(1, 2, 3, 4).std() / 2.5,
    ),
    "Palma of nine 1 and one 9": (
        lambda: inequality.palma(TEN),
        lambda: float(TEN.iloc[-1:].mean() / TEN.iloc[:4].mean()),
    ),
    "Concentration of 1, 2, 3 ranked by itself": (
        lambda: inequality.concentration_index(series(1, 2, 3), series(1, 2, 3)),
        lambda: ranked_by_place(series(1, 2, 3)),
    ),
    "Poor at a line of 2, of 1, 2, 3": (
        lambda: inequality.foster_greer_thorbecke(series(1, 2, 3), line=2),
        lambda: float((series(1, 2, 3) <= 2).mean()),
    ),
    "Half-life, b = −0.05 over ten years": (
        lambda: HALVED.half_life_years,
        lambda: float(np.log(2) / -HALVED.slope),
    ),
}


def said(number: float | str) -> str:
    return number if isinstance(number, str) else f"{number:.4f}"


@pytest.mark.parametrize("question", MADE_UP)
def test_both_numbers_are_as_the_page_says(question: str) -> None:
    here, elsewhere = MADE_UP[question]
    assert rows_of_page()[question][:2] == [said(here()), said(elsewhere())]


def test_both_numbers_of_the_delta_are_as_the_page_says(study: yg.Study) -> None:
    per_head, before = (study.values("gdp_per_capita", year) for year in (2022, 2015))
    people = study.values("gdp", 2022) / per_head
    shares = people / people.sum()
    about_cities = np.sqrt((shares * (per_head - per_head.mean()) ** 2).sum()) / per_head.mean()
    beta = inequality.beta_convergence(before, per_head, years=7)
    expected = {
        "Theil T of GDP per head, 41 cities, 2022": (
            inequality.theil(per_head, people),
            float(Theil(per_head.to_numpy()).T),
        ),
        "Sigma of GDP per head, 41 cities, 2022": (
            inequality.sigma_convergence(per_head),
            float(np.log(per_head).std()),
        ),
        "Williamson, 41 cities, 2022": (inequality.williamson(per_head, people), about_cities),
        "Half-life of the 41 cities, 2015 to 2022, years": (
            beta.half_life_years,
            np.log(2) / -beta.slope,
        ),
    }
    page = rows_of_page()
    assert {row: page[row][:2] for row in expected} == {
        row: [said(float(number)) for number in pair] for row, pair in expected.items()
    }
    assert set(page) == {*expected, *MADE_UP}
