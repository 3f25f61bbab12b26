"""What a study asks, checked before anything is computed: every problem of its file at once."""

from collections.abc import Callable, Iterator
from inspect import Parameter, signature

import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from yrdgeo.analysis import accessibility, decay
from yrdgeo.errors import Problem, StudyError, YrdGeoError, nearest, raise_problems
from yrdgeo.pipeline.evaluation_panels import evaluation_problems
from yrdgeo.pipeline.family_questions import family_problems
from yrdgeo.pipeline.gradient_questions import gradient_problems
from yrdgeo.pipeline.pair_questions import pair_problems
from yrdgeo.pipeline.ways import by_timetable
from yrdgeo.spec import Row
from yrdgeo.study import Study

LEAST_COVERAGE = 0.25  # with fewer cities a map shows its gaps and nothing else
AMOUNTS = ("opportunities", "demand")  # keys of a measure, in the order the functions take them
OPTIONS = (
    *("cutoff_min", "n", "self_time", "lower_min", "upper_min", "step_min", "statistic"),
    *("method", "direction", "budget_min", "stay_min", "constraint", "cost_limit"),
)
WAYS = (
    "network",
    "network_km",
    "costs",
)  # what a measure needs of one network, which "best" has not


def check_questions(study: Study) -> None:
    """Refuse what cannot be answered: indicators, measures, gradients and options.

    Raises
    ------
    StudyError
        Listing every problem with its table, key and remedy.
    """
    problems = [
        *_indicator_problems(study),
        *_crs_problems(study),
        *pair_problems(study),
        *family_problems(study),
        *gradient_problems(study),
        *evaluation_problems(study),
    ]
    if problem := _known(study.parameters):
        problems.append(Problem(problem, column="[network]"))
    for number, row in enumerate(study.spec.measures, 1):
        problems += _measure_problems(study, row, f"[[measure]] {number}")
    source = f"study {study.spec.study['name']}"
    raise_problems(problems, source=source, error=StudyError)


def amounts_of(row: Row) -> tuple[str, ...]:
    """Return the indicators that a measure takes, in the order of its function."""
    return tuple(str(row[key]) for key in AMOUNTS if row[key])


def options_of(row: Row) -> dict[str, object]:
    """Return the options of a measure that its row gives, its decay made."""
    options = {key: row[key] for key in OPTIONS if row[key] is not None}
    return options if row["decay"] is None else {**options, "decay": _decay(row)}


def _indicator_problems(study: Study) -> Iterator[Problem]:
    names = [str(name) for name in study.spec.study["indicators"]]  # type: ignore[attr-defined]
    if not names and not study.spec.measures:
        yield Problem(
            "there is nothing to map",
            column="[study] indicators",
            fix="Name an indicator, or ask for a [[measure]].",
        )
    for name in names:
        if name not in study.catalogue:
            fix = nearest(name, list(study.catalogue))
            yield Problem("is not an indicator", 0, "[study] indicators", name, fix)
        elif problem := _known(lambda name=name: study.value_table(name)):  # type: ignore[misc]
            yield Problem(problem, 0, "[study] indicators", name)
        elif not any(enough(study.value_table(name, year)) for year in study.years):
            what = f"has too few values in {', '.join(map(str, study.years))}"
            fix = "Name further years with years = [...], or bring values in an [[indicator]] file."
            yield Problem(what, 0, "[study] indicators", name, f"{_made_of(study, name)}{fix}")


def _made_of(study: Study, name: str) -> str:
    """Say how many cities have each of the inputs that a derived indicator is computed from."""
    row = study.catalogue[name]
    if not row.derived:
        return ""
    inputs = [one for one in (*row.numerator, *row.denominator, row.share_of) if one]
    here = study.indicators[study.indicators["year"].eq(study.year)]
    known = here.groupby("indicator")["adcode"].nunique()
    listed = [f"{one} ({known.get(one, 0)} of {len(study.cities)})" for one in inputs]
    return f"It is computed; in {study.year} there are {', '.join(listed)}. "


def enough(values: pd.DataFrame) -> bool:
    """Tell whether a table of values covers enough cities for a map."""
    return bool(values["value"].notna().mean() >= LEAST_COVERAGE)


def _crs_problems(study: Study) -> Iterator[Problem]:
    text = str(study.spec.publish["crs"])
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        crs = None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        fix = "Name a geographic or projected one, such as EPSG:4326 or EPSG:4549."
        what = "is no coordinate reference system of maps"
        yield Problem(what, 0, "[publish] crs", text, fix)


def _measure_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    if str(row["id"]) in study.catalogue:
        what = "is the id of an indicator"
        yield Problem(what, 0, f"{where} id", str(row["id"]), "Choose another id.")
    mode = str(row["mode"])
    if mode not in (*study.modes, "best"):
        fix = f"Add {mode!r} to modes in [network]."
        yield Problem("the study computes no such times", 0, f"{where} mode", mode, fix)
    yield from _place_problems(study, row["leave_out"], f"{where} leave_out")
    name = str(row["measure"])
    if name not in accessibility.MEASURES:
        fix = nearest(name, list(accessibility.MEASURES))
        yield Problem("is not a measure", 0, f"{where} measure", name, fix)
        return
    yield from _amount_problems(study, row, where)
    yield from _option_problems(study, row, where)


def _amount_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    """Find amounts that are not named, too many, or not known for every city."""
    takes = accessibility.MEASURES[str(row["measure"])].takes
    for key, wanted in zip(AMOUNTS, (len(takes) > 0, len(takes) > 1), strict=True):
        name, place = str(row[key]), f"{where} {key}"
        if bool(name) != wanted:
            what = "is missing" if wanted else f"is nothing that {row['measure']!r} takes"
            fix = "Name an indicator." if wanted else "Leave it out."
            yield Problem(what, 0, place, name, fix)
        elif name and name not in study.catalogue:
            fix = nearest(name, list(study.catalogue))
            yield Problem("is not an indicator", 0, place, name, fix)
        elif name and (problem := _known(lambda name=name: study.complete_year(name))):  # type: ignore[misc]
            yield Problem(problem, 0, place, name)
        elif name and study.complete_year(name) is None:
            fix = "Choose another, or bring the values in an [[indicator]] file."
            yield Problem("is known for all cities in no year", 0, place, name, fix)


def _option_problems(study: Study, row: Row, where: str) -> Iterator[Problem]:
    """Find options that the measure does not take, and decays that do not exist."""
    name = str(row["measure"])
    parameters = signature(accessibility.MEASURES[name].function).parameters.values()
    needs = accessibility.MEASURES[name].needs
    legal = [
        one.name
        for one in parameters
        if one.kind is Parameter.KEYWORD_ONLY and one.name not in needs
    ]
    yield from _need_problems(study, row, needs, where)
    for key in (*OPTIONS, "decay"):
        if row[key] is not None and key not in legal:
            fix = f"Leave it out; {name!r} takes {', '.join(legal) or 'no options'}."
            what = f"is no option of {name!r}"
            yield Problem(what, 0, f"{where} {key}", str(row[key]), fix)
    if row["decay"] is not None and (problem := _known(lambda: _decay(row))):
        yield Problem(problem, 0, f"{where} decay")


def _need_problems(study: Study, row: Row, needs: tuple[str, ...], where: str) -> Iterator[Problem]:
    """Find what a measure needs and a study cannot give."""
    if ("costs" in needs) != (row["fare_cny_km"] is not None):
        what = "is missing" if "costs" in needs else "is nothing that this measure takes"
        yield Problem(what, 0, f"{where} fare_cny_km", "", "Give it to a measure of two costs.")
    if row["mode"] == "best" and any(name in WAYS for name in needs):
        fix = "Name one mode: the faster of two networks is no network."
        yield Problem("cannot be taken for this measure", 0, f"{where} mode", "best", fix)
    elif by_timetable(study, str(row["mode"])) and any(name in WAYS for name in needs):
        fix = "Journeys by timetable have no kilometres: leave travel out of [network]."
        yield Problem("cannot be taken for this measure", 0, f"{where} mode", "rail", fix)


def _decay(row: Row) -> decay.Decay:
    given = dict(row["decay"])  # type: ignore[call-overload]  # the schema says table
    name = str(given.pop("name", ""))
    if name not in decay.DECAYS:
        fix = nearest(name, list(decay.DECAYS))
        raise StudyError("The decay has no known name.", found=name or "none", fix=fix)
    try:
        return decay.DECAYS[name](**given)
    except TypeError as error:
        raise StudyError(
            f"The decay {name!r} has a wrong parameter.",
            found=str(error),
            fix=f"It takes {', '.join(signature(decay.DECAYS[name]).parameters)}.",
        ) from error


def _place_problems(study: Study, names: object, where: str) -> Iterator[Problem]:
    for name in names:  # type: ignore[attr-defined]  # the schema says list
        if problem := _known(lambda name=name: study.core(str(name))):  # type: ignore[misc]
            yield Problem(problem, 0, where)


def _known(ask: Callable[[], object]) -> str:
    """Return what is wrong with a question, or nothing."""
    try:
        ask()
    except YrdGeoError as error:
        return str(error).rstrip(".")
    return ""
