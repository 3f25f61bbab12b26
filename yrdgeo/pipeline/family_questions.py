"""What a study asks of structure, scores and inequality, checked before anything is computed."""

from collections.abc import Iterator, Mapping

from yrdgeo.analysis import inequality
from yrdgeo.errors import Problem, YrdGeoError, nearest
from yrdgeo.pipeline.families import FAMILIES, structure_years
from yrdgeo.pipeline.place_tables import latest_complete
from yrdgeo.pipeline.position import neighbours_id
from yrdgeo.sources import programmes
from yrdgeo.spec import Row
from yrdgeo.study import Study

DIRECTIONS = ("high", "low")
LAND = ("output", "area")
MASS = ("gdp", "population_resident")  # what the linked cities are weighed by
# What a measure of structure takes → the further keys that give it.
FURTHER: dict[tuple[str, ...], tuple[str, ...]] = {
    ("value_added", "employment"): ("employment",),
    ("supply", "demand"): ("demand",),
    ("first", "last"): ("first_year",),
}


def family_problems(study: Study) -> Iterator[Problem]:
    """Yield every problem of structure, scores, linkage, clusters and inequality."""
    mapped: set[tuple[str, int]] = set()
    for number, row in enumerate(study.spec.structures, 1):
        yield from _structure_problems(study, row, f"[[structure]] {number}")
        yield from _year_problems(study, row, f"[[structure]] {number}", mapped)
    for number, row in enumerate(study.spec.scores, 1):
        yield from _score_problems(study, row, f"[[score]] {number}")
    yield from _linkage_problems(study)
    seen: set[str] = set()
    for number, row in enumerate(study.spec.clusters, 1):
        yield from _cluster_problems(study, row, f"[[cluster]] {number}", seen)
    for number, row in enumerate(study.spec.inequalities, 1):
        yield from _inequality_problems(study, row, f"[[inequality]] {number}")


def _structure_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    sectors = [str(name) for name in row["sectors"]]  # type: ignore[attr-defined]  # the schema says list
    yield from _sector_problems(study, sectors, f"{where} sectors")
    if len(sectors) < 2:  # noqa: PLR2004 — a structure has parts
        yield Problem("needs two sectors or more", 0, f"{where} sectors")
    legal = [name for name, measure in FAMILIES.items() if measure.family == "structure"]
    for name in row["measures"]:  # type: ignore[attr-defined]
        if str(name) not in legal:
            fix = nearest(str(name), legal)
            yield Problem("is no measure of structure", 0, f"{where} measures", str(name), fix)
            continue
        for key in FURTHER.get(FAMILIES[str(name)].takes, ()):
            if not row[key]:
                yield Problem(f"is what {name!r} takes", 0, f"{where} {key}", "", "Give it.")
    for key in ("employment", "demand"):
        given = [str(name) for name in row[key]]  # type: ignore[attr-defined]
        if given and len(given) != len(sectors):
            what = f"must name {len(sectors)} indicators, one for each sector"
            yield Problem(what, 0, f"{where} {key}", str(len(given)))
        yield from _sector_problems(study, given, f"{where} {key}")


def _year_problems(
    study: Study, row: Row, where: str, mapped: set[tuple[str, int]]
) -> Iterator[Problem]:
    """Find two ways to say a year, and measures of a year that an earlier table has."""
    if row["year"] is not None and row["years"]:
        yield Problem("says year and years", 0, where, "", "Keep one of them.")
    sectors = study.indicators["indicator"].isin(list(row["sectors"]))  # type: ignore[call-overload]
    known = sorted({int(year) for year in study.indicators.loc[sectors, "year"]})
    for year in structure_years(study, row):
        if known and year not in known:
            fix = f"Years with values: {', '.join(map(str, known))}."
            yield Problem("has no values of these sectors", 0, where, str(year), fix)
        for name in row["measures"]:  # type: ignore[attr-defined]  # the schema says list
            if (str(name), year) in mapped:
                yield Problem(f"repeats {name!r} of {year}", 0, where, "", "Leave it out.")
            mapped.add((str(name), year))


def _sector_problems(study: Study, names: list[str], where: str) -> Iterator[Problem]:
    known = sorted(study.indicators["indicator"].unique())
    for name in names:
        if name not in known:
            fix = nearest(name, known)
            yield Problem("is no indicator with values", 0, where, name, fix)


def _score_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    name = str(row["measure"])
    legal = [one for one, m in FAMILIES.items() if m.family == "score" and m.result == "city"]
    if str(row["id"]) in study.catalogue or str(row["id"]) in _layer_ids(study):
        yield Problem("is the id of an indicator or a measure", 0, f"{where} id", str(row["id"]))
    if name not in legal:
        yield Problem("is no score of cities", 0, f"{where} measure", name, nearest(name, legal))
        return
    over_land = FAMILIES[name].takes == ("output", "area_km2")
    given: Mapping[str, object] = row["criteria"] or {}  # type: ignore[assignment]
    if over_land == bool(given):
        wanted = "output and area" if over_land else "criteria"
        yield Problem("does not have what it takes", 0, where, name, f"{name!r} takes {wanted}.")
    for key in LAND if over_land else ():
        yield from _value_problems(study, str(row[key]), f"{where} {key}")
    for criterion, direction in given.items():
        yield from _value_problems(study, criterion, f"{where} criteria")
        if direction not in DIRECTIONS:
            fix = "Say which is better: 'high' or 'low'."
            yield Problem("is no direction", 0, f"{where} criteria", str(direction), fix)


def _linkage_problems(study: Study) -> Iterator[Problem]:
    asked = [str(name) for name in study.spec.linkage["layers"]]  # type: ignore[attr-defined]
    for name in asked:
        if name in study.catalogue or name in _layer_ids(study):
            what = "is the id of an indicator or a measure"
            yield Problem(what, 0, "[linkage] layers", name, "Give the measure another id.")
    for name in MASS if asked else ():
        if latest_complete(study, name) is None:
            fix = "Bring the values in an [[indicator]] file, or leave out layers."
            yield Problem("is known for all cities in no year", 0, "[linkage] layers", name, fix)


def _cluster_problems(study: Study, row: Row, where: str, seen: set[str]) -> Iterator[Problem]:
    yield from _value_problems(study, str(row["values"]), f"{where} values")
    one = f"{row['values']} {neighbours_id(row)}"
    if one in seen:
        yield Problem("repeats an earlier one", 0, where, one, "Leave it out.")
    seen.add(one)


def _inequality_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    yield from _value_problems(study, str(row["values"]), f"{where} values")
    weights = str(row["weights"])
    if weights and weights not in study.catalogue:
        fix = nearest(weights, list(study.catalogue))
        yield Problem("is not an indicator", 0, f"{where} weights", weights, fix)
    elif weights:
        yield from _valueless(study, weights, f"{where} weights", "Write weights = '' for none.")
    legal = list(inequality.MEASURES)
    for name in row["measures"]:  # type: ignore[attr-defined]
        if str(name) not in legal:
            fix = nearest(str(name), legal)
            yield Problem("is no measure of inequality", 0, f"{where} measures", str(name), fix)
    if row["ranking"]:
        yield from _value_problems(study, str(row["ranking"]), f"{where} ranking")
    elif "concentration_index" in row["measures"]:  # type: ignore[operator]
        yield Problem("is what 'concentration_index' takes", 0, f"{where} ranking", "", "Give it.")
    kinds = sorted(programmes.load_groups()["kind"].unique())
    if row["nested"] and str(row["nested"]) not in kinds:
        fix = nearest(str(row["nested"]), kinds)
        yield Problem("is no kind of groups", 0, f"{where} nested", str(row["nested"]), fix)


def _layer_ids(study: Study) -> set[str]:
    return {str(measure["id"]) for measure in study.spec.measures}


def _value_problems(study: Study, name: str, where: str) -> Iterator[Problem]:
    known = [*study.catalogue, *_layer_ids(study)]
    if name not in known:
        yield Problem("is no indicator or measure", 0, where, name, nearest(name, known))
    elif name in study.catalogue:
        yield from _valueless(study, name, where)


def _valueless(study: Study, name: str, where: str, fix: str = "") -> Iterator[Problem]:
    """Yield a problem if neither the user nor the package has a value of an indicator."""
    try:
        study.value_table(name)
    except YrdGeoError as error:
        yield Problem(error.what.rstrip("."), 0, where, name, fix)
