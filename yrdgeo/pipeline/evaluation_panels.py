"""What an evaluation compares: values of one vintage by year, and who was treated from when."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pandas as pd

from yrdgeo.errors import Problem, YrdGeoError, nearest
from yrdgeo.spec import Row
from yrdgeo.study import Study

OWN = "user_indicator_"  # begins the source of values that the user brought
PANEL = ["adcode", "year", "indicator", "vintage", "value", "unit", "source_id"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One ``[[evaluation]]`` with its data.

    Attributes
    ----------
    row
        The table of the study file.
    scheme
        Whose helped cities are treated.
    panel
        ``adcode year indicator vintage value unit source_id``, of whatever vintages; values as
        they are.
    starts
        First year with an effect by helped city.
    classes
        ``adjacent`` or ``leapfrog`` by helped city; one with pairs of both kinds is adjacent.
    cities
        The study's, for their names.
    title_en, title_zh
        Of the indicator.
    """

    row: Row
    scheme: str
    panel: pd.DataFrame
    starts: pd.Series
    classes: pd.Series
    cities: pd.DataFrame
    title_en: str
    title_zh: str

    @property
    def name(self) -> str:
        """What the results are filed under."""
        return str(self.row["id"])

    @property
    def one_start(self) -> bool:
        """Whether all helped cities begin in one year."""
        return len(self.starts.unique()) == 1


def asked_of(study: Study, row: Row, pairs: pd.DataFrame) -> Asked:
    """Return the data of an evaluation; ``pairs`` are measured, so that they have a class."""
    scheme = scheme_of(study, row)
    named = study.pairs[study.pairs["scheme"].eq(scheme)]
    measured = pairs[pairs["scheme"].eq(scheme)]
    classes = measured.groupby("helped_city")["pair_class"].min()
    starts = starts_of(named, row["since"])
    panel, known = panel_of(study, row), study.catalogue[str(row["values"])]
    return Asked(row, scheme, panel, starts, classes, study.cities, known.en, known.zh)


def scheme_of(study: Study, row: Row) -> str:
    """Return the scheme that an evaluation names, or the study's first."""
    known = sorted(study.pairs["scheme"].unique())
    return str(row["scheme"] or (known[0] if known else ""))


def starts_of(pairs: pd.DataFrame, since: object = None) -> pd.Series:
    """Return the first year with an effect by helped city.

    Without a year given it is the first whole one after the pair was named: a pair of December
    has done nothing by the end of the month. A pair without a date is left out.
    """
    dated = pd.to_numeric(pairs["since"].astype(str).str[:4], errors="coerce") + 1
    first = dated if since is None else pd.Series(float(str(since)), pairs.index)
    starts = pd.Series(first.to_numpy(np.float64), pairs["helped_city"].to_numpy())
    return starts.dropna().groupby(level=0).min().astype(int)


def panel_of(study: Study, row: Row) -> pd.DataFrame:
    """Return the values of an evaluation by city and year, those of its vintage.

    Where no vintage is named, and the user brought values, these are taken alone.
    """
    rows = values_by_year(study, str(row["values"]))
    rows = rows[rows["value"].notna() & rows["adcode"].isin(study.cities.index)]
    own = rows["source_id"].astype(str).str.startswith(OWN)
    if row["vintage"]:
        rows = rows[rows["vintage"].eq(str(row["vintage"]))]
    elif own.any():
        rows = rows[own]
    return rows[PANEL].reset_index(drop=True)


def values_by_year(study: Study, name: str) -> pd.DataFrame:
    """Return every vintage of a stored indicator, or a derived one computed year by year."""
    stored = study.indicators[study.indicators["indicator"].eq(name)]
    if len(stored):
        return stored
    years = sorted({int(year) for year in study.indicators["year"]})
    parts = [study.value_table(name, year).assign(year=year) for year in years]
    return pd.concat(parts).rename_axis("adcode").reset_index().assign(indicator=name)


def evaluation_problems(study: Study) -> Iterator[Problem]:
    """Yield every problem of ``[[evaluation]]``."""
    for number, row in enumerate(study.spec.evaluations, 1):
        where = f"[[evaluation]] {number}"
        if find_spec("linearmodels") is None:
            fix = "pip install 'yrdgeo[stats]'"
            yield Problem("needs linearmodels, which is not installed", 0, where, "", fix)
        yield from _value_problems(study, row, where)
        yield from _scheme_problems(study, row, where)


def _value_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    name = str(row["values"])
    known = list(study.catalogue)
    if name not in known:
        fix = nearest(name, known)
        yield Problem("is not an indicator", 0, f"{where} values", name, fix)
        return
    try:
        found = values_by_year(study, name)
    except YrdGeoError as error:
        yield Problem(error.what.rstrip("."), 0, f"{where} values", name)
        return
    vintages = sorted(found.loc[found["value"].notna(), "vintage"].astype(str).unique())
    if row["vintage"] and row["vintage"] not in vintages:
        fix = nearest(str(row["vintage"]), vintages)
        what = f"is no vintage of {name!r}"
        yield Problem(what, 0, f"{where} vintage", str(row["vintage"]), fix)


def _scheme_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    known = sorted(study.pairs["scheme"].unique())
    place = f"{where} scheme"
    if not known:
        fix = "Name a scheme, or a path, in [pairs]."
        yield Problem("there are no pairs, so nobody is treated", 0, place, "", fix)
    elif not row["scheme"] and len(known) > 1:
        yield Problem("is missing", 0, place, "", f"The study has {', '.join(known)}: name one.")
    elif row["scheme"] and row["scheme"] not in known:
        fix = nearest(str(row["scheme"]), known)
        yield Problem("is no scheme of the study's pairs", 0, place, str(row["scheme"]), fix)
    elif starts_of(
        study.pairs[study.pairs["scheme"].eq(scheme_of(study, row))], row["since"]
    ).empty:
        what = "is missing, and no pair has a date"
        yield Problem(what, 0, f"{where} since", "", "Give the first year with an effect.")
