"""Studies of three cities on networks of their own."""

from pathlib import Path

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
SEATS = {SUZHOU: (120.58, 31.30), WUXI: (120.31, 31.49), CHANGZHOU: (119.97, 31.81)}


def study(folder: Path, network: str) -> Study:
    """Load a study of three cities with a ``[network]``, and whatever follows it."""
    (folder / "trio.toml").write_text(REGION, "utf-8")
    (folder / "mine.toml").write_text(HEAD + network, "utf-8")
    return load_study(folder / "mine.toml")
