"""Made-up tests, matchings, plans and fitted curves for the made-up run; rows are shuffled."""

import numpy as np
import pandas as pd
from sample_places import kilometres, shuffled

from yrdgeo.results import TravelTimes

SCHEME = "结对 2021"
BREAK = (62.0, 48.0, 81.0)
BINS = ((60.0, 80.0, 3), (80.0, 100.0, 9), (100.0, 120.0, 8), (120.0, 140.0, 4))


def pair_tables(pairs: pd.DataFrame, *, note: str = "made up") -> dict[str, pd.DataFrame]:
    """Return ``pair_tests``, ``pair_nulls`` and ``pareto`` of the made-up pairs."""
    scheme = pairs["scheme"].iloc[0]
    row = {
        "scheme": scheme, "test": "matching", "column": "seat_km", "null": "same_helpers",
        "statistic": 97.34, "p_value": 0.375, "p_floor": 0.04, "alternative": "less",
        "n_permutations": 24, "exact": True, "null_mean": 101.5, "null_sd": 17.0, "optimum": 66.0,
        "note": note, "note_zh": note,
    }  # fmt: skip
    drawn = {"column": "rail_min", "p_value": 0.0104, "p_floor": 0.0104, "exact": False}
    split = {"test": "compare", "null": "splits", "p_value": 0.5, "p_floor": 0.5}
    split |= {"optimum": np.nan, "null_mean": 0.0, "n_permutations": 2}
    names = ["scheme", "column", "lower", "upper", "count"]
    bins = [(scheme, "seat_km", *one) for one in BINS]
    ends = [[str(code) for code in pairs[name]] for name in ("helper_city", "helped_city")]
    as_is, turned = (
        "; ".join(f"{a}→{b}" for a, b in zip(ends[0], helped, strict=True))
        for helped in (ends[1], ends[1][::-1])
    )
    plans = [
        (1, "front", turned, 66.0, 1500.0, 0),
        (2, "front", as_is, 81.5, 21_000.0, 0),
        (3, "front", turned, 120.0, 40_000.5, 0),
        (4, "actual", as_is, 97.34, 18_765.5, 1),
    ]
    columns = ["solution", "kind", "matching", "seat_km", "gdp_per_capita_gap_yuan", "dominated_by"]
    return {
        "pair_tests": shuffled(pd.DataFrame([row, row | drawn, row | split])),
        "pair_nulls": shuffled(pd.DataFrame(bins, columns=names).assign(null="same_helpers")),
        "pareto": shuffled(pd.DataFrame(plans, columns=columns).assign(scheme=scheme)),
    }


def gradient_tables(
    gradients: pd.DataFrame,
    values: pd.Series,
    places: tuple[pd.DataFrame, dict[str, TravelTimes]],
    *,
    note: str = "made up",
) -> dict[str, pd.DataFrame]:
    """Return ``gradient_curves``, ``gradient_residuals`` and ``gradient_years``.

    Values by adcode are those that were fitted; places are the cities and their times.
    """
    cities, times = places
    curves, residuals, years = [], [], []
    for name, rows in gradients.groupby("gradient_id"):
        first = rows.iloc[0]
        core = first["from_id"]
        minutes = times["best"].to_frame()[core]
        away = kilometres(cities)[core] if first["by"] == "km" else minutes
        known = values.dropna().index
        distance = away.reindex(known).sort_values()
        estimate = rows.set_index("coefficient")["estimate"]
        fitted = curve(estimate, distance.to_numpy(), form=first["form"])
        grid = np.linspace(distance.min(), distance.max(), 9)
        line = curve(estimate, grid, form=first["form"])
        band = {"fitted": line, "lower": line * 0.8, "upper": line * 1.25}
        curves.append(pd.DataFrame({"gradient_id": name, "distance": grid, **band}))
        seen = values.reindex(distance.index).to_numpy()
        logs = first["form"] == "exponential"
        off = np.log(seen / fitted) if logs else seen - fitted
        found = {"distance": distance.to_numpy(), "fitted": fitted, "residual": off}
        adcodes = distance.index.to_numpy()
        residuals.append(pd.DataFrame({"gradient_id": name, "adcode": adcodes, **found}))
        if logs:
            flat = estimate["slope"] * np.array([1.3, 0.9])
            ends = {"slope": flat, "lower": flat - 0.0004, "upper": flat + 0.0004}
            told = {"p_value": [np.nan, 0.02], "p_holm": [np.nan, 0.02], "note": note}
            reading = {"reading": ["", "diffusion"], "n": 9}
            known_years = {"gradient_id": name, "year": [2021, 2022]}
            years.append(pd.DataFrame({**known_years, **ends, **reading, **told}))
    return {
        "gradient_curves": shuffled(pd.concat(curves)),
        "gradient_residuals": shuffled(pd.concat(residuals)),
        "gradient_years": shuffled(pd.concat(years)),
    }


def curve(estimate: pd.Series, x: np.ndarray, *, form: str) -> np.ndarray:
    """Return the made-up equation at x."""
    if form == "exponential":
        return np.exp(estimate["intercept"] + estimate["slope"] * x)
    bend = estimate["break_1"]
    before = estimate["slope_1"] * np.minimum(x, bend)
    return estimate["intercept"] + before + estimate["slope_2"] * np.maximum(x - bend, 0.0)


def region_tables(core: str, *, note: str = "made up") -> dict[str, pd.DataFrame]:
    """Return ``rings``, ``centre_of_gravity``, ``rank_size`` and ``inequality``."""
    rings = pd.DataFrame(
        {
            "lo": [0.0, 50.0, 100.0],
            "hi": [50.0, 100.0, np.inf],
            "n": [2, 7, 1],
            "numerator_share": [0.5, 0.4, 0.1],
            "denominator_share": [0.25, 0.5, 0.25],
        }
    ).assign(from_id=core, by="km")
    rings["ratio"] = 8.0 * rings["numerator_share"] / rings["denominator_share"]
    centre = pd.DataFrame(
        {"year": [2021, 2022], "move_km": [np.nan, 3.25], "bearing_deg": [np.nan, 300.0]}
    ).assign(values="population", lon=119.0, lat=31.0)
    sizes = {"values": ["population"], "year": 2022, "exponent": 1.125, "lower": 0.4, "upper": 1.9}
    sizes |= {"n": 10, "primacy_two_city": 1.5, "note": note}
    rows = [
        ("gdp_per_capita", 2021, "region", "gini", 0.25, 0.2, 0.3),
        ("gdp_per_capita", 2022, "region", "gini", 0.125, 0.1, 0.15),
        ("gdp_per_capita", 2022, "91", "gini", 0.0625, np.nan, np.nan),
        ("gdp_per_capita", 2022, "region", "theil_t", 0.03, 0.01, 0.05),
    ]
    names = ["values", "year", "group_id", "measure", "value", "low", "high"]
    titles = {"gini": ("基尼系数", "Gini"), "theil_t": ("泰尔指数", "Theil T")}
    words = pd.DataFrame(
        [titles[str(row[3])] for row in rows], columns=["measure_zh", "measure_en"]
    )
    return {
        "rings": shuffled(rings),
        "centre_of_gravity": shuffled(centre),
        "rank_size": pd.DataFrame(sizes),
        "inequality": shuffled(
            pd.concat([pd.DataFrame(rows, columns=names), words], axis="columns").assign(
                n=9, note=note
            )
        ),
    }


def bent_rows(core: str) -> pd.DataFrame:
    """Return the coefficients of a segmented line from a core."""
    coefficients = {
        "intercept": (118_000.0, 90_000.0, 146_000.0),
        "slope_1": (-900.0, -1500.0, -300.0),
        "slope_2": (150.0, -400.0, 700.0),
        "break_1": BREAK,
    }
    rows = [
        {"coefficient": name, "estimate": estimate, "lower": lower, "upper": upper}
        for name, (estimate, lower, upper) in coefficients.items()
    ]
    return pd.DataFrame(rows).assign(
        gradient_id="gdp_per_capita_km_segmented", values="gdp_per_capita", from_id=core, by="km",
        form="segmented", standard_error=np.nan, r2=0.44, n=9, distance_unit="km",
        value_unit="yuan", note="",
    )  # fmt: skip
