"""What the command line asks of a study or a file before a run: check."""

from collections.abc import Iterator
from pathlib import Path

from yrdgeo.errors import StudyError
from yrdgeo.pipeline.checks import check_file, is_catalogue, is_region
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.spec import shipped_studies
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
    is_other = is_region(path) or is_catalogue(path)
    if name in shipped_studies() or (suffix == ".toml" and not is_other):
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
