"""Whether the values at hand can carry an evaluation, and if not, which would."""

import pandas as pd

from yrdgeo.analysis.observations import check_series
from yrdgeo.errors import ArgumentError

FEWEST_BEFORE, FEWEST_AFTER, FEWEST_CONTROLS = 3, 2, 10
COLUMNS = [
    "indicator", "vintage", "years_before", "years_after", "n_treated", "n_control", "usable",
    "reason_en", "reason_zh",
]  # fmt: skip


def panel_needed(indicators: pd.DataFrame, starts: pd.Series) -> pd.DataFrame:
    """Say for each indicator and vintage whether it can carry a difference in differences.

    Usable means one vintage with three years before the first start and two from it on, in each
    of which every treated city and ten never-treated ones have a value.

    Parameters
    ----------
    indicators
        The ``indicators`` table (``adcode year indicator vintage value``).
    starts
        First treated year by adcode.

    Returns
    -------
    table
        One row an indicator and vintage: ``indicator vintage years_before years_after n_treated
        n_control usable reason_en reason_zh``. Years are those that count; ``n_control`` is the
        number of never-treated cities with a value in all of them; the reason names what lacks.

    Raises
    ------
    ArgumentError
        If no city is treated.

    Examples
    --------
    >>> values = pd.DataFrame({"adcode": ["a", "b"], "year": 2020, "indicator": "gdp",
    ...                        "vintage": "final", "value": [1.0, 2.0]})
    >>> found = panel_needed(values, pd.Series({"a": 2021})).iloc[0]
    >>> bool(found["usable"]), found["reason_en"]
    (False, '1 of 3 years before 2021; 0 of 2 years from 2021 on; 1 of 10 cities to compare with')
    """
    check_series("start", starts)
    treated = list(starts.dropna().index)
    if not treated:
        raise ArgumentError("No city is treated.", fix="Give a first treated year by adcode.")
    first = int(starts.min())
    known = indicators[indicators["value"].notna()]
    rows = [
        _row(str(name), str(vintage), part, treated, first)
        for (name, vintage), part in known.groupby(["indicator", "vintage"], sort=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    name: str, vintage: str, part: pd.DataFrame, treated: list[str], first: int
) -> dict[str, object]:
    table = part.pivot_table("value", "adcode", "year")
    inside = table.reindex(treated)
    full = inside.notna().all()
    controls = table.drop(index=[code for code in treated if code in table.index])
    years = [int(year) for year in table.columns[full] if controls[year].notna().any()]
    before, after = ([y for y in years if (y < first) == early] for early in (True, False))
    n_control = int(controls[years].notna().all(axis=1).sum()) if years else 0
    counts = (
        (len(before), FEWEST_BEFORE, f"years before {first}", f"{first}年以前的年份"),
        (len(after), FEWEST_AFTER, f"years from {first} on", f"{first}年及以后的年份"),
        (n_control, FEWEST_CONTROLS, "cities to compare with", "可比城市"),
    )
    lacking = [row for row in counts if row[0] < row[1]]
    return {
        "indicator": name,
        "vintage": vintage,
        "years_before": ";".join(map(str, before)),
        "years_after": ";".join(map(str, after)),
        "n_treated": len(treated),
        "n_control": n_control,
        "usable": not lacking,
        "reason_en": "; ".join(f"{have} of {need} {en}" for have, need, en, _ in lacking),
        "reason_zh": "；".join(f"{zh}只有{have}个，需要{need}个" for have, need, _, zh in lacking),
    }
