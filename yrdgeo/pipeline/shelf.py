"""What the command line asks without a study: list, show, init.

Promise: no answer waits for a package that it does not need.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from yrdgeo.errors import StudyError
from yrdgeo.provenance import read_manifest, whole_file
from yrdgeo.schema import DEFAULT_FORMATS
from yrdgeo.sources import catalogue
from yrdgeo.spec import LISTS, SCHEMA, Key, shipped_studies

# Format → what people find in the folder.
WRITTEN = {
    "atlas": "atlas.html",
    "geopackage": "<study>.gpkg",
    "tables": "tables/*.csv",
    "workbook": "<study>.xlsx",
    "figures": "figures/*.png *.svg",
    "notebook": "notebook.ipynb",
}


def listing(what: str) -> list[tuple[str, ...]]:
    """Return the rows of what is shipped, the first one a header."""
    return _LISTINGS[what]()


def _regions() -> list[tuple[str, ...]]:
    from yrdgeo.sources import regions  # noqa: PLC0415 — half a second

    found = [regions.load_region(name) for name in regions.shipped_regions()]
    rows = [(row.id, row.name_zh, row.name_en, str(len(row.members))) for row in found]
    return [("region", "zh", "en", "members"), *rows]


def _indicators() -> list[tuple[str, ...]]:
    rows = [
        (row.id, row.zh, row.en, row.unit, row.kind, "derived" if row.derived else "data")
        for row in catalogue.load_catalogue().values()
    ]
    return [("indicator", "zh", "en", "unit", "kind", "from"), *rows]


def _measures() -> list[tuple[str, ...]]:
    from yrdgeo.analysis.measures import MEASURES  # noqa: PLC0415 — two seconds
    from yrdgeo.pipeline.words_of_position import CLUSTERED, LINKED, PLAIN  # noqa: PLC0415

    rows: list[tuple[str, ...]] = [
        (name, row.family, row.title_zh, row.title_en, row.unit_en, row.better, row.meaning_en)
        for name, row in MEASURES.items()
    ]
    rows += [
        (name, family, *row.titles(PLAIN), row.unit_en, row.better, row.meaning_en)
        for family, words in (("linkage", LINKED), ("cluster", CLUSTERED))
        for name, row in words.items()
    ]
    return [("measure", "family", "zh", "en", "unit", "better", "meaning"), *rows]


def _schemes() -> list[tuple[str, ...]]:
    """Return the shipped lists of pairs, which ``scheme`` of ``[pairs]`` names."""
    from yrdgeo.sources import programmes  # noqa: PLC0415 — half a second

    rows = [
        (
            str(name),
            str(part["scheme_zh"].iloc[0]),
            str(part["scheme_en"].iloc[0]),
            str(len(part)),
            ", ".join(dict.fromkeys(part["kind"])),
            ", ".join(dict.fromkeys(part["source_id"])),
        )
        for name, part in programmes.load_pairs().groupby("scheme", sort=False)
    ]
    return [("scheme", "zh", "en", "pairs", "kind", "sources"), *rows]


def _sources() -> list[tuple[str, ...]]:
    from yrdgeo.inputs import read_all_sources  # noqa: PLC0415 — half a second

    columns = ["source_id", "title", "publisher", "vintage", "licence"]
    rows = read_all_sources()[columns].itertuples(index=False, name=None)
    return [tuple(columns), *(tuple(map(str, row)) for row in rows)]


def _studies() -> list[tuple[str, ...]]:
    return [("study", "file"), *((name, path.name) for name, path in shipped_studies().items())]


def _formats() -> list[tuple[str, ...]]:
    rows = [
        (name, path, "yes" if name in DEFAULT_FORMATS else "") for name, path in WRITTEN.items()
    ]
    return [("format", "writes", "default"), *rows]


_LISTINGS = {
    "regions": _regions,
    "indicators": _indicators,
    "measures": _measures,
    "schemes": _schemes,
    "sources": _sources,
    "studies": _studies,
    "formats": _formats,
}


def described_run(folder: Path) -> list[str]:
    """Return the provenance of a run, a line a fact."""
    content = read_manifest(folder)
    files = content.pop("files", {})
    warnings = content.pop("warnings", [])
    content.pop("warnings_zh", None)
    lines = [line for key, value in content.items() for line in _facts(key, value)]
    if isinstance(warnings, list):
        lines += [f"warning: {text}" for text in warnings]
    if isinstance(files, dict):
        lines += [f"{str(value)[:16]}  {name}" for name, value in files.items()]
    return lines


def _facts(name: str, value: object) -> Iterator[str]:
    """Yield a line a fact, a table's with dotted names."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _facts(f"{name}.{key}", part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for number, part in enumerate(value, 1):
            yield from _facts(f"{name} {number}", part)
    elif value not in ([], "", None):
        yield f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


_TEMPLATE_ROWS = {
    "study": {
        "name": '"my_study"',
        "region": '"yrd"',
        "year": "2022",
        "indicators": '["gdp_per_capita", "gdp"]',
    },
    "measure": {
        "id": '"weighted_mean_time_best_min"',
        "measure": '"weighted_mean_time"',
        "opportunities": '"gdp"',
    },
    "gradient": {"values": '"gdp_per_capita"'},
    "pairs": {"scheme": '"northern_anhui_twinning_2021"'},
    "network": {},
    "publish": {},
}


def write_template(path: Path) -> Path:
    """Write a study file to start from: a small study that runs, every other key as a comment.

    Raises
    ------
    StudyError
        If the file is already there.
    """
    if path.exists():
        raise StudyError(f"{path} is already there.", fix="Choose another name.")
    with whole_file(path) as draft:
        draft.write_text("\n".join(_template_lines()) + "\n", encoding="utf-8")
    return path


def _template_lines() -> Iterator[str]:
    yield "# A yrdgeo study. Run it with: yrdgeo run THIS_FILE"
    yield "# Relative paths begin at this file. `yrdgeo list indicators` and `measures` name ids."
    for table, rules in SCHEMA.items():
        repeated = table in LISTS
        live = _TEMPLATE_ROWS.get(table)
        mark = "" if live is not None else "# "
        yield ""
        yield f"{mark}[[{table}]]" if repeated else f"{mark}[{table}]"
        for key, rule in rules.items():
            legal = f"one of {', '.join(filter(None, rule.legal))}" if rule.legal else ""
            comment = "; ".join(part for part in (rule.meaning, legal) if part)
            value = (live or {}).get(key)
            tail = f"  # {comment}" if comment else ""
            yield f"{key} = {value}{tail}" if value else f"# {key} = {_example(rule)}{tail}"


def _example(rule: Key) -> str:
    """Return a value of the right kind, as TOML, so that a line may be uncommented as it is."""
    if rule.example:
        return rule.example
    value = rule.default
    if value is None:
        blank = "" if rule.kind is str else rule.minimum or 0
        value = rule.legal[0] if rule.legal else blank
    return json.dumps(value, ensure_ascii=False)
