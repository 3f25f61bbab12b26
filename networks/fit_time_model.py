"""Fit the named rail time models on the timetable of 10 March 2016, and say how well they predict.

``python networks/fit_time_model.py`` prints parameters and cross-validated errors; ``--write``
also puts them into ``yrdgeo/data/time_models.toml``. The method is that of
``yrdgeo.sources.calibration``.
"""

import argparse

import numpy as np
import pandas as pd

from yrdgeo.provenance import data_path, whole_file
from yrdgeo.sources.calibration import (
    STATISTICS,
    cross_validate,
    fit,
    folds,
    measured,
    predict,
    weights,
)
from yrdgeo.sources.day_links import open_on
from yrdgeo.sources.embedded_networks import load_links, load_nodes
from yrdgeo.sources.timemodel import TimeModel
from yrdgeo.sources.track import Track, lay

__all__ = ["cross_validate", "fit", "folds", "predict", "timetable", "weights"]

DATE = "2016-03-10"


def timetable() -> Track:
    """Return the railways of the day and the pairs that were observed on it."""
    links = load_links()
    pairs = pd.read_csv(
        data_path("rail_times_2016.csv"), dtype={"from_adcode": str, "to_adcode": str}
    )
    return lay(links[open_on(links, DATE)], load_nodes(), pairs)


def section(model: TimeModel, observed: np.ndarray, report: dict[str, dict[str, float]]) -> str:
    """Return a model's table in TOML, with its errors as a comment that readers can check."""
    lines = [
        f"[rail.{model.name}]",
        f"# Fitted on {len(observed)} pairs of cities; errors on pairs left out:",
        *(
            f"# by {way}: {row['median_error_min']} min, {row['median_error_pct']} %, "
            f"rank correlation {row['spearman']} ({row['n']:.0f} predictions)"
            for way, row in report.items()
        ),
        f"speed_ratio = {model.speed_ratio}",
        f"hub_stop_min = {model.hub_stop_min}",
        f"busy_stop_min = {model.busy_stop_min}",
        f"station_stop_min = {model.station_stop_min}",
        f"way_station_min = {model.way_station_min}",
        f"turn_back_min = {model.turn_back_min}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fit both models; print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    table = timetable()
    sections = []
    for name, column in STATISTICS.items():
        observed = table.pairs[column].to_numpy(dtype=float)
        model = fit(table, observed, np.ones(len(observed), dtype=bool), name)
        print(name, "in sample", measured(predict(table, model), observed))
        sections.append(section(model, observed, cross_validate(table, observed, name)))
        print(sections[-1])
    if write:
        path = data_path("time_models.toml")
        head = path.read_text(encoding="utf-8").split("[rail.")[0]
        with whole_file(path) as draft:
            draft.write_text(head + "\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
