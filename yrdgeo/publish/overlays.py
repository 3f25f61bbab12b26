"""What is drawn over the map and beside it; promise: every number is the run's own.

Lines are merged and written in steps of a hundred metres: they are for drawing, not for measuring.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yrdgeo.geo import geodesic_km
from yrdgeo.publish import corridorsay
from yrdgeo.publish.charts import (
    LOG_FORMS,
    curve_points,
    residual_record,
    year_rows,
)
from yrdgeo.publish.layers import Floats, Record, both, number, parts, records, text
from yrdgeo.publish.paircharts import PRINTED, significant
from yrdgeo.publish.topology import steps
from yrdgeo.results import Run

Points = list[list[float | None]]

LINE_STEP = 1e-3
TOLERANCE = {"road": 6e-3}  # degrees; a railway keeps its bends
SAMPLES = 40
STRAIGHT = ("intercept", "slope")
EQUATIONS = {
    **dict.fromkeys(("linear", "log", "exponential", "power"), STRAIGHT),
    "quadratic": (*STRAIGHT, "curvature"),
}

PAIR_NUMBERS = {
    "contiguity_order": 0,
    "seat_km": 1,
    "centroid_km": 1,
    "border_km": 1,
    "rail_min": 0,
    "road_min": 0,
    "travel_time_min": 0,
    "detour_ratio": 2,
    "gdp_per_capita_gap_yuan": 0,
    "gdp_per_capita_ratio": 2,
    "order_index": 2,
    "distance_index": 2,
    "nearest_ratio": 2,
    "rank": 0,
    "n_eligible": 0,
    "similarity": 3,
    "krugman": 3,
    "complementarity": 3,
    "structure_year": 0,
    "n_sectors": 0,
}


def pair_records(pairs: gpd.GeoDataFrame, order: pd.Index) -> list[Record]:
    """Return one record a pair, with its ends and the numbers that the run has for it."""
    if pairs.empty:
        return []
    rows = zip(records(pairs), pairs.geometry, strict=True)
    return [_pair(row, shape, order) for row, shape in rows]


def _pair(row: Mapping[str, object], shape: shapely.Geometry, order: pd.Index) -> Record:
    # A pair within one city has no line, and no ends.
    ends = np.empty((0, 2)) if shapely.is_empty(shape) else shapely.get_coordinates(shape)[[0, -1]]
    return {
        "id": text(row["pair_id"]),
        "names": [both(row, "helper"), both(row, "helped")],
        "cities": positions(order, [text(row["helper_city"]), text(row["helped_city"])]),
        "scheme": both(row, "scheme") if "scheme_zh" in row else [text(row.get("scheme"))] * 2,
        "of": text(row.get("scheme")),
        "nearest": positions(order, [text(row.get("nearest_id"))])[0],
        "crosses": {"True": True, "False": False}.get(text(row.get("province_border"))),
        "since": text(row.get("since")),
        "class": text(row["pair_class"]),
        "sources": parts(row.get("source_id")),
        "ends": points(ends[:, 0], ends[:, 1]),
        "numbers": {
            name: number(round(value, decimals), decimals)
            for name, decimals in PAIR_NUMBERS.items()
            if np.isfinite(value := _float(row.get(name)))
        },
    }


def _float(cell: object) -> float:
    found = text(cell)
    return float(found) if found else float("nan")


def positions(order: pd.Index, codes: list[str]) -> list[int]:
    """Return the place of each adcode in the order, −1 for a stranger.

    >>> positions(pd.Index(["310000", "320100"]), ["320100", "999999"])
    [1, -1]
    """
    return [int(i) for i in order.get_indexer(pd.Index(codes, dtype=object))]


def points(lon: np.ndarray | pd.Series, lat: np.ndarray | pd.Series) -> list[list[float]]:
    """Return points as latitude and longitude to ten metres.

    >>> points(np.array([121.4737]), np.array([31.23041]))
    [[31.2304, 121.4737]]
    """
    return [[round(float(y), 4), round(float(x), 4)] for x, y in zip(lon, lat, strict=True)]


def line_records(links: gpd.GeoDataFrame) -> list[Record]:
    """Return the lines worth drawing, one record for each mode, line, opening and status."""
    if links.empty:
        return []
    drawn = links[links["backbone"].astype(bool)] if "backbone" in links else links
    drawn = drawn[drawn.geometry.notna()]
    shapes: dict[LineKey, list[shapely.Geometry]] = {}
    for row, shape in zip(records(drawn), drawn.geometry, strict=True):
        shapes.setdefault(_line_key(row), []).append(shape)
    return [_line(key, shapes[key]) for key in sorted(shapes)]


LineKey = tuple[str, str, str, str, str]


def _line_key(row: Mapping[str, object]) -> LineKey:
    named = row["mode"] != "road"
    zh, en = both(row, "name") if named else ("", "")
    opened = text(row.get("open_from")) if named else ""
    return text(row["mode"]), zh, en, opened, text(row.get("status"))


def _line(key: LineKey, shapes: list[shapely.Geometry]) -> Record:
    mode, zh, en, opened, status = key
    merged = shapely.line_merge(shapely.union_all(shapes))
    light = shapely.simplify(merged, TOLERANCE.get(mode, LINE_STEP))
    pieces = [shapely.get_coordinates(part) for part in shapely.get_parts(light)]
    return {
        "mode": mode,
        "name": [zh, en],
        "open": opened,
        "status": status,
        "lines": [steps(np.rint(piece / LINE_STEP).astype(np.int64)) for piece in pieces],
    }


def station_records(run: Run) -> list[Record]:
    """Return the stations that a high-speed line serves."""
    if run.links.empty or run.nodes.empty:
        return []
    fast = run.links[run.links["mode"].eq("hsr")]
    served = {*fast["from_node"], *fast["to_node"]}
    wanted = run.nodes[run.nodes["kind"].eq("station") & run.nodes["node_id"].isin(served)]
    places = wanted.sort_values("node_id")
    spots = points(places.geometry.x, places.geometry.y)
    return [
        {"name": both(row, "name"), "at": spot}
        for row, spot in zip(records(places), spots, strict=True)
    ]


def group_records(run: Run, order: pd.Index) -> list[Record]:
    """Return the groups with their members and, for each layer and year, their value."""
    if run.groups.empty:
        return []
    decimals = dict(zip(run.layers["layer_id"], run.layers["decimals"], strict=True))
    values: dict[str, Record] = {}
    for row in records(run.group_results):
        places = int(decimals.get(row["layer_id"], 0))
        values.setdefault(text(row["group_id"]), {})[f"{text(row['layer_id'])}|{row['year']}"] = [
            number(round(_float(row["value"]), places), places),
            int(_float(row["n_members"])),
            int(_float(row["n_missing"])),
        ]
    members = {text(name): part for name, part in run.groups.groupby("group_id")}
    return [
        {
            "id": name,
            "name": both(records(part)[0], "name"),
            "kind": text(records(part)[0].get("kind")),
            "members": sorted(positions(order, [text(code) for code in part["member_id"]])),
            "values": values.get(name, {}),
        }
        for name, part in sorted(members.items())
    ]


def gradient_records(run: Run, order: pd.Index) -> list[Record]:
    """Return each fitted gradient with its equation drawn over the observed distances."""
    if run.gradients.empty:
        return []
    fits = run.gradients.groupby("gradient_id", sort=True)
    return [_gradient(records(rows), run, order) for _, rows in fits]


def _gradient(rows: list[Record], run: Run, order: pd.Index) -> Record:
    first = rows[0]
    name, form, by = text(first["gradient_id"]), text(first["form"]), corridorsay.way(first)
    core = text(first["from_id"])
    bounds = {
        text(row["coefficient"]): [significant(row[key], PRINTED) for key in BOUNDS] for row in rows
    }
    off = _rows_of(run, "gradient_residuals", name)
    distance = distances(run, order, core=core, by=by, other=off)
    points = curve_points(run.tables.get("gradient_curves"), name)
    return {
        "id": name,
        "layer": text(first["values"]),
        "core": positions(order, [core])[0],
        "by": by,
        "unit": text(first.get("distance_unit")),
        "form": form,
        "logs": _logs(first, bounds, points),
        "coefficients": bounds,
        "slope": bounds.get("slope"),
        "r2": significant(first["r2"], PRINTED),
        "n": int(_float(first["n"])),
        "x": [number(float(x), 1) for x in np.round(distance, 1)],
        "line": points or _drawn(form, bounds, distance),
        "residual": _residual(run, first, off, order),
        "years": year_rows(run.tables.get("gradient_years"), name),
        "said": corridorsay.said(run, first, order),
    }


BOUNDS = ("estimate", "lower", "upper")


def _rows_of(run: Run, table: str, name: str) -> pd.DataFrame:
    found = run.tables.get(table)
    return pd.DataFrame() if found is None else found[found["gradient_id"].eq(name)]


def _logs(row: Record, bounds: Mapping[str, list[float | None]], points: Points) -> bool:
    """Tell whether slopes are of the logarithm; a segmented line may bend either."""
    form = text(row.get("base_form")) or text(row["form"])
    intercept = (bounds.get("intercept") or [None])[0]
    if form != "segmented" or not points or intercept is None or points[0][1] is None:
        return form in LOG_FORMS
    start = points[0][1]
    return bool(start > 0 and abs(np.log(start) - intercept) < abs(start - intercept))


def _drawn(form: str, bounds: Mapping[str, list[float | None]], distance: Floats) -> Points:
    """Return the equation over the observed distances, for a run without the curve itself."""
    known = {
        key: [number for number in found if number is not None] for key, found in bounds.items()
    }
    if form not in EQUATIONS or not all(known.get(key) for key in EQUATIONS[form]):
        return []
    seen = distance[np.isfinite(distance) & (distance > 0)]
    if not len(seen):
        return []
    grid = np.linspace(seen.min(), seen.max(), SAMPLES)
    return [
        [round(float(x), 1), significant(y)]
        for x, y in zip(grid, fitted(form, known, grid), strict=True)
    ]


def _residual(run: Run, row: Record, off: pd.DataFrame, order: pd.Index) -> Record | None:
    layer = run.layers[run.layers["layer_id"].eq(text(row["values"]))]
    if off.empty or layer.empty:
        return None
    decimals = int(_float(layer["decimals"].iloc[0]) if "decimals" in layer else 0)
    observed = run.values(text(row["values"]), int(_float(layer["year"].iloc[0])))
    return residual_record(off, observed, order, decimals=decimals)


def distances(
    run: Run, order: pd.Index, *, core: str, by: str, other: pd.DataFrame | None = None
) -> Floats:
    """Return kilometres, or minutes by a mode, of each city from a core.

    Any other way, or several cores, is what ``other`` (``adcode distance``) says; NaN without it.
    """
    if by == "km" and core in order:
        return np.asarray(geodesic_km(run.cities, core, list(order)), dtype=np.float64)
    if by in run.times and core in order:
        return run.times[by].to_frame()[core].reindex(order).to_numpy(np.float64)
    if other is None or other.empty:
        return np.full(len(order), np.nan)
    return other.set_index("adcode")["distance"].reindex(order).to_numpy(np.float64)


def fitted(form: str, coefficients: Mapping[str, list[float]], x: Floats) -> Floats:
    """Return the fitted equation at x, in the unit of the value.

    >>> fitted("linear", {"intercept": [1.0], "slope": [2.0]}, np.array([3.0]))
    array([7.])
    """
    a, b = (coefficients[name][0] for name in ("intercept", "slope"))
    straight = a + b * (np.log(x) if form in ("power", "log") else x)
    if form == "quadratic":
        straight = straight + coefficients["curvature"][0] * x**2
    return np.exp(straight) if form in ("exponential", "power") else straight
