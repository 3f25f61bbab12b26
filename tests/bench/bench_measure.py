"""What a piece of work costs: wall and CPU seconds, and memory beside its answer."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

MIB = 2**20
Row = dict[str, float | str]


class Cost(NamedTuple):
    """Wall and CPU seconds (of all threads), and the peak of memory beside what was there."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def cost(work: Callable[[], object], *, times: int = 1) -> Cost:
    """Return the best of some runs; the memory is that of the first, as it grows no more."""
    runs = [_once(work) for _ in range(times)]
    return Cost(min(run[0] for run in runs), min(run[1] for run in runs), runs[0][2])


def _once(work: Callable[[], object]) -> Cost:
    before = _fresh_peak_mib()
    wall, cpu = time.perf_counter(), _cpu_s()
    work()
    wall, cpu = time.perf_counter() - wall, _cpu_s() - cpu
    return Cost(wall, cpu, _peak_mib() - before)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _fresh_peak_mib() -> float:
    """Let the peak begin anew where the system can (Linux); return the memory in use."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return _peak_mib()
    return _peak_mib()


def _peak_mib() -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def in_child(script: str, *options: str) -> list[Row]:
    """Run a script in a process of its own; return its rows, or one that says what went wrong."""
    command = [sys.executable, script, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    lines = [line[2:] for line in done.stdout.splitlines() if line.startswith("@@")]
    if not lines:
        wrong = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return [{"wrong": wrong[:120]}]
    rows: list[Row] = json.loads(lines[0])
    return rows


def answer(rows: list[Row]) -> None:
    """Hand rows to the process that asked."""
    print("\n@@" + json.dumps(rows))  # noqa: T201 — the way back
