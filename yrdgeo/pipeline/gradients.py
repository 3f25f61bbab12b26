"""The study's gradients: coefficients, drawn lines, what lies off them, and slopes by year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from yrdgeo import geo
from yrdgeo.analysis import contiguity, gradient, linkage
from yrdgeo.analysis.least_squares import Errors
from yrdgeo.errors import ArgumentError, YrdGeoError
from yrdgeo.fits import GradientFit
from yrdgeo.pipeline.layers import values_by_adcode
from yrdgeo.pipeline.place_tables import latest_complete
from yrdgeo.pipeline.questions import NEAREST
from yrdgeo.results import TravelTimes
from yrdgeo.sources.notices import Notice
from yrdgeo.spec import Row
from yrdgeo.study import Study

if TYPE_CHECKING:
    from yrdgeo.analysis.forms import Form

COLUMNS = [
    "gradient_id", "values", "from_id", "by", "form", "base_form", "coefficient", "estimate",
    "standard_error", "lower", "upper", "r2", "n", "errors", "smearing", "break_p",
    "break_p_floor", "moran", "moran_p", "distance_unit", "value_unit", "note",
]  # fmt: skip
POINTS = 60
ERRORS: Errors = "hc3"  # few cities, unequal variances
KM_EDGES = (0, 100, 200, 300, 400, 500, 600)
MINUTE_EDGES = (0, 60, 120, 180, 240, 300)
ONE_SLOPE = ("linear", "exponential", "power", "log")
AMOUNTS = ("gdp", "population_resident")
NONE = pd.DataFrame({"year": []})


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One gradient of the study, fitted."""

    gradient_id: str
    spec: Row
    core: str
    fit: GradientFit
    distance: pd.Series


def fitted_gradients(
    study: Study, results: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> list[Fitted]:
    """Fit every gradient that the study asks for."""
    neighbours = contiguity.edges(study.cities, bridges=study.region.bridges)
    made = []
    for spec in study.spec.gradients:
        core = NEAREST if spec["from"] == NEAREST else study.core(str(spec["from"]))
        values = values_by_adcode(study, str(spec["values"]), results)
        distance = _distance(study, core, str(spec["by"]), times)
        name = f"{spec['values']}_{core}_{spec['by']}_{spec['form']}"
        made.append(Fitted(name, spec, core, _fit(spec, values, distance, neighbours), distance))
    return made


def _fit(
    spec: Row, values: pd.Series, distance: pd.Series, neighbours: pd.DataFrame
) -> GradientFit:
    try:
        return _one_fit(spec, values, distance, neighbours)
    except ArgumentError:  # no two neighbours among those that can be used
        return _one_fit(spec, values, distance, None)


def _one_fit(
    spec: Row, values: pd.Series, distance: pd.Series, neighbours: pd.DataFrame | None
) -> GradientFit:
    if spec["form"] == "segmented":
        bent = cast("Form", spec["bends"])
        return gradient.segmented(values, distance, form=bent, neighbours=neighbours)
    form = cast("Form", spec["form"])
    return gradient.fit(values, distance, form=form, errors=ERRORS, neighbours=neighbours)


def gradient_rows(study: Study, fits: list[Fitted]) -> pd.DataFrame:
    """Return the gradients of a run, one row a coefficient."""
    rows = []
    for one in fits:
        fit, test, alike = one.fit, one.fit.break_test, one.fit.residual_moran
        rows += [
            {
                "gradient_id": one.gradient_id,
                "values": one.spec["values"],
                "from_id": one.core,
                "by": one.spec["by"],
                "form": one.spec["form"],
                "base_form": fit.base_form,
                "coefficient": name,
                "estimate": estimate,
                "standard_error": fit.standard_errors[name],
                "lower": fit.interval[name][0],
                "upper": fit.interval[name][1],
                "r2": fit.r2,
                "n": fit.n,
                "errors": fit.errors,
                "smearing": fit.smearing,
                "break_p": np.nan if test is None else test.p_value,
                "break_p_floor": np.nan if test is None else test.p_floor,
                "moran": np.nan if alike is None else alike.statistic,
                "moran_p": np.nan if alike is None else alike.p_value,
                "distance_unit": fit.distance_unit,
                "value_unit": _unit(study, str(one.spec["values"])),
                "note": fit.note,
            }
            for name, estimate in fit.coefficients.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def gradient_tables(
    study: Study, fits: list[Fitted], results: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> dict[str, pd.DataFrame]:
    """Return the lines with their bands, residuals, slopes by year, rings, centres and ranks."""
    made = {
        "gradient_curves": [_curve(one) for one in fits],
        "gradient_residuals": [_residuals(one) for one in fits],
        "gradient_years": [part for one in fits for part in _years(study, one, results)],
        "rings": list(_rings(study, times)),
        "centre_of_gravity": list(_centres(study)),
        "rank_size": list(_ranks(study)),
    }
    return {name: pd.concat(parts, ignore_index=True) for name, parts in made.items() if parts}


def gradient_notices(fits: list[Fitted]) -> Iterator[Notice]:
    """Say where neighbours lie off a gradient alike, so that its intervals are too narrow."""
    alike = [
        one.gradient_id
        for one in fits
        if one.fit.residual_moran is not None and one.fit.residual_moran.p_value < 0.05  # noqa: PLR2004
    ]
    if alike:
        yield Notice(
            f"Neighbouring cities lie off {len(alike)} of {len(fits)} gradients alike, so the "
            "intervals of these are too narrow.",
            f"{len(fits)}条梯度中有{len(alike)}条的残差在相邻城市间相似，其置信区间偏窄。",
        )


def _curve(one: Fitted) -> pd.DataFrame:
    used = one.distance.loc[one.fit.fitted.index]
    low = float(used[used > 0].min()) if one.spec["form"] in ("power", "log") else float(used.min())
    at = np.linspace(low, float(used.max()), POINTS)
    if one.fit.breaks:
        at = np.sort(np.concatenate([at, np.array(one.fit.breaks)]))
    line = gradient.curve(one.fit, at)
    return line.assign(gradient_id=one.gradient_id)[["gradient_id", *line.columns]]


def _residuals(one: Fitted) -> pd.DataFrame:
    table = gradient.deviations(one.fit)
    table = table.rename_axis("adcode").reset_index()
    distance = one.distance.reindex(table["adcode"]).to_numpy()
    return table.assign(gradient_id=one.gradient_id, distance=distance)[
        ["gradient_id", "adcode", "distance", *[c for c in table.columns if c != "adcode"]]
    ]


def _years(study: Study, one: Fitted, results: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield slopes by year among years with all cities; the vintages stand in each row."""
    name, form = str(one.spec["values"]), str(one.spec["form"])
    rows = results[results["layer_id"].eq(name) & results["scenario"].eq("")]
    whole = rows["value"].notna().groupby(rows["year"]).sum()
    shown = [int(year) for year in whole.index[whole.eq(len(study.cities))]]
    years = sorted({*shown, *_complete_years(study, name)})
    if form not in ONE_SLOPE or len(years) < 2:  # noqa: PLR2004 — a change has two ends
        return
    table = pd.concat([_panel(study, name, rows, year) for year in years])
    try:
        slopes = gradient.by_year(
            table, one.distance, form=cast("Form", form), errors=ERRORS, same_series=_one(table)
        )
    except YrdGeoError:  # a year whose values the form cannot take
        return
    yield slopes.reset_index().assign(gradient_id=one.gradient_id)


def _one(table: pd.DataFrame) -> dict[str, str]:
    """Declare the vintages of a table one series; the tables say which they are."""
    return dict.fromkeys((str(vintage) for vintage in table["vintage"].unique()), "declared one")


def _complete_years(study: Study, name: str) -> list[int]:
    """Return the years up to the study's in which every city has the indicator."""
    if latest_complete(study, name) is None:
        return []
    every = sorted(int(year) for year in study.indicators["year"].unique() if year <= study.year)
    return [y for y in every if study.value_table(name, y)["value"].notna().all()]


def _panel(study: Study, name: str, rows: pd.DataFrame, year: int) -> pd.DataFrame:
    one = rows[rows["year"].eq(year)]
    if one.empty:
        one = study.value_table(name, year).rename_axis("adcode").reset_index().assign(year=year)
    return one[["adcode", "year", "value", "vintage"]].assign(vintage=one["vintage"].astype(str))


def _rings(study: Study, times: Mapping[str, TravelTimes]) -> Iterator[pd.DataFrame]:
    """Yield people, GDP and GDP per head by ring around the region's centre: ratios of sums."""
    years = [latest_complete(study, n) for n in AMOUNTS]
    if None in years:
        return
    gdp, people = (study.values(name, year) for name, year in zip(AMOUNTS, years, strict=True))
    centre = study.region.centre
    for by in ("km", *times):
        edges = KM_EDGES if by == "km" else MINUTE_EDGES
        table = gradient.ring_ratios(gdp, people, _distance(study, centre, by, times), edges=edges)
        named = {"from_id": centre, "by": by, "gdp_year": years[0], "population_year": years[1]}
        yield table.assign(**named)


def _centres(study: Study) -> Iterator[pd.DataFrame]:
    """Yield where the middle of people and of GDP lies in each complete year, and its moves."""
    for name in AMOUNTS:
        years = _complete_years(study, name)
        if len(years) < 2:  # noqa: PLR2004 — a move has two ends
            continue
        table = pd.concat([_panel(study, name, NONE, year) for year in years])
        moved = gradient.centre_shift(study.cities, table, same_series=_one(table))
        vintages = table.groupby("year")["vintage"].agg(lambda cells: "; ".join(sorted(set(cells))))
        yield moved.assign(values=name, vintages=vintages).reset_index()


def _ranks(study: Study) -> Iterator[pd.DataFrame]:
    for name in AMOUNTS:
        year = latest_complete(study, name)
        if year is None or len(study.cities) < 3:  # noqa: PLR2004 — a line has three points
            continue
        sizes = study.values(name, year)
        line = linkage.rank_size(sizes)
        yield pd.DataFrame(
            [
                {
                    "values": name,
                    "year": year,
                    "exponent": line.exponent,
                    "standard_error": line.standard_error,
                    "lower": line.interval[0],
                    "upper": line.interval[1],
                    "n": line.n,
                    **linkage.primacy(sizes).add_prefix("primacy_").to_dict(),
                    "note": line.note,
                }
            ]
        )


def _unit(study: Study, name: str) -> str:
    return study.catalogue[name].unit if name in study.catalogue else ""


def _distance(study: Study, core: str, by: str, times: Mapping[str, TravelTimes]) -> pd.Series:
    ids = study.cities.index
    if core == NEAREST:
        cores = list(study.region.cores)
        if by == "km":
            return gradient.distance_km(study.cities, cores)["seat_km"].reindex(ids)
        return gradient.distance_min(times[by], cores)["travel_time_min"].reindex(ids)
    if by == "km":
        km = geo.geodesic_km(study.cities, [core] * len(ids), list(ids))
        return pd.Series(np.asarray(km), ids, name="seat_km")
    minutes = times[by].minutes[times[by].origins.get_loc(core)]
    return pd.Series(minutes, times[by].destinations, name="travel_time_min")
