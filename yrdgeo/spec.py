"""The study file: TOML in, a checked :class:`StudySpec` out.

The schema is data (:mod:`yrdgeo.schema`). Every problem of a file is reported at once; an unknown
key is an error that offers the nearest legal one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path

from yrdgeo.errors import Problem, StudyError, nearest, raise_problems
from yrdgeo.provenance import PACKAGE
from yrdgeo.schema import FORMATS, LISTS, SCHEMA, SLUG, TRAVEL_MODES, Key, Row

__all__ = [
    "FORMATS",
    "LISTS",
    "SCHEMA",
    "STUDIES",
    "TRAVEL_MODES",
    "Key",
    "Row",
    "StudySpec",
    "read_spec",
    "shipped_studies",
]

STUDIES = PACKAGE / "data" / "studies"


@dataclass(frozen=True, slots=True)
class StudySpec:
    """A study file, checked, with every default filled in.

    Attributes
    ----------
    study, network, linkage, pairs, publish
        The tables of the file.
    boundaries, indicators, scenarios, measures, structures, scores, clusters, inequalities
    gradients, evaluations
        The repeated tables, in the order of the file.
    folder
        Where relative paths of the file begin.
    text
        The file as read, for the provenance of a run.
    """

    study: Row
    boundaries: tuple[Row, ...]
    indicators: tuple[Row, ...]
    network: Row
    scenarios: tuple[Row, ...]
    measures: tuple[Row, ...]
    structures: tuple[Row, ...]
    scores: tuple[Row, ...]
    linkage: Row
    clusters: tuple[Row, ...]
    inequalities: tuple[Row, ...]
    gradients: tuple[Row, ...]
    pairs: Row
    evaluations: tuple[Row, ...]
    publish: Row
    folder: Path
    text: str

    def path(self, name: object) -> Path:
        """Return a path of the file, relative ones beside the study file."""
        return self.folder / str(name)


def shipped_studies() -> dict[str, Path]:
    """Return the shipped studies by name."""
    return {path.stem: path for path in sorted(STUDIES.glob("*.toml"))}


def read_spec(path_or_name: str | Path) -> StudySpec:
    """Read a study file, or a shipped study by its name.

    Raises
    ------
    StudyError
        If there is no such study, or the file is not TOML, or any key of it is wrong.
    """
    path = _study_path(path_or_name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise StudyError(f"{path.name} is not UTF-8 text.", fix="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path.name} is not valid TOML.", found=str(error)) from error
    raise_problems(_problems(content), source=path.name, error=StudyError)
    tables = {name: _filled(name, content.get(name, {})) for name in SCHEMA if name not in LISTS}
    lists = {name: tuple(_filled(name, row) for row in content.get(name, [])) for name in LISTS}
    return StudySpec(
        tables["study"],
        lists["boundary"],
        lists["indicator"],
        tables["network"],
        lists["scenario"],
        lists["measure"],
        lists["structure"],
        lists["score"],
        tables["linkage"],
        lists["cluster"],
        lists["inequality"],
        lists["gradient"],
        tables["pairs"],
        lists["evaluation"],
        tables["publish"],
        path.parent.resolve(),
        text,
    )


def _study_path(path_or_name: str | Path) -> Path:
    shipped = shipped_studies()
    if str(path_or_name) in shipped:
        return shipped[str(path_or_name)]
    path = Path(path_or_name)
    if path.is_file():
        return path
    raise StudyError(
        f"There is no study {str(path_or_name)!r}.",
        found="neither a shipped study nor a file",
        fix=f"{nearest(str(path_or_name), list(shipped))} `yrdgeo init my_study.toml` starts one.",
    )


def _filled(name: str, given: Mapping[str, object]) -> Row:
    return {key: given.get(key, rule.default) for key, rule in SCHEMA[name].items()}


def _problems(content: Mapping[str, object]) -> Iterator[Problem]:
    for name in content:
        if name not in SCHEMA:
            yield Problem(
                "is not a table of a study file", 0, f"[{name}]", "", nearest(name, list(SCHEMA))
            )
    for name, rules in SCHEMA.items():
        given = content.get(name, [] if name in LISTS else {})
        rows = given if name in LISTS else [given]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            brackets = f"[[{name}]]" if name in LISTS else f"[{name}]"
            yield Problem("is not a table", 0, name, "", f"Write it as {brackets}.")
            continue
        for number, row in enumerate(rows, 1):
            where = f"[[{name}]] {number}" if name in LISTS else f"[{name}]"
            yield from _row_problems(where, row, rules)
        yield from _repeated_ids(name, rows)


def _repeated_ids(name: str, rows: list[Row]) -> Iterator[Problem]:
    seen: set[object] = set()
    key = "name" if name == "scenario" else "id"
    for number, row in enumerate(rows, 1):
        text = row.get(key)
        if isinstance(text, str) and text in seen:
            yield Problem(f"is the {key} of an earlier one", 0, f"[[{name}]] {number} {key}", text)
        elif isinstance(text, str):
            seen.add(text)


def _row_problems(where: str, row: Row, rules: Mapping[str, Key]) -> Iterator[Problem]:
    for key, value in row.items():
        if key not in rules:
            yield Problem("is not a key here", 0, f"{where} {key}", "", nearest(key, list(rules)))
        elif problem := _value_problem(value, rules[key]):
            yield Problem(problem[0], 0, f"{where} {key}", str(value), problem[1])
    for key, rule in rules.items():
        if rule.required and key not in row:
            yield Problem("is missing", 0, f"{where} {key}", "", f"It says: {rule.meaning}.")


def _value_problem(value: object, rule: Key) -> tuple[str, str] | None:
    if not _is_a(value, rule.kind):
        return f"must be {_named(rule.kind)}", ""
    return _list_problem(value, rule) if isinstance(value, list) else _item_problem(value, rule)


def _list_problem(values: list[object], rule: Key) -> tuple[str, str] | None:
    if rule.filled and not values:
        return "is empty", "Name at least one."
    for item in values:
        if not _is_a(item, rule.items):
            return f"must hold nothing but {_named(rule.items)}", ""
        if problem := _item_problem(item, rule):
            return problem
    return ("names one twice", "Leave it out.") if len(set(values)) < len(values) else None


def _form(rule: Key) -> str:
    if rule.pattern == SLUG:
        return "Write small letters a-z, digits and _, a letter first."
    return f"Write it like {rule.default}."


def _item_problem(value: object, rule: Key) -> tuple[str, str] | None:
    problem = None
    if rule.legal and value not in rule.legal:
        problem = "is not a legal value", nearest(str(value), rule.legal)
    elif rule.pattern and not re.fullmatch(rule.pattern, str(value)):
        problem = "does not have the right form", _form(rule)
    elif rule.day and value and not _is_day(str(value)):
        problem = "is not a day", "Write YYYY, YYYY-MM or YYYY-MM-DD."
    elif isinstance(value, int | float):
        problem = _number_problem(value, rule)
    return problem


def _number_problem(value: float, rule: Key) -> tuple[str, str] | None:
    if not isfinite(value):
        return "must be a finite number", ""
    if rule.minimum is not None and value < rule.minimum:
        return "is too small", f"It must be at least {rule.minimum:g}."
    if rule.maximum is not None and value > rule.maximum:
        return "is too large", f"It must be at most {rule.maximum:g}."
    return None


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def _is_a(value: object, kind: type | tuple[type, ...]) -> bool:
    # In Python a bool is an int; in a study file `true` is no number.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _named(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(_KINDS[one] for one in kinds)


_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
