"""The study's gradients, fitted: coefficients, corridor premiums, and what must be said of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pandas as pd

from yrdgeo.analysis import gradient
from yrdgeo.analysis.least_squares import Errors
from yrdgeo.errors import ArgumentError, StudyError
from yrdgeo.fits import GradientFit
from yrdgeo.pipeline.between import touching
from yrdgeo.pipeline.distances import Along, Away, away, cores_of, to_cores, unit_of
from yrdgeo.pipeline.gradient_questions import gradient_id
from yrdgeo.pipeline.layers import values_by_adcode
from yrdgeo.pipeline.note_words import in_chinese
from yrdgeo.pipeline.spatial_errors import COLUMNS as SPATIAL
from yrdgeo.pipeline.spatial_errors import CUTOFF_KM, spatial_errors
from yrdgeo.pipeline.spatial_errors import alike as lie_alike
from yrdgeo.results import TravelTimes
from yrdgeo.sources.notices import Notice
from yrdgeo.spec import Row
from yrdgeo.study import Study

if TYPE_CHECKING:
    from yrdgeo.analysis.forms import Form

COLUMNS = [
    "gradient_id", "values", "weights", "from_id", "by", "form", "base_form", "coefficient",
    "estimate", "standard_error", "lower", "upper", "r2", "n", "errors", "smearing", "break_p",
    "break_p_floor", "moran", "moran_p", "distance_unit", "value_unit", "corridor_id",
    "corridor_zh", "corridor_en", "offset_km", "n_left_out", *SPATIAL, "note", "note_zh",
]  # fmt: skip
ERRORS: Errors = "hc3"  # few cities, unequal variances
ONE_SLOPE = ("linear", "exponential", "power", "log")


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One gradient of the study, fitted.

    Attributes
    ----------
    observed, weights
        By adcode, of every city; the name of the weights says their year.
    """

    gradient_id: str
    spec: Row
    away: Away
    fit: GradientFit
    observed: pd.Series
    weights: pd.Series | None

    @property
    def distance(self) -> pd.Series:
        """By adcode, of the cities that the gradient is of."""
        return self.away.distance

    @property
    def line_form(self) -> str:
        """The form with one slope that stands behind this one."""
        if self.fit.form in ONE_SLOPE:
            return self.fit.form
        return self.fit.base_form or "linear"


def fitted_gradients(
    study: Study, results: pd.DataFrame, times: Mapping[str, TravelTimes]
) -> list[Fitted]:
    """Fit every gradient that the study asks for.

    Raises
    ------
    StudyError
        If the cities of one cannot carry its form; the message says which.
    """
    neighbours = touching(study)
    made = []
    for number, spec in enumerate(study.spec.gradients, 1):
        values = values_by_adcode(study, str(spec["values"]), results)
        values = values.where(np.isfinite(values))  # no path from a city is no value of it
        weights = _weights(study, spec)
        try:
            far = away(study, spec, times)
            fit = _fit(spec, values, weights, far.distance, neighbours)
        except ArgumentError as error:
            raise StudyError(
                f"[[gradient]] {number} ({spec['values']} by {spec['by']}, {spec['form']}): "
                f"{error.what}",
                found=error.found,
                fix=error.fix,
            ) from error
        made.append(Fitted(gradient_id(study, spec), spec, far, fit, values, weights))
    return made


def _weights(study: Study, spec: Row) -> pd.Series | None:
    name = str(spec["weights"])
    if not name:
        return None
    year = study.complete_year(name)
    return study.values(name, year).rename(f"{name} {year}")


def _fit(
    spec: Row,
    values: pd.Series,
    weights: pd.Series | None,
    distance: pd.Series,
    neighbours: pd.DataFrame,
) -> GradientFit:
    mine = values.reindex(distance.index)
    heavy = None if weights is None else weights.reindex(distance.index)
    try:
        return _one_fit(spec, mine, heavy, distance, neighbours)
    except ArgumentError:  # no two neighbours among those that can be used
        return _one_fit(spec, mine, heavy, distance, None)


def _one_fit(
    spec: Row,
    values: pd.Series,
    weights: pd.Series | None,
    distance: pd.Series,
    neighbours: pd.DataFrame | None,
) -> GradientFit:
    bends = cast("Form", spec["bends"])
    if spec["form"] == "segmented":
        return gradient.segmented(
            values, distance, form=bends, weights=weights, neighbours=neighbours
        )
    if spec["form"] == "local":
        smoothed = cast("Literal['linear', 'exponential']", bends)
        return gradient.local_gradient(values, distance, form=smoothed, weights=weights)
    form = cast("Form", spec["form"])
    return gradient.fit(
        values, distance, form=form, weights=weights, errors=ERRORS, neighbours=neighbours
    )


def gradient_rows(study: Study, fits: list[Fitted]) -> pd.DataFrame:
    """Return the gradients of a run, one row a coefficient; one without any if it has none."""
    rows = []
    for one in fits:
        fit, test, alike = one.fit, one.fit.break_test, one.fit.residual_moran
        about = _about(study, one)
        robust = spatial_errors(study, fit, one.distance, one.weights)
        for name in fit.coefficients or ("",):
            low, high = fit.interval.get(name, (np.nan, np.nan))
            rows.append(
                {
                    **about,
                    "coefficient": name,
                    "estimate": fit.coefficients.get(name, np.nan),
                    "standard_error": fit.standard_errors.get(name, np.nan),
                    "lower": low,
                    "upper": high,
                    "r2": fit.r2,
                    "n": fit.n,
                    "errors": fit.errors,
                    "smearing": fit.smearing,
                    "break_p": np.nan if test is None else test.p_value,
                    "break_p_floor": np.nan if test is None else test.p_floor,
                    "moran": np.nan if alike is None else alike.statistic,
                    "moran_p": np.nan if alike is None else alike.p_value,
                    **robust.get(name, {}),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _about(study: Study, one: Fitted) -> dict[str, object]:
    """Return what all rows of a gradient say alike."""
    along = one.away.along
    corridor = {
        "corridor_id": along.corridor.id if along else "",
        "corridor_zh": along.corridor.name_zh if along else "",
        "corridor_en": along.corridor.name_en if along else "",
        "offset_km": along.offset_km if along else np.nan,
        "n_left_out": len(along.left_out) if along else 0,
    }
    said = [one.fit.note] if along is None else [one.fit.note, _said(study, along)]
    return {
        "gradient_id": one.gradient_id,
        "values": one.spec["values"],
        "weights": "" if one.weights is None else str(one.weights.name),
        "from_id": one.away.from_id,
        "by": one.spec["by"],
        "form": one.spec["form"],
        "base_form": one.fit.base_form,
        "distance_unit": one.away.unit,
        "value_unit": _unit(study, str(one.spec["values"])),
        **corridor,
        "note": " ".join(filter(None, said)),
        "note_zh": in_chinese(one.fit.note, dict(study.cities["name_zh"]))
        + ("" if along is None else _said_zh(study, along)),
    }


def _said(study: Study, along: Along) -> str:
    """Say who counts along a corridor, how far off it, and who does not."""
    used = along.table[along.table["beside"]]
    off = ", ".join(study.cities.loc[along.left_out, "name_en"])
    return (
        f"{len(used)} cities within {along.offset_km:g} km of the {along.corridor.name_en}, the "
        f"farthest {used['offset_km'].max():.0f} km off it"
        f"{f'; left out: {off}' if off else ''}. {along.corridor.note_en}"
    ).rstrip()


def _said_zh(study: Study, along: Along) -> str:
    used = along.table[along.table["beside"]]
    off = "、".join(study.cities.loc[along.left_out, "name_zh"])
    return (
        f"{along.corridor.name_zh}沿线{along.offset_km:g}公里以内有{len(used)}个城市，最远偏离"
        f"{used['offset_km'].max():.0f}公里{f'；未纳入：{off}' if off else ''}。"
        f"{along.corridor.note_zh}"
    )


def corridor_premiums(
    study: Study, fits: list[Fitted], times: Mapping[str, TravelTimes]
) -> pd.DataFrame:
    """Return what cities on each corridor have more than others as far from the core.

    A row for each way to measure that distance, which is not along the corridor.
    """
    rows = []
    for one in fits:
        along = one.away.along
        if along is None:
            continue
        _, cores = cores_of(study, one.spec)
        for by in ("km", *times):
            distance = to_cores(study, cores, by, times)
            row = _premium(one, along, distance)
            unit = _unit(study, str(one.spec["values"]))
            rows.append({**row, "from_id": one.away.from_id, "by": by, "distance_unit": unit_of(by),
                         "value_unit": unit} if row else {})  # fmt: skip
    return pd.DataFrame([row for row in rows if row])


def _premium(one: Fitted, along: Along, distance: pd.Series) -> dict[str, object]:
    """Return one premium, or nothing where too few cities lie on either side."""
    form = cast("Form", one.line_form)
    ids = one.observed.index
    try:
        found = gradient.corridor_premium(
            one.observed,
            distance.reindex(ids),
            along.table["beside"].reindex(ids).astype(bool),
            form=form,
            weights=one.weights,
            errors=ERRORS,
        )
    except ArgumentError:
        return {}
    percent = found.percent or (np.nan, np.nan, np.nan)
    names = ("premium_pct", "lower_pct", "upper_pct")
    return {
        "gradient_id": one.gradient_id,
        "values": one.spec["values"],
        "corridor_id": along.corridor.id,
        "corridor_zh": along.corridor.name_zh,
        "corridor_en": along.corridor.name_en,
        "offset_km": along.offset_km,
        "form": form,
        "n_on": found.n_on,
        "n_off": found.n_off,
        "premium": found.premium,
        "standard_error": found.standard_error,
        "lower": found.interval[0],
        "upper": found.interval[1],
        **dict(zip(names, percent, strict=True)),
        "p_value": found.p_value,
        "slope": found.slope,
        "errors": found.errors,
        "note": found.note,
    }


def gradient_notices(fits: list[Fitted]) -> Iterator[Notice]:
    """Say where neighbours lie off a gradient alike, so that its intervals are too narrow."""
    alike = [one.gradient_id for one in fits if lie_alike(one.fit)]
    if alike:
        yield Notice(
            f"Neighbouring cities lie off {len(alike)} of {len(fits)} gradients alike, so the "
            "intervals of these are too narrow. The table of gradients has errors that allow for "
            f"it (Conley, within {CUTOFF_KM:g} km), not of bent and local ones.",
            f"{len(fits)}条梯度中有{len(alike)}条的残差在相邻城市间相似，其置信区间偏窄；梯度表另列"
            f"考虑这一点的标准误（康利，{CUTOFF_KM:g}公里以内），分段与局部形式除外。",
        )


def corridor_notices(fits: list[Fitted]) -> Iterator[Notice]:
    """Say how many cities lie on each corridor, and what is weak about its source."""
    told = {one.away.along.corridor.id: one.away.along for one in fits if one.away.along}
    for along in told.values():
        on, n = int(along.table["beside"].sum()), len(along.table)
        doubt = along.corridor.confidence in ("low", "unverified")
        weak = along.corridor.confidence
        yield Notice(
            f"Along the {along.corridor.name_en}: {on} of {n} cities lie within "
            f"{along.offset_km:g} km of the line, the others are left out."
            f"{f' Its cities are of {weak} confidence.' if doubt else ''}",
            f"沿{along.corridor.name_zh}：{n}个城市中{on}个位于沿线{along.offset_km:g}公里以内，"
            f"其余不计。{'沿线城市名单可信度不高。' if doubt else ''}",
        )


def _unit(study: Study, name: str) -> str:
    return study.catalogue[name].unit if name in study.catalogue else ""
