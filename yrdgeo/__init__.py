"""Regional economics on maps: accessibility, core-periphery gradients and city pairs.

>>> import yrdgeo as yg
>>> study = yg.load_study("yrd")  # doctest: +SKIP
>>> run = yg.run_study(study)  # doctest: +SKIP
"""

from importlib import import_module

# Public name → module that defines it; a name that is its own module is a topic.
_PUBLIC = {
    "Network": "yrdgeo.results",
    "Prepared": "yrdgeo.routing.engine",
    "Run": "yrdgeo.results",
    "Study": "yrdgeo.study",
    "Timetable": "yrdgeo.timetables",
    "TravelTimes": "yrdgeo.results",
    "YrdGeoError": "yrdgeo.errors",
    "attach": "yrdgeo.routing.attach",
    "component_report": "yrdgeo.routing.islands",
    "components": "yrdgeo.routing.graph",
    "door_times": "yrdgeo.routing.doors",
    "folium_map": "yrdgeo.publish.foliummap",
    "from_osmnx": "yrdgeo.sources.osm_graph",
    "from_overpass": "yrdgeo.sources.overpass",
    "isochrone": "yrdgeo.routing.reach",
    "isochrone_polygons": "yrdgeo.routing.isochrones",
    "load_study": "yrdgeo.study",
    "nearest": "yrdgeo.routing.reach",
    "path_geometry": "yrdgeo.routing.paths",
    "path_lengths_km": "yrdgeo.routing.paths",
    "path_links": "yrdgeo.routing.paths",
    "path_steps": "yrdgeo.routing.paths",
    "prepare": "yrdgeo.routing.engine",
    "reach": "yrdgeo.routing.reach",
    "read_network": "yrdgeo.sources.network_files",
    "read_osm": "yrdgeo.sources.osm",
    "read_stops": "yrdgeo.sources.timetable",
    "run_study": "yrdgeo.pipeline",
    "scheduled_times": "yrdgeo.routing.scan",
    "service_links": "yrdgeo.sources.service_links",
    "snap": "yrdgeo.routing.snap",
    "snap_to_links": "yrdgeo.routing.snap",
    "to_osmnx": "yrdgeo.sources.osm_graph",
    "travel_times": "yrdgeo.routing.times",
    "write_atlas": "yrdgeo.publish.atlas",
    "write_figures": "yrdgeo.publish.figures",
    "write_geopackage": "yrdgeo.publish.geopackage",
    "write_notebook": "yrdgeo.publish.notebook",
    "write_workbook": "yrdgeo.publish.workbook",
}
_TOPICS = {
    "accessibility": "yrdgeo.analysis.accessibility",
    "barrier": "yrdgeo.analysis.barrier",
    "clusters": "yrdgeo.analysis.clusters",
    "contiguity": "yrdgeo.analysis.contiguity",
    "decay": "yrdgeo.analysis.decay",
    "evaluation": "yrdgeo.analysis.evaluation",
    "geo": "yrdgeo.geo",
    "gradient": "yrdgeo.analysis.gradient",
    "inequality": "yrdgeo.analysis.inequality",
    "linkage": "yrdgeo.analysis.linkage",
    "pairs": "yrdgeo.analysis.pairs",
    "scenario": "yrdgeo.analysis.scenario",
    "scores": "yrdgeo.analysis.scores",
    "structure": "yrdgeo.analysis.structure",
    "surface": "yrdgeo.analysis.surface",
    "uncertainty": "yrdgeo.analysis.uncertainty",
}

__all__ = sorted([*_PUBLIC, *_TOPICS])  # noqa: PLE0605 — one list, not two


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that ``import yrdgeo`` stays light."""
    if name in _TOPICS:
        return import_module(_TOPICS[name])
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'yrdgeo' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
