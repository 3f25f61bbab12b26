"""What a study asks of its pairs, checked before anything is computed."""

from collections.abc import Iterator
from math import isfinite

from yrdgeo.errors import Problem, few, nearest
from yrdgeo.pipeline.pair_nulls import NULLS, asked, parts_of
from yrdgeo.pipeline.pair_plans import CRITERIA, WEIGHED
from yrdgeo.study import Study

KEYS = {row.key: name for name, row in NULLS.items() if row.key}
LEGAL_WEIGHTS = tuple(name for name in CRITERIA if name != WEIGHED)


def pair_problems(study: Study) -> Iterator[Problem]:
    """Find pairs outside the region, and nulls and weights that cannot be answered."""
    outside = [
        pair_id
        for pair_id, *ends in study.pairs[["pair_id", "helper_city", "helped_city"]].itertuples(
            index=False, name=None
        )
        if not set(ends) <= set(study.cities.index)
    ]
    if outside:
        what = "has pairs with an end outside the region"
        fix = "Drop them, or study a region that has the cities."
        yield Problem(what, column="[pairs]", value=few(outside), fix=fix)
    yield from _capacity_problems(study)
    yield from _null_problems(study)
    yield from _number_problems(study)
    yield from _weight_problems(study)


def _capacity_problems(study: Study) -> Iterator[Problem]:
    most, limit = study.pairs["helper_city"].value_counts().max(), study.spec.pairs["capacity"]
    if limit is not None and most > int(str(limit)):
        fix = f"A helper takes {most} cities in the plan: give {most} or more."
        yield Problem("is less than the plan has", 0, "[pairs] capacity", str(limit), fix)


def _null_problems(study: Study) -> Iterator[Problem]:
    """Find nulls that do not exist, stand twice, or have no pairs."""
    where = "[pairs] nulls"
    given = [str(name) for name in study.spec.pairs["nulls"]]  # type: ignore[attr-defined]  # the schema says list
    seen: dict[tuple[str, ...], str] = {}
    for name in given:
        parts = parts_of(name)
        strange = [part for part in parts if part not in NULLS]
        for part in strange:
            yield Problem("is not a null", 0, where, part or name, nearest(part, list(NULLS)))
        if not strange and parts in seen:
            yield Problem(f"is the same as {seen[parts]!r}", 0, where, name, "Leave one out.")
        seen.setdefault(parts, name)
    if study.pairs.empty and (given or study.spec.pairs["weights"]):
        fix = "Name a scheme or a path in [pairs]."
        yield Problem("there are no pairs to compare", 0, where, few(given), fix)


def _number_problems(study: Study) -> Iterator[Problem]:
    """Find nulls without the number that they need, and numbers that no null needs."""
    named = {part for parts in asked(study) for part in parts}
    for key, name in KEYS.items():
        value = study.spec.pairs[key]
        if value is None and name in named:
            fix = f"The null {name!r} needs it."
            yield Problem("is missing", 0, f"[pairs] {key}", "", fix)
        elif value is not None and name not in named and key != "capacity":  # which plans have too
            yield _idle(key, name, value)
    if study.spec.pairs["apart"] is not None and "apart" not in named:
        yield _idle("apart", "apart", study.spec.pairs["apart"])


def _idle(key: str, name: str, value: object) -> Problem:
    fix = f"Add {name!r} to nulls, or leave it out."
    return Problem("is used by no null that is named", 0, f"[pairs] {key}", str(value), fix)


def _weight_problems(study: Study) -> Iterator[Problem]:
    """Find weights of what is no criterion, cannot be known here, or is no weight."""
    given = study.spec.pairs["weights"]
    if not isinstance(given, dict):
        return
    where = "[pairs] weights"
    for name, weight in given.items():
        needs = CRITERIA[name].needs if name in LEGAL_WEIGHTS else ""
        if name not in LEGAL_WEIGHTS:
            fix = nearest(str(name), LEGAL_WEIGHTS)
            yield Problem("is not a criterion of plans", 0, where, str(name), fix)
        elif not _weighs(weight):
            fix = "Whether much or little of it is good goes by the criterion."
            yield Problem(f"{name}: is not a number, zero or more", 0, where, str(weight), fix)
        elif needs in ("rail", "road") and needs not in study.modes:
            fix = f"Add {needs!r} to modes in [network]."
            yield Problem("the study computes no such times", 0, where, str(name), fix)
        elif needs == "structure" and not study.spec.structures:
            fix = "Ask for a [[structure]], whose sectors are compared."
            yield Problem("the study knows no sectors", 0, where, str(name), fix)
    if all(_weighs(weight) and not weight for weight in given.values()):
        yield Problem("weigh nothing", 0, where, str(given), "Give one above zero.")


def _weighs(weight: object) -> bool:
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return number and isfinite(weight) and weight >= 0  # type: ignore[arg-type, operator]  # a number
