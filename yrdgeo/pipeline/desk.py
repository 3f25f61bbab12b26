"""What the command line asks besides a run: check, list, show, init."""

import json
from collections.abc import Iterator
from pathlib import Path

from yrdgeo.analysis.measures import MEASURES
from yrdgeo.errors import StudyError
from yrdgeo.inputs import read_all_sources
from yrdgeo.pipeline.checks import check_file, is_region
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.pipeline.run import WRITTEN
from yrdgeo.pipeline.words_of_position import CLUSTERED, LINKED, PLAIN
from yrdgeo.provenance import read_manifest, whole_file
from yrdgeo.schema import DEFAULT_FORMATS
from yrdgeo.sources import catalogue, programmes, regions
from yrdgeo.spec import LISTS, SCHEMA, Key, shipped_studies
from yrdgeo.study import Study, load_study


def check_input(name: str) -> list[str]:
    """Validate a study, or a file of a region, polygons, values, pairs or networks; a line each.

    Raises
    ------
    YrdGeoError
        If anything is wrong, with everything that is.
    """
    path = Path(name)
    suffix = path.suffix.lower()
    if name in shipped_studies() or (suffix == ".toml" and not is_region(path)):
        study = load_study(name)
        check_questions(study)
        return list(_study_lines(study))
    if not path.exists():
        fix = "Name a shipped study, or a study, boundary, indicator, pair or network file."
        raise StudyError(f"There is no file {name!r}.", fix=fix)
    return check_file(path)


def _study_lines(study: Study) -> Iterator[str]:
    yield f"study {study.spec.study['name']}: year {study.year}, region {study.region.id}"
    yield f"cities: {len(study.cities)} rows"
    yield f"indicators: {len(study.indicators)} rows, {study.indicators['indicator'].nunique()} ids"
    for name in study.spec.study["indicators"]:  # type: ignore[attr-defined]
        values = study.value_table(str(name))
        known = int(values["value"].notna().sum())
        weak = int(values["confidence"].eq("unverified").sum())
        missing = study.cities.loc[values.index[values["value"].isna()], "name_en"]
        gaps = f", missing: {', '.join(missing)}" if len(missing) else ""
        yield f"  {name} {study.year}: {known} of {len(values)}, {weak} unverified{gaps}"
    yield f"links: {len(study.links)} rail, {len(study.roads[1])} road"
    if len(study.turns):
        yield f"turns: {len(study.turns)} prohibited"
    yield f"scenarios: {', '.join(study.scenarios) or 'none'}"
    yield f"pairs: {len(study.pairs)} rows"
    yield f"measures: {len(study.spec.measures)}, gradients: {len(study.spec.gradients)}"
    yield from (f"warning: {text}" for text in study.warnings)


def listing(what: str) -> list[tuple[str, ...]]:
    """Return the rows of what is shipped, the first one a header."""
    return _LISTINGS[what]()


def _regions() -> list[tuple[str, ...]]:
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
