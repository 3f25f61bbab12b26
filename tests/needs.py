"""Programs that a machine may lack: skip with the reason, or fail where everything is required."""

import os
import shutil
from pathlib import Path

import pytest


def need(present: bool, reason: str) -> None:  # noqa: FBT001 — reads as a sentence
    """Skip with the reason when a program is absent; fail under ``YRDGEO_REQUIRE_ALL=1``."""
    if present:
        return
    if os.environ.get("YRDGEO_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (YRDGEO_REQUIRE_ALL=1)")
    pytest.skip(reason)


def program(name: str) -> Path:
    """Return a program's path, or skip."""
    found = shutil.which(name)
    need(found is not None, f"{name} is not installed")
    return Path(str(found))
