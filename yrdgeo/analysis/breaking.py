"""Breaking points of cores, placed on the way between them.

Promise: a breaking point lies on the fastest path, where minutes (or kilometres) say, not on a
straight line.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yrdgeo.analysis.flows import breakpoint as converse
from yrdgeo.errors import ArgumentError, few
from yrdgeo.geo import GEOD
from yrdgeo.results import Network
from yrdgeo.routing.engine import Prepared
from yrdgeo.routing.lines import link_lines
from yrdgeo.routing.paths import path_steps
from yrdgeo.units import WGS84

Floats = npt.NDArray[np.float64]
By = Literal["min", "km"]


def breaking_points(
    network: Network | Prepared,
    cores: Sequence[str],
    masses: pd.Series,
    *,
    exponent: float = 2.0,
    by: By = "min",
) -> gpd.GeoDataFrame:
    r"""Find where on the fastest path between each two cores their pull is equal.

    .. math:: d_a = \frac{D_{ab}}{1 + (M_b / M_a)^{1/\alpha}}

    with D the minutes (or kilometres) of the path from a to b. Minutes that a link takes
    whatever its length are spread evenly over it.

    Parameters
    ----------
    network
        Links and nodes, or what :func:`yrdgeo.routing.engine.prepare` made of them; links or
        nodes need a geometry.
    cores
        Two node ids or adcodes or more; each pair is taken once, from the earlier in the list.
    masses
        Above zero, by core.
    exponent
        α of the gravity model.
    by
        Whether D is in minutes or kilometres.

    Returns
    -------
    points
        One row a pair: ``from_id to_id path_min path_km from_min from_km share link_id mode``
        and the point, EPSG:4326; ``from_min`` and ``from_km`` are counted from ``from_id`` and
        ``share`` is that part of D. Without a path the numbers are ``inf``, ``link_id`` is
        empty and so is the point.

    Raises
    ------
    NetworkError
        If a core is unknown, or a link has neither a line nor nodes with points.
    ArgumentError
        If there are fewer than two cores, one is repeated or has no mass above zero, or an
        option is unknown.

    References
    ----------
    Reilly, W. J. (1931). The Law of Retail Gravitation. Converse, P. D. (1949). New laws of
    retail gravitation. Journal of Marketing 14, 379-384.

    Examples
    --------
    >>> nodes = gpd.GeoDataFrame({"node_id": ["a", "m", "b"]},
    ...     geometry=gpd.points_from_xy([120.0, 121.0, 122.0], [0.0, 0.0, 0.0]), crs="EPSG:4326")
    >>> links = pd.DataFrame({"link_id": ["1", "2"], "from_node": ["a", "m"],
    ...     "to_node": ["m", "b"], "mode": "road", "length_km": 112.0, "speed_kmh": [112.0, 56.0]})
    >>> found = breaking_points(Network(links, nodes), ["a", "b"], pd.Series({"a": 4.0, "b": 1.0}))
    >>> found[["path_min", "from_min", "from_km"]].to_numpy().tolist(), found.geometry[0].wkt
    ([[180.0, 120.0, 168.0]], 'POINT (121.5 0)')
    """
    _check(cores, masses, by)
    table = network.network if isinstance(network, Prepared) else network
    pairs = pd.DataFrame(list(combinations(cores, 2)), columns=["from_id", "to_id"])
    steps = _costs(path_steps(network, pairs), table)
    # The last of the running sums, not another sum, so that a target at the very end is found.
    last = steps.groupby(level=0)[["until_min", "until_km"]].last()
    sums = last.set_axis(["min", "km"], axis=1).reindex(pairs.index).fillna(np.inf)
    ends = [masses.loc[pairs[end]].set_axis(pairs.index) for end in ("from_id", "to_id")]
    target = converse(sums[by].rename("path"), *ends, exponent=exponent)
    here = steps[steps["until_" + by].ge(target.reindex(steps.index))]
    here = here[~here.index.duplicated()].reindex(pairs.index)
    part = ((target - here["until_" + by]) / here[by] + 1).clip(0, 1).where(here[by] > 0, 0.0)
    reached = here["row"].notna()
    found = pairs.assign(
        path_min=sums["min"],
        path_km=sums["km"],
        from_min=(here["until_min"] - (1 - part) * here["min"]).where(reached, np.inf),
        from_km=(here["until_km"] - (1 - part) * here["km"]).where(reached, np.inf),
        share=(target / sums[by]).where(reached, np.inf),
        link_id=here["link_id"].where(reached, ""),
        mode=here["mode"].where(reached, ""),
    )
    points = np.full(len(pairs), shapely.Point(), dtype=object)
    chosen = here[reached]
    onward = chosen["onward"].to_numpy(dtype=bool)
    along = np.where(onward, part[reached], 1 - part[reached])
    rows, at = np.unique(chosen["row"].to_numpy(np.int64), return_inverse=True)
    if len(rows):
        lines = link_lines(table, rows)[at]
        points[reached.to_numpy()] = [_at(*one) for one in zip(lines, along, strict=True)]
    return gpd.GeoDataFrame(found, geometry=points, crs=WGS84)


def _costs(steps: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return the steps with minutes and kilometres, each and until the end of the step."""
    links = network.links
    row = pd.Index(links["link_id"]).get_indexer(pd.Index(steps["link_id"]))
    length, speed, fixed = (
        links[name].to_numpy(np.float64)[row] for name in ("length_km", "speed_kmh", "fixed_min")
    )
    costs = steps.assign(
        row=row,
        mode=links["mode"].to_numpy()[row],
        min=60.0 * length / speed + fixed,
        km=length,
    )
    until = costs.groupby(level=0)[["min", "km"]].cumsum().add_prefix("until_")
    return pd.concat([costs, until], axis=1)


def _at(line: shapely.LineString, share: float) -> shapely.Point:
    """Return the point at a share of the geodesic length of a line, straight in degrees between."""
    points = shapely.get_coordinates(line)
    lon, lat = points.T
    metres = np.asarray(GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])
    until = np.concatenate([[0.0], np.cumsum(metres)])
    if until[-1] == 0:
        return shapely.Point(points[0])
    goal = share * until[-1]
    return shapely.Point(np.interp(goal, until, lon), np.interp(goal, until, lat))


def _check(cores: Sequence[str], masses: pd.Series, by: str) -> None:
    if isinstance(cores, str) or len(cores) < 2 or len(set(cores)) < len(cores):  # noqa: PLR2004 — a pair
        raise ArgumentError("Breaking points need two cores, each once.", found=repr(cores))
    lost = [core for core in cores if core not in masses.index]
    if lost:
        raise ArgumentError("Every core needs a mass.", found=f"none for {few(lost)}")
    if by not in ("min", "km"):
        raise ArgumentError("by must be 'min' or 'km'.", found=repr(by))
