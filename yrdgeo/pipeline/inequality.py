"""How unequal cities are, by province, nested, and over years: a table of a run."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from yrdgeo.analysis import inequality
from yrdgeo.inputs import PROVINCE_GROUP
from yrdgeo.pipeline.families import score_weights, structure_groups, structure_pairs
from yrdgeo.pipeline.note_words import with_chinese
from yrdgeo.sources import programmes
from yrdgeo.spec import Row
from yrdgeo.study import Study

REGION = "region"
OUTSIDE_CIRCLES = "outside"
COLUMNS = [
    "values", "weights", "year", "group_id", "measure", "value", "low", "high", "n", "n_missing",
    "vintage", "confidence", "note", "measure_zh", "measure_en",
]  # fmt: skip
NESTED_COLUMNS = [
    "values", "weights", "year", "index", "term", "value", "share", "n", "n_missing",
    "vintage", "confidence", "note", "note_zh",
]  # fmt: skip
WHOLE = ("beta_convergence", "concentration_index", "theil_between_share")
PARTS = "_core"  # a core zone is a part of its circle


def family_tables(study: Study, results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of inequality and of the structure of pairs that the study asks for."""
    rows = [part for spec in study.spec.inequalities for part in _years(study, spec, results)]
    nested = [part for spec in study.spec.inequalities for part in _nested_years(study, spec)]
    speeds = [part for spec in study.spec.inequalities for part in _convergence(study, spec)]
    made = {
        "convergence": pd.concat(speeds, ignore_index=True) if speeds else pd.DataFrame(),
        "inequality": pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(),
        "theil_nested": pd.concat(nested, ignore_index=True) if nested else pd.DataFrame(),
        "structure_pairs": structure_pairs(study),
        "score_weights": score_weights(study, results),
        **structure_groups(study),
    }
    names = dict(study.cities["name_zh"])
    return {name: with_chinese(table, names) for name, table in made.items() if len(table)}


def _asked_years(study: Study, spec: Row) -> list[int]:
    years = [int(year) for year in spec["years"]]  # type: ignore[attr-defined]  # the schema says list
    return years or list(study.years)


def _years(study: Study, spec: Row, results: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the measures of each year: of the region, and of each province."""
    asked = [str(name) for name in spec["measures"]]  # type: ignore[attr-defined]
    plain = [name for name in asked or inequality.plain_measures() if name not in WHOLE]
    groups = _groups(study)
    for year in _asked_years(study, spec):
        values = _values(study, str(spec["values"]), year, results)
        weights = _weights(study, spec, year)
        if values is None or values["value"].notna().sum() < 2:  # noqa: PLR2004 — two to compare
            continue
        found = inequality.by_group(
            values["value"],
            groups,
            weights,
            measures=plain,
            method=spec["method"],  # type: ignore[arg-type]
        )
        whole = _of_the_region(study, spec, values["value"], weights, year)
        found = pd.concat([found, whole], ignore_index=True) if len(whole) else found
        known = values[values["value"].notna()]
        yield found.assign(
            values=str(spec["values"]),
            weights="" if weights is None else str(weights.name),
            year=year,
            vintage="; ".join(sorted(set(known["vintage"].astype(str)))),
            confidence="unverified" if known["confidence"].eq("unverified").any() else "",
            measure_zh=found["measure"].map(lambda name: inequality.MEASURES[name].title_zh),
            measure_en=found["measure"].map(lambda name: inequality.MEASURES[name].title_en),
        )[COLUMNS]


def _of_the_region(
    study: Study, spec: Row, values: pd.Series, weights: pd.Series | None, year: int
) -> pd.DataFrame:
    """Return the measures that need provinces, or a second indicator that ranks the cities."""
    asked = [str(name) for name in spec["measures"]]  # type: ignore[attr-defined]
    known = values.dropna()
    sizes = None if weights is None else weights.reindex(known.index)
    found: dict[str, float] = {}
    province = pd.Series(known.index.str[:2], known.index, name="province")
    if len(province.unique()) > 1 and (not asked or "theil_between_share" in asked):
        found["theil_between_share"] = inequality.theil_share(known, province, sizes)
    if spec["ranking"]:
        ranking = study.value_table(str(spec["ranking"]), year)["value"].dropna()
        both = known.index.intersection(ranking.index)
        if len(both) > 1:
            found["concentration_index"] = inequality.concentration_index(
                known.loc[both], ranking.loc[both], None if sizes is None else sizes.loc[both]
            )
    rows = [
        {"group_id": REGION, "measure": name, "value": value, "low": np.nan, "high": np.nan,
         "n": len(known), "n_missing": len(values) - len(known),
         "note": f"ranked by {spec['ranking']}" if name == "concentration_index" else ""}
        for name, value in found.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _convergence(study: Study, spec: Row) -> Iterator[pd.DataFrame]:
    """Yield how fast cities converge between the first and the last year that all have."""
    asked = [str(name) for name in spec["measures"]]  # type: ignore[attr-defined]
    name = str(spec["values"])
    if name not in study.catalogue or (asked and "beta_convergence" not in asked):
        return
    tables = {year: study.value_table(name, year) for year in sorted(_asked_years(study, spec))}
    whole = [y for y, table in tables.items() if table["value"].gt(0).all() and len(table) > 2]  # noqa: PLR2004
    if len(whole) < 2:  # noqa: PLR2004 — convergence has two ends
        return
    first, last = whole[0], whole[-1]
    found = inequality.beta_convergence(
        tables[first]["value"], tables[last]["value"], years=last - first, covariance="HC1"
    )
    low, high = found.interval["slope"]
    vintages = {year: "; ".join(sorted(set(tables[year]["vintage"]))) for year in (first, last)}
    yield pd.DataFrame(
        [
            {
                "values": name,
                "first_year": first,
                "last_year": last,
                "n": found.n,
                "slope": found.slope,
                "standard_error": found.standard_errors["slope"],
                "lower": low,
                "upper": high,
                "covariance": found.covariance,
                "speed": found.speed,
                "half_life_years": found.half_life_years,
                "r2": found.r2,
                "first_vintage": vintages[first],
                "last_vintage": vintages[last],
                "note": found.note,
            }
        ]
    )


def _groups(study: Study) -> pd.DataFrame:
    """Return the region and its provinces as groups."""
    whole = pd.DataFrame({"group_id": REGION, "member_id": study.cities.index, "kind": REGION})
    provinces = study.groups[study.groups["group_id"].str.startswith(PROVINCE_GROUP)]
    return pd.concat([whole, provinces[["group_id", "member_id", "kind"]]], ignore_index=True)


def _values(study: Study, name: str, year: int, results: pd.DataFrame) -> pd.DataFrame | None:
    """Return an indicator of the year, or a measure of the run, with its vintage; None if none."""
    if name in study.catalogue:
        return study.value_table(name, year)
    rows = results[
        results["layer_id"].eq(name) & results["scenario"].eq("") & results["year"].eq(year)
    ]
    finite = rows.assign(value=rows["value"].where(np.isfinite(rows["value"])))
    return finite.set_index("adcode").reindex(study.cities.index) if len(rows) else None


def _weights(study: Study, spec: Row, year: int) -> pd.Series | None:
    """Return the weights of the year, or of the latest one before it that has every city.

    The name of the series says the year, for the table to print.
    """
    name = str(spec["weights"])
    if not name:
        return None
    earlier = sorted(int(y) for y in study.indicators["year"].unique() if y < year)
    for candidate in (year, *reversed(earlier)):
        values = study.value_table(name, candidate)["value"]
        if values.notna().all():
            return values.rename(f"{name} {candidate}")
    return study.value_table(name, year)["value"].rename(f"{name} {year}")


def _nested_years(study: Study, spec: Row) -> Iterator[pd.DataFrame]:
    """Yield Theil's index between provinces, between circles inside them, and within circles."""
    kind = str(spec["nested"])
    if not kind or str(spec["values"]) not in study.catalogue:
        return
    # All groups: those of a study drop the ones that have counties among their members.
    every = programmes.load_groups()
    circles = every[every["kind"].eq(kind) & ~every["group_id"].str.endswith(PARTS)]
    circles = circles[circles["member_id"].isin(study.cities.index)]
    if circles.empty:
        return
    cities = study.cities.index
    province = pd.Series(PROVINCE_GROUP + cities.str[:2] + "0000", cities)  # or the part of one
    # A circle over a border is a circle on each side of it; a city of none stands alone.
    order = list(circles["group_id"].unique())  # as the file lists them; the first has a city
    circle = inequality.partition(circles, cities, order=order)
    inner = circle.where(circle.ne(OUTSIDE_CIRCLES), pd.Series(cities, cities))
    for year in _asked_years(study, spec):
        table = study.value_table(str(spec["values"]), year)
        values = table["value"]
        weights = _weights(study, spec, year)
        known = values.dropna().index
        if len(known) < len(cities):
            continue
        levels = pd.DataFrame({"province": province, "circle": inner}).loc[known]
        for index in ("T", "L"):
            found = inequality.theil_nested(values.loc[known], levels, weights, index=index)
            terms = pd.DataFrame({"value": found.terms, "share": found.shares})
            yield (
                terms.rename_axis("term")
                .reset_index()
                .assign(
                    values=str(spec["values"]),
                    weights="" if weights is None else str(weights.name),
                    year=year,
                    index=index,
                    n=len(known),
                    n_missing=len(cities) - len(known),
                    vintage="; ".join(sorted(set(table["vintage"].astype(str)))),
                    confidence="unverified" if table["confidence"].eq("unverified").any() else "",
                    note="a city in two circles counts in the first of "
                    f"{', '.join(order)}; circles end at province borders; others stand alone",
                    note_zh=f"同属两个都市圈的城市计入先列者（{'、'.join(order)}）；"
                    "都市圈以省界为限；其余城市各自单列",
                )[NESTED_COLUMNS]
            )
