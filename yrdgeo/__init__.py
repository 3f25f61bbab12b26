"""Regional economics on maps: accessibility, core-periphery gradients and city pairs.

>>> import yrdgeo as yg
>>> study = yg.load_study("yrd")  # doctest: +SKIP
>>> run = yg.run_study(study)  # doctest: +SKIP
"""

from importlib import import_module

# Public name → module that defines it; a name that is its own module is a topic.
_PUBLIC = {
    "Network": "yrdgeo.results",
    "Run": "yrdgeo.results",
    "TravelTimes": "yrdgeo.results",
    "YrdGeoError": "yrdgeo.errors",
    "Study": "yrdgeo.study",
    "load_study": "yrdgeo.study",
    "run_study": "yrdgeo.pipeline",
    "travel_times": "yrdgeo.routing.times",
    "write_atlas": "yrdgeo.publish.atlas",
    "write_geopackage": "yrdgeo.publish.geopackage",
    "folium_map": "yrdgeo.publish.foliummap",
}
_TOPICS = {
    "accessibility": "yrdgeo.analysis.accessibility",
    "contiguity": "yrdgeo.analysis.contiguity",
    "decay": "yrdgeo.analysis.decay",
    "geo": "yrdgeo.geo",
    "gradient": "yrdgeo.analysis.gradient",
    "pairs": "yrdgeo.analysis.pairs",
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
