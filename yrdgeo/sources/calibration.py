"""A timetable and a track network → the time model that fits, and how well it predicts.

A model is linear in its parameters along a given path, so each round solves a linear program for
the least weighted sum of relative absolute errors and then finds the fastest paths anew. Then the
minutes of a turn-back are searched, all else equal.

Promise: errors are told for pairs that the fit did not see: all pairs of one city, or all pairs
over one line, are left out in turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.stats import spearmanr

from yrdgeo.errors import ArgumentError, few, nearest
from yrdgeo.sources.service_links import direct_rides
from yrdgeo.sources.timemodel import TimeModel
from yrdgeo.sources.track import Track, checked_pairs, lay
from yrdgeo.timetables import Timetable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Errors = dict[str, dict[str, float]]

START = TimeModel("start", 0.9, 8.0, 1.0, 3.0, 4.0)
ROUNDS = 6
# A pair weighs by the fourth root of its trains: of the exponents 0, 1/4, 1/2 and 1 this gave the
# least median relative error on cities left out. A pair with one train says little.
WEIGHT_EXPONENT = 0.25
FREQUENT = 30  # direct trains of a pair, both directions
LOWEST = (1.0, 0.0, 0.0, 0.0, 0.0)  # operating speed is not exceeded, a stop gains no time
HIGHEST = (3.0, 60.0, 60.0, 60.0, 60.0)
LONGEST_TURN_BACK_MIN = 56.0
TURN_BACK_STEPS = (8.0, 4.0, 2.0, 1.0)
STATISTICS = {"fastest": "fastest_min", "typical": "typical_min"}
PARAMETERS = (
    "speed_ratio",
    "hub_stop_min",
    "station_stop_min",
    "way_station_min",
    "busy_stop_min",
    "turn_back_min",
)
_FEWEST = 10  # pairs; there are six parameters


@dataclass(frozen=True, slots=True, eq=False)
class FittedModel:
    """A time model with its errors.

    Attributes
    ----------
    model
        Fitted on all pairs.
    parameters
        By name of the parameter: ``value``, and ``lowest highest`` over all fits that left a
        city or a line out.
    errors
        By what was left out (``nothing``, ``city``, ``line``; of pairs with 30 or more trains;
        with turn-backs): ``n bias_min mean_error_min median_error_min median_error_pct
        spearman``. A pair is left out once for each of its cities or lines; ``n`` counts
        predictions.
    pairs
        The observed pairs with ``predicted_min``, turn-backs included.
    n_unreached
        Observed pairs left out, because the track does not join their stations.
    """

    model: TimeModel
    parameters: pd.DataFrame
    errors: pd.DataFrame
    pairs: pd.DataFrame
    n_unreached: int

    def __repr__(self) -> str:
        """Give the parameters and the error on cities left out."""
        values = ", ".join(f"{name} {getattr(self.model, name):g}" for name in PARAMETERS)
        error = self.errors["median_error_pct"].to_dict()["city, with turn-backs"]
        return f"FittedModel({values}; median error {float(error):.1f} % on cities left out)"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def direct_times(timetable: Timetable, stations: Sequence[str] | pd.Index) -> pd.DataFrame:
    """Return the direct trains between stations, both directions together.

    Parameters
    ----------
    timetable
        The trips.
    stations
        Of the timetable; pairs without a direct train are left out.

    Returns
    -------
    pairs
        ``from_station to_station n_trains fastest_min typical_min`` (median), stations in the
        order given, a row a pair.

    Raises
    ------
    ArgumentError
        If a station is not in the timetable or is given twice.

    Examples
    --------
    >>> stops = pd.DataFrame({"trip_id": ["G1", "G1", "G2", "G2"], "sequence": [1, 2, 1, 2],
    ...     "station": ["a", "b", "b", "a"], "arrive_min": [480.0, 500.0, 515.0, 545.0],
    ...     "depart_min": [480.0, 500.0, 515.0, 545.0]})
    >>> day = Timetable(stops, pd.DataFrame({"station": ["a", "b"]}))
    >>> direct_times(day, ["b", "a"]).values.tolist()
    [['b', 'a', 2, 20.0, 25.0]]
    """
    order = pd.Index(stations)
    known = list(timetable.stations["station"])
    unknown = order[~order.isin(known)]
    if len(unknown) or order.has_duplicates:
        raise ArgumentError(
            "Stations must be in the timetable, each once.",
            found=few(unknown if len(unknown) else order[order.duplicated()]),
            fix=nearest(str(unknown[0]), known) if len(unknown) else "",
        )
    rides = direct_rides(timetable)
    ends = [order.get_indexer(pd.Index(rides[name])) for name in ("from_node", "to_node")]
    first, second = np.minimum(*ends), np.maximum(*ends)
    rides = rides.assign(first=first, second=second)[first >= 0]
    found = rides.groupby(["first", "second"])["minutes"]
    pairs = found.agg(n_trains="size", fastest_min="min", typical_min="median").reset_index()
    for name, column in (("to_station", "second"), ("from_station", "first")):
        pairs.insert(0, name, order.to_numpy()[pairs.pop(column)])
    return pairs


def fit_time_model(
    observed: pd.DataFrame,
    links: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    *,
    statistic: Literal["fastest", "typical"] = "fastest",
) -> FittedModel:
    r"""Fit the time model of the tracks to the direct trains of a timetable.

    .. math:: \min_\theta \sum_p n_p^{1/4} \left| \frac{t_p(\theta)}{m_p} - 1 \right|

    over the pairs *p* with :math:`n_p` trains and the observed minutes :math:`m_p`, where
    :math:`t_p` is the time of the fastest path in the model :math:`\theta`.

    Parameters
    ----------
    observed
        ``from_station to_station n_trains fastest_min typical_min``, as :func:`direct_times`
        gives them. ``from_adcode to_adcode`` say which pairs are of one city; else the nodes do.
    links, nodes
        The tracks of the day at operating speeds (:func:`yrdgeo.sources.networks.load_links`,
        :func:`yrdgeo.sources.networks.open_on`); modes ``hsr`` and ``rail`` are used.
    statistic
        Which minutes are observed.

    Returns
    -------
    fitted
        The model, its parameters and its errors, in sample and on pairs left out.

    Raises
    ------
    ArgumentError
        If the statistic is none, a column lacks, a pair is there twice or has minutes or trains
        that are not above 0 (every row, header = row 1), or the tracks join fewer than ten.

    Examples
    --------
    >>> from yrdgeo.sources.networks import load_links, load_nodes, open_on
    >>> links = load_links()
    >>> day = links[open_on(links, "2016-03-10")]
    >>> from yrdgeo.provenance import data_path
    >>> observed = pd.read_csv(data_path("rail_times_2016.csv")).head(40)
    >>> fitted = fit_time_model(observed, day, load_nodes())
    >>> int(fitted.errors.loc["nothing", "n"]), fitted.n_unreached
    (40, 0)
    """
    if statistic not in STATISTICS:
        fix = nearest(statistic, list(STATISTICS))
        raise ArgumentError(f"There is no statistic {statistic!r}.", fix=fix)
    observed = checked_pairs(observed, STATISTICS[statistic])
    track = lay(links, nodes, observed)
    if len(track.pairs) < _FEWEST:
        raise ArgumentError(
            f"A fit needs at least {_FEWEST} pairs that the tracks join.",
            found=f"{len(track.pairs)} of {len(observed)}",
            fix="Stations of the timetable and of the tracks must have the same names.",
        )
    seen = track.pairs[STATISTICS[statistic]].to_numpy(dtype=np.float64)
    model = fit(track, seen, np.ones(len(seen), dtype=bool), statistic)
    errors, spread = _left_out(track, seen, statistic)
    bare = replace(model, turn_back_min=0.0)
    told = {"nothing": measured(predict(track, bare), seen)}
    told |= {"nothing, with turn-backs": measured(predict(track, model), seen)} | errors
    values = pd.Series({name: getattr(model, name) for name in PARAMETERS}, name="value")
    return FittedModel(
        model,
        values.to_frame().join(
            spread.agg(["min", "max"]).T.set_axis(["lowest", "highest"], axis=1)
        ),
        pd.DataFrame(told).T,
        track.pairs.assign(predicted_min=predict(track, model)),
        len(observed) - len(track.pairs),
    )


def weights(model: TimeModel) -> Floats:
    """Return the parameters that are linear along links, in the order of the track's features."""
    stops = (model.hub_stop_min, model.station_stop_min)
    return np.array([1.0 / model.speed_ratio, *stops, model.way_station_min, model.busy_stop_min])


def _named(values: Floats, name: str) -> TimeModel:
    """Return the parameters as a model, rounded to what the data can tell apart."""
    stops = [round(float(value), 2) for value in values[1:]]
    return TimeModel(name, round(1.0 / float(values[0]), 3), *stops)


def predict(track: Track, model: TimeModel) -> Floats:
    """Return the minutes of each pair, turn-backs included."""
    return track.minutes(weights(model), model.turn_back_min)


def fit(track: Track, observed: Floats, seen: Bools, name: str) -> TimeModel:
    """Return the model with the least weighted sum of relative errors on the pairs seen."""
    model = START
    weight = _weight(track, seen)
    for _ in range(ROUNDS):
        relative = track.features_of_pairs(weights(model))[seen] / observed[seen][:, None]
        count = len(relative)
        solved = linprog(
            np.concatenate([np.zeros(len(LOWEST)), weight, weight]),
            A_eq=np.hstack([relative, -np.eye(count), np.eye(count)]),
            b_eq=np.ones(count),
            bounds=[*zip(LOWEST, HIGHEST, strict=True), *[(0.0, None)] * (2 * count)],
        )
        known, model = model, _named(np.asarray(solved.x)[: len(LOWEST)], name)
        if known == model:
            break
    return replace(model, turn_back_min=_turn_back(track, observed, seen, model))


def _weight(track: Track, seen: Bools) -> Floats:
    return track.pairs["n_trains"].to_numpy(dtype=np.float64)[seen] ** WEIGHT_EXPONENT


def _turn_back(track: Track, observed: Floats, seen: Bools, model: TimeModel) -> float:
    """Return the minutes of a turn-back with the least errors: a coarse search, then finer."""
    weight, values = _weight(track, seen), weights(model)

    def loss(extra_min: float) -> float:
        found = track.minutes(values, extra_min)[seen]
        return float((weight * np.abs(found / observed[seen] - 1.0)).sum())

    tried = {extra: loss(extra) for extra in np.arange(0.0, LONGEST_TURN_BACK_MIN + 1.0, 8.0)}
    for step in TURN_BACK_STEPS[1:]:
        best = min(tried, key=lambda extra: (tried[extra], extra))
        tried |= {extra: loss(extra) for extra in (best - step, best + step) if extra >= 0}
    return float(min(tried, key=lambda extra: (tried[extra], extra)))


def folds(track: Track) -> dict[str, Iterator[Bools]]:
    """Return, for each way of leaving out, the pairs left out in each turn."""
    ends = track.pairs[["from_adcode", "to_adcode"]]
    used = [set(lines) for lines in track.lines_of_pairs(weights(START))]
    return {
        "city": (ends.eq(city).any(axis=1).to_numpy() for city in np.unique(ends.to_numpy())),
        "line": (
            np.array([line in lines for lines in used]) for line in sorted(set().union(*used))
        ),
    }


def measured(predicted: Floats, observed: Floats) -> dict[str, float]:
    """Return bias, mean and median absolute error, the median in per cent too, rank correlation."""
    wrong = np.abs(predicted - observed)
    some = len(wrong) > 0
    ranked = len(wrong) > 2 and np.ptp(predicted) > 0 and np.ptp(observed) > 0  # noqa: PLR2004 — two ranks say nothing
    return {
        "n": float(len(wrong)),
        "bias_min": round(float(np.mean(predicted - observed)), 1) if some else np.nan,
        "mean_error_min": round(float(np.mean(wrong)), 1) if some else np.nan,
        "median_error_min": round(float(np.median(wrong)), 1) if some else np.nan,
        "median_error_pct": round(float(np.median(wrong / observed)) * 100.0, 1)
        if some
        else np.nan,
        "spearman": round(float(spearmanr(predicted, observed).statistic), 3) if ranked else np.nan,
    }


def cross_validate(track: Track, observed: Floats, name: str) -> Errors:
    """Return the errors on pairs left out, by city and by line, without and with turn-backs.

    A pair is left out once for each of its cities or lines; ``n`` counts predictions. Pairs with
    many trains are also reported by themselves.
    """
    return _left_out(track, observed, name)[0]


def _left_out(track: Track, observed: Floats, name: str) -> tuple[Errors, pd.DataFrame]:
    """Return the errors on pairs left out, and the parameters of every fit."""
    report: Errors = {}
    models: list[TimeModel] = []
    often = track.pairs["n_trains"].to_numpy() >= FREQUENT
    for way, turns in folds(track).items():
        guessed: dict[str, list[Floats]] = {"": [], ", with turn-backs": []}
        rows = []
        for left_out in turns:
            if (~left_out).sum() < _FEWEST:
                continue
            model = fit(track, observed, ~left_out, name)
            models.append(model)
            for kind, one in zip(guessed, (replace(model, turn_back_min=0.0), model), strict=True):
                guessed[kind].append(predict(track, one)[left_out])
            rows.append(np.flatnonzero(left_out))
        row = np.concatenate([np.empty(0, dtype=np.int64), *rows])
        for kind, parts in guessed.items():
            predicted = np.concatenate([np.empty(0), *parts])
            many = often[row]
            report[f"{way}{kind}"] = measured(predicted, observed[row])
            report[f"{way}, {FREQUENT} or more trains{kind}"] = measured(
                predicted[many], observed[row[many]]
            )
    return report, pd.DataFrame(
        [[getattr(model, name) for name in PARAMETERS] for model in models],
        columns=list(PARAMETERS),
    )
