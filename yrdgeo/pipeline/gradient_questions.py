"""What a study asks of gradients, checked before anything is computed."""

from collections.abc import Iterator

from yrdgeo.errors import Problem, YrdGeoError, nearest
from yrdgeo.pipeline.distances import along_asked, cores_of, way_of
from yrdgeo.spec import Row
from yrdgeo.study import Study

# Form → cities at different distances that it takes; a local line is through two thirds of them.
LEAST = {"quadratic": 4, "local": 5}
LINE = 3
WITHOUT_ZERO = ("power", "log")
SMOOTHED = ("linear", "exponential")


def gradient_problems(study: Study) -> Iterator[Problem]:
    """Yield every problem of ``[[gradient]]``."""
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(study.spec.gradients, 1):
        where = f"[[gradient]] {number}"
        problems = [*_word_problems(study, row, where), *_place_problems(study, row, where)]
        yield from problems
        if not problems:
            key = gradient_id(study, row), str(row["offset_km"]), str(row["bends"])
            if key in seen:
                yield Problem(
                    "repeats an earlier gradient", 0, where, str(row["values"]), "Leave it out."
                )
            seen.add(key)


def gradient_id(study: Study, row: Row) -> str:
    """Return what a gradient is filed under."""
    core = cores_of(study, row)[0].replace(";", "_")
    weights = f"_by_{row['weights']}" if row["weights"] else ""
    return f"{row['values']}_{core}_{way_of(study, row)}_{row['form']}{weights}"


def _word_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    """Find indicators that are unknown, and keys that do not go together."""
    values, weights, by = str(row["values"]), str(row["weights"]), str(row["by"])
    known = [*study.catalogue, *(str(measure["id"]) for measure in study.spec.measures)]
    if values not in known:
        fix = nearest(values, known)
        yield Problem("is no indicator or measure", 0, f"{where} values", values, fix)
    if by not in ("km", "best", "ring", "corridor", *study.modes):
        fix = f"Add {by!r} to modes in [network]."
        yield Problem("the study computes no such times", 0, f"{where} by", by, fix)
    if row["form"] == "local" and row["bends"] not in SMOOTHED:
        fix = f"Legal: {', '.join(SMOOTHED)}."
        yield Problem("cannot be smoothed", 0, f"{where} bends", str(row["bends"]), fix)
    if weights and weights not in study.catalogue:
        fix = nearest(weights, list(study.catalogue))
        yield Problem("is not an indicator", 0, f"{where} weights", weights, fix)
    elif weights and (problem := _wrong_weights(study, weights)):
        yield Problem(problem, 0, f"{where} weights", weights)


def _wrong_weights(study: Study, name: str) -> str:
    try:
        year = study.complete_year(name)
    except YrdGeoError as error:
        return str(error).rstrip(".")
    if year is None:
        return "is known for all cities in no year"
    return "" if study.values(name, year).gt(0).all() else "is not above zero everywhere"


def _place_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    """Find cores that are unknown, and corridors that cannot be followed."""
    corridor = row["by"] == "corridor"
    if corridor != bool(row["corridor"]):
        what = "is missing" if corridor else "is nothing that this gradient takes"
        fix = "Name one: G60, or cities in order." if corridor else "Write by = 'corridor'."
        yield Problem(what, 0, f"{where} corridor", "", fix)
        return
    if row["offset_km"] is not None and not corridor:
        fix = "Write by = 'corridor'."
        yield Problem("is nothing that this gradient takes", 0, f"{where} offset_km", "", fix)
    try:
        _, cores = cores_of(study, row)
    except YrdGeoError as error:
        yield Problem(str(error).rstrip("."), 0, f"{where} from")
        return
    if not corridor:
        return
    try:
        along = along_asked(study, row, cores)
    except YrdGeoError as error:
        yield Problem(str(error).rstrip("."), 0, f"{where} corridor")
        return
    form = str(row["bends"] if row["form"] == "segmented" else row["form"])
    beside = along.table.loc[along.table["beside"], "chainage_km"].round(3)
    if form in WITHOUT_ZERO:  # the core itself has no logarithm of its distance
        beside = beside[beside > 0]
    least = LEAST.get(form, LINE)
    if beside.nunique() < least:
        what = f"needs {least} cities or more beside the corridor, at different chainages"
        fix = "Allow a greater offset, or follow a longer corridor."
        yield Problem(what, 0, f"{where} offset_km", f"{along.offset_km:g}", fix)
