"""Static figures of a run, for reports: the atlas's own classes and colours, as PNG and SVG.

Promise: a figure states title, unit, year, source and how many values are missing or unverified;
the same run gives the same bytes on the same machine (fonts differ between machines).
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from yrdgeo.provenance import whole_file
from yrdgeo.publish.columns import clean, slug
from yrdgeo.publish.corridorsay import way_words
from yrdgeo.publish.layers import Record, layer_records, parts, records, text
from yrdgeo.publish.mapstyles import class_label
from yrdgeo.publish.overlays import gradient_records
from yrdgeo.publish.palette import MARKS
from yrdgeo.publish.words import WORDS
from yrdgeo.results import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
Language = Literal["zh", "en"]
FONTS = {
    "zh": ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Zen Hei"),
    "en": ("Noto Sans CJK SC", "Arial", "Helvetica", "DejaVu Sans"),
}
SEA, INK, GREY, NO_DATA = "#e9eff3", "#1f2328", "#6b7280", "#ffffff"
DPI = 200
LONGEST_SOURCES = (62, 120)  # characters: a Chinese one takes the room of two
KM_PER_DEGREE = 111.32
THOUSAND = 1000


def write_figures(
    run: Run,
    folder: str | Path,
    *,
    layers: Sequence[str] | None = None,
    language: Language = "zh",
) -> list[Path]:
    """Draw a map of each layer, each gradient and the pairs, as PNG (200 dpi) and SVG.

    Classes and colours are those of the atlas. Missing values are hatched and counted in the
    legend. Where no Chinese font is installed the figures are in English.

    Parameters
    ----------
    run
        The run to draw.
    folder
        Where the files go; made if it is not there.
    layers
        Some of the run's layers; all of them by default.
    language
        Of titles and legends.

    Returns
    -------
    paths
        The files written: ``<layer>.png``, ``<layer>.svg`` …, ``gradient_….png``, ``pairs.png``.

    Raises
    ------
    TableError
        If ``layers`` names one that the run does not have.

    Examples
    --------
    >>> [path.name for path in write_figures(run, folder / "figures", layers=["gdp_per_capita"])]
    ['gdp_per_capita.png', 'gdp_per_capita.svg']
    """
    from matplotlib import rc_context  # noqa: PLC0415 — half a second that only figures pay

    spoken = language if language == "en" or _has_chinese() else "en"
    settings = {
        "font.family": "sans-serif",
        "font.sans-serif": _installed(FONTS[spoken]),
        "svg.hashsalt": "yrdgeo",
        "svg.fonttype": "none",
        "hatch.linewidth": 0.6,
        "axes.unicode_minus": False,
    }
    with rc_context(settings):  # type: ignore[arg-type]  # its stubs list every key
        return [
            path
            for name, figure in _figures(run, layers, ("zh", "en").index(spoken))
            for path in _save(figure, Path(folder), name)
        ]


def _figures(run: Run, layers: Sequence[str] | None, side: int) -> Iterator[tuple[str, "Figure"]]:
    order = run.cities.sort_index().index
    for record in layer_records(run, order, only=layers):
        yield slug(str(record["id"])) or "layer", _map(run, record, side)
    if layers is not None:
        return
    for record in gradient_records(run, order):
        place = int(str(record["core"]))
        core = order[place] if place >= 0 else "nearest"
        way = slug(str(record["by"]))
        name = f"gradient_{slug(str(record['layer']))}_{core}_{way}_{record['form']}"
        yield name, _gradient(run, record, side)
    if len(run.pairs):
        yield "pairs", _pairs(run, side)


def _installed(names: Sequence[str]) -> list[str]:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 — see write_figures

    known = set(fontManager.get_font_names())
    return [*(name for name in names if name in known), "DejaVu Sans"]


def _has_chinese() -> bool:
    return len(_installed(FONTS["zh"])) > 1


def _save(figure: "Figure", folder: Path, name: str) -> Iterator[Path]:
    for suffix, metadata in (
        ("png", {"Software": "yrdgeo"}),
        ("svg", {"Creator": "yrdgeo", "Date": None}),
    ):
        path = folder / f"{name}.{suffix}"
        with whole_file(path) as draft, warnings.catch_warnings():
            # A rare character that no font has is a box in the picture.
            warnings.filterwarnings("ignore", "Glyph .* missing")
            figure.savefig(draft, format=suffix, dpi=DPI, metadata=metadata)
        yield path


def _sheet(run: Run, side: int, *, title: str, below: str) -> tuple["Figure", "Axes"]:
    """Return an empty figure with its title above and its sources below."""
    from matplotlib.figure import Figure  # noqa: PLC0415 — see write_figures

    figure = Figure(figsize=(8, 7), facecolor="white", layout="constrained")
    axes = figure.subplots()
    axes.set_title(_plain(title), loc="left", fontsize=13, fontweight="bold", color=INK)
    approval = text(run.options.get("map_approval"))
    lines = [
        below,
        " · ".join(part for part in ((run.title_zh, run.title_en)[side], approval) if part),
    ]
    figure.supxlabel(_plain("\n".join(lines)), x=0.01, ha="left", fontsize=7, color=GREY)
    return figure, axes


def _plain(shown: str) -> str:
    """Return text that matplotlib sets as it is: a dollar sign would begin a formula."""
    return "\n".join(clean(line).replace("$", r"\$") for line in shown.split("\n"))


def _word(key: str, side: int, **values: object) -> str:
    return WORDS[key][side].format(**values)


def _map(run: Run, record: Record, side: int) -> "Figure":
    view: Record = record["views"][f"{record['year']}|"]  # type: ignore[index]  # a record of ours
    title = _word("title_line", side, title=record["title"][side], year=record["year"])  # type: ignore[index]
    figure, axes = _sheet(run, side, title=title, below=_sources(run, record, side))
    cities = run.cities.sort_index()
    classes, colours = str(view["classes"]), list(record["colours"])  # type: ignore[call-overload]
    known = [letter not in "-x" for letter in classes]
    fills = [colours[int(c)] if ok else NO_DATA for c, ok in zip(classes, known, strict=True)]
    cities.plot(ax=axes, color=fills, edgecolor="white", linewidth=0.6)
    lost = cities[~np.array(known)]
    if len(lost):
        lost.plot(ax=axes, facecolor="none", edgecolor=GREY, hatch="////", linewidth=0.3)
    doubtful = cities[np.array([flag == "u" for flag in str(view["flags"])]) & np.array(known)]
    if len(doubtful):
        doubtful.plot(ax=axes, facecolor="none", edgecolor=GREY, hatch="..", linewidth=0.3)
    provinces = cities.dissolve("province_zh")
    provinces.boundary.plot(ax=axes, color="#4a4a4a", linewidth=1.0)
    _frame(axes, cities.total_bounds, side)
    axes.legend(  # type: ignore[call-overload]  # its stubs forget keywords
        handles=_legend(record, view, side),
        title=_plain(record["unit"][side]),  # type: ignore[index]
        loc="lower left",
        fontsize=8,
        title_fontsize=8,
        framealpha=1,
    )
    return figure


def _legend(record: Record, view: Record, side: int) -> "list[Artist]":
    from matplotlib.patches import Patch  # noqa: PLC0415 — see write_figures

    classes, colours = str(view["classes"]), list(record["colours"])  # type: ignore[call-overload]
    words = _class_words(record, side)
    places = range(len(colours)) if "categories" in record else reversed(range(len(colours)))
    rows: list[Artist] = [
        Patch(
            facecolor=colours[k],
            edgecolor=GREY,
            label=f"{_plain(words[k])}  ({classes.count(str(k))})",
        )
        for k in places
    ]
    for letter, word in (("-", "no_data"), ("x", "no_path")):
        if letter in classes:
            label = f"{_word(word, side)}  ({classes.count(letter)})"
            rows.append(Patch(facecolor=NO_DATA, edgecolor=GREY, hatch="////", label=label))
    if weak := str(view["flags"]).count("u"):
        label = f"{_word('unverified', side)}  ({weak})"
        rows.append(Patch(facecolor="#c9d3d6", edgecolor=GREY, hatch="..", label=label))
    return rows


def _class_words(record: Record, side: int) -> list[str]:
    """Return the names of the classes, or their bounds as the atlas prints them."""
    if "categories" in record:
        return [name[side] for name in record["categories"]]  # type: ignore[attr-defined]  # a list
    breaks, decimals = list(record["breaks"]), int(str(record["decimals"]))  # type: ignore[call-overload]
    return [class_label(breaks, k, decimals) for k in range(len(breaks) + 1)]


def _frame(axes: "Axes", bounds: Iterable[float], side: int) -> None:
    """Set the aspect of the latitude, a scale bar and the north; take away the ticks."""
    west, south, east, north = bounds
    middle = radians((south + north) / 2)
    axes.set_aspect(1 / cos(middle))
    axes.set_facecolor(SEA)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    width_km = (east - west) * KM_PER_DEGREE * cos(middle)
    km = max(one for one in (1, 10, 20, 50, 100, 200, 500, 1000) if one <= max(width_km / 4, 1))
    length = km / (KM_PER_DEGREE * cos(middle))
    axes.plot([east - length, east], [south, south], color=INK, linewidth=2)
    axes.text(east - length / 2, south, f"{km} km", ha="center", va="bottom", fontsize=8)
    axes.annotate(
        _word("north", side), (east, north), (east, north - (north - south) / 14), ha="center",
        va="top", fontsize=8, arrowprops={"arrowstyle": "-|>", "color": INK},
    )  # fmt: skip


def _sources(run: Run, record: Record, side: int) -> str:
    sources = run.sources.drop_duplicates("source_id").set_index("source_id")
    view: Record = record["views"][f"{record['year']}|"]  # type: ignore[index]
    used = [one for cell in view["source"]["texts"] for one in parts(cell)]  # type: ignore[index]
    column = "title_zh" if side == 0 and "title_zh" in sources else "title"
    titles = [text(sources.loc[one, column]) for one in dict.fromkeys(used) if one in sources.index]
    line = "; ".join(title for title in titles if title)
    most = LONGEST_SOURCES[side]
    short = line if len(line) <= most else f"{line[:most]}…"
    said = f"{_word('source', side)}{_word('colon', side)}{short}"
    doubtful = str(view["flags"]).count("u")
    return f"{_word('unverified_n', side, n=doubtful)} {said}" if doubtful else said


def _gradient(run: Run, record: Record, side: int) -> "Figure":
    """Draw a value against its distance from a core, with the fitted line."""
    cities = run.cities.sort_index()
    layers = run.layers.set_index("layer_id")
    layer, core = str(record["layer"]), int(str(record["core"]))
    row = layers.loc[layer] if layer in layers.index else pd.Series(dtype=object)
    name = text(row.get(("title_zh", "title_en")[side])) or layer
    names = cities[("name_zh", "name_en")[side]]
    origin = text(names.iloc[core]) if core >= 0 else _word("nearest_core", side)
    explained = "" if record["r2"] is None else f", R² = {record['r2']:.2f}"
    fitted = f"n = {record['n']}{explained} ({record['form']})"
    figure, axes = _sheet(run, side, title=f"{name} · {origin}", below=fitted)
    axes.scatter(
        np.array(record["x"], dtype=np.float64),
        run.values(layer, _year_of(run, layer)).reindex(cities.index),
        s=18,
        color="#2378b4",
    )
    points = [point[:2] for point in record["line"]]  # type: ignore[attr-defined]  # a list
    line = np.array(points, dtype=np.float64).reshape(-1, 2)
    axes.plot(*line.T, color="#c2410c")
    axes.set_xlabel(_plain(_way(run, str(record["by"]), side)))
    axes.set_ylabel(_plain(text(row.get(("unit_zh", "unit_en")[side]))))
    axes.yaxis.set_major_formatter("{x:,.4g}" if _small(axes) else "{x:,.0f}")
    axes.grid(color="#e5e7eb", linewidth=0.5)
    return figure


def _way(run: Run, by: str, side: int) -> str:
    """Return what the axis of distance shows: its unit, or the way along a corridor."""
    if by == "km":
        return "km"
    words = way_words(run)
    if by == "ring":
        return _word("by_ring", side)
    return words[f"by_{by}"][side] if f"by_{by}" in words else _word("minutes", side)


def _small(axes: "Axes") -> bool:
    """Tell an axis that needs decimals from one of large numbers."""
    return max(map(abs, axes.get_ylim())) < THOUSAND


def _year_of(run: Run, layer: str) -> int:
    years = run.results.loc[run.results["layer_id"].eq(layer), "year"]
    return run.year if run.year in set(years) else int(years.max())


def _pairs(run: Run, side: int) -> "Figure":
    """Draw the pairs over the cities, adjacent and leapfrog told apart."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 — see write_figures

    schemes = [text(row.get("scheme_zh" if side == 0 else "scheme_en") or row.get("scheme"))
               for row in records(run.pairs)]  # fmt: skip
    title = f"{_word('tab_pairs', side)} · {'; '.join(dict.fromkeys(schemes))}"
    figure, axes = _sheet(run, side, title=title, below="")
    cities = run.cities.sort_index()
    cities.plot(ax=axes, color="#f4f2ed", edgecolor="#9ca3af", linewidth=0.5)
    drawn = run.pairs[~run.pairs.geometry.is_empty]  # a pair within one city has no line
    for kind in ("adjacent", "leapfrog"):
        chosen = drawn[drawn["pair_class"].eq(kind)]
        for row, shape in zip(records(chosen), chosen.geometry, strict=True):
            points = np.asarray(shape.coords)
            arrow = {"arrowstyle": "-|>", "color": MARKS[kind], "shrinkA": 0, "shrinkB": 0}
            axes.plot(*points.T, color=MARKS[kind], linewidth=1.4)
            axes.annotate("", points[-1], points[-2], arrowprops=arrow)
            name = text(row[("helped_zh", "helped_en")[side]])
            axes.annotate(
                _plain(name),
                points[-1],
                (-3, 4),
                textcoords="offset points",
                ha="right",
                fontsize=7,
            )
    handles = [
        Line2D([], [], color=MARKS[kind], label=_word(kind, side))
        for kind in ("adjacent", "leapfrog")
    ]
    axes.legend(handles=handles, loc="lower left", fontsize=8, framealpha=1)
    _frame(axes, cities.total_bounds, side)
    return figure
