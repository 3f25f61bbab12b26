"""From a study to its files: the only room that knows every other, with no numbers of its own."""

from yrdgeo.pipeline.desk import check_input, described_run, listing, write_template
from yrdgeo.pipeline.run import WRITERS, run_study

__all__ = ["WRITERS", "check_input", "described_run", "listing", "run_study", "write_template"]
