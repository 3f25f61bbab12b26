"""Did it work: what a programme changed, and whether the data can tell.

Promise: where few cities were treated or the panel is short, the answer says so in words.
"""

from yrdgeo.analysis.did import difference_in_differences
from yrdgeo.analysis.event_regression import event_regression, leads_test
from yrdgeo.analysis.event_study import (
    event_study,
    event_study_by_class,
    pre_trend_test,
    trend_table,
)
from yrdgeo.analysis.panel_needed import panel_needed

__all__ = [
    "difference_in_differences",
    "event_regression",
    "event_study",
    "event_study_by_class",
    "leads_test",
    "panel_needed",
    "pre_trend_test",
    "trend_table",
]
