"""Layers of position: what a study file may ask, and what happens where the data are thin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.errors import StudyError
from yrdgeo.pipeline.position import MOST_CLASSES, asked_layers, with_positions
from yrdgeo.pipeline.questions import check_questions
from yrdgeo.study import Study

HEAD = """
[study]
name = "mine"
region = "yrd"
year = 2022
indicators = ["gdp"]
"""
LAYERS = pd.DataFrame({"layer_id": ["gdp"], "title_zh": ["生产总值"], "title_en": ["GDP"]})
RESULTS = pd.DataFrame(
    columns=["layer_id", "adcode", "year", "scenario", "value", "confidence", "vintage",
             "source_id", "note", "note_zh"]
)  # fmt: skip
EVERY = ["core_periphery", "coreness", "communities", "field_strength", "flow_primacy"]


def study_of(tmp_path: Path, text: str) -> Study:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return yg.load_study(str(path))


def test_a_study_that_asks_for_nothing_has_no_layer_of_position(tmp_path: Path) -> None:
    study = study_of(tmp_path, "")
    assert asked_layers(study) == []
    layers, results, lost = with_positions(study, LAYERS, RESULTS, {})
    assert layers is LAYERS
    assert results is RESULTS
    assert lost == []


def test_what_the_data_do_not_carry_is_said_not_mapped(tmp_path: Path) -> None:
    study = study_of(tmp_path, f"[linkage]\nlayers = {EVERY}\n[[cluster]]\nvalues = 'gdp'")
    layers, results, lost = with_positions(study, LAYERS, RESULTS, {})
    assert layers is LAYERS
    assert results.empty
    assert len(lost) == 7
    assert "GDP: clusters (local Moran, neighbours by border): not mapped" in lost[5].en
    assert "数据不足" in lost[0].zh


def test_more_communities_than_colours_are_joined_and_the_largest_keep_their_names(
    tmp_path: Path,
) -> None:
    study = study_of(tmp_path, "[linkage]\nlayers = ['communities']")
    cities = list(study.cities.index)
    numbers = np.minimum(np.arange(len(cities)) // 3 + 1, 11)
    table = pd.DataFrame({"adcode": cities, "community": numbers})
    table = table.assign(nmi_provinces=0.5, nmi_by_chance=0.1, note="", confidence="high")
    mixed = table.sample(frac=1.0, random_state=4)
    layers, results, _ = with_positions(study, LAYERS, RESULTS, {"communities": mixed})
    row = layers.set_index("layer_id").loc["communities"]
    names = row["classes_en"].split(";")
    assert len(names) == len(row["classes_zh"].split(";")) == MOST_CLASSES
    assert names[-1] == "Others"
    assert names[0] == "With Shanghai"
    shown = results.set_index("adcode")["value"]
    expected = np.minimum(numbers - 1, MOST_CLASSES - 1)
    assert shown[cities].to_numpy() == pytest.approx(expected)
    assert row["says_en"].startswith("11 communities")


def test_a_city_that_the_table_lacks_is_missing(tmp_path: Path) -> None:
    study = study_of(tmp_path, "[linkage]\nlayers = ['field_strength']")
    cities = study.cities.index
    table = pd.DataFrame({"adcode": cities[1:], "field_strength_index": 100.0, "confidence": "low"})
    _, results, _ = with_positions(study, LAYERS, RESULTS, {"field_strength": table})
    gap = results.set_index("adcode").loc[cities[0]]
    assert np.isnan(gap["value"])
    assert gap["confidence"] == ""
    assert len(results) == len(cities)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[linkage]\nlayers = ['corenes']", "coreness"),
        ("[linkage]\nleast_share = 2", "at most 1"),
        ("[linkage]\ncutoffs_min = []", "is empty"),
        ("[[cluster]]\nneighbours = 'borders'", "is missing"),
        ("[[cluster]]\nvalues = 'gdp'\nneighbours = 'border'", "borders"),
        ("[[cluster]]\nvalues = 'gdp'\nmethods = ['moran']", "local_moran"),
        ("[[cluster]]\nvalues = 'gpd'", "'gdp'"),
        ("[[cluster]]\nvalues = 'gdp'\n[[cluster]]\nvalues = 'gdp'", "repeats"),
        (
            "[linkage]\nlayers = ['coreness']\n[[measure]]\nid = 'coreness'\nmeasure = 'closest'",
            "id of an indicator or",
        ),
    ],
)
def test_a_wrong_question_is_refused_with_its_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        check_questions(study_of(tmp_path, text))


def test_without_amounts_of_every_city_nothing_is_linked(tmp_path: Path) -> None:
    study = study_of(tmp_path, "[linkage]\nlayers = ['coreness']")
    values = study.indicators
    bare = replace(study, indicators=values[values["indicator"].ne("population_resident")])
    with pytest.raises(StudyError, match="population_resident"):
        check_questions(bare)
