"""The door to numba: what is compiled is announced, what is kept is not."""

import os
import subprocess
import sys
from pathlib import Path

FIRST_CALL = """
import numpy as np
from yrdgeo.routing.layout import positions
order = np.array([1, 0], dtype=np.int32)
first, size = np.array([1, 1]), np.array([0, 1], dtype=np.int32)
pool = np.array([[9, 9, 9, 9], [0, 5, 5, 1]], dtype=np.uint32)
print(positions(order, first, size, pool).tolist())
"""


def first_call(cache: Path) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CALL],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr


def test_compiling_is_announced_once_and_for_each_version_only(tmp_path: Path) -> None:
    new, kept = first_call(tmp_path), first_call(tmp_path)
    assert new[0] == kept[0] == "[0, 1]\n"
    assert new[1].splitlines() == [
        "Compiling the travel-time engine: some seconds, once for each version."
    ]
    assert kept[1] == ""
