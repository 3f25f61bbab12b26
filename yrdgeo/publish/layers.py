"""What can be mapped, as the page needs it; promise: what is printed is what was classed.

Values are rounded to the decimals of their layer first; classes and ranks follow from the rounded
values, once for all years and scenarios of a layer.
"""

from collections.abc import Mapping, Sequence
from itertools import product, zip_longest

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import TableError, few
from yrdgeo.publish.columns import NAMED
from yrdgeo.publish.palette import MISSING, UNREACHABLE, Classes, classify, named_classes
from yrdgeo.results import Run, TravelTimes

Floats = npt.NDArray[np.float64]
Record = dict[str, object]

HOURS = (60.0, 120.0, 180.0, 240.0, 300.0)  # class bounds of a travel time, in minutes
LETTERS = {"high": "h", "medium": "m", "low": "l", "unverified": "u", "": "."}
SHAPE = {MISSING: "-", UNREACHABLE: "x"}


def both(row: Mapping[str, object], stem: str) -> list[str]:
    """Return the Chinese and the English text of a row, each standing in for an empty other.

    >>> both({"title_zh": "人口", "title_en": ""}, "title")
    ['人口', '人口']
    """
    zh, en = (text(row.get(f"{stem}_{language}")) for language in ("zh", "en"))
    return [zh or en, en or zh]


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table, by column name.

    >>> records(pd.DataFrame({"a": ["x"]}))
    [{'a': 'x'}]
    """
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def text(value: object) -> str:
    r"""Return a cell as text that UTF-8 can carry; a missing cell is empty.

    >>> text(None), text(float("nan")), text("a\ud800b")
    ('', '', 'a?b')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def parts(value: object) -> list[str]:
    """Return the ids of a semicolon-joined cell, each once, in order.

    >>> parts("a; b;a")
    ['a', 'b']
    """
    pieces = (piece.strip() for piece in text(value).split(";"))
    return list(dict.fromkeys(piece for piece in pieces if piece))


def shown(values: Floats, decimals: int) -> Floats:
    """Return the values as they are printed.

    >>> shown(np.array([0.125, np.inf]), 2)
    array([0.12,  inf])
    """
    return np.array([round(float(v), decimals) if np.isfinite(v) else v for v in values])


def ranks(values: Floats, *, lowest_first: bool) -> list[int | None]:
    """Return competition ranks among the finite values; equal printed values share a rank.

    >>> ranks(np.array([5.0, 9.0, np.nan, 9.0]), lowest_first=False)
    [3, 1, None, 1]
    """
    finite = pd.Series(values).where(np.isfinite(values))
    ranked = finite.rank(method="min", ascending=lowest_first).to_numpy(np.float64)
    return [int(rank) if np.isfinite(rank) else None for rank in ranked]


def number(value: float, decimals: int) -> float | int | None:
    """Return a value as JSON has it: null for what has no number.

    >>> number(3.0, 0), number(float("inf"), 1)
    (3, None)
    """
    if not np.isfinite(value):
        return None
    return int(value) if decimals == 0 or value == int(value) else float(value)


def letters(classes: npt.NDArray[np.int64]) -> str:
    """Return one letter a city: the class, ``-`` for missing, ``x`` for no path.

    >>> letters(np.array([0, 3, -1, -2]))
    '03-x'
    """
    return "".join(SHAPE.get(int(c), str(int(c))) for c in classes)


def layer_records(run: Run, order: pd.Index, *, only: Sequence[str] | None = None) -> list[Record]:
    """Return one record a layer, values in the order of the adcodes given.

    Raises
    ------
    TableError
        If ``only`` names a layer that the run does not have.
    """
    known = list(run.layers["layer_id"])
    unknown = [name for name in only or () if name not in known]
    if unknown:
        raise TableError(
            "The run has no such layer.", found=few(unknown), fix=f"Legal: {few(known)}."
        )
    frames = {text(name): part for name, part in run.results.groupby("layer_id")}
    return [
        _record(row, frames[text(row["layer_id"])], order)
        for row in records(run.layers)
        if text(row["layer_id"]) in frames and (only is None or row["layer_id"] in only)
    ]


def _record(row: Mapping[str, object], results: pd.DataFrame, order: pd.Index) -> Record:
    decimals = _decimals(row)
    scenarios = sorted(results["scenario"].unique())
    views = {}
    for year, scenario in product(sorted(results["year"].unique()), scenarios):
        chosen = results[results["year"].eq(year) & results["scenario"].eq(scenario)]
        if len(chosen):
            views[f"{year}|{text(scenario)}"] = chosen.set_index("adcode").reindex(order)
    named = text(row.get("scheme")) == NAMED  # a place in a list is never rounded into another
    values = {key: view["value"].to_numpy(np.float64) for key, view in views.items()}
    printed = values if named else {key: shown(one, decimals) for key, one in values.items()}
    classes = layer_classes(row, np.concatenate(list(printed.values())))
    lowest_first = row.get("better") == "low"
    return {
        "id": text(row["layer_id"]),
        "title": both(row, "title"),
        "unit": both(row, "unit"),
        "meaning": both(row, "meaning"),
        "topic": text(row.get("topic")),
        "topicName": both(row, "topic"),
        "decimals": decimals,
        "better": text(row.get("better")),
        "kind": text(row.get("kind")),
        "sources": parts(row.get("source_id")),
        "year": int(str(row["year"])),
        "breaks": list(classes.breaks),
        "colours": list(classes.colours),
        "scheme": classes.scheme,
        "midpoint": _midpoint(row),
        "views": {
            key: _view(view, printed[key], classes, lowest_first=lowest_first, decimals=decimals)
            for key, view in views.items()
        },
        **({} if classes.neutral is None else {"neutral": classes.neutral}),
        **_named(row),
    }


def _named(row: Mapping[str, object]) -> Record:
    """Return what a layer has that others have not: names of classes, a sentence of its own."""
    more: Record = {}
    if text(row.get("scheme")) == NAMED:
        more["categories"] = class_names(row)
    if any(said := both(row, "says")):
        more["says"] = said
    return more


def class_names(row: Mapping[str, object]) -> list[list[str]]:
    """Return the Chinese and the English name of each class of a layer of named classes.

    >>> class_names({"classes_zh": "核心;外围", "classes_en": "core;periphery"})
    [['核心', 'core'], ['外围', 'periphery']]
    """
    zh, en = (text(row.get(f"classes_{language}")).split(";") for language in ("zh", "en"))
    return [[a or b, b or a] for a, b in zip_longest(zh, en, fillvalue="")]


def _view(
    view: pd.DataFrame, values: Floats, classes: Classes, *, lowest_first: bool, decimals: int
) -> Record:
    return {
        "values": [number(v, decimals) for v in values],
        "classes": letters(classes.index(values)),
        "ranks": [None] * len(values)
        if classes.scheme == NAMED
        else ranks(values, lowest_first=lowest_first),
        "flags": "".join(LETTERS.get(text(c), ".") for c in view["confidence"]),
        "vintage": listed(view["vintage"]),
        "source": listed(view["source_id"]),
        "note": listed(view["note"]),
        "noteZh": listed(view.get("note_zh", view["note"])),
    }


def listed(cells: pd.Series) -> Record:
    """Return texts as a short list of the different ones, and where each stands in it.

    >>> listed(pd.Series(["b", "a", "b"]))
    {'texts': ['a', 'b'], 'at': [1, 0, 1]}
    """
    texts = [text(cell) for cell in cells]
    names = sorted(set(texts))
    return {"texts": names, "at": [names.index(one) for one in texts]}


def layer_classes(row: Mapping[str, object], values: Floats) -> Classes:
    """Return the classes of one layer from all of its printed values.

    Raises
    ------
    TableError
        If a layer of named classes has a value that is none of them.
    """
    scheme = text(row.get("scheme")) or "fisher_jenks"
    if scheme == NAMED:
        return _classes_by_name(row, values)
    manual = [float(b) for b in parts(row.get("breaks"))]
    midpoint = _midpoint(row)
    return classify(
        values,
        scheme="fisher_jenks" if scheme == "manual" else scheme,
        midpoint=midpoint if text(row.get("palette")) == "diverging" else None,
        step=10.0 ** -_decimals(row),
        breaks=manual or None,
    )


def _classes_by_name(row: Mapping[str, object], values: Floats) -> Classes:
    n = len(class_names(row))
    strangers = np.setdiff1d(values[~np.isnan(values)], np.arange(n))
    if len(strangers):
        raise TableError(
            f"Layer {text(row.get('layer_id'))!r} has a value that is none of its classes.",
            found=few(map(str, strangers)),
            fix=f"Values are 0 to {n - 1}, in the order of 'classes'.",
        )
    return named_classes(n, text(row.get("palette")))


def _midpoint(row: Mapping[str, object]) -> float | None:
    value = text(row.get("midpoint"))
    return float(value) if value else None


def _decimals(row: Mapping[str, object]) -> int:
    value = text(row.get("decimals"))
    return int(float(value)) if value else 0


def time_records(times: Mapping[str, TravelTimes], order: pd.Index) -> Record:
    """Return the travel times between all cities in whole minutes, with their classes.

    ``minutes[mode][i][j]`` is the time from city i to city j, null where there is no path.
    """
    classes = classify([], breaks=HOURS)
    minutes: dict[str, list[list[float | int | None]]] = {}
    shapes: dict[str, list[str]] = {}
    for mode, matrix in times.items():
        table = matrix.to_frame().reindex(index=order, columns=order)
        rows = [shown(row, 0) for row in table.to_numpy(np.float64)]
        minutes[mode] = [[number(v, 0) for v in row] for row in rows]
        shapes[mode] = [letters(classes.index(row)) for row in rows]
    return {
        "modes": list(times),
        "minutes": minutes,
        "classes": shapes,
        "breaks": list(classes.breaks),
        "colours": list(classes.colours),
    }
