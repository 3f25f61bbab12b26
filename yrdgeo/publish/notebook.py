"""A run as a notebook to go on from: it reads the tables beside it and asks the next questions."""

import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from yrdgeo.errors import MissingPackageError
from yrdgeo.provenance import whole_file
from yrdgeo.publish.columns import clean, layer_columns
from yrdgeo.results import Run

_MARKDOWN = "\\`*_{}[]()#+-.!|~$"
Cell = tuple[str, str]  # its kind, and what it says


def write_notebook(run: Run, path: str | Path) -> Path:
    """Write a notebook that opens the run's tables, ranks, plots, and leads on.

    It reads ``tables/*.csv`` beside itself, so the run must have the format ``tables``, and needs
    nothing but pandas and matplotlib. No cell has been run: what it shows is what it computes.

    Parameters
    ----------
    run
        The run to write.
    path
        The file, ``….ipynb``; one that is there is replaced when the new one is whole.

    Returns
    -------
    path
        The file written.

    Raises
    ------
    MissingPackageError
        If nbformat is not installed.

    Examples
    --------
    >>> path = write_notebook(run, folder / "notebook.ipynb")
    >>> json.loads(path.read_text())["nbformat"]
    4
    """
    try:
        from nbformat import v4, validate, writes  # noqa: PLC0415 — only notebooks need it
    except ImportError as error:
        fix = "Run: pip install 'yrdgeo[notebook]'"
        raise MissingPackageError("nbformat is not installed.", fix=fix) from error
    make: dict[str, Callable[..., object]] = {"md": v4.new_markdown_cell, "code": v4.new_code_cell}
    cells = [
        make[kind](source, id=f"cell-{number:02d}")
        for number, (kind, source) in enumerate(_cells(run), 1)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = v4.new_notebook(cells=cells, metadata=kernel)
    validate(book)
    with whole_file(path) as draft:
        draft.write_text(writes(book) + "\n", encoding="utf-8")
    return Path(path)


def _cells(run: Run) -> Iterator[Cell]:
    columns = layer_columns(run)
    yield "md", f"# {said(run.title_en)}\n\n{said(run.title_zh)} · {run.year}"
    if run.warnings:
        yield "md", "## What to keep in mind\n\n" + "\n".join(f"- {said(t)}" for t in run.warnings)
    yield "code", _READ
    yield (
        "md",
        "## The cities\n\nA column a mapped layer, its unit last; `layers` says what each means.",
    )
    yield "code", 'tables["layers"][["city_column", "title_en", "unit_en", "year", "meaning_en"]]'
    if columns:
        yield "code", _RANKING.format(column=json.dumps(columns[0].name))
    if len(run.gradients):
        yield "md", "## Gradients\n\nSlope and interval of each fit, in the units of its equation."
        yield "code", 'tables["gradients"]'
    if len(run.pairs):
        yield "md", "## Pairs\n\nAdjacent or leapfrog, and how far apart."
        yield "code", _PAIRS
    for name in sorted(run.tables):
        yield "md", f"## {said(name)}"
        yield "code", f"tables[{json.dumps(name)}].head(20)"
    for mode in sorted(run.times)[:1]:
        yield "md", "## Travel times"
        yield "code", _TIMES.format(name=json.dumps(f"times_{mode}"))
    yield "md", _NEXT


def said(text: str) -> str:
    r"""Return text that Markdown and HTML show as it is.

    >>> said("a_b <i>")
    'a\\_b &lt;i&gt;'
    """
    escaped = "".join(f"\\{c}" if c in _MARKDOWN else c for c in clean(text))
    return escape(escaped, quote=False)


_READ = """from pathlib import Path

import pandas as pd

folder = Path("tables")
if not folder.is_dir():
    raise FileNotFoundError("Run the study with the format 'tables', and open this notebook there.")
codes = ["adcode", "group_id", "member_id", "from_id", "to_id", "core",
         "helper_id", "helped_id", "helper_city", "helped_city"]
tables = {
    path.stem: pd.read_csv(path, dtype=dict.fromkeys(codes, str), keep_default_na=True)
    for path in sorted(folder.glob("*.csv"))
}
cities = tables["cities"].set_index("adcode")
{name: table.shape for name, table in tables.items()}"""

_RANKING = """column = {column}
ranked = cities[["name_zh", "name_en", column]].sort_values(column, ascending=False)
ranked.head(10)"""

_PAIRS = """numbers = ["contiguity_order", "seat_km", "border_km"]
pairs = tables["pairs"].set_index("pair_id")
pairs[["helper_zh", "helped_zh", "pair_class", *numbers]].sort_values("seat_km")"""

_TIMES = """times = tables[{name}].pivot(index="from_id", columns="to_id", values="travel_time_min")
times.iloc[:8, :8].round(0)"""

_NEXT = """## Next

- Another decay or cut-off: `yrdgeo.accessibility.gravity(TravelTimes.from_table(…), …)`.
- Your own indicator: an `[[indicator]]` table in the study file, then `yrdgeo run`.
- Where a number comes from: `tables["sources"]`, and `yrdgeo show` on this folder."""
