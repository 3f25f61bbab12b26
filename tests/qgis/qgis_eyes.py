"""Ask the system's Python, which has QGIS and GDAL's tools, what it sees in a GeoPackage."""

import json
import subprocess
from pathlib import Path
from typing import Any

from needs import need

PYTHON = "/usr/bin/python3"
RENDER = Path(__file__).with_name("render.py")
VALIDATOR = "osgeo_utils.samples.validate_gpkg"
Seen = dict[str, Any]


def system_python_has(module: str) -> bool:
    """Say whether the system's Python, which is not the tests' own, has a module."""
    if not Path(PYTHON).exists():
        return False
    found = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
    return found.returncode == 0


def look(path: Path, folder: Path) -> Seen:
    """Open a file in QGIS and return what it shows; pictures are in the folder."""
    need(system_python_has("qgis.core"), "QGIS (python3-qgis) is not installed")
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [PYTHON, RENDER, path, folder], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads((folder / "seen.json").read_text(encoding="utf-8")))


def validated(path: Path) -> tuple[int, str]:
    """Return the exit code and the words of GDAL's validator, strict."""
    need(system_python_has(VALIDATOR), "GDAL's validator (python3-gdal) is not installed")
    done = subprocess.run(
        [PYTHON, "-m", VALIDATOR, "--extra", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr
