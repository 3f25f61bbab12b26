"""Fit the named rail time models on the timetable of 10 March 2016, and say how well they predict.

``python networks/fit_time_model.py`` prints parameters and cross-validated errors; ``--write``
also puts them into ``yrdgeo/data/time_models.toml``.

A model is linear in its parameters along a given path, so each round solves a linear program for
the least weighted sum of relative absolute errors and then finds the fastest paths anew. Errors
are those of pairs that the fit did not see: all pairs of one city, or all pairs over one line,
are left out in turn.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.stats import spearmanr

from yrdgeo.provenance import data_path, whole_file
from yrdgeo.sources.day_links import open_on
from yrdgeo.sources.embedded_networks import load_links, load_nodes
from yrdgeo.sources.timemodel import TimeModel, station_ranks

DATE = "2016-03-10"
STATISTICS = {"fastest": "fastest_min", "typical": "typical_min"}
START = TimeModel("start", 0.9, 8.0, 1.0, 3.0, 4.0)
ROUNDS = 6
# A pair weighs by the fourth root of its trains: of the exponents 0, 1/4, 1/2 and 1 this gave the
# least median relative error on cities left out. A pair with one train says little.
WEIGHT_EXPONENT = 0.25
FREQUENT = 30  # direct trains of a pair in the timetable, both directions
LOWEST = (1.0, 0.0, 0.0, 0.0, 0.0)  # operating speed is not exceeded, a stop gains no time
HIGHEST = (3.0, 60.0, 60.0, 60.0, 60.0)


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """Train links of the day as features of the model, and the pairs of the timetable.

    ``features`` holds minutes at operating speed, hub ends / 2, other ends / 2, way stations,
    busy ends / 2.
    """

    ends: np.ndarray
    features: np.ndarray
    lines: np.ndarray
    stations: pd.Index
    pairs: pd.DataFrame
    at: np.ndarray


def timetable() -> Timetable:
    """Return the railways of the day and the pairs that were observed on it."""
    links, nodes = load_links(), load_nodes()
    day = links[open_on(links, DATE) & links["mode"].ne("transfer").to_numpy()]
    stations = pd.Index(pd.unique(day[["from_node", "to_node"]].to_numpy().ravel()))
    ranks = station_ranks(nodes)
    ends_of = [day[f"{side}_node"].map(ranks) for side in ("from", "to")]
    other, hub, busy = (
        sum(end.eq(rank).to_numpy(dtype=float) for end in ends_of) / 2.0 for rank in (0, 1, 2)
    )
    features = np.column_stack(
        [
            60.0 * day["length_km"] / day["speed_kmh"],
            hub,
            other,
            day["way_stations"],
            busy,
        ]
    )
    pairs = pd.read_csv(
        data_path("rail_times_2016.csv"), dtype={"from_adcode": str, "to_adcode": str}
    )
    at = [stations.get_indexer(pairs[f"{side}_station"]) for side in ("from", "to")]
    ends = [stations.get_indexer(day[f"{side}_node"]) for side in ("from", "to")]
    return Timetable(
        np.column_stack(ends),
        features.astype(float),
        day["name_zh"].to_numpy(),
        stations,
        pairs,
        np.column_stack(at),
    )


def weights(model: TimeModel) -> np.ndarray:
    """Return the parameters in the order of the features."""
    stops = (model.hub_stop_min, model.station_stop_min)
    return np.array([1.0 / model.speed_ratio, *stops, model.way_station_min, model.busy_stop_min])


def named(values: np.ndarray, name: str) -> TimeModel:
    """Return the parameters as a model, rounded to what the data can tell apart."""
    stops = [round(float(value), 2) for value in values[1:]]
    return TimeModel(name, round(1.0 / float(values[0]), 3), *stops)


def paths(table: Timetable, model: TimeModel) -> list[list[int]]:
    """Return the links of each pair's fastest path."""
    minutes = table.features @ weights(model) + 1e-9
    order = np.argsort(-minutes, kind="stable")
    best: dict[tuple[int, int], int] = {}
    for link in order.tolist():
        a, b = table.ends[link].tolist()
        best[a, b] = best[b, a] = link
    rows, columns = np.array(list(best)).T
    chosen = np.array(list(best.values()))
    size = (len(table.stations),) * 2
    graph = csr_array((minutes[chosen], (rows, columns)), shape=size)
    before = dijkstra(graph, return_predecessors=True)[1]
    found = []
    for origin, destination in table.at.tolist():
        links, node = [], destination
        while node != origin:
            last = int(before[origin, node])
            links.append(best[last, node])
            node = last
        found.append(links)
    return found


def predict(table: Timetable, model: TimeModel) -> np.ndarray:
    """Return the minutes of each pair."""
    minutes = table.features @ weights(model)
    return np.array([minutes[links].sum() for links in paths(table, model)])


def fit(table: Timetable, observed: np.ndarray, seen: np.ndarray, name: str) -> TimeModel:
    """Return the model with the least weighted sum of relative errors on the pairs seen."""
    model = START
    weight = table.pairs["n_trains"].to_numpy(dtype=float)[seen] ** WEIGHT_EXPONENT
    for _ in range(ROUNDS):
        sums = np.array([table.features[links].sum(axis=0) for links in paths(table, model)])[seen]
        relative = sums / observed[seen, None]
        count = len(relative)
        solved = linprog(
            np.concatenate([np.zeros(len(LOWEST)), weight, weight]),
            A_eq=np.hstack([relative, -np.eye(count), np.eye(count)]),
            b_eq=np.ones(count),
            bounds=[*zip(LOWEST, HIGHEST, strict=True), *[(0.0, None)] * (2 * count)],
        )
        known, model = model, named(solved.x[: len(LOWEST)], name)
        if known == model:
            break
    return model


def folds(table: Timetable) -> dict[str, Iterator[np.ndarray]]:
    """Return, for each way of leaving out, the pairs left out in each turn."""
    pairs = table.pairs
    cities = np.unique(pairs[["from_adcode", "to_adcode"]].to_numpy())
    used = [set(table.lines[links]) for links in paths(table, START)]
    return {
        "city": (
            pairs[["from_adcode", "to_adcode"]].eq(city).any(axis=1).to_numpy() for city in cities
        ),
        "line": (
            np.array([line in lines for lines in used]) for line in sorted(set().union(*used))
        ),
    }


def errors(predicted: np.ndarray, observed: np.ndarray) -> dict[str, float]:
    """Return the median absolute error in minutes and per cent, and the rank correlation."""
    wrong = np.abs(predicted - observed)
    return {
        "median_error_min": round(float(np.median(wrong)), 1),
        "median_error_pct": round(float(np.median(wrong / observed)) * 100.0, 1),
        "spearman": round(float(spearmanr(predicted, observed).statistic), 3),
    }


def cross_validate(
    table: Timetable, observed: np.ndarray, name: str
) -> dict[str, dict[str, float]]:
    """Return the errors on pairs left out, by city and by line.

    A pair is left out once for each of its cities or lines; ``n`` counts predictions. Pairs with
    many trains are also reported by themselves.
    """
    report = {}
    for way, turns in folds(table).items():
        guessed, rows = [], []
        for left_out in turns:
            model = fit(table, observed, ~left_out, name)
            guessed.append(predict(table, model)[left_out])
            rows.append(np.flatnonzero(left_out))
        predicted, row = np.concatenate(guessed), np.concatenate(rows)
        report[way] = {"n": len(row), **errors(predicted, observed[row])}
        often = table.pairs["n_trains"].to_numpy()[row] >= FREQUENT
        found = errors(predicted[often], observed[row[often]])
        report[f"{way}, {FREQUENT} or more trains"] = {"n": int(often.sum()), **found}
    return report


def section(model: TimeModel, observed: np.ndarray, report: dict[str, dict[str, float]]) -> str:
    """Return a model's table in TOML, with its errors as a comment that readers can check."""
    lines = [
        f"[rail.{model.name}]",
        f"# Fitted on {len(observed)} pairs of cities; errors on pairs left out:",
        *(
            f"# by {way}: {row['median_error_min']} min, {row['median_error_pct']} %, "
            f"rank correlation {row['spearman']} ({row['n']} predictions)"
            for way, row in report.items()
        ),
        f"speed_ratio = {model.speed_ratio}",
        f"hub_stop_min = {model.hub_stop_min}",
        f"busy_stop_min = {model.busy_stop_min}",
        f"station_stop_min = {model.station_stop_min}",
        f"way_station_min = {model.way_station_min}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fit both models; print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    table = timetable()
    sections = []
    for name, column in STATISTICS.items():
        observed = table.pairs[column].to_numpy(dtype=float)
        model = fit(table, observed, np.ones(len(observed), dtype=bool), name)
        print(name, "in sample", errors(predict(table, model), observed))
        sections.append(section(model, observed, cross_validate(table, observed, name)))
        print(sections[-1])
    if write:
        path = data_path("time_models.toml")
        head = path.read_text(encoding="utf-8").split("[rail.")[0]
        with whole_file(path) as draft:
            draft.write_text(head + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
