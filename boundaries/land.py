# ruff: noqa: INP001 — a script beside its data, not a package
"""Build the quiet ground of the map page: land, and the borders of provinces.

Two windows: around the delta, and all China for maps of the whole country. For orientation only:
China's provinces are those of the wheel of the extra ``china``, simplified to some kilometres; land
beyond them is Natural Earth's, from the npm package world-atlas, and shown without any border.
The national window also has the boundary line in the South China Sea and east of Taiwan as the
wheel draws it, piece by piece. The page never shows more than a window. Same inputs, same bytes::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python boundaries/land.py package/countries-50m.json
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from yrdgeo.provenance import check_hash, whole_file
from yrdgeo.publish.topology import steps, topology
from yrdgeo.sources.china import boundary_line, china_polygons
from yrdgeo.sources.places import places

WORLD_ATLAS_SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"
CHINA = ("156", "158", "344", "446")  # ISO 3166 numbers of what the wheel's polygons cover
SEAM = 0.15  # degrees; the two sources differ by a few kilometres along the border on land
ASSETS = Path(__file__).parents[1] / "yrdgeo" / "publish" / "assets"
LINE_STEP = 0.01  # degrees
PLACES = 2  # decimals of the degrees of a label


@dataclass(frozen=True)
class Window:
    """A part of the world, how finely it is drawn, and the file it is written to."""

    file: str
    box: tuple[float, float, float, float]  # west, south, east, north
    tolerance: float  # degrees
    step: float
    smallest: float  # square degrees: smaller islands would only be dots
    national: bool


WINDOWS = (
    Window("land.json", (100.0, 20.0, 136.0, 44.0), 0.02, 0.005, 4e-3, national=False),
    Window("china.json", (45.0, -4.0, 165.0, 60.0), 0.03, 0.01, 1e-2, national=True),
)


def provinces(window: Window) -> gpd.GeoSeries:
    """Return the provinces inside the window, borders simplified together."""
    prefectures = china_polygons("prefecture")
    prefectures = prefectures[prefectures.intersects(shapely.box(*window.box))]
    whole = prefectures.dissolve(prefectures["adcode"].str[:2]).geometry
    light = shapely.coverage_simplify(whole.to_numpy(), window.tolerance)
    return gpd.GeoSeries(light, whole.index, crs=whole.crs)


def beyond(china: shapely.Geometry, world_atlas: Path, window: Window) -> shapely.Geometry:
    """Return the land of the window that the provinces leave, without a seam."""
    countries = gpd.read_file(check_hash(world_atlas, WORLD_ATLAS_SHA256), layer="countries")
    other = countries[~countries["id"].isin(CHINA)].geometry.make_valid()
    land = other.clip(shapely.box(*window.box)).union_all()
    seam = land.buffer(SEAM).intersection(china.buffer(SEAM))
    return shapely.simplify(land.union(seam), window.tolerance * 2).difference(china)


def parts(ground: gpd.GeoSeries, window: Window, *, smallest: float) -> gpd.GeoSeries:
    """Return the single polygons inside the window that are large enough to be seen."""
    pieces = ground.clip(shapely.box(*window.box)).explode(index_parts=False)
    return pieces[
        (pieces.geom_type == "Polygon") & (shapely.area(pieces.to_numpy()) > smallest)
    ].sort_index()


def ground(window: Window, world_atlas: Path) -> dict[str, object]:
    """Return what the page needs of a window."""
    inner = provinces(window)
    other = beyond(inner.union_all(), world_atlas, window)
    outer = gpd.GeoSeries([other], ["other"], crs=inner.crs)
    # On a map of the country no island of its own is too small.
    mine = parts(inner, window, smallest=0.0 if window.national else window.smallest)
    own = topology(mine, step=window.step)
    others = topology(parts(outer, window, smallest=window.smallest), step=window.step)
    west, south, east, north = window.box
    shift = len(own.arcs)
    moved = [
        [[i + shift if i >= 0 else i - shift for i in ring] for ring in shape]
        for shape in others.shapes
    ]
    content: dict[str, object] = {
        "window": [[south, west], [north, east]],
        "step": window.step,
        "arcs": [steps(np.asarray(arc)) for arc in (*own.arcs, *others.arcs)],
        "shapes": [[list(ring) for ring in shape] for shape in own.shapes] + moved,
        "inner": own.between([str(i) for i in range(len(own.shapes))]),
    }
    return content | (national(mine) if window.national else {})


def national(mine: gpd.GeoSeries) -> dict[str, object]:
    """Return the boundary line at sea and, of every province, its shapes, name and middle."""
    named = places("province")
    rows: dict[str, object] = {}
    for code, pieces in mine.groupby(mine.index):
        largest = max(pieces, key=lambda piece: piece.area)
        middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=0.05))
        row = named[f"{code}0000"]
        where = [int(i) for i in np.flatnonzero(mine.index == code)]
        rows[str(code)] = {
            "name": [row.name_zh, row.name_en],
            "at": [round(float(v), PLACES) for v in middle[0][::-1]],
            "shapes": where,
        }
    line = shapely.simplify(boundary_line(), LINE_STEP)
    pieces = [shapely.get_coordinates(part) for part in shapely.get_parts(line)]
    return {
        "provinces": rows,
        "line": [steps(np.rint(piece / LINE_STEP).astype(np.int64)) for piece in pieces],
        "lineStep": LINE_STEP,
    }


def main(world_atlas: Path) -> None:
    """Write the grounds beside the page's other files."""
    for window in WINDOWS:
        content = ground(window, world_atlas)
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        with whole_file(ASSETS / window.file) as draft:
            draft.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
