"""Trains that turn back: where a train must leave a station the way it came.

Promise: only the courses of the lines decide, so the table is the same for every model; what
time a turn-back costs is a parameter of the time model.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from yrdgeo.errors import ArgumentError

Floats = npt.NDArray[np.float64]

TRAINS = ("hsr", "rail")
# Nearer to the station, lines still share their tracks; farther off, they bend. From 10 to 15 km
# the same trains turn; at 5 km many that do not seem to, at 20 km some that do no longer do.
REACH_KM = 10.0
SHARPEST_DEG = 60.0  # between the way back and the way on
_GEOD = Geod(ellps="WGS84")
COLUMNS = ["from_link", "via_node", "to_link", "extra_min"]


def turn_backs(
    links: gpd.GeoDataFrame, *, extra_min: float, sharpest_deg: float = SHARPEST_DEG
) -> pd.DataFrame:
    r"""Return the turns at which a train goes back towards where it came from.

    Two links that meet at a station are a turn-back if the directions in which they leave it are
    less than ``sharpest_deg`` apart, 10 km along either; going back along the same link is one.

    Parameters
    ----------
    links
        Table ``links`` with lines; only modes ``hsr`` and ``rail`` turn, EPSG:4326; a line
        runs from ``from_node`` to ``to_node``.
    extra_min
        Minutes that a turn-back adds.
    sharpest_deg
        Above 0, up to 90 degrees.

    Returns
    -------
    turns
        ``from_link via_node to_link extra_min``, as :func:`yrdgeo.routing.engine.prepare` takes
        them.

    Raises
    ------
    ArgumentError
        If the minutes or the angle are out of their domain.

    Examples
    --------
    >>> lines = gpd.GeoSeries.from_wkt(["LINESTRING(0 0,1 0)", "LINESTRING(1 0,0.1 0.1)",
    ...     "LINESTRING(1 0,2 0)"], crs="EPSG:4326")
    >>> links = gpd.GeoDataFrame({"link_id": ["1", "2", "3"], "from_node": ["a", "b", "b"],
    ...     "to_node": ["b", "c", "d"], "mode": "hsr"}, geometry=lines)
    >>> found = turn_backs(links, extra_min=30.0)
    >>> found[(found["from_link"] != found["to_link"])].values.tolist()
    [['1', 'b', '2', 30.0], ['2', 'b', '1', 30.0]]
    """
    if not (0 <= extra_min < np.inf and 0 < sharpest_deg <= 90):  # noqa: PLR2004 — a right angle
        raise ArgumentError(
            "A turn-back takes minutes of 0 or more, at an angle above 0 up to 90 degrees.",
            found=f"{extra_min:g} min, {sharpest_deg:g} degrees",
        )
    ends = _ends(links[links["mode"].isin(TRAINS)])
    meet = ends[ends["enters"]].merge(ends[ends["leaves"]], on="node", suffixes=("", "_on"))
    apart = np.abs((meet["bearing"] - meet["bearing_on"] + 180.0) % 360.0 - 180.0)
    back = meet[(apart < sharpest_deg) | meet["link_id"].eq(meet["link_id_on"])]
    names = {"link_id": "from_link", "node": "via_node", "link_id_on": "to_link"}
    turns: pd.DataFrame = back.rename(columns=names).assign(extra_min=float(extra_min))[COLUMNS]
    return turns.drop_duplicates(COLUMNS[:3]).sort_values(COLUMNS[:3], ignore_index=True)


def _ends(links: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return both ends of each link: node, direction away from it, whether trains come and go."""
    oneway = (
        links["oneway"].to_numpy(dtype=bool) if "oneway" in links else np.zeros(len(links), bool)
    )
    sides = []
    for here, first in (("from_node", True), ("to_node", False)):
        sides.append(
            pd.DataFrame(
                {
                    "link_id": links["link_id"].to_numpy(),
                    "node": links[here].to_numpy(),
                    "bearing": [_bearing(line, first=first) for line in links.geometry],
                    "enters": ~oneway | (not first),
                    "leaves": ~oneway | first,
                }
            )
        )
    return pd.concat(sides, ignore_index=True)


def _bearing(line: BaseGeometry, *, first: bool) -> float:
    """Return the direction, in degrees, in which a line leaves its first or its last point."""
    lon, lat = shapely.get_coordinates(line if first else line.reverse()).T
    metres = _GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    along = np.concatenate([[0.0], np.cumsum(metres)]) / 1000.0
    reach = min(REACH_KM, float(along[-1]))
    on = float(np.interp(reach, along, lon)), float(np.interp(reach, along, lat))
    return float(_GEOD.inv(lon[0], lat[0], *on)[0])
