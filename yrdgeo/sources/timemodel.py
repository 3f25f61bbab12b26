"""Named time models: how many minutes a train, a car and the way to the station take.

Promise: every parameter has a unit in its name and a row in ``time_models.toml``; the minutes of
a link are the same in either direction and add up along a path.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.provenance import data_path

Floats = npt.NDArray[np.float64]

RANKS = {"1": 1.0, "2": 2.0}  # what the column ``hub`` may say; anything else is rank 0


@dataclass(frozen=True, slots=True)
class TimeModel:
    r"""Minutes that trains take, link by link.

    .. math:: t = \frac{60 \, l}{\eta v} + \frac{s_a + s_b}{2} + w \, n

    with the length *l* in km, the operating speed *v* in km/h, half the stop of each end, and
    *n* way stations between the ends.

    Attributes
    ----------
    name
        ``fastest`` (fastest direct train of the day) or ``typical`` (median direct train).
    speed_ratio
        Running speed over operating speed, *η*.
    hub_stop_min
        Minutes lost at a hub, *s*: slow approach, dwell, acceleration, trains that turn back.
    station_stop_min
        Minutes lost at any other station of the node table, *s*, averaged over the trains that
        call there and those that pass.
    way_station_min
        Minutes lost a station between them, *w*, averaged likewise.
    busy_stop_min
        Minutes lost at a busy station, *s*: one that ranks below the hubs and at which most
        trains call.
    turn_back_min
        Minutes that a train loses where it must leave a station the way it came. No link holds
        them: :func:`yrdgeo.sources.turn_backs.turn_backs` makes them turns.
    """

    name: str
    speed_ratio: float
    hub_stop_min: float
    station_stop_min: float
    way_station_min: float
    busy_stop_min: float = 0.0
    turn_back_min: float = 0.0

    def fixed_min(self, rank_from: Floats, rank_to: Floats, way_stations: Floats) -> Floats:
        """Return the minutes of links that do not depend on their length.

        Parameters
        ----------
        rank_from, rank_to
            Rank of the end: 1 a hub, 2 a busy station, 0 any other; shape (n,).
        way_stations
            Stations between the ends, shape (n,).

        Examples
        --------
        >>> model = TimeModel("example", 0.9, 8.0, 1.0, 2.0, 4.0)
        >>> model.fixed_min(np.array([1.0, 1.0]), np.array([0.0, 2.0]), np.array([3.0, 0.0]))
        array([10.5,  6. ])
        """
        stops = np.array([self.station_stop_min, self.hub_stop_min, self.busy_stop_min])
        both = stops[rank_from.astype(np.intp)] + stops[rank_to.astype(np.intp)]
        return np.asarray(both / 2.0 + self.way_station_min * way_stations)


def station_ranks(nodes: pd.DataFrame) -> pd.Series:
    """Return the rank of each node: 1 a hub, 2 a busy station, 0 any other.

    Parameters
    ----------
    nodes
        Table ``nodes``; ``hub`` holds the rank and may be absent or blank.

    Returns
    -------
    ranks
        By ``node_id``.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["a", "b", "c"], "hub": ["1", "", "2"]})
    >>> station_ranks(nodes).to_dict()
    {'a': 1.0, 'b': 0.0, 'c': 2.0}
    """
    said = nodes["hub"].astype(str) if "hub" in nodes else pd.Series("", nodes.index)
    ranks = said.map(RANKS).fillna(0.0).to_numpy(dtype=np.float64)
    return pd.Series(ranks, index=nodes["node_id"].to_numpy(), name="rank")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What turns tables into minutes.

    Attributes
    ----------
    rail
        The time model of the trains.
    road_speed_kmh
        All-in speed on the road graph, which has no road classes.
    access_speed_kmh, access_detour, access_fixed_min
        Way from a seat to a station: great circle times detour at this speed, and the fixed
        minutes at either end of the journey; without the fixed minutes, from a seat to the road.
    transfer_speed_kmh, transfer_min
        Change between two stations of a city: by street, and the minutes of leaving, waiting and
        boarding.
    """

    rail: TimeModel
    road_speed_kmh: float
    access_speed_kmh: float
    access_detour: float
    access_fixed_min: float
    transfer_speed_kmh: float
    transfer_min: float


def _rows() -> dict[str, dict[str, object]]:
    with data_path("time_models.toml").open("rb") as stream:
        return tomllib.load(stream)


def load_time_models() -> dict[str, TimeModel]:
    """Return the named rail models: ``fastest`` and ``typical``.

    Examples
    --------
    >>> sorted(load_time_models())
    ['fastest', 'typical']
    """
    names = [field.name for field in fields(TimeModel) if field.name != "name"]
    rows: Mapping[str, Mapping[str, float]] = _rows()["rail"]  # type: ignore[assignment]
    return {
        model: TimeModel(model, **{name: float(row[name]) for name in names if name in row})
        for model, row in rows.items()
    }


def parameters(network: Mapping[str, object] | None = None) -> Parameters:
    """Return the parameters of a study's ``[network]`` table, the shipped ones where it is silent.

    Parameters
    ----------
    network
        May hold ``rail_model`` (a name) and any parameter of :class:`Parameters`; None and absent
        keys mean the default; other keys are not looked at.

    Raises
    ------
    ArgumentError
        If there is no such rail model, or a number is out of its domain.

    Examples
    --------
    >>> parameters({"road_speed_kmh": 90}).road_speed_kmh
    90.0
    """
    asked = {key: value for key, value in (network or {}).items() if value is not None}
    models, rows = load_time_models(), _rows()
    name = str(asked.get("rail_model", "fastest"))
    if name not in models:
        raise ArgumentError(f"There is no rail model {name!r}.", fix=nearest(name, list(models)))
    shipped: Mapping[str, float] = rows["parameters"]  # type: ignore[assignment]
    chosen = {key: float(str(asked.get(key, value))) for key, value in shipped.items()}
    for key, value in chosen.items():
        lowest = 1.0 if key.endswith(("detour", "kmh")) else 0.0
        if not lowest <= value < np.inf:
            raise ArgumentError(f"{key} must be {lowest:g} or more.", found=f"{value:g}")
    return Parameters(models[name], **chosen)


def railway(links: pd.DataFrame, ranks: pd.Series, model: TimeModel) -> pd.DataFrame:
    """Return train links with the speed and the fixed minutes of a model.

    Parameters
    ----------
    links
        Table ``links`` with operating speeds; ``way_stations`` may be absent.
    ranks
        What :func:`station_ranks` returns; a node that it lacks has rank 0.
    model
        The time model.

    Returns
    -------
    links
        A copy whose ``60 · length_km / speed_kmh + fixed_min`` are the model's minutes.

    Examples
    --------
    >>> links = pd.DataFrame({"from_node": ["a"], "to_node": ["b"], "length_km": [90.0],
    ...     "speed_kmh": [100.0], "fixed_min": [0.0]})
    >>> railway(links, pd.Series({"a": 1.0}), TimeModel("example", 0.9, 8.0, 1.0, 2.0))[
    ...     ["speed_kmh", "fixed_min"]].to_numpy()
    array([[90. ,  4.5]])
    """
    timed = links.copy()
    way = links["way_stations"] if "way_stations" in links else pd.Series(0.0, links.index)
    rank_from, rank_to = (
        links[end].map(ranks).fillna(0.0).to_numpy(dtype=np.float64)
        for end in ("from_node", "to_node")
    )
    fixed = model.fixed_min(rank_from, rank_to, np.asarray(way.fillna(0.0), dtype=np.float64))
    timed["speed_kmh"] = links["speed_kmh"] * model.speed_ratio
    timed["fixed_min"] = links["fixed_min"] + fixed
    return timed
