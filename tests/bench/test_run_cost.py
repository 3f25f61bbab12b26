"""What a run costs: ``pytest tests/bench/test_run_cost.py -o addopts= -s``."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
TIMES = 3


def seconds(*arguments: str, folder: Path) -> float:
    """Return the best of three wall times of a command."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "yrdgeo", *arguments],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )
        best = min(best, time.perf_counter() - start)
    return best


def test_the_shipped_study(tmp_path: Path) -> None:
    run = seconds("run", "yrd", "--overwrite", "--quiet", folder=tmp_path)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size_mb = (tmp_path / "outputs" / "yrd" / "atlas.html").stat().st_size / 1e6
    help_s = seconds("--help", folder=tmp_path)
    print(f"\nrun yrd {run:.1f} s, peak {peak_mib:.0f} MiB, atlas {size_mb:.2f} MB")  # noqa: T201 — a benchmark reports
    print(f"yrdgeo --help {help_s:.2f} s")  # noqa: T201 — a benchmark reports
    assert run < 20
    assert peak_mib < 1024
    assert size_mb < 1
    assert help_s < 0.5
