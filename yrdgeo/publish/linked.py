"""How the cities hang together, as the page draws it: circles, dominant flows, breaking points.

Promise: every number is a row of the run's own tables, outlines are made of borders that the page
already has, and a table that is absent draws nothing.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.publish.layers import Record, both, number, records, text
from yrdgeo.publish.overlays import LINE_STEP
from yrdgeo.publish.topology import steps
from yrdgeo.results import Run

SHARE_DIGITS = 3
DOUBTED = ("low", "unverified")


def linked_record(run: Run, order: pd.Index) -> Record:
    """Return what the tables of linkage draw over the map, cities by their place in the order.

    Parameters
    ----------
    order
        Adcodes in the order of the page.

    Returns
    -------
    record
        ``flows`` as ``[city, city it leans on, share]`` and ``centres``; ``circles``; ``breaks``
        as ``[core, core, mode, lat, lon, minutes from the first, minutes in all]``; ``field`` as
        ``[strength, lines in steps]``, the weakest first.
    """
    at = {text(code): place for place, code in enumerate(order)}
    return {
        **_flows(run.tables.get("dominant_flows"), at),
        "circles": _circles(run, at),
        "breaks": _breaks(run.tables.get("breaking_points"), at),
        "field": _field(run.tables.get("field_contours")),
    }


def _flows(table: pd.DataFrame | None, at: dict[str, int]) -> Record:
    """Return the arrows of those who lean on a city of more mass, and the cities that do not."""
    rows = [] if table is None else [row for row in records(table) if text(row["adcode"]) in at]
    arrows = [
        [at[text(row["adcode"])], at[text(row["dominant_id"])], _rounded(row["share"])]
        for row in rows
        if text(row["role_by_mass"]) == "subordinate" and text(row["dominant_id"]) in at
    ]
    centres = [at[text(row["adcode"])] for row in rows if text(row["role_by_mass"]) == "centre"]
    return {"flows": sorted(arrows), "centres": sorted(centres)}


def _rounded(cell: object) -> float:
    return round(float(str(cell)), SHARE_DIGITS)


def _circles(run: Run, at: dict[str, int]) -> list[Record]:
    """Return each core's circle within the longest cut-off, with the official one beside it."""
    table = run.tables.get("circles")
    if table is None or table.empty:
        return []
    widest = table["cutoff_min"].max()
    inside = table[table["cutoff_min"].eq(widest) & table["inside"].astype(bool)]
    officials = _officials(run, float(widest))
    made = []
    for core, part in inside.groupby("core", sort=True):
        if text(core) not in at or (len(part) == 1 and text(core) not in officials):
            continue
        found = sorted(at[code] for code in map(text, part["member_id"]) if code in at)
        circle = {
            "core": at[text(core)],
            "minutes": number(float(widest), 0),
            "share": _rounded(part["least_share"].iloc[0]),
            "found": found,
        }
        made.append({**circle, **_official(officials.get(text(core)), found, at)})
    return made


def _officials(run: Run, cutoff: float) -> dict[str, Record]:
    table = run.tables.get("circle_overlap")
    if table is None or table.empty:
        return {}
    return {text(row["core"]): row for row in records(table[table["cutoff_min"].eq(cutoff)])}


def _official(row: Record | None, found: list[int], at: dict[str, int]) -> Record:
    """Return how a circle differs from the official list of the same core, if there is one."""
    if row is None:
        return {"official": []}
    lists = {
        name: sorted(at[code] for code in text(row[name]).split(";") if code in at)
        for name in ("missed", "extra")
    }
    counts = {name: int(str(row[name])) for name in ("n_official", "n_found", "n_both")}
    both_lists = set(found) - set(lists["extra"])
    return {
        "name": both(row, "name"),
        "official": sorted({*both_lists, *lists["missed"]}),
        "counties": int(str(row["n_counties"])),
        "doubt": text(row["official_confidence"]) in DOUBTED,
        **lists,
        **counts,
    }


def _field(table: pd.DataFrame | None) -> list[list[object]]:
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        return []
    made = []
    for row, shape in zip(records(table), table.geometry, strict=True):
        lines = [shapely.get_coordinates(part) / LINE_STEP for part in shapely.get_parts(shape)]
        steps_of = [steps(np.rint(line).astype(np.int64)) for line in lines]
        if steps_of:
            made.append([float(str(row["strength_index"])), steps_of])
    return sorted(made, key=lambda one: float(str(one[0])))


def _breaks(table: pd.DataFrame | None, at: dict[str, int]) -> list[list[object]]:
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        return []
    rows = zip(records(table), table.geometry.x, table.geometry.y, strict=True)
    return sorted(
        [
            at[text(row["from_id"])],
            at[text(row["to_id"])],
            text(row["mode"]),
            round(float(y), 4),
            round(float(x), 4),
            *(int(np.rint(float(str(row[name])))) for name in ("from_min", "path_min")),
        ]
        for row, x, y in rows
        if {text(row["from_id"]), text(row["to_id"])} <= set(at)
    )
