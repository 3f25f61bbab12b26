"""Pairs and groups of cities that a plan or a statistic names, each row with its source."""

import re
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from yrdgeo.errors import (
    ArgumentError,
    PlaceError,
    Problem,
    SourceError,
    few,
    nearest,
    raise_problems,
)
from yrdgeo.provenance import data_path
from yrdgeo.sources.cells import read_grid
from yrdgeo.sources.names import resolve_column
from yrdgeo.sources.places import Place, english_name, place, prefecture_of
from yrdgeo.tables import check

PARTNERS = "partners"
DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
# What people call the two ends of a pair in a file of their own.
HELPER_COLUMNS = ("helper_id", "helper", "helper_name", "from", "帮扶方", "帮扶城市", "支援方")
HELPED_COLUMNS = ("helped_id", "helped", "helped_name", "to", "受帮扶方", "受帮扶城市", "受援方")


def load_pairs(scheme: str | None = None) -> pd.DataFrame:
    """Return the shipped pairs of cities, districts and provinces.

    Parameters
    ----------
    scheme
        One of ``northern_anhui_twinning_2021`` (eight pairs), ``northeast_counterpart_2017``
        (seven), ``enclave``, ``territorial_enclave``; all 25 if None.

    Returns
    -------
    pairs
        The ``pairs`` table with ``direction confidence note``, the scheme's names ``scheme_zh
        scheme_en`` and, for both ends, ``…_city`` (prefecture; empty for a province),
        ``…_level``, ``…_zh``, ``…_en``.

    Raises
    ------
    ArgumentError
        If there is no such scheme.

    Examples
    --------
    >>> pairs = load_pairs("northern_anhui_twinning_2021").set_index("helped_id")
    >>> pairs.loc["340400", ["helper_id", "helper_city", "helper_zh"]].to_list()
    ['310112', '310000', '闵行区']
    >>> pairs["scheme_zh"].iloc[0]
    '沪苏浙城市结对合作帮扶皖北城市'
    """
    pairs = check(_csv("pairs.csv"), "pairs", source="pairs.csv")
    if scheme is not None:
        legal = list(dict.fromkeys(pairs["scheme"]))
        if scheme not in legal:
            raise ArgumentError(f"There is no scheme {scheme!r}.", fix=nearest(scheme, legal))
        pairs = pairs[pairs["scheme"] == scheme].reset_index(drop=True)
    words = load_schemes()[["name_zh", "name_en"]].set_axis(["scheme_zh", "scheme_en"], axis=1)
    return _named(pairs.join(words, on="scheme"))


def read_pairs(path: str | Path) -> pd.DataFrame:
    """Read pairs from a user's CSV, XLSX or Parquet file.

    Parameters
    ----------
    path
        With a header; CSV in UTF-8 or GB18030. A column for the helper and one for the helped
        (codes or names of cities, counties or provinces); ``pair_id scheme since until kind
        direction source_id`` are optional, and further columns are kept. A ``direction`` of
        ``partners`` means that neither end is the helper.

    Returns
    -------
    pairs
        As from :func:`load_pairs`, without the names of the schemes.

    Raises
    ------
    SourceError
        If the file cannot be read, or has no two such columns.
    PlaceError
        Listing every name that is unknown or ambiguous and every pair of a place with itself.
    TableError
        Listing every other problem.
    """
    path = Path(path)
    table = _text_table(path)
    ends: dict[str, str] = {}
    for end, usual in (("helper_id", HELPER_COLUMNS), ("helped_id", HELPED_COLUMNS)):
        column = next((name for name in usual if name in table.columns), None)
        if column is None:
            raise SourceError(
                f"{path.name} has no column for {end.removesuffix('_id')}.",
                found=few(table.columns),
                fix=f"Call it {end!r}.",
            )
        ends[end] = column
    codes, problems = _codes(table, ends)
    raise_problems(problems, source=path.name, error=PlaceError)
    pairs = table.drop(columns=[name for name in ends.values() if name not in ends]).assign(**codes)
    if "pair_id" not in pairs.columns:
        pairs["pair_id"] = [f"{path.stem}_{number}" for number in range(1, len(pairs) + 1)]
    defaults = {"scheme": path.stem, "source_id": "user_pairs"}
    missing = {name: value for name, value in defaults.items() if name not in pairs.columns}
    checked = check(pairs.assign(**missing), "pairs", source=path.name)
    raise_problems([*_repeats(checked), *_ends_before_it_begins(checked)], source=path.name)
    return _named(checked)


def load_groups(members: Collection[str] | None = None) -> pd.DataFrame:
    """Return the groups of cities that plans and statistics name.

    Parameters
    ----------
    members
        Keep the rows of these cities and of their counties; all if None.

    Returns
    -------
    groups
        The ``groups`` table with ``source_id confidence member_level member_city``; some
        groups hold counties (``member_level == "county"``).

    Examples
    --------
    >>> groups = load_groups()
    >>> int((groups["group_id"] == "north_anhui6").sum()), len(load_groups(["340400"]))
    (6, 5)
    """
    groups = check(_csv("groups.csv"), "groups", source="groups.csv")
    groups["member_level"] = [place(code).level for code in groups["member_id"]]
    groups["member_city"] = [prefecture_of(code) for code in groups["member_id"]]
    if members is None:
        return groups
    return groups[groups["member_city"].isin(list(members))].reset_index(drop=True)


def load_group_names() -> pd.DataFrame:
    """Return ``name_zh name_en kind source_id confidence`` by ``group_id``.

    Examples
    --------
    >>> load_group_names().loc["north_anhui6", "name_zh"]
    '皖北六市'
    """
    return _csv("group_names.csv").set_index("group_id")


def load_schemes() -> pd.DataFrame:
    """Return ``name_zh name_en source_id`` by ``scheme``, for every scheme of the shipped pairs.

    Examples
    --------
    >>> load_schemes().loc["northeast_counterpart_2017", "name_en"]
    'Counterpart cooperation of the north-east with the east'
    """
    return _csv("schemes.csv").set_index("scheme")


def _csv(name: str) -> pd.DataFrame:
    return pd.read_csv(data_path(name), dtype=str, keep_default_na=False, encoding="utf-8")


def _text_table(path: Path) -> pd.DataFrame:
    grid = read_grid(path)
    raise_problems(grid.problems, source=path.name)
    if not grid.rows:
        raise SourceError(f"{path.name} has no rows below its header.", fix="Bring the pairs.")
    repeated = [name for name in grid.header if name and grid.header.count(name) > 1]
    if repeated:
        fix = "Leave one of them out."
        raise SourceError(f"{path.name} has two columns {repeated[0]!r}.", fix=fix)
    return pd.DataFrame([cells for _, cells in grid.rows], columns=list(grid.header), dtype=object)


def _codes(table: pd.DataFrame, ends: dict[str, str]) -> tuple[dict[str, list[str]], list[Problem]]:
    codes: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for end, column in ends.items():
        codes[end], found = resolve_column(table[column], column, level="any")
        problems += found
    both = zip(codes["helper_id"], codes["helped_id"], strict=True)
    problems += [
        Problem("pairs a place with itself", row, ends["helped_id"], str(place(helper)))
        for row, (helper, helped) in enumerate(both, start=2)
        if helper and helper == helped
    ]
    return codes, problems


def _repeats(pairs: pd.DataFrame) -> list[Problem]:
    """Tell pairs that were there before; of partners (undirected) the other way round, too."""
    ends = pairs[["helper_id", "helped_id"]].to_numpy(dtype=str)
    if "direction" in pairs.columns:
        both = pairs["direction"].eq(PARTNERS).to_numpy()[:, None]
        ends = np.where(both, np.sort(ends, axis=1), ends)
    key = pd.DataFrame(ends).assign(scheme=pairs["scheme"], kind=pairs["kind"])
    return [
        Problem(
            "repeats an earlier pair",
            row,
            "helped_id",
            f"{pairs['helper_id'].iloc[row - 2]} and {pairs['helped_id'].iloc[row - 2]}",
            "Leave it out, or give it a scheme of its own.",
        )
        for row, again in enumerate(key.duplicated(), start=2)
        if again
    ]


def _ends_before_it_begins(pairs: pd.DataFrame) -> list[Problem]:
    """Tell terms that are no dates, or end before they begin."""
    if "until" not in pairs.columns:
        return []
    until, since = (pairs[name].fillna("").astype(str).str.strip() for name in ("until", "since"))
    problems = []
    for row, (last, first) in enumerate(zip(until, since, strict=True), start=2):
        if last and not DAY.fullmatch(last):
            fix = "Write YYYY, YYYY-MM or YYYY-MM-DD."
            problems.append(Problem("is not a date", row, "until", last, fix))
        elif last and last < first[: len(last)]:
            problems.append(Problem("lies before 'since'", row, "until", last))
    return problems


def _named(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add the names, the level and the prefecture of both ends."""
    more: dict[str, list[str]] = {}
    for end in ("helper", "helped"):
        known = [place(code) for code in pairs[f"{end}_id"]]
        more[f"{end}_city"] = [_city(unit) for unit in known]
        more[f"{end}_level"] = [unit.level for unit in known]
        more[f"{end}_zh"] = [unit.name_zh for unit in known]
        more[f"{end}_en"] = [unit.name_en or english_name(unit) for unit in known]
    return pairs.assign(**more)


def _city(unit: Place) -> str:
    return "" if unit.level == "province" else prefecture_of(unit.adcode)
