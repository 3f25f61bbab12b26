# ruff: noqa: INP001 — a script beside its data, not a package
"""Build the quiet ground of the map page: land, and the borders of provinces, around the delta.

For orientation only: China's provinces are those of the wheel of the extra ``china``, simplified
to about two kilometres; land beyond them is Natural Earth's, from the npm package world-atlas, and
shown without any border. The page never shows more than the window. Same inputs, same bytes::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python boundaries/land.py package/countries-50m.json
"""

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from yrdgeo.provenance import check_hash, whole_file
from yrdgeo.publish.topology import steps, topology
from yrdgeo.sources.china import china_polygons

WORLD_ATLAS_SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"
CHINA = ("156", "158", "344", "446")  # ISO 3166 numbers of what the wheel's polygons cover
WINDOW = (100.0, 20.0, 136.0, 44.0)  # west, south, east, north
TOLERANCE = 0.02  # degrees
SEAM = 0.15  # degrees; the two sources differ by a few kilometres along the border on land
STEP = 0.005
SMALLEST = 4e-3  # square degrees: smaller islands would only be dots
TARGET = Path(__file__).parents[1] / "yrdgeo" / "publish" / "assets" / "land.json"


def provinces() -> gpd.GeoSeries:
    """Return the provinces inside the window, borders simplified together."""
    prefectures = china_polygons("prefecture")
    prefectures = prefectures[prefectures.intersects(shapely.box(*WINDOW))]
    whole = prefectures.dissolve(prefectures["adcode"].str[:2]).geometry
    light = shapely.coverage_simplify(whole.to_numpy(), TOLERANCE)
    return gpd.GeoSeries(light, whole.index, crs=whole.crs)


def beyond(china: shapely.Geometry, world_atlas: Path) -> shapely.Geometry:
    """Return the land of the window that the provinces leave, without a seam."""
    countries = gpd.read_file(check_hash(world_atlas, WORLD_ATLAS_SHA256), layer="countries")
    other = countries[~countries["id"].isin(CHINA)].geometry.make_valid()
    land = other.clip(shapely.box(*WINDOW)).union_all()
    seam = land.buffer(SEAM).intersection(china.buffer(SEAM))
    return shapely.simplify(land.union(seam), TOLERANCE * 2).difference(china)


def parts(ground: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the single polygons inside the window that are large enough to be seen."""
    pieces = ground.clip(shapely.box(*WINDOW)).explode(index_parts=False)
    return pieces[
        (pieces.geom_type == "Polygon") & (shapely.area(pieces.to_numpy()) > SMALLEST)
    ].sort_index()


def main(world_atlas: Path) -> None:
    """Write the ground beside the page's other files."""
    inner = provinces()
    outer = gpd.GeoSeries([beyond(inner.union_all(), world_atlas)], ["other"], crs=inner.crs)
    own, others = topology(parts(inner), step=STEP), topology(parts(outer), step=STEP)
    west, south, east, north = WINDOW
    shift = len(own.arcs)
    moved = [
        [[i + shift if i >= 0 else i - shift for i in ring] for ring in shape]
        for shape in others.shapes
    ]
    content = {
        "window": [[south, west], [north, east]],
        "step": STEP,
        "arcs": [steps(np.asarray(arc)) for arc in (*own.arcs, *others.arcs)],
        "shapes": [[list(ring) for ring in shape] for shape in own.shapes] + moved,
        "inner": own.between([str(i) for i in range(len(own.shapes))]),
    }
    with whole_file(TARGET) as draft:
        draft.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
