"""What a run costs: ``pytest tests/bench/test_run_cost.py -o addopts= -s``."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
TIMES = 3


def seconds(*arguments: str, folder: Path) -> float:
    """Return the best of three processor times of a command: others may keep the machine busy."""
    best = float("inf")
    for _ in range(TIMES):
        before = processor_s()
        subprocess.run(
            [sys.executable, "-m", "yrdgeo", *arguments],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,
        )
        best = min(best, processor_s() - before)
    return best


def processor_s() -> float:
    """Return the processor time of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_shipped_study(tmp_path: Path) -> None:
    run = seconds("run", "yrd", "--overwrite", "--quiet", folder=tmp_path)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size_mb = (tmp_path / "outputs" / "yrd" / "atlas.html").stat().st_size / 1e6
    help_s = seconds("--help", folder=tmp_path)
    list_s = seconds("list", "indicators", folder=tmp_path)
    print(f"\nrun yrd {run:.1f} CPU s, peak {peak_mib:.0f} MiB, atlas {size_mb:.2f} MB")  # noqa: T201 — a benchmark reports
    print(f"yrdgeo --help {help_s:.2f} CPU s, list indicators {list_s:.2f} CPU s")  # noqa: T201 — a benchmark reports
    assert run < 20
    assert peak_mib < 680
    assert size_mb < 1
    assert help_s < 0.3
    assert list_s < 0.4
