"""A study asks what can be answered, or hears every reason why not before anything is computed."""

from pathlib import Path

import pytest

from yrdgeo.errors import StudyError
from yrdgeo.pipeline import check_input, run_study
from yrdgeo.study import load_study

HEAD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\nindicators = ["gdp"]\n'
ROAD = '[network]\nmodes = ["road"]\n'


def measure(name: str, more: str = "") -> str:
    return f'[[measure]]\nid = "m_{name}"\nmeasure = "{name}"\n{more}\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace('"gdp"', '"gpd"'), "is not an indicator .found 'gpd'.*'gdp'"),
        (HEAD.replace('["gdp"]', "[]"), "there is nothing to map"),
        (HEAD.replace("2022", "1950"), "has too few values in 1950"),
        (HEAD + '[network]\nrail_model = "slow"\n', "no rail model 'slow'"),
        (HEAD + measure("gravity", 'opportunities = "gdp"\nn = 2'), "n': is no option of"),
        (HEAD + measure("cumulative", 'opportunities = "gdp"\ndecay = {}'), "is no option of"),
        (HEAD + measure("gravity"), "opportunities': is missing"),
        (HEAD + measure("closest", 'opportunities = "gdp"'), "nothing that 'closest' takes"),
        (HEAD + measure("balancing_time", 'opportunities = "gdp"'), "demand': is missing"),
        (
            HEAD + measure("gravity", 'opportunities = "gdp"\ndecay = { name = "expo" }'),
            "no known name",
        ),
        (
            HEAD
            + measure("gravity", 'opportunities = "gdp"\ndecay = { name = "linear", rate = 1 }'),
            "It takes cutoff_min",
        ),
        (HEAD + measure("closest").replace("m_closest", "gdp"), "the id of an indicator"),
        (HEAD + measure("closest", 'leave_out = ["Beijing"]'), "leave_out': 'Beijing'"),
        (HEAD + ROAD + '[[gradient]]\nvalues = "gdp"\nby = "rail"\n', "no such times"),
        (HEAD + '[[gradient]]\nvalues = "gpd"\n', "no indicator or measure"),
        (HEAD + '[[gradient]]\nvalues = "gdp"\n' * 2, "repeats an earlier gradient"),
        (HEAD + '[publish]\ncrs = "EPSG:999999"\n', "no coordinate reference system"),
        (HEAD + '[publish]\ncrs = "EPSG:5703"\n', "no coordinate reference system"),
    ],
)
def test_what_cannot_be_answered_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        check_input(str(written(tmp_path, text)))


def test_every_wrong_question_is_named_at_once(tmp_path: Path) -> None:
    text = HEAD + measure("gravity", "n = 2") + '[[gradient]]\nvalues = "x"\nfrom = "Beijing"\n'
    with pytest.raises(StudyError, match="4 problems"):
        check_input(str(written(tmp_path, text)))


def test_a_measure_with_supply_and_demand_runs(tmp_path: Path) -> None:
    asks = 'opportunities = "gdp"\ndemand = "gdp"\nleave_out = ["Zhoushan"]'
    more = 'opportunities = "gdp"\nlower_min = 30\nupper_min = 90\nstep_min = 30'
    text = HEAD + ROAD + measure("floating_catchment", asks) + measure("cumulative_interval", more)
    run = run_study(load_study(written(tmp_path, text)), tmp_path, formats=["tables"])
    values = run.results.set_index(["layer_id", "adcode"])["value"]
    gdp = values["gdp"]
    # Shared-out supply is all supply: the sum of demand times ratio is the sum of supply.
    shared = (gdp * values["m_floating_catchment"]).sum()
    assert shared == pytest.approx(gdp.drop("330900").sum())
    assert (values["m_cumulative_interval"] >= gdp).all()
