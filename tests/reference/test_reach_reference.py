"""Networks against networkx, calibration against statsmodels and scikit-learn, access's example."""

import itertools

import access.fca
import access.weights
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.linear_model import PoissonRegressor

from yrdgeo.analysis.accessibility import (
    betweenness,
    calibrate,
    closeness,
    constrained_flows,
    cumulative,
    floating_catchment,
    gravity,
    harmonic_closeness,
    link_flows,
)
from yrdgeo.analysis.calibration import FORMS, KNOWN
from yrdgeo.analysis.decay import binary, exponential, power
from yrdgeo.results import Network, TravelTimes
from yrdgeo.routing.times import travel_times

TOLERANCE = 1e-9
MS = 60_000


def random_graph(seed: int, *, directed: bool) -> nx.Graph:
    """Return a graph of whole minutes, so that many paths are equally fast."""
    random = np.random.default_rng(seed)
    graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(random.permutation([f"n{number}" for number in range(14)]).tolist())
    for _ in range(34):
        a, b = random.choice(14, 2, replace=False)
        graph.add_edge(f"n{a}", f"n{b}", minutes=int(random.integers(1, 4)))
    return graph


def karate() -> nx.Graph:
    """Return Zachary's karate club, networkx's example with weights."""
    graph = nx.relabel_nodes(nx.karate_club_graph(), str)
    for *_, edge in graph.edges(data=True):
        edge["minutes"] = edge["weight"]
    return graph


def florentine() -> nx.Graph:
    """Return the marriages of the families of Florence, networkx's example without weights."""
    graph = nx.florentine_families_graph()
    nx.set_edge_attributes(graph, 1, "minutes")
    return graph


GRAPHS = {
    "directed": random_graph(1, directed=True),
    "undirected": random_graph(2, directed=False),
    "karate": karate(),
    "florentine": florentine(),
}


def network_of(graph: nx.Graph) -> Network:
    """Return the graph as tables, rows shuffled; a link's id names its ends."""
    edges = [(f"{a}>{b}", a, b, float(edge["minutes"])) for a, b, edge in graph.edges(data=True)]
    links = pd.DataFrame(edges, columns=["link_id", "from_node", "to_node", "length_km"])
    links = links.assign(mode="road", speed_kmh=60.0, oneway=graph.is_directed())
    return Network(links.sample(frac=1, random_state=1), pd.DataFrame({"node_id": list(graph)}))


def equal(found: pd.Series, expected: dict[str, float]) -> None:
    assert set(found.index) == set(expected)
    wanted = pd.Series(expected).loc[found.index]
    np.testing.assert_allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE * wanted.abs().max())


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_betweenness_equals_networkx(graph: nx.Graph) -> None:
    pairs = 1 if graph.is_directed() else 2
    expected = nx.betweenness_centrality(graph, weight="minutes", normalized=False)
    equal(betweenness(network_of(graph)) / pairs, expected)
    edges = nx.edge_betweenness_centrality(graph, weight="minutes", normalized=False)
    equal(link_flows(network_of(graph)) / pairs, {f"{a}>{b}": v for (a, b), v in edges.items()})


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_betweenness_of_some_flows_equals_networkx_and_its_paths(graph: nx.Graph) -> None:
    random = np.random.default_rng(7)
    ids = random.permutation(list(graph))[:9].tolist()
    starts, ends = ids[:5], ids[3:]
    linked = np.array([[nx.has_path(graph, s, t) and s != t for t in ends] for s in starts])
    ones = pd.DataFrame(linked * 1.0, starts, ends)
    directed = graph.to_directed()
    expected = nx.betweenness_centrality_subset(directed, starts, ends, weight="minutes")
    equal(betweenness(network_of(graph), ones), expected)
    trips = ones * random.uniform(1, 9, ones.shape)
    by_paths = dict.fromkeys(graph, 0.0)
    for start, end in itertools.product(starts, ends):
        if trips.loc[start, end] > 0:
            paths = list(nx.all_shortest_paths(graph, start, end, weight="minutes"))
            for node in (node for path in paths for node in path[1:-1]):
                by_paths[node] += trips.loc[start, end] / len(paths)
    equal(betweenness(network_of(graph), trips), by_paths)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_closeness_equals_networkx(graph: nx.Graph) -> None:
    times = travel_times(network_of(graph), list(graph))
    inward = closeness(times, direction="in")
    equal(inward, nx.closeness_centrality(graph, distance="minutes"))
    harmonic = nx.harmonic_centrality(graph, distance="minutes")
    size = len(graph) - 1
    equal(harmonic_closeness(times, direction="in") * size, harmonic)
    if not graph.is_directed():
        equal(closeness(times), nx.closeness_centrality(graph, distance="minutes"))


@pytest.fixture(scope="module")
def flows() -> tuple[TravelTimes, pd.DataFrame]:
    """Draw flows over minutes, some pairs without a path, one origin silent."""
    random = np.random.default_rng(11)
    starts = [f"o{number}" for number in range(9)]
    ends = random.permutation([f"o{number}" for number in range(12)]).tolist()
    minutes = random.uniform(5, 200, (9, 12))
    minutes[random.random(minutes.shape) < 0.1] = np.inf
    size = np.exp(random.normal(4, 1, 9))[:, None] * np.exp(random.normal(0, 1, 12))
    drawn = random.poisson(size * exponential(rate=0.01)(minutes)).astype(float)
    drawn[3] = 0.0
    return TravelTimes(starts, ends, minutes), pd.DataFrame(drawn, starts, ends)


Design = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def design(
    times: TravelTimes, flows: pd.DataFrame, used: np.ndarray, constraint: str, form: str
) -> Design:
    """Return flows, dummies, offset and the row and column of each pair that is used."""
    row, column = np.nonzero(used)
    minutes, amounts = times.minutes[used], flows.to_numpy() * used
    regressor = {"exponential": minutes, "gaussian": minutes**2 / 2}.get(form)
    if regressor is None:
        regressor = np.log(np.maximum(minutes, 1.0))
    parts = [-regressor]
    offset = np.zeros(len(row))
    if constraint in {"doubly", "production"}:
        parts += [(row == one) * 1.0 for one in np.unique(row)]
    if constraint in {"doubly", "attraction"}:
        parts += [(column == one) * 1.0 for one in np.unique(column)[constraint == "doubly" :]]
    if constraint in {"none", "production"}:
        offset += np.log(amounts.sum(axis=0)[column])
    if constraint in {"none", "attraction"}:
        offset += np.log(amounts.sum(axis=1)[row])
    if constraint == "none":
        parts.append(np.ones(len(row)))
    return flows.to_numpy()[used], np.column_stack(parts), offset, row, column


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("constraint", KNOWN)
def test_calibration_equals_statsmodels_with_dummies(
    flows: tuple[TravelTimes, pd.DataFrame], constraint: str, form: str
) -> None:
    options = {"form": form, "constraint": constraint}
    plain = calibrate(*flows, **options)  # type: ignore[arg-type]
    used = plain.fitted.notna().to_numpy()
    counts, dummies, offset, row, column = design(*flows, used, constraint, form)
    model = sm.GLM(counts, dummies, family=sm.families.Poisson(), offset=offset)
    exact = {"tol": 1e-13, "maxiter": 200, "tol_criterion": "params"}
    fit = model.fit(**exact)
    assert plain.coefficient == pytest.approx(fit.params[0], rel=TOLERANCE)
    assert plain.deviance == pytest.approx(fit.deviance, rel=TOLERANCE)
    assert plain.n_parameters == np.linalg.matrix_rank(dummies)
    np.testing.assert_allclose(plain.fitted.to_numpy()[used], fit.mu, rtol=TOLERANCE)
    kinds = {
        "poisson": fit,
        "robust": model.fit(**exact, cov_type="HC0"),
        "origin": model.fit(**exact, cov_type="cluster", cov_kwds={"groups": row}),
        "destination": model.fit(**exact, cov_type="cluster", cov_kwds={"groups": column}),
    }
    for kind, theirs in kinds.items():
        ours = calibrate(*flows, **options, standard_error=kind)  # type: ignore[arg-type]
        assert ours.standard_error == pytest.approx(theirs.bse[0], rel=TOLERANCE)


def test_calibration_equals_scikit_learn_without_its_penalty(
    flows: tuple[TravelTimes, pd.DataFrame],
) -> None:
    ours = calibrate(*flows)
    used = ours.fitted.notna().to_numpy()
    counts, dummies, _, _, _ = design(*flows, used, "doubly", "exponential")
    scaled = dummies / [100, *np.ones(dummies.shape[1] - 1)]
    theirs = PoissonRegressor(
        alpha=0, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=500
    ).fit(scaled, counts)
    assert ours.coefficient == pytest.approx(theirs.coef_[0] / 100, rel=TOLERANCE)


def test_fitted_flows_are_the_constrained_flows_of_their_decay(
    flows: tuple[TravelTimes, pd.DataFrame],
) -> None:
    times, amounts = flows
    fit = calibrate(times, amounts, own="include")
    known = amounts.where(np.isfinite(times.minutes), 0.0).drop(index="o3")
    again = TravelTimes(known.index, known.columns, np.delete(times.minutes, 3, axis=0))
    rebuilt = constrained_flows(again, known.sum(), known.sum(axis=1), decay=fit.decay)
    fitted = fit.fitted.drop(index="o3").fillna(0.0)
    np.testing.assert_allclose(rebuilt, fitted, rtol=1e-7, atol=1e-9)


# The example of a hospital in the city, of access 1.1's own tests: three tracts and the costs of
# travel into the city, tract 3, and out of it.
TRACTS = pd.DataFrame({"pop": [100.0, 50.0, 10.0], "doc": [15.0, 20.0, 100.0]}, [1, 2, 3])
SCENARIOS = {"gridlock": (40, 40), "faster in": (20, 40), "faster out": (40, 20), "both": (20, 20)}


def hospital(into: float, out: float) -> TravelTimes:
    return TravelTimes([1, 2, 3], [1, 2, 3], [[1, 80, into], [80, 1, into], [out, out, 1]])


# access 1.1 calls DataFrame.drop the way pandas 3 will stop to accept.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("costs", SCENARIOS.values(), ids=SCENARIOS)
@pytest.mark.parametrize("method", ["2sfca", "3sfca"])
def test_the_hospital_example_equals_access(costs: tuple[float, float], method: str) -> None:
    times = hospital(*costs)
    theirs = {"2sfca": access.fca.two_stage_fca, "3sfca": access.fca.three_stage_fca}[method]
    expected = theirs(
        TRACTS.rename_axis("geoid"),
        TRACTS.rename_axis("geoid"),
        times.to_table(),
        max_cost=None,
        demand_index=True,
        demand_name="pop",
        supply_name="doc",
        cost_origin="from_id",
        cost_dest="to_id",
        cost_name="travel_time_min",
        weight_fn=access.weights.gravity(scale=1, alpha=-1),
    )
    found = floating_catchment(
        times,
        TRACTS["doc"],
        TRACTS["pop"],
        decay=power(1),
        method=method,  # type: ignore[arg-type]
    )
    equal(found, expected.to_dict())


@pytest.mark.parametrize("costs", SCENARIOS.values(), ids=SCENARIOS)
def test_the_hospital_example_within_a_catchment_equals_access(costs: tuple[float, float]) -> None:
    times = hospital(*costs)
    expected = access.fca.weighted_catchment(
        TRACTS,
        times.to_table(),
        max_cost=39,
        cost_source="to_id",
        cost_dest="from_id",
        cost_cost="travel_time_min",
        loc_index=True,
        loc_value="doc",
    )
    equal(cumulative(times, TRACTS["doc"], cutoff_min=39), expected.to_dict())
    equal(gravity(times, TRACTS["doc"], decay=binary(39)), expected.to_dict())
