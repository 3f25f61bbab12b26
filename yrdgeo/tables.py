"""The hallway: the tables in which data leaves a room, and the one check at the door.

A contract is data: columns with a kind, a default and bounds. :func:`check` returns a copy in
contract form (text codes, floats, EPSG:4326) or raises one error that lists every problem.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.errors import Problem, TableError, few, nearest, raise_problems
from yrdgeo.units import WGS84

Kind = Literal["text", "code", "float", "int", "bool", "date", "geometry"]
Default = str | float | bool | None
CONFIDENCES = ("high", "medium", "low", "unverified")
STATUSES = ("open", "under_construction", "planned", "closed")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract; a column with a default may be absent from the input."""

    name: str
    kind: Kind = "text"
    default: Default = None
    required: bool = True
    legal: tuple[str, ...] = ()
    minimum: float = -np.inf
    maximum: float = np.inf
    nullable: bool = False
    above: bool = False  # the minimum itself is out


@dataclass(frozen=True, slots=True)
class Contract:
    """A table's name, key, columns, and whether its key is its index."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    index: bool = False


def _optional(
    name: str, kind: Kind = "text", default: Default = "", *, legal: tuple[str, ...] = ()
) -> Column:
    return Column(name, kind, default, required=False, legal=legal)


_TRACE = (_optional("source_id"), _optional("confidence", legal=("", *CONFIDENCES)))

CONTRACTS: dict[str, Contract] = {
    "cities": Contract(
        "cities",
        ("adcode",),
        (
            Column("adcode", "code"),
            Column("name_zh"),
            Column("name_en"),
            _optional("province_zh"),
            _optional("province_en"),
            Column("seat_lon", "float", minimum=-180.0, maximum=180.0),
            Column("seat_lat", "float", minimum=-90.0, maximum=90.0),
            Column("geometry", "geometry"),
        ),
        index=True,
    ),
    "indicators": Contract(
        "indicators",
        ("adcode", "year", "indicator", "vintage"),
        (
            Column("adcode", "code"),
            Column("year", "int", minimum=1900, maximum=2100),
            Column("indicator"),
            _optional("vintage"),
            Column("value", "float"),
            Column("unit"),
            *_TRACE,
        ),
    ),
    "nodes": Contract(
        "nodes",
        ("node_id",),
        (
            Column("node_id"),
            _optional("name_zh"),
            _optional(
                "kind", default="junction", legal=("seat", "station", "junction", "external")
            ),
            _optional("adcode"),
            Column("geometry", "geometry", required=False),
        ),
    ),
    "links": Contract(
        "links",
        ("link_id",),
        (
            Column("link_id"),
            Column("from_node"),
            Column("to_node"),
            Column("mode"),
            Column("length_km", "float", minimum=0.0, maximum=20_000.0),
            Column("speed_kmh", "float", minimum=0.0, maximum=1_500.0, above=True),
            Column("fixed_min", "float", 0.0, required=False, minimum=0.0, maximum=1_440.0),
            _optional("open_from", "date"),
            _optional("open_to", "date"),
            _optional("status", default="open", legal=STATUSES),
            _optional("oneway", "bool", default=False),
            *_TRACE,
            Column("geometry", "geometry", required=False),
        ),
    ),
    "times": Contract(
        "times",
        ("from_id", "to_id"),
        (Column("from_id"), Column("to_id"), Column("travel_time_min", "float", minimum=0.0)),
    ),
    "pairs": Contract(
        "pairs",
        ("pair_id",),
        (
            Column("pair_id"),
            Column("helper_id"),
            Column("helped_id"),
            _optional("scheme"),
            _optional("since", "date"),
            _optional("kind", default="twinning"),
            _optional("source_id"),
        ),
    ),
    "groups": Contract(
        "groups",
        ("group_id", "member_id"),
        (Column("group_id"), Column("member_id", "code"), _optional("kind")),
    ),
    "layers": Contract(
        "layers",
        ("layer_id",),
        (
            Column("layer_id"),
            Column("title_zh"),
            Column("title_en"),
            Column("result"),
            Column("column"),
            _optional("scheme", default="fisher_jenks"),
            _optional("unit"),
        ),
    ),
}


def check_crs(table: gpd.GeoDataFrame, *, source: str = "table") -> gpd.GeoDataFrame:
    """Return the table in EPSG:4326, or refuse a table that does not say its CRS."""
    if table.crs is None:
        raise TableError(
            f"{source}: the geometry has no coordinate reference system.",
            fix="Set it first, for instance table.set_crs('EPSG:4326') or 'EPSG:4490' (CGCS2000).",
        )
    return table.to_crs(WGS84)


def check(table: pd.DataFrame, contract: str, *, source: str = "") -> pd.DataFrame:
    """Check a table against its contract and return a copy in contract form.

    Columns beyond the contract are kept. The first data row is row 2, as in a spreadsheet.

    Raises
    ------
    TableError
        Listing every problem with its row, column and value.
    """
    rules = CONTRACTS[contract]
    place = source or f"table '{contract}'"
    if rules.index and table.index.name == rules.key[0] and rules.key[0] not in table.columns:
        table = table.reset_index()
    table = table.reset_index(drop=True)
    raise_problems(_absent(table, rules), source=place)
    checked = table.copy()
    problems: list[Problem] = []
    for column in rules.columns:
        if column.name not in checked.columns:
            if column.kind != "geometry":
                dtype = _DTYPES.get(column.kind, object)
                checked[column.name] = pd.Series(column.default, checked.index, dtype=dtype)
            continue
        if column.kind == "geometry":
            continue
        values, found = _CONVERTERS[column.kind](checked[column.name], column)
        checked[column.name] = values
        problems.extend(found)
    problems.extend(_repeated(checked, rules))
    raise_problems(problems, source=place)
    if isinstance(checked, gpd.GeoDataFrame) and checked._geometry_column_name in checked:  # noqa: SLF001 — geopandas has no public test for "no geometry set"
        checked = check_crs(checked, source=place)
    return checked.set_index(rules.key[0]) if rules.index else checked


def _absent(table: pd.DataFrame, rules: Contract) -> Iterator[Problem]:
    for column in rules.columns:
        if column.required and column.name not in table.columns:
            present = [str(name) for name in table.columns]
            yield Problem(
                f"column {column.name!r} is missing",
                fix=f"{nearest(column.name, present)}" if present else "",
            )


def _repeated(table: pd.DataFrame, rules: Contract) -> Iterator[Problem]:
    key = list(rules.key)
    again = table.duplicated(key, keep="first")
    for position in np.flatnonzero(again):
        shown = ", ".join(str(table[name].iloc[position]) for name in key)
        yield Problem(
            "repeats an earlier row",
            int(position) + 2,
            " + ".join(key),
            shown,
            "Drop or aggregate it.",
        )


Converted = tuple[pd.Series, list[Problem]]


def _bad(
    values: pd.Series, wrong: np.ndarray, column: Column, what: str, fix: str = ""
) -> list[Problem]:
    return [
        Problem(what, int(position) + 2, column.name, str(values.iloc[position]), fix)
        for position in np.flatnonzero(wrong)
    ]


def _text(values: pd.Series, column: Column) -> Converted:
    text = values.astype("string").fillna("").str.strip().astype(object)
    if column.default:
        text = text.where(text != "", column.default)
    problems: list[Problem] = []
    if column.required and not column.nullable:
        problems += _bad(text, (text == "").to_numpy(), column, "is empty")
    if column.legal:
        wrong = ~text.isin(column.legal).to_numpy()
        problems += _bad(
            text, wrong, column, "is not a legal value", f"Legal: {few(column.legal)}."
        )
    return text, problems


def _code(values: pd.Series, column: Column) -> Converted:
    # A spreadsheet turns 320500 into 320500.0 on its way through a float column.
    text = values.astype("string").fillna("").str.strip().str.replace(r"\.0$", "", regex=True)
    text = text.astype(object)
    wrong = (text == "").to_numpy()
    return text, _bad(text, wrong, column, "is empty", "Every row needs its code.")


def _float(values: pd.Series, column: Column) -> Converted:
    number = pd.to_numeric(values, errors="coerce").astype("float64")
    given = values.notna().to_numpy()
    if not pd.api.types.is_numeric_dtype(values):  # text may be blank
        given = given & (values.astype("string").str.strip() != "").fillna(value=False).to_numpy()
    array = number.to_numpy()
    problems = _bad(values, np.isnan(array) & given, column, "is not a number")
    if not column.nullable and column.required:
        problems += _bad(values, ~given, column, "is empty")
    with np.errstate(invalid="ignore"):
        low = array <= column.minimum if column.above else array < column.minimum
        out = low | (array > column.maximum)
    bounds = f"Legal: {column.minimum:g} to {column.maximum:g}."
    problems += _bad(values, out, column, "is out of bounds", bounds)
    if column.default is not None:
        number = number.fillna(float(str(column.default)))
    return number, problems


def _int(values: pd.Series, column: Column) -> Converted:
    number, problems = _float(values, column)
    with np.errstate(invalid="ignore"):
        broken = ~np.isnan(number.to_numpy()) & (number.to_numpy() % 1 != 0)
    problems += _bad(values, broken, column, "is not a whole number")
    return (number if problems else number.astype("int64")), problems


_TRUE = {"true", "1", "yes"}
_FALSE = {"false", "0", "no", ""}


def _bool(values: pd.Series, column: Column) -> Converted:
    text = (
        values.astype("string")
        .fillna("")
        .str.strip()
        .str.lower()
        .str.replace(r"\.0$", "", regex=True)
    )
    wrong = ~text.isin(_TRUE | _FALSE).to_numpy()
    return text.isin(_TRUE), _bad(values, wrong, column, "is neither true nor false")


def _date(values: pd.Series, column: Column) -> Converted:
    text = values.astype("string").fillna("").str.strip().str.replace(r"\.0$", "", regex=True)
    legal = text.str.fullmatch(r"|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?").to_numpy(
        dtype=bool
    )
    fix = "Write YYYY, YYYY-MM or YYYY-MM-DD."
    return text.astype(object), _bad(values, ~legal, column, "is not a date", fix)


_DTYPES: dict[str, type] = {"float": float, "bool": bool}
_CONVERTERS: dict[str, Callable[[pd.Series, Column], Converted]] = {
    "text": _text,
    "code": _code,
    "float": _float,
    "int": _int,
    "bool": _bool,
    "date": _date,
}
