"""No two units of a run share a name, in either language."""

import geopandas as gpd
import pandas as pd
import pytest

from yrdgeo.pipeline.names import told_apart
from yrdgeo.sources.china import province_names
from yrdgeo.sources.places import Unit, english_name, places


def units(level: Unit) -> gpd.GeoDataFrame:
    """Return every unit of China by its code, shuffled, without polygons."""
    rows = {
        code: (known.name_zh, english_name(known), *province_names(code))
        for code, known in places(level).items()
    }
    columns = ["name_zh", "name_en", "province_zh", "province_en"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return gpd.GeoDataFrame(table.sample(frac=1.0, random_state=7))


@pytest.mark.parametrize("level", ["prefecture", "county"])
@pytest.mark.parametrize("name", ["name_zh", "name_en"])
def test_every_unit_of_china_has_a_name_of_its_own(level: Unit, name: str) -> None:
    cities = units(level)
    made = told_apart(cities)
    assert not made[name].duplicated().any()
    assert list(made.index) == list(cities.index)
    alone = ~cities[name].duplicated(keep=False)
    assert (made.loc[alone, name] == cities.loc[alone, name]).all()
    behind = [a.startswith(b) for a, b in zip(made[name], cities[name], strict=True)]
    assert all(behind)


def test_the_prefecture_stands_where_the_province_is_not_enough() -> None:
    made = told_apart(units("county"))
    assert made.loc["320106", "name_zh"] == "鼓楼区（南京市）"
    assert made.loc["320302", "name_en"] == "Gulou District (Xuzhou)"
    assert made.loc["110105", "name_en"] == "Chaoyang District (Beijing)"
    assert told_apart(units("prefecture")).loc["320500", "name_en"] == "Suzhou (Jiangsu)"


def test_a_region_without_namesakes_keeps_its_names() -> None:
    part = units("county").loc[["320106", "320104"]]
    assert told_apart(part)["name_zh"].tolist() == part["name_zh"].tolist()
