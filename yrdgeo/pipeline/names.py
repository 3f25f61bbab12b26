"""Names that people tell apart: of places that share one, and of indicators in tables.

Promise: no two units of a run have the same name in either language, as far as provinces and
prefectures tell them apart; codes are what joins, names are only read.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from yrdgeo.sources.places import english_name, places
from yrdgeo.study import Study


def told_apart(cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the province to names that two units share, the prefecture where that is not enough.

    苏州 and 宿州 are both Suzhou; Hebei has two districts called Qiaoxi.

    Parameters
    ----------
    cities
        The ``cities`` table.

    Returns
    -------
    cities
        With ``name_zh`` and ``name_en`` that no two rows share, but for units of one prefecture.

    Examples
    --------
    >>> table = gpd.GeoDataFrame(
    ...     {"name_zh": ["桥西区", "桥西区"], "province_zh": "河北省",
    ...      "name_en": ["Qiaoxi District"] * 2, "province_en": "Hebei"},
    ...     index=["130104", "130703"],
    ... )
    >>> told_apart(table)["name_zh"].tolist(), told_apart(table)["name_en"].tolist()[0]
    (['桥西区（石家庄市）', '桥西区（张家口市）'], 'Qiaoxi District (Shijiazhuang)')
    """
    over = {"zh": ("（", "）"), "en": (" (", ")")}
    apart = {}
    for language, (opening, closing) in over.items():
        names, provinces = cities[f"name_{language}"], cities[f"province_{language}"]
        prefectures = pd.Series([_prefecture(str(code), language) for code in cities.index])
        shared = names.duplicated(keep=False).to_numpy()
        twice = pd.concat([names, provinces], axis=1).duplicated(keep=False).to_numpy()
        parents = np.where(twice, prefectures.to_numpy(), provinces.to_numpy())
        longer = [f"{a}{opening}{b}{closing}" for a, b in zip(names, parents, strict=True)]
        told = shared & (parents != "")
        apart[f"name_{language}"] = np.where(told, longer, names.to_numpy())
    return cities.assign(**apart)


def _prefecture(code: str, language: str) -> str:
    county = places("county").get(code)
    parent = None if county is None else places("prefecture").get(county.parent)
    if parent is None:
        return ""
    return parent.name_zh if language == "zh" else english_name(parent)


def titled(tables: Mapping[str, pd.DataFrame], study: Study) -> dict[str, pd.DataFrame]:
    """Return tables, those with a column ``indicator`` with its titles beside it."""
    made = dict(tables)
    for name in ("evaluation", "evaluation_readiness"):
        table = made.get(name)
        if table is None or table.empty:
            continue
        rows = [study.catalogue.get(str(one)) for one in table["indicator"]]
        ids = table["indicator"].astype(str)
        made[name] = table.assign(
            title_zh=[row.zh if row else one for row, one in zip(rows, ids, strict=True)],
            title_en=[row.en if row else one for row, one in zip(rows, ids, strict=True)],
        )
    return made
