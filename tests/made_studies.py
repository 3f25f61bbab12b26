"""Studies of three cities on networks of their own."""

from pathlib import Path

from made_osm import Place, Way

from yrdgeo.study import Study, load_study

REGION = """[region]
id = "trio"
name_zh = "三市"
name_en = "Trio"
centre = "苏州"
cores = ["苏州"]
members = ["苏州市", "无锡市", "常州市"]
crs_area = "+proj=aea +lat_1=31 +lat_2=32 +lat_0=31.5 +lon_0=120 +datum=WGS84 +units=m"
"""
HEAD = (
    '[study]\nname = "mine"\nregion = "trio.toml"\nyear = 2022\nindicators = ["gdp"]\n[network]\n'
)
SUZHOU, WUXI, CHANGZHOU = "320500", "320200", "320400"
# OpenStreetMap: one trunk road past the three seats, cut off street, restricted turn.
OSM_NODES: dict[int, Place] = {
    1: (119.90, 31.85), 2: (119.98, 31.81), 3: (120.31, 31.50), 4: (120.58, 31.30),
    5: (120.70, 31.20), 6: (120.31, 31.60), 7: (120.9, 31.9), 8: (120.91, 31.91),
}  # fmt: skip
TRUNK = {"highway": "trunk", "maxspeed": "60"}
OSM_WAYS: dict[int, Way] = {
    1: ([1, 2, 3], TRUNK),
    2: ([3, 4, 5], TRUNK),
    3: ([3, 6], {"highway": "residential"}),
    4: ([7, 8], {"highway": "residential"}),
}


def study(folder: Path, network: str) -> Study:
    """Load a study of three cities with a ``[network]``, and whatever follows it."""
    (folder / "trio.toml").write_text(REGION, "utf-8")
    (folder / "mine.toml").write_text(HEAD + network, "utf-8")
    return load_study(folder / "mine.toml")
