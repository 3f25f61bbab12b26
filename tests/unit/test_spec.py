"""A study file is checked whole; every wrong key is named with the nearest legal one."""

import tomllib
from pathlib import Path

import pytest

from yrdgeo.errors import StudyError
from yrdgeo.pipeline import write_template
from yrdgeo.spec import SCHEMA, read_spec, shipped_studies

GOOD = '[study]\nname = "mine"\nregion = "yrd"\nyear = 2022\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    spec = read_spec(written(tmp_path, GOOD))
    assert spec.pairs["leapfrog_from"] == 2
    assert spec.network["modes"] == ("rail", "road")
    assert spec.path("data.csv") == tmp_path.resolve() / "data.csv"


def test_all_wrong_keys_come_at_once(tmp_path: Path) -> None:
    text = GOOD + '[netwrok]\n[pairs]\nleapfrog_form = 2\n[[gradient]]\nform = "cubic"\n'
    with pytest.raises(StudyError) as caught:
        read_spec(written(tmp_path, text))
    message = str(caught.value)
    assert "4 problems" in message
    assert "Did you mean 'network'?" in message
    assert "Did you mean 'leapfrog_from'?" in message
    assert "'[[gradient]] 1 form': is not a legal value (found 'cubic')" in message
    assert "'[[gradient]] 1 values': is missing" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[study", "not valid TOML"),
        ('[study]\nname = "x"\nregion = "yrd"\nyear = "2022"\n', "must be a whole number"),
        ('[study]\nname = "x"\nregion = "yrd"\nyear = true\n', "must be a whole number"),
        ('[study]\nname = "../x"\nregion = "yrd"\nyear = 2022\n', "does not have the right form"),
        (GOOD + "[pairs]\nleapfrog_from = 1\n", "is too small"),
        (GOOD + "[measure]\n", r"Write it as \[\[measure\]\]"),
        (GOOD + '[publish]\nformats = ["pdf"]\n', "is not a legal value"),
        (GOOD + "[network]\nroad_speed_kmh = nan\n", "must be a finite number"),
        (GOOD + "[network]\naccess_fixed_min = inf\n", "must be a finite number"),
        (GOOD + "[network]\nroad_speed_kmh = 1e300\n", "is too large"),
        (GOOD + "[network]\nmodes = []\n", "is empty"),
        (GOOD + '[network]\nmodes = ["road", "road"]\n', "names one twice"),
        (GOOD + '[network]\ndate = "2022-02-30"\n', "is not a day"),
        (GOOD + '[network]\ndate = "2022-13"\n', "is not a day"),
        (GOOD.replace("2022", "20222"), "is too large"),
        (GOOD + "years = [2020.5]\n", "must hold nothing but a whole number"),
        (GOOD + 'years = ["2020"]\n', "must hold nothing but a whole number"),
        (GOOD + "years = [true]\n", "must hold nothing but a whole number"),
        (GOOD + "years = [99999]\n", "is too large"),
        (GOOD + "indicators = [1]\n", "must hold nothing but text"),
        (GOOD + '[[measure]]\nid = "m"\nmeasure = "closest"\n' * 2, "id of an earlier one"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        read_spec(written(tmp_path, text))


def test_an_unknown_study_offers_the_shipped_one() -> None:
    with pytest.raises(StudyError, match="Did you mean 'yrd'"):
        read_spec("yrdd")


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "gb.toml"
    path.write_bytes('[study]\ntitle_zh = "长三角"\n'.encode("gb18030"))
    with pytest.raises(StudyError, match="is not UTF-8"):
        read_spec(path)


@pytest.mark.parametrize("name", shipped_studies())
def test_every_shipped_study_is_valid_and_named_like_its_file(name: str) -> None:
    assert read_spec(name).study["name"] == name


@pytest.mark.parametrize("table", SCHEMA)
def test_every_required_key_says_what_it_means(table: str) -> None:
    assert all(rule.meaning for rule in SCHEMA[table].values() if rule.required)


def test_the_template_shows_every_key_and_its_lines_can_be_uncommented(tmp_path: Path) -> None:
    lines = write_template(tmp_path / "mine.toml").read_text(encoding="utf-8").splitlines()
    shown: dict[str, set[str]] = {}
    table = ""
    for line in lines:
        plain = line.removeprefix("# ")
        if plain.startswith("["):
            table = plain.strip("[]")
        elif " = " in plain and table:
            shown.setdefault(table, set()).add(plain.split(" = ")[0])
            tomllib.loads(plain)
    assert shown == {name: set(rules) for name, rules in SCHEMA.items()}
