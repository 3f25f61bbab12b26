"""Groups of cities: sums, and ratios of sums, beside the map's own values."""

import pandas as pd

from yrdgeo.errors import TableError
from yrdgeo.inputs import PROVINCE_GROUP
from yrdgeo.sources.aggregates import group_values
from yrdgeo.sources.derived import values_of
from yrdgeo.sources.indicators import load_province_totals
from yrdgeo.sources.parts import year_used
from yrdgeo.study import Study

FIRST_PUBLISHED = "preliminary"  # the vintage of most city values, so that the two compare


def group_results(study: Study, results: pd.DataFrame) -> pd.DataFrame:
    """Return the value of each group for every indicator layer and year.

    Where the map has every city, groups use the map's denominators, so that a group and its
    members compare. Where it has not, a group takes the best denominators that its own members
    have, and a province its published total; ``note`` and ``denominator_year`` say which.
    """
    mine = results[results["layer_id"].isin(study.catalogue)]
    complete = mine["value"].notna().groupby([mine["layer_id"], mine["year"]]).all().reset_index()
    parts = [
        _group_part(study, str(layer), int(year), complete=bool(whole))
        for layer, year, whole in zip(*(complete[name] for name in complete), strict=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _group_part(study: Study, layer: str, year: int, *, complete: bool) -> pd.DataFrame:
    table, cities = study.indicators, list(study.cities.index)
    common = year_used(table, "population_resident", year, cities=cities)
    values = group_values(
        table,
        study.groups,
        layer,
        year=year,
        catalogue=study.catalogue,
        denominators=common if complete else "auto",
    )
    if not complete:
        values = _with_published(study, values, layer, year)
    return values.assign(layer_id=layer, year=year)


def _with_published(study: Study, values: pd.DataFrame, layer: str, year: int) -> pd.DataFrame:
    """Put the published provincial totals in place of sums of cities, and say so."""
    ids = values.loc[values["group_id"].str.startswith(PROVINCE_GROUP), "group_id"]
    codes = ids.str.removeprefix(PROVINCE_GROUP)
    try:
        published = values_of(
            load_province_totals(),
            layer,
            year,
            catalogue=study.catalogue,
            cities=list(codes),
            vintage=FIRST_PUBLISHED,
        )
    except TableError:  # no province has published this indicator
        return values
    mended = values.copy()
    for row, code in codes.items():
        total = published.loc[code]
        if pd.notna(total["value"]):
            mended.loc[row, "value"] = total["value"]
            mended.loc[row, "confidence"] = total["confidence"]
            mended.loc[row, "denominator_year"] = total["denominator_year"]
            mended.loc[row, "note"] = "published provincial figure"
            mended.loc[row, "note_zh"] = "公布的全省数"
    return mended
