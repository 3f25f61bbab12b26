"""What may be wrong with tables of nodes and links, row by row.

Promise: every problem is found in one pass; the header is row 1.
"""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from yrdgeo.errors import Problem
from yrdgeo.tables import STATUSES

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

LONGEST_KM = 20_000.0
FASTEST_KMH = 1_500.0
DATE = r"|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
ROUNDING_KM = 0.1  # lengths are often given to 0.1 km
METRES = (0.9, 3.0)  # length / 1000 over the great circle, if it was given in metres
_GEOD = Geod(ellps="WGS84")


def text_of(values: pd.Series) -> pd.Series:
    """Return values as text; a code that a spreadsheet made a number keeps its digits."""
    text = values.astype("string").fillna("").str.strip()
    return text.str.replace(r"\.0$", "", regex=True).astype(object)


def number_of(values: pd.Series) -> Floats:
    """Return values as numbers, NaN where they are none."""
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)


def _rows(
    what: str, wrong: Bools, values: pd.Series, fix: str = "", *, column: str = ""
) -> Iterator[Problem]:
    for position in np.flatnonzero(wrong):
        value = str(values.iloc[position])
        yield Problem(what, int(position) + 2, column or str(values.name), value, fix)


def node_problems(nodes: gpd.GeoDataFrame) -> Iterator[Problem]:
    """Find nodes without an id or a place, and repeated ones."""
    ids = nodes["node_id"]
    yield from _rows("the node has no id", ids.eq("").to_numpy(), ids)
    yield from _rows(
        "repeats an earlier node", ids.duplicated().to_numpy() & ids.ne("").to_numpy(), ids
    )
    point = nodes.geometry
    lon, lat = point.x.to_numpy(), point.y.to_numpy()
    with np.errstate(invalid="ignore"):
        outside = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))  # noqa: PLR2004 — degrees
    yield from _rows(
        "the node has no place on earth",
        outside,
        ids,
        "lon and lat are degrees on WGS 84.",
        column="geometry",
    )


def link_problems(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> Iterator[Problem]:
    """Find links with unknown ends, illegal numbers, dates or status, and repeated ones.

    Lengths are held against the great circle where both ends have a place.
    """
    ids = links["link_id"]
    yield from _rows("the link has no id", ids.eq("").to_numpy(), ids)
    yield from _rows(
        "repeats an earlier link", ids.duplicated().to_numpy() & ids.ne("").to_numpy(), ids
    )
    yield from _rows("the link has no mode", links["mode"].eq("").to_numpy(), links["mode"])
    for name in ("from_node", "to_node"):
        unknown = ~links[name].isin(nodes["node_id"]).to_numpy()
        yield from _rows("names a node that the node table lacks", unknown, links[name])
    yield from _number_problems(links)
    yield from _length_problems(nodes, links)
    for name in {"open_from", "open_to"} & set(links.columns):
        text = text_of(links[name]).rename(name)
        wrong = ~text.str.fullmatch(DATE).to_numpy(dtype=bool)
        yield from _rows("is not a date", wrong, text, "Write YYYY, YYYY-MM or YYYY-MM-DD.")
    if "status" in links:
        status = text_of(links["status"]).rename("status")
        wrong = ~status.isin(["", *STATUSES]).to_numpy()
        yield from _rows("is no status", wrong, status, f"Legal: {', '.join(STATUSES)}.")


def _number_problems(links: pd.DataFrame) -> Iterator[Problem]:
    """Find numbers that are absent, not numbers, or out of their domain."""
    domains = {
        "length_km": (0.0, LONGEST_KM, "Lengths are kilometres."),
        "speed_kmh": (np.nextafter(0.0, 1.0), FASTEST_KMH, "Give speed_kmh or a mode speed."),
        "fixed_min": (0.0, 1_440.0, "Minutes, zero or more."),
        "way_stations": (0.0, 1_000.0, "A count, zero or more."),
    }
    for name, (lowest, highest, fix) in domains.items():
        if name not in links:
            continue
        number = number_of(links[name])
        optional = name in {"fixed_min", "way_stations"}
        blank = text_of(links[name]).eq("").to_numpy() & optional
        with np.errstate(invalid="ignore"):
            wrong = ~((number >= lowest) & (number <= highest)) & ~blank
        if name == "length_km":
            wrong &= ~(number > highest)  # reported with the great circle, which tells the unit
        yield from _rows("is no legal number", wrong, links[name], fix)


def _length_problems(nodes: gpd.GeoDataFrame, links: pd.DataFrame) -> Iterator[Problem]:
    """Find lengths in metres, absurd ones, and those below the great circle."""
    places = nodes[~nodes["node_id"].duplicated()].set_index("node_id").geometry
    length = number_of(links["length_km"])
    lon, lat = places.x, places.y
    start, end = (
        np.column_stack([axis.reindex(links[name]).to_numpy() for axis in (lon, lat)])
        for name in ("from_node", "to_node")
    )
    with np.errstate(invalid="ignore"):
        known = np.isfinite(np.hstack([start, end])).all(axis=1) & (length >= 0)
        known &= (np.abs(np.hstack([start, end])) <= [180, 90, 180, 90]).all(axis=1)
    direct = np.full(len(links), np.nan)
    metres = _GEOD.inv(start[known, 0], start[known, 1], end[known, 0], end[known, 1])[2]
    direct[known] = np.asarray(metres) / 1000.0
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = length / 1000.0 / direct
        in_metres = (ratio >= METRES[0]) & (ratio <= METRES[1]) & (length > 100 * direct)
        short = (length < direct - ROUNDING_KM) & ~in_metres
        absurd = (length > LONGEST_KM) & ~in_metres
    for position in np.flatnonzero(in_metres):
        yield Problem(
            "looks like metres",
            int(position) + 2,
            "length_km",
            str(links["length_km"].iloc[position]),
            f"The great circle is {direct[position]:.1f} km: divide by 1000.",
        )
    for position in np.flatnonzero(short):
        yield Problem(
            "is below the great circle between its nodes",
            int(position) + 2,
            "length_km",
            str(links["length_km"].iloc[position]),
            f"The great circle is {direct[position]:.1f} km.",
        )
    yield from _rows("is longer than half the earth", absurd, links["length_km"])
