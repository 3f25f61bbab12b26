"""The shipped study in QGIS: the Yangtze River Delta as a planning bureau would open it."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from qgis_eyes import Seen, look, validated

from yrdgeo.publish.layers import layer_records
from yrdgeo.results import Run

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def path(delta: Run) -> Path:
    assert delta.out is not None
    return delta.out / "yrd.gpkg"


@pytest.fixture(scope="module")
def seen(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return look(path, tmp_path_factory.mktemp("delta"))


def features(seen: Seen, layer: str) -> dict[str, int]:
    return {rule["label"]: len(rule["features"]) for rule in seen["layers"][layer]["rules"]}


def test_gdals_validator_is_content(path: Path) -> None:
    assert validated(path) == (0, "")


def test_the_layers_show_the_delta(seen: Seen) -> None:
    assert seen["drawn"]
    assert seen["layers"]["cities"]["count"] == 41
    assert features(seen, "pairs") == {"飞地型 Leapfrog": 6, "毗邻型 Adjacent": 2}
    assert features(seen, "contiguity") == {
        "陆地接壤 Common border": 88,
        "隔江 Across a river": 8,
        "隔湖 Across a lake": 1,
        "隔海 Across the sea": 2,
        "桥梁 Bridge": 1,
    }
    assert features(seen, "dominant_flows") == {
        "中心的最大流 Largest flow of a centre": 8,
        "归向 Leans on": 33,
    }
    assert min(features(seen, "rail").values()) > 0
    assert min(features(seen, "roads").values()) > 0


def test_every_city_is_drawn_once_in_every_map_and_in_the_class_of_the_atlas(
    delta: Run, seen: Seen
) -> None:
    codes = delta.cities.index.sort_values()
    styles = list(seen["styles"]["cities"].values())
    for style, record in zip(styles, layer_records(delta, codes), strict=True):
        fills = [rule for rule in style["rules"] if rule["marks"][0] == "SimpleFill"]
        drawn = Counter(code for rule in fills for code in rule["features"])
        assert drawn == dict.fromkeys(codes, 1), style["heading"]
        letters = np.array(list(record["views"][f"{record['year']}|"]["classes"]))
        for place, colour in enumerate(record["colours"]):
            assert fills[place]["colour"] == colour
            assert fills[place]["features"] == list(codes[letters == str(place)])


def test_an_unverified_value_is_dotted(delta: Run, seen: Seen) -> None:
    style = next(iter(seen["styles"]["cities"].values()))
    first = delta.layers.iloc[0]
    rows = delta.results[
        delta.results["layer_id"].eq(first["layer_id"])
        & delta.results["year"].eq(first["year"])
        & delta.results["scenario"].eq("")
    ]
    doubted = sorted(rows.loc[rows["confidence"].eq("unverified"), "adcode"])
    assert doubted
    dotted = [rule["features"] for rule in style["rules"] if rule["marks"] == ["PointPatternFill"]]
    assert dotted == [doubted]


def test_every_column_has_words_and_no_word_is_a_programmers(seen: Seen) -> None:
    for name, layer in seen["layers"].items():
        unnamed = {column for column, alias in layer["aliases"].items() if column == alias}
        assert unnamed <= {"fid"} or not layer["spatial"], name
    said = str({name: layer["legend"] for name, layer in seen["layers"].items()})
    assert not {"nan", "None", "undefined"} & set(said.replace("'", " ").split())
