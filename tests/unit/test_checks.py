"""A lone file is told by what is in it, and checked: a line a table."""

import gzip
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from made_networks import LINKS, NODES, STOPS, feed
from made_osm import NODES as OSM_NODES
from made_osm import WAYS as OSM_WAYS
from made_osm import write_osm, write_pbf

from yrdgeo.errors import StudyError, TableError, YrdGeoError
from yrdgeo.pipeline import check_input

PAIRS = "帮扶方,受帮扶方\n上海,苏州\n南京,滁州\n"


def _text(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(text, "utf-8")
        return folder / name

    return write


def _csv(name: str, table: pd.DataFrame) -> Callable[[Path], Path]:
    return _text(name, table.to_csv(index=False))


def _parquet(name: str, table: pd.DataFrame) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        table.to_parquet(folder / name)
        return folder / name

    return write


def _gpkg(folder: Path) -> Path:
    path = folder / "net.gpkg"
    points = gpd.points_from_xy(NODES["lon"], NODES["lat"])
    nodes = gpd.GeoDataFrame(NODES[["node_id", "kind"]], geometry=points, crs="EPSG:4326")
    lines = [shapely.LineString([(0, 0), (1, 1)])] * len(LINKS)
    nodes.to_file(path, layer="nodes", engine="pyogrio")
    gpd.GeoDataFrame(LINKS, geometry=lines, crs="EPSG:4326").to_file(
        path, layer="links", engine="pyogrio"
    )
    return path


def _zipped(folder: Path) -> Path:
    (folder / "stops.csv.gz").write_bytes(gzip.compress(STOPS.encode()))
    return folder / "stops.csv.gz"


FILES: list[tuple[Callable[[Path], Path], tuple[str, ...]]] = [
    (_csv("n.csv", NODES), ("nodes: 5 rows, 3 junction, 2 station",)),
    (_parquet("n.parquet", NODES), ("nodes: 5 rows",)),
    (_csv("l.csv", LINKS), ("links: 3 rows, 147.0 km, 1 expressway, 1 hsr, 1 road", "5 nodes")),
    (_parquet("l.parquet", LINKS), ("links: 3 rows",)),
    (_gpkg, ("nodes: 5 rows", "links: 3 rows", "match: 5 nodes with links, 0 without")),
    (_text("p.csv", PAIRS), ("pairs: 2 rows, 4 places matched", "ends: 4 prefecture")),
    (_text("s.csv", STOPS), ("stops: 7 rows, 1 hsr, 2 rail", "stations: 4")),
    (_zipped, ("stops: 7 rows",)),
    (lambda folder: folder / feed(folder), ("stops: 4 rows on 2022-01-01, 2 ferry",)),
    (lambda f: write_osm(f / "r.osm", OSM_NODES, OSM_WAYS), ("links: 6 rows", "turns: 0 rows")),
    (lambda f: write_pbf(f / "r.osm.pbf", OSM_NODES, OSM_WAYS), ("1 parts without a link",)),
]


@pytest.mark.parametrize(("write", "said"), FILES)
def test_every_kind_of_file_is_told_by_what_is_in_it(
    tmp_path: Path, write: Callable[[Path], Path], said: tuple[str, ...]
) -> None:
    lines = "\n".join(check_input(str(write(tmp_path))))
    for part in said:
        assert part in lines


def test_a_folder_with_a_feed_is_one(tmp_path: Path) -> None:
    import zipfile  # noqa: PLC0415 — one test unpacks

    with zipfile.ZipFile(tmp_path / feed(tmp_path)) as archive:
        archive.extractall(tmp_path / "folder")
    assert "stops: 4 rows" in check_input(str(tmp_path / "folder"))[0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.csv", LINKS.assign(length_km=-1).to_csv(index=False), "3 problems"),
        ("n.csv", "node_id,lon,lat\na,200,1\na,1,1\n", "2 problems"),
        ("p.csv", "helper,helped\n上海,苏洲\n", "row 2.*Did you mean"),
        ("s.csv", STOPS.replace("09:20", "25:99"), "is no time"),
        ("x.osm", "<osm version='0.6'><node", "cannot be read"),
        ("feed.zip", "no archive", "cannot be read"),
        ("x.docx", "", "of no kind"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(YrdGeoError, match=said):
        check_input(str(tmp_path / name))


def test_an_absent_file_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="There is no file"):
        check_input(str(tmp_path / "nothing.csv"))


def test_a_geopackage_with_layers_of_other_names_is_refused(tmp_path: Path) -> None:
    path = _gpkg(tmp_path)
    table = gpd.read_file(path, layer="links")
    other = tmp_path / "other.gpkg"
    for layer in ("roads", "rails"):
        table.to_file(other, layer=layer, engine="pyogrio")
    with pytest.raises((YrdGeoError, TableError), match="none is called 'links'"):
        check_input(str(other))
