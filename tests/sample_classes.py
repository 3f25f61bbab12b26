"""The made-up run with a layer of named classes and tables of linkage; rows are shuffled."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sample_places import shuffled
from sample_run import YEAR

from yrdgeo.results import Run

LAYER = "side"
KEYS = ("inner", "outer", "nobody")  # no city is of the last one
NAMES_ZH, NAMES_EN = "内圈;外圈;无人", "Inner;Outer;Nobody"
OUTSIDE = ("910300", "920500")  # the second class; one city has none
UNKNOWN = "910100"


def with_classes(run: Run, *, text: str = "") -> Run:
    """Return the run with a layer of three named classes; a text stands in for its words."""
    row = run.layers.iloc[[0]].assign(
        layer_id=LAYER, column=LAYER, scheme="categories", palette="clusters", midpoint=np.nan,
        decimals=0, better="none", unit="", unit_zh="", unit_en="", topic="position",
        title_zh=text or "内外", title_en=text or "Inside and outside", year=YEAR,
        classes=";".join(KEYS), says_zh=text or "共9个城市。", says_en=text or "Nine cities. ",
        classes_zh=NAMES_ZH if not text else ";".join([text.replace(";", ",")] * 3),
        classes_en=NAMES_EN if not text else ";".join([text.replace(";", ",")] * 3),
    )  # fmt: skip
    codes = [code for code in run.cities.index if code != UNKNOWN]
    values = pd.DataFrame({"adcode": [*codes, UNKNOWN]})
    values["value"] = [float(code in OUTSIDE) for code in codes] + [float("nan")]
    values = values.assign(
        layer_id=LAYER, year=YEAR, scenario="", confidence="high", vintage="2023",
        source_id="yearbook", note=text,
    )  # fmt: skip
    layers = pd.concat([run.layers, row], ignore_index=True)
    texts = ["classes", "classes_zh", "classes_en", "says_zh", "says_en"]
    layers[texts] = layers[texts].fillna("")
    results = shuffled(pd.concat([run.results, values], ignore_index=True))
    return dataclasses.replace(run, layers=layers, results=results)


def linkage_tables(run: Run, *, text: str = "made up") -> dict[str, pd.DataFrame]:
    """Return flows, circles and their overlap, breaking points and lines of field strength."""
    a, b = run.cores
    codes = sorted(run.cities.index)
    others = [code for code in codes if code not in run.cores]
    flows = pd.DataFrame({"adcode": codes})
    flows["dominant_id"] = [a if code != a else b for code in codes]
    flows["share"] = [0.9 if code == a else 0.1 + 0.05 * place for place, code in enumerate(codes)]
    flows["role_by_mass"] = ["centre" if code == a else "subordinate" for code in codes]
    found = [(90, a, a, True), (90, a, others[0], True), (90, a, others[1], True)]
    found += [(90, a, others[2], False), (60, a, a, True), (90, b, b, True)]
    circles = pd.DataFrame(found, columns=["cutoff_min", "core", "member_id", "inside"])
    overlap = pd.DataFrame(
        {
            "group_id": "metro", "name_zh": text, "name_en": text, "core": a,
            "cutoff_min": [60, 90], "n_found": [1, 3], "n_official": 3, "n_both": [1, 2],
            "missed": [";".join(others[:2]), others[3]], "extra": ["", others[1]],
            "n_counties": 2, "official_confidence": "unverified",
        }
    )  # fmt: skip
    points = gpd.GeoDataFrame(
        {
            "from_id": a, "to_id": b, "mode": ["rail", "road"], "from_min": [31.4, 40.0],
            "path_min": [50.6, 100.0],
        },
        geometry=gpd.points_from_xy([119.15, 119.25], [31.05, 31.15]), crs="EPSG:4326",
    )  # fmt: skip
    around = shapely.Point(119.15, 31.1)
    field = gpd.GeoDataFrame(
        {"strength_index": [200.0, 50.0, 100.0]},
        geometry=[
            shapely.MultiLineString([shapely.get_coordinates(around.buffer(r).exterior)])
            for r in (0.1, 0.4, 0.2)
        ],
        crs="EPSG:4326",
    ).assign(mode="road", step_km=5.0, note=text, note_zh=text)
    return {
        "dominant_flows": shuffled(flows),
        "circles": shuffled(circles.assign(least_share=0.1)),
        "circle_overlap": shuffled(overlap),
        "breaking_points": points,
        "field_contours": field,
    }
