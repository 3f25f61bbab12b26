# ruff: noqa: INP001 — a script beside its data, not a package
"""Build the quiet ground of the map page from the wheel of the extra ``china``.

Land and province borders around the delta, for orientation only: simplified to about two
kilometres and cut to a window that holds no land of another country, so that what looks like sea
is sea. Same wheel, same bytes::

    python boundaries/land.py
"""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from yrdgeo.provenance import whole_file
from yrdgeo.publish.topology import steps, topology
from yrdgeo.sources.china import china_polygons

WINDOW = (103.0, 24.0, 125.0, 37.4)  # west, south, east, north
TOLERANCE = 0.02  # degrees
STEP = 0.005
SMALLEST = 2e-3  # square degrees: smaller islands would only be dots
TARGET = Path(__file__).parents[1] / "yrdgeo" / "publish" / "assets" / "land.json"


def provinces() -> gpd.GeoSeries:
    """Return the provinces inside the window, borders simplified together."""
    prefectures = china_polygons("prefecture")
    prefectures = prefectures[prefectures.intersects(shapely.box(*WINDOW))]
    whole = prefectures.dissolve(prefectures["adcode"].str[:2]).geometry
    light = gpd.GeoSeries(shapely.coverage_simplify(whole.to_numpy(), TOLERANCE), whole.index)
    parts = light.clip(shapely.box(*WINDOW)).explode(index_parts=False)
    return parts[(parts.geom_type == "Polygon") & (parts.area > SMALLEST)].sort_index()


def main() -> None:
    """Write the ground beside the page's other files."""
    shared = topology(provinces(), step=STEP)
    west, south, east, north = WINDOW
    content = {
        "window": [[south, west], [north, east]],
        "step": STEP,
        "arcs": [steps(np.asarray(arc)) for arc in shared.arcs],
        "shapes": [[list(ring) for ring in shape] for shape in shared.shapes],
        "inner": shared.between([str(i) for i in range(len(shared.shapes))]),
    }
    with whole_file(TARGET) as draft:
        draft.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
