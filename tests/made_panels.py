"""A made-up panel of the 41 cities: what docs/examples/evaluation_made_up.csv holds."""

import numpy as np
import pandas as pd

YEARS = range(2014, 2025)
START = 2022
EFFECT = {"adjacent": 0.10, "leapfrog": 0.03}  # of the logarithm, made up like everything here


def made_investment(cities: pd.DataFrame, classes: pd.Series) -> pd.DataFrame:
    """Return made-up investment by city and year: growth, AR(1) noise, an effect from 2022."""
    generator = np.random.default_rng(2022)
    codes = sorted(cities.index)
    level = generator.normal(7.5, 0.8, len(codes))
    noise = generator.normal(0, 0.02, (len(codes), len(YEARS)))
    for place in range(1, len(YEARS)):
        noise[:, place] += 0.5 * noise[:, place - 1]
    effect = classes.map(EFFECT).reindex(codes).fillna(0.0).to_numpy()
    after = np.array([year >= START for year in YEARS])
    growth = 0.06 * np.arange(len(YEARS))
    logarithm = level[:, None] + growth + noise + effect[:, None] * after
    table = pd.DataFrame(np.exp(logarithm).round(1), codes, [f"{year}年" for year in YEARS])
    table.insert(0, "城市", cities["name_zh"].reindex(codes))
    table.insert(1, "备注", "虚构 made up")
    return table.rename_axis("行政区划代码").reset_index()
