"""Every measure that a study can ask for, of every family; promise: one name, one measure."""

from yrdgeo.analysis import accessibility, inequality, scores, structure
from yrdgeo.analysis.measure import Measure

MEASURES: dict[str, Measure] = {
    **accessibility.MEASURES,
    **inequality.MEASURES,
    **structure.MEASURES,
    **scores.MEASURES,
}
