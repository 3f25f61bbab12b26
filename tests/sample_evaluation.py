"""Made-up tables of an evaluation, for tests of what the page draws of them."""

import pandas as pd
from sample_places import shuffled

from yrdgeo.results import Run

TRIALS = ("of_gdp", "of_people")
GROUPS = {"all": (0.05, 0.04, 0.004), "adjacent": (-0.02, 0.3, 0.2)}  # estimate, p, p wild
YEARS = (2019, 2020, 2021, 2022, 2023)
START = 2022


def evaluation_tables(run: Run, *, text: str = "made up") -> dict[str, pd.DataFrame]:
    """Return ``evaluation``, ``evaluation_years`` and ``evaluation_trends``, rows shuffled."""
    scheme = run.pairs["scheme"].iloc[0]
    effects, years, trends = [], [], []
    for trial in TRIALS:
        log = trial == "of_gdp"
        for group, (estimate, p, wild) in GROUPS.items():
            effects.append(
                {
                    "evaluation_id": trial, "indicator": "gdp", "scheme": scheme, "group": group,
                    "estimate": estimate, "standard_error": 0.0125, "p_randomisation": p,
                    "p_floor": 0.002, "p_wild": wild, "n_units": 20,
                    "n_treated": 8 if group == "all" else 2, "pre_trend_p": 0.03 if log else 0.8,
                    "leads_p": 0.5, "start_year": START, "title_zh": f"产值 {text}",
                    "title_en": f"Output {text}", "unit": "log points" if log else text,
                    "note": text, "note_zh": text,
                }
            )  # fmt: skip
            years += [
                {
                    "evaluation_id": trial, "group": group, "event_year": k,
                    "estimate": 0.0 if k == -1 else estimate + 0.01 * k,
                    "lower": None if k == -1 else estimate + 0.01 * k - 0.03,
                    "upper": None if k == -1 else estimate + 0.01 * k + 0.03,
                    "chance_low": -0.04, "chance_high": 0.045,
                    "p_randomisation": None if k == -1 else 0.25,
                    "p_wild": None if k == -1 else 0.5,
                }
                for k in (year - START for year in YEARS)
            ]  # fmt: skip
        trends += [
            {
                "evaluation_id": trial, "year": year, "treated": 7.0 + 0.1 * k,
                "control": 8.0 + 0.05 * k, "n_treated": 8, "n_control": 12, "after": year >= START,
            }
            for k, year in enumerate(YEARS)
        ]  # fmt: skip
    made = {"evaluation": effects, "evaluation_years": years, "evaluation_trends": trends}
    return {name: shuffled(pd.DataFrame(rows)) for name, rows in made.items()} | {
        "evaluation": pd.DataFrame(effects)
    }


def readiness(run: Run, *, text: str = "made up") -> pd.DataFrame:
    """Return what three made-up series lack."""
    rows = [
        ("a", "", "", 0),
        ("b", "2019;2020", "2022", 9),
        ("c", "2020", "", 40),
    ]
    table = pd.DataFrame(rows, columns=["indicator", "years_before", "years_after", "n_control"])
    return shuffled(
        table.assign(
            scheme=run.pairs["scheme"].iloc[0], start_year=START, vintage="1", n_treated=8,
            usable=False, note=f"needs more {text}", note_zh=f"还缺 {text}",
            title_zh=[f"指标{one}" for one in table["indicator"]],
            title_en=[f"Series {one}" for one in table["indicator"]],
        )
    )  # fmt: skip
