"""From a study to its files: the only room that knows every other, with no numbers of its own."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yrdgeo.pipeline.desk import check_input
    from yrdgeo.pipeline.run import WRITERS, run_study
    from yrdgeo.pipeline.shelf import described_run, listing, write_template

__all__ = ["WRITERS", "check_input", "described_run", "listing", "run_study", "write_template"]

_HOMES = {
    "WRITERS": "run",
    "check_input": "desk",
    "described_run": "shelf",
    "listing": "shelf",
    "run_study": "run",
    "write_template": "shelf",
}


def __getattr__(name: str) -> object:
    """Import a name when it is first used: a list of regions needs no maps."""
    if name in _HOMES:
        return getattr(import_module(f"yrdgeo.pipeline.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'yrdgeo.pipeline' has no attribute {name!r}")
