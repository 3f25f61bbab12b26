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

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
EXACT = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def grunfeld() -> pd.DataFrame:
    """Return what eleven firms invested from 1935 to 1954, rows shuffled, of statsmodels."""
    return sm.datasets.grunfeld.load_pandas().data.sample(frac=1, random_state=2)


def by_firm(grunfeld: pd.DataFrame, name: str) -> pd.DataFrame:
    return grunfeld.pivot_table(name, "firm", grunfeld["year"].astype(int).astype(str))


@pytest.fixture(scope="module")
def columbus() -> tuple[pd.Series, pd.DataFrame, libpysal.weights.W]:
    """Return crime in the tracts of Columbus, rows shuffled, and who borders whom, twice."""
    tracts = gpd.read_file(libpysal.examples.get_path("columbus.shp"))
    crime = pd.Series(tracts["CRIME"].to_numpy(), tracts["POLYID"].astype(int).astype(str))
    text = Path(libpysal.examples.get_path("columbus.gal")).read_text(encoding="ascii")
    rows = [line.split() for line in text.splitlines()[1:]]
    near = {head[0]: around for head, around in zip(rows[::2], rows[1::2], strict=True)}
    edges = pd.DataFrame([(a, b) for a, around in near.items() for b in around if a < b])
    edges.columns = ["from_id", "to_id"]
    return crime.sample(frac=1, random_state=4), edges, libpysal.weights.W(near)


# G* has the place itself among its neighbours, and esda warns that it takes it for one of them.
@pytest.mark.filterwarnings("ignore:Gi. requested")
def test_columbus_of_esda(columbus: tuple[pd.Series, pd.DataFrame, libpysal.weights.W]) -> None:
    crime, edges, w = columbus
    y = crime.loc[w.id_order].to_numpy()
    found = clusters.moran(crime, edges, permutations=9).statistic
    assert found == pytest.approx(esda.Moran(y, w, permutations=0).I, rel=1e-9)
    local = clusters.local_moran(crime, edges, permutations=99).loc[w.id_order]
    theirs = esda.Moran_Local(y, w, permutations=0)
    np.testing.assert_allclose(local["local_moran"], theirs.Is, **EXACT)
    spots = clusters.getis_ord(crime, edges, permutations=9)["getis_ord_z"].loc[w.id_order]
    stars = {
        kind: esda.G_Local(y, w, transform=kind, star=True, permutations=0).Zs for kind in "BR"
    }
    np.testing.assert_allclose(spots, stars["B"], **EXACT)
    at = w.id_order.index("16")
    assert page("Moran's I of crime in Columbus") == pair(
        found, esda.Moran(y, w, transformation="b", permutations=0).I
    )
    assert page("G* of tract 16 of Columbus, row-standardised weights") == pair(
        spots["16"], stars["R"][at]
    )
    # esda's rule, one side: (1 + draws that reach it) / (1 + draws).
    assert page("p of tract 16, which none of 99 draws reaches") == pair(
        local.loc["16", "p_value"], (1 + 0) / (1 + 99)
    )


def page(question: str) -> list[str]:
    """Return the two numbers that the page of conventions gives."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {question} |")]
    return [cell.strip() for cell in row.split("|")[2:4]]


def pair(here: float, elsewhere: float) -> list[str]:
    assert here != pytest.approx(elsewhere, rel=1e-3)
    return [f"{here:.4f}", f"{elsewhere:.4f}"]


def test_bounds_are_round_and_no_class_is_empty() -> None:
    density = mapclassify.load_example()
    fifth = classify(density.to_numpy(), scheme="quantiles", k=5).breaks[0]
    assert page("Upper bound of the lowest fifth of California's counties, jobs per km²") == pair(
        fifth, mapclassify.Quantiles(density, k=5).bins[0]
    )
    classes = classify(density.to_numpy(), scheme="equal_interval", k=5)
    assert page("Classes of these counties, five equal intervals asked for") == pair(
        len(classes.colours), mapclassify.EqualInterval(density, k=5).k
    )


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
