"""The lines of a study's gradients with their bands, what lies off them, slopes by year, rings."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pandas as pd

from yrdgeo.analysis import gradient, linkage
from yrdgeo.errors import YrdGeoError
from yrdgeo.pipeline.distances import from_core
from yrdgeo.pipeline.gradients import ERRORS, ONE_SLOPE, Fitted, corridor_premiums
from yrdgeo.pipeline.note_words import with_chinese
from yrdgeo.pipeline.place_tables import latest_complete
from yrdgeo.results import TravelTimes
from yrdgeo.study import Study

if TYPE_CHECKING:
    from yrdgeo.analysis.forms import Form

POINTS = 60
KM_EDGES = (0, 100, 200, 300, 400, 500, 600)
MINUTE_EDGES = (0, 60, 120, 180, 240, 300)
AMOUNTS = ("gdp", "population_resident")
NONE = pd.DataFrame({"year": []})


def gradient_tables(
    study: Study, fits: list[Fitted], results: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> dict[str, pd.DataFrame]:
    """Return the lines with their bands, residuals, slopes by year, rings, centres and ranks."""
    made = {
        "corridor_premium": [corridor_premiums(study, fits, times)],
        "gradient_curves": [_curve(one) for one in fits],
        "gradient_residuals": [_residuals(one) for one in fits],
        "gradient_years": [part for one in fits for part in _years(study, one, results)],
        "rings": list(_rings(study, times)),
        "centre_of_gravity": list(_centres(study)),
        "rank_size": list(_ranks(study)),
    }
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in made.items() if parts}
    names = dict(study.cities["name_zh"])
    return {name: with_chinese(table, names) for name, table in tables.items() if len(table)}


def _curve(one: Fitted) -> pd.DataFrame:
    used = one.distance.loc[one.fit.fitted.index]
    if one.spec["form"] == "local":
        return _local_curve(one, used)
    low = float(used[used > 0].min()) if one.spec["form"] in ("power", "log") else float(used.min())
    at = np.linspace(low, float(used.max()), POINTS)
    if one.fit.breaks:
        at = np.sort(np.concatenate([at, np.array(one.fit.breaks)]))
    line = gradient.curve(one.fit, at)
    return line.assign(gradient_id=one.gradient_id)[["gradient_id", *line.columns]]


def _local_curve(one: Fitted, used: pd.Series) -> pd.DataFrame:
    line = gradient.local(
        one.observed.reindex(used.index),
        used,
        form=cast("Literal['linear', 'exponential']", one.fit.base_form),
        weights=None if one.weights is None else one.weights.reindex(used.index),
        at=np.linspace(used.min(), used.max(), POINTS),
    )
    return line.assign(gradient_id=one.gradient_id)[["gradient_id", *line.columns]]


def _residuals(one: Fitted) -> pd.DataFrame:
    """Return the residuals, and how far off its corridor each city lies."""
    table = gradient.deviations(one.fit)
    table = table.rename_axis("adcode").reset_index()
    distance = one.distance.reindex(table["adcode"]).to_numpy()
    along = one.away.along
    offset = np.nan if along is None else along.table["offset_km"].reindex(table["adcode"])
    leading = ["gradient_id", "adcode", "distance", "offset_km"]
    table = table.assign(
        gradient_id=one.gradient_id, distance=distance, offset_km=np.asarray(offset)
    )
    return table[[*leading, *[name for name in table.columns if name not in leading]]]


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
            table[table["adcode"].isin(one.distance.index)],
            one.distance,
            form=cast("Form", form),
            weights=None if one.weights is None else one.weights.reindex(one.distance.index),
            errors=ERRORS,
            same_series=_one(table),
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
        table = gradient.ring_ratios(gdp, people, from_core(study, centre, by, times), edges=edges)
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
