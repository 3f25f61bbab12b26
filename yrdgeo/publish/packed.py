"""A page's content in fewer bytes; promise: the page unpacks exactly what was packed.

What can be worked out again is left out (ranks, and classes where their bounds give them), what
repeats is written once (vintages, sources and notes), and whole numbers are written in base 64.
``unpack.js`` is the way back.
"""

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_letters, ascii_uppercase, digits

import numpy as np

from yrdgeo.publish.layers import Record, ranks

ALPHABET = ascii_uppercase + ascii_letters[:26] + digits + "-_"
NONE = "."  # in the place of a number that is not there
BITS, MORE = 5, 32  # of a character: five bits of a number, and whether it goes on
PLACES = 10**4  # a place has four decimals of a degree
EXACT = 2**53  # whole numbers beyond are not all told apart
COLUMNS = ("vintage", "source", "note", "noteZh")


def packed(content: Mapping[str, object]) -> Record:
    """Return a page's content as it is written.

    Parameters
    ----------
    content
        From :func:`yrdgeo.publish.payload.payload`; it is not changed.

    Returns
    -------
    content
        The same keys and one more, ``columns``: the texts of layers, each column once.
    """
    columns: dict[str, int] = {}
    layers = _records(content["layers"])
    decimals = {str(layer["id"]): int(str(layer["decimals"])) for layer in layers}
    kept: list[Record] = []
    views = [_layer(layer, columns, kept) for layer in layers]
    return {
        **content,
        "layers": views,
        "columns": kept,
        "differences": {
            name: _difference(one, decimals[name])
            for name, one in _record(content["differences"]).items()
        },
        "times": content["times"] and _times(content["times"]),
        "rings": {core: _rings(rings) for core, rings in _record(content["rings"]).items()},
        "map": _arcs(content["map"]),
        "land": content["land"] and _arcs(content["land"]),
        "lines": [
            {**line, "lines": [base64(steps) for steps in _lists(line["lines"])]}
            for line in _records(content["lines"])
        ],
        "linked": _linked(_record(content["linked"])),
    }


def _linked(linked: Record) -> Record:
    field: list[tuple[float, list[list[int]]]] = linked["field"]  # type: ignore[assignment]  # of linked.py
    packed_lines = [[strength, [base64(line) for line in lines]] for strength, lines in field]
    return {**linked, "field": packed_lines}


def base64(numbers: Iterable[int | None]) -> str:
    """Return whole numbers as text: five bits a character from the lowest, the sign first.

    >>> base64([0, -1, 15, 16, None])
    'ABegB.'
    """
    text = []
    for number in numbers:
        if number is None:
            text.append(NONE)
            continue
        left = 2 * number if number >= 0 else -2 * number - 1
        while left >= MORE:
            text.append(ALPHABET[MORE + left % MORE])
            left >>= BITS
        text.append(ALPHABET[left])
    return "".join(text)


def scaled(values: Sequence[float | None], decimals: int) -> str | list[float | None]:
    """Return values of so many decimals as base 64; as they are where they would not come back.

    >>> scaled([1.5, None], 1), scaled([0.25], 1)
    ('e.', [0.25])
    """
    unit = 10**decimals
    whole = [None if value is None else round(value * unit) for value in values]
    same = all(
        n is None or (abs(n) < EXACT and n / unit == value)
        for n, value in zip(whole, values, strict=True)
    )
    return base64(whole) if same else list(values)


def _layer(layer: Record, columns: dict[str, int], kept: list[Record]) -> Record:
    views = {
        key: _view(view, layer, columns, kept) for key, view in _record(layer["views"]).items()
    }
    return {**layer, "views": views}


def _view(view: object, layer: Record, columns: dict[str, int], kept: list[Record]) -> Record:
    whole = _record(view)
    values: list[float | None] = whole["values"]  # type: ignore[assignment]  # numbers or null
    flags = str(whole["flags"])
    numbers = []
    for name in COLUMNS:
        column = _record(whole[name])
        number = columns.setdefault(repr(column), len(kept))
        if number == len(kept):
            kept.append({"texts": column["texts"], "at": base64(column["at"])})  # type: ignore[arg-type]  # whole numbers
        numbers.append(number)
    written: Record = {
        "values": scaled(values, int(str(layer["decimals"]))),
        "flags": flags[:1] if len(set(flags)) == 1 else flags,
        "columns": numbers,
    }
    if whole["ranks"] != _ranks(values, layer):
        written["ranks"] = base64(whole["ranks"])  # type: ignore[arg-type]  # whole numbers
    if whole["classes"] != _letters(values, layer):
        written["classes"] = whole["classes"]
    return written


def _ranks(values: Sequence[float | None], layer: Record) -> list[int | None]:
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return ranks(numbers, lowest_first=layer["better"] == "low")


def _letters(values: Sequence[float | None], layer: Record) -> str:
    """Return the classes that the page works out itself, where nothing is out of reach."""
    breaks: list[float] = layer["breaks"]  # type: ignore[assignment]  # numbers
    return "".join(
        "-" if value is None else str(sum(value > bound for bound in breaks)) for value in values
    )


def _difference(one: object, decimals: int) -> Record:
    made = dict(_record(one))
    if "scenario" in made:
        scenario = _record(made["scenario"])
        values = {
            key: scaled(row, decimals)  # type: ignore[arg-type]  # numbers or null
            for key, row in _record(scenario["values"]).items()
        }
        made["scenario"] = {**scenario, "values": values}
    return made


def _times(times: object) -> Record:
    """Return the minutes between all cities as base 64, a text for each city of origin."""
    made = _record(times)
    minutes = {
        mode: [scaled(row, 0) for row in _lists(rows)]
        for mode, rows in _record(made["minutes"]).items()
    }
    return {**made, "minutes": minutes}


def _rings(rings: object) -> list[object]:
    pairs: list[tuple[float, list[list[float]]]] = rings  # type: ignore[assignment]  # by contract
    return [[km, _places(line)] for km, line in pairs]


def _places(line: Sequence[Sequence[float]]) -> str:
    """Return places of four decimals as their steps from one to the next, in base 64."""
    whole = np.rint(np.array(line) * PLACES).astype(np.int64)
    return base64(int(step) for step in np.diff(whole, axis=0, prepend=0).ravel())


def _arcs(shapes: object) -> Record:
    """Return shared arcs with their steps as base 64."""
    made = _record(shapes)
    return {**made, "arcs": [base64(steps) for steps in _lists(made["arcs"])]}


def _record(cell: object) -> Record:
    return dict(cell)  # type: ignore[call-overload,no-any-return]  # a record by its contract


def _records(cell: object) -> list[Record]:
    return list(cell)  # type: ignore[call-overload,no-any-return]  # records by their contract


def _lists(cell: object) -> list[list[int]]:
    return list(cell)  # type: ignore[call-overload,no-any-return]  # as above
