"""The example data that other packages bring: their numbers of it, and ours."""

from collections.abc import Callable
from pathlib import Path

import esda
import geopandas as gpd
import libpysal
import mapclassify
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from inequality.atkinson import atkinson as pysal_atkinson
from inequality.gini import Gini
from inequality.schutz import Schutz
from inequality.theil import Theil
from sklearn.datasets import load_wine
from sklearn.metrics.pairwise import cosine_similarity, manhattan_distances
from sklearn.preprocessing import MinMaxScaler

from yrdgeo.analysis import accessibility, clusters, inequality, scores, structure
from yrdgeo.publish.palette import classify, legible
from yrdgeo.results import TravelTimes

EXACT = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def grunfeld() -> pd.DataFrame:
    """Return what eleven firms invested from 1935 to 1954, rows shuffled, of statsmodels."""
    return sm.datasets.grunfeld.load_pandas().data.sample(frac=1, random_state=2)


def by_firm(grunfeld: pd.DataFrame, name: str) -> pd.DataFrame:
    return grunfeld.pivot_table(name, "firm", grunfeld["year"].astype(int).astype(str))


def test_columbus_of_esda() -> None:
    tracts = gpd.read_file(libpysal.examples.get_path("columbus.shp"))
    crime = pd.Series(tracts["CRIME"].to_numpy(), tracts["POLYID"].astype(int).astype(str))
    lines = Path(libpysal.examples.get_path("columbus.gal")).read_text(encoding="ascii").split("\n")
    w = libpysal.weights.W(
        {
            head.split()[0]: near.split()
            for head, near in zip(lines[1::2], lines[2::2], strict=False)
        }
    )
    pairs = [(a, b) for a, near in w.neighbors.items() for b in near if a < b]
    edges = pd.DataFrame(pairs, columns=["from_id", "to_id"])
    y = crime.loc[w.id_order].to_numpy()
    mixed = crime.sample(frac=1, random_state=4)
    found = clusters.moran(mixed, edges, permutations=9).statistic
    assert found == pytest.approx(esda.Moran(y, w, permutations=0).I, rel=1e-9)
    local = clusters.local_moran(mixed, edges, permutations=9)["local_moran"].loc[w.id_order]
    np.testing.assert_allclose(local, esda.Moran_Local(y, w, permutations=0).Is, **EXACT)


SCHEMES: dict[str, Callable[..., mapclassify.classifiers.MapClassifier]] = {
    "fisher_jenks": mapclassify.FisherJenks,
    "quantiles": mapclassify.Quantiles,
    "equal_interval": mapclassify.EqualInterval,
    "head_tail": lambda y, **_: mapclassify.HeadTailBreaks(y),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_californian_counties_of_mapclassify(scheme: str) -> None:
    density = mapclassify.load_example().sample(frac=1, random_state=5).to_numpy()
    expected = SCHEMES[scheme](density, k=5)
    found = classify(density, scheme=scheme, k=5)
    occupied = np.unique(expected.yb, return_inverse=True)[1]  # theirs counts empty classes
    np.testing.assert_array_equal(found.index(density), occupied)
    assert found.breaks == legible(expected.bins[:-1], density)


def test_states_of_mexico_of_inequality() -> None:
    table = pd.read_csv(libpysal.examples.get_path("mexico.csv")).set_index("State")
    for year in range(1940, 2010, 10):
        raw = table[f"pcgdp{year}"].astype(float)
        values = raw.sample(frac=1, random_state=year)
        expected = {
            inequality.gini: Gini(raw.to_numpy()).g,
            inequality.theil: Theil(raw.to_numpy()).T,
            inequality.hoover: Schutz(raw.to_frame("y"), "y").distance,
            inequality.atkinson: pysal_atkinson(raw.to_numpy(), 0.5),
        }
        for measure, number in expected.items():
            assert measure(values) == pytest.approx(float(number), rel=1e-9)


def test_wines_of_scikit_learn() -> None:
    wine = load_wine(as_frame=True).data
    table = wine.set_axis([f"w{n}" for n in range(len(wine))]).sample(frac=1, random_state=6)
    np.testing.assert_allclose(structure.similarity(table), cosine_similarity(table), **EXACT)
    shares = table.div(table.sum(axis=1), axis=0)
    np.testing.assert_allclose(structure.krugman(table), manhattan_distances(shares), **EXACT)
    better = dict.fromkeys(table.columns, "high")
    scaled = MinMaxScaler().fit_transform(table)
    np.testing.assert_allclose(scores.rescaled(table, better), scaled, **EXACT)


def test_growth_of_firms_of_statsmodels(grunfeld: pd.DataFrame) -> None:
    invested = by_firm(grunfeld, "invest")
    first, last = invested["1935"], invested["1954"].sample(frac=1, random_state=7)
    found = inequality.beta_convergence(first, last, years=19, covariance="HC1")
    growth = np.log(last.loc[first.index] / first) / 19
    fit = sm.OLS(growth, sm.add_constant(np.log(first))).fit(cov_type="HC1")
    assert found.slope == pytest.approx(fit.params.iloc[1], rel=1e-9)
    assert found.standard_errors["slope"] == pytest.approx(fit.bse.iloc[1], rel=1e-9)
    assert found.r2 == pytest.approx(fit.rsquared, rel=1e-9)


def test_investment_of_firms_of_statsmodels_as_flows(grunfeld: pd.DataFrame) -> None:
    invested, capital = by_firm(grunfeld, "invest"), by_firm(grunfeld, "capital")
    times = TravelTimes(capital.index, capital.columns, capital.to_numpy())
    found = accessibility.calibrate(times, invested.sample(frac=1, random_state=8))
    dummies = pd.get_dummies(grunfeld[["firm", "year"]].astype(str), dtype=float)
    design = np.column_stack([-grunfeld["capital"] / 1000, dummies.iloc[:, :-1]])
    model = sm.GLM(grunfeld["invest"].to_numpy(), design, family=sm.families.Poisson())
    fit = model.fit(tol=1e-13, maxiter=200, tol_criterion="params", cov_type="HC0")
    assert found.coefficient * 1000 == pytest.approx(fit.params[0], rel=1e-9)
    assert found.standard_error * 1000 == pytest.approx(fit.bse[0], rel=1e-9)
