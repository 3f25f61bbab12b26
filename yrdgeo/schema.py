"""What a study file may say: tables, keys, their kinds, defaults, bounds and meanings.

The schema is data: a new key is a row here, and the checks, the template and the help follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FORMATS = ("atlas", "geopackage", "tables", "workbook", "figures", "notebook")
DEFAULT_FORMATS = FORMATS[:4]  # figures take longer than all the rest
TRAVEL_MODES = ("rail", "road", "best")
LINKAGE_LAYERS = ("core_periphery", "coreness", "communities", "field_strength", "flow_primacy")
CLUSTER_METHODS = ("local_moran", "getis_ord")
GRADIENT_FORMS = ("linear", "exponential", "power", "log", "quadratic", "segmented", "local")
STRUCTURE = ("specialisation", "upgrade_index", "location_quotient", "similarity", "krugman")

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table of the study file."""

    kind: type | tuple[type, ...] = str
    default: object = None
    legal: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    pattern: str = ""
    day: bool = False  # a day of the calendar, or a month or a year
    items: type | tuple[type, ...] = str  # of a list
    filled: bool = False  # a list of nothing is wrong
    meaning: str = ""
    example: str = ""  # of a table, as TOML


_NUMBER = (int, float)
FIRST_YEAR, LAST_YEAR = 1949, 2100
FASTEST_KMH = 1_500.0
LONGEST_MIN = 1_440.0
SLUG = r"[a-z][a-z0-9_]{0,63}"


def _years(meaning: str) -> Key:
    return Key(list, default=(), items=int, minimum=FIRST_YEAR, maximum=LAST_YEAR, meaning=meaning)


def _year(meaning: str, *, required: bool = False) -> Key:
    return Key(int, minimum=FIRST_YEAR, maximum=LAST_YEAR, required=required, meaning=meaning)


# Table → key → rule. A table whose name stands in LISTS is written [[name]] and may repeat.
SCHEMA: dict[str, dict[str, Key]] = {
    "study": {
        "name": Key(pattern=SLUG, required=True, meaning="folder of the outputs"),
        "region": Key(required=True, meaning="shipped region, or path of a region file"),
        "year": _year("year of the indicators", required=True),
        "title_zh": Key(default=""),
        "title_en": Key(default=""),
        "indicators": Key(list, default=(), meaning="indicators to map, from the catalogue"),
        "catalogue": Key(meaning="TOML file of indicators of your own: see docs/regions.md"),
        "years": _years("further years to map, besides the study year"),
    },
    "boundary": {
        "path": Key(required=True, meaning="GeoPackage, GeoJSON, Shapefile or GeoParquet"),
        "layer": Key(),
        "code_column": Key(meaning="column with the six-digit codes"),
        "name_column": Key(meaning="column with the names, where there is no code"),
        "datum": Key(default="wgs84", legal=("wgs84", "cgcs2000", "gcj02", "bd09")),
    },
    "indicator": {
        "path": Key(required=True, meaning="CSV, XLSX or Parquet"),
        "sheet": Key(),
        "indicator": Key(meaning="what the values are, if the file does not say"),
        "year": Key(int, minimum=FIRST_YEAR, maximum=LAST_YEAR),
        "unit": Key(),
        "code_column": Key(),
        "value_column": Key(),
        "vintage": Key(default="user"),
    },
    "network": {
        "modes": Key(list, default=("rail", "road"), legal=("rail", "road"), filled=True),
        "date": Key(default="", day=True, meaning="the network of this day, YYYY-MM-DD"),
        "rail_model": Key(default="fastest", meaning="named time model of the railways"),
        "road_speed_kmh": Key(_NUMBER, minimum=1, maximum=FASTEST_KMH),
        "access_speed_kmh": Key(_NUMBER, minimum=1, maximum=FASTEST_KMH),
        "access_fixed_min": Key(_NUMBER, minimum=0, maximum=LONGEST_MIN),
        "access_detour": Key(_NUMBER, minimum=1, maximum=10),
        "transfer_min": Key(_NUMBER, minimum=0, maximum=LONGEST_MIN),
        "nodes": Key(meaning="own node table: CSV, GeoPackage or Parquet, with links"),
        "links": Key(meaning="own link table, trains and roads, instead of all embedded ones"),
        "osm": Key(meaning="own roads: .osm.pbf or .osm; seats join the nearest road"),
        "osm_speeds": Key(
            default="cn",
            legal=("cn", "de", "fi", "fr", "gb", "jp", "us", "default"),
            meaning="country whose speeds hold where the map has none",
        ),
        "osm_classes": Key(
            list, default=(), meaning="values of highway to take, all but service and track if none"
        ),
        "timetable": Key(meaning="own trains: a table of stops (.csv, .csv.gz)"),
        "stations": Key(meaning="places of its stations; the embedded ones of that name if none"),
        "gtfs": Key(meaning="own trains: a GTFS feed (.zip); date must be a day"),
        "datum": Key(
            default="wgs84",
            legal=("wgs84", "gcj02", "bd09"),
            meaning="of the stations of timetable or gtfs",
        ),
        "period": Key(
            default="all_day",
            legal=("all_day", "morning", "day", "evening", "night"),
            meaning="departures of timetable or gtfs that count",
        ),
        "travel": Key(
            default="",
            legal=("", "fastest", "typical", "scheduled"),
            meaning="journeys of timetable or gtfs with their changes and waits: the shortest, the "
            "median, or the mean with the wait before departure; direct rides as links if empty",
        ),
        "max_transfers": Key(int, minimum=0, maximum=10, meaning="of travel; any number if none"),
        "change_km": Key(
            _NUMBER,
            minimum=0,
            maximum=100,
            meaning="of travel: stations of one city so far apart are a change by street, 30 if "
            "none (of gtfs 0)",
        ),
        "snap_limit_km": Key(
            _NUMBER, default=10, minimum=0, maximum=500, meaning="seats may be so far from a road"
        ),
    },
    "scenario": {
        "name": Key(pattern=SLUG, required=True, meaning="what the results are filed under"),
        "title_zh": Key(default=""),
        "title_en": Key(default=""),
        "open": Key(list, default=(), meaning="lines of the network that are not open yet"),
        "close": Key(list, default=(), meaning="lines that are shut: name, link id or mode"),
        "speed": Key(
            dict,
            default=None,
            meaning="km/h by name, link id or mode",
            example='{ hsr = 300, "京沪高速铁路" = 400 }',
        ),
        "add": Key(meaning="link table of new lines; ends are nodes, stations or adcodes"),
        "add_nodes": Key(meaning="node table of their new stations"),
    },
    "measure": {
        "id": Key(pattern=SLUG, required=True, meaning="column of the result, unit last"),
        "measure": Key(required=True, meaning="a name of `yrdgeo list measures`"),
        "opportunities": Key(default="", meaning="indicator that is reached, or supplied"),
        "demand": Key(default="", meaning="indicator that competes for it"),
        "mode": Key(default="best", legal=TRAVEL_MODES),
        "decay": Key(
            dict,
            default=None,
            meaning="how amounts lose weight with time",
            example='{ name = "exponential", half_life_min = 60 }',
        ),
        "cutoff_min": Key(_NUMBER, minimum=0),
        "fare_cny_km": Key(_NUMBER, minimum=0, meaning="money that a kilometre of the way costs"),
        "cost_limit": Key(_NUMBER, minimum=0, meaning="yuan, of a measure with two costs"),
        "n": Key(int, minimum=1),
        "lower_min": Key(_NUMBER, minimum=0),
        "upper_min": Key(_NUMBER, minimum=0),
        "step_min": Key(_NUMBER, minimum=0),
        "statistic": Key(legal=("median", "mean")),
        "method": Key(legal=("2sfca", "3sfca", "balanced")),
        "self_time": Key(legal=("exclude", "zero")),
        "direction": Key(legal=("out", "in"), meaning="from the city, or to it"),
        "budget_min": Key(_NUMBER, minimum=1, maximum=LONGEST_MIN, meaning="of a day trip"),
        "stay_min": Key(_NUMBER, minimum=0, maximum=LONGEST_MIN, meaning="at the destination"),
        "constraint": Key(legal=("production", "attraction", "doubly")),
        "leave_out": Key(
            list, default=(), items=(str, int), meaning="cities that are no destinations, by name"
        ),
        "title_zh": Key(default=""),
        "title_en": Key(default=""),
    },
    "structure": {
        "sectors": Key(
            list,
            required=True,
            filled=True,
            meaning="indicators, one a sector, in the order of upgrading",
            example='["va_primary", "va_secondary", "va_tertiary"]',
        ),
        "year": Key(int, minimum=FIRST_YEAR, maximum=LAST_YEAR, meaning="the study's if none"),
        "years": _years("several years instead of one, each by itself"),
        "first_year": Key(
            int, minimum=FIRST_YEAR, maximum=LAST_YEAR, meaning="from which change is measured"
        ),
        "employment": Key(list, default=(), meaning="indicators of jobs, in the order of sectors"),
        "demand": Key(list, default=(), meaning="indicators of demand, in the order of sectors"),
        "vintage": Key(meaning="take no other, so that cities are strictly comparable"),
        "measures": Key(list, default=STRUCTURE, meaning="names of `yrdgeo list measures`"),
    },
    "score": {
        "id": Key(pattern=SLUG, required=True, meaning="column of the result"),
        "measure": Key(default="composite", meaning="a score of `yrdgeo list measures`"),
        "criteria": Key(
            dict,
            default=None,
            meaning="what counts, and whether high or low is good",
            example='{ gdp_per_capita = "high", time_min = "low" }',
        ),
        "output": Key(default="", meaning="indicator over land, for output per km² or mu"),
        "area": Key(default="", meaning="indicator of official land area, in km²"),
        "weights": Key(legal=("entropy", "critic", "equal")),
        "title_zh": Key(default=""),
        "title_en": Key(default=""),
    },
    "linkage": {
        "layers": Key(
            list, default=(), legal=LINKAGE_LAYERS, meaning="what to map of the linked cities"
        ),
        "exponent": Key(_NUMBER, default=2, minimum=0.1, maximum=10, meaning="of modelled flows"),
        "cutoffs_min": Key(
            list,
            default=(60, 90),
            items=_NUMBER,
            minimum=1,
            maximum=LONGEST_MIN,
            filled=True,
            meaning="of circles; the page draws the longest",
        ),
        "least_share": Key(
            _NUMBER, default=0.1, minimum=0, maximum=1, meaning="of flows, to be in a circle"
        ),
    },
    "cluster": {
        "values": Key(required=True, meaning="indicator or measure"),
        "neighbours": Key(default="borders", legal=("borders", "minutes")),
        "cutoff_min": Key(
            _NUMBER, default=90, minimum=1, maximum=LONGEST_MIN, meaning="of neighbours by minutes"
        ),
        "methods": Key(list, default=CLUSTER_METHODS, legal=CLUSTER_METHODS, filled=True),
    },
    "inequality": {
        "values": Key(required=True, meaning="indicator, per head where the weights are people"),
        "weights": Key(default="population_resident", meaning="indicator; '' for none"),
        "ranking": Key(default="", meaning="indicator that ranks the cities: concentration by it"),
        "years": _years("those of the study if none"),
        "measures": Key(list, default=(), meaning="names of `yrdgeo list measures`; all if none"),
        "nested": Key(
            default="", meaning="kind of groups below the province, such as metro_circle"
        ),
        "method": Key(
            default="none",
            legal=("none", "bca", "percentile", "jackknife"),
            meaning="how intervals are made",
        ),
    },
    "gradient": {
        "values": Key(required=True, meaning="indicator or measure"),
        "from": Key(
            (str, list),
            default="",
            meaning="adcode or name of a core, a list of them, or nearest; the region's centre if "
            "empty",
        ),
        "form": Key(default="exponential", legal=GRADIENT_FORMS),
        "bends": Key(
            default="linear",
            legal=("linear", "exponential", "power", "log"),
            meaning="the form that a segmented gradient bends, or a local one smooths",
        ),
        "by": Key(default="km", legal=("km", *TRAVEL_MODES, "ring", "corridor")),
        "corridor": Key(
            (str, list),
            meaning="G60, G40, cities in order, or a file with them or with a line",
            example='"G60"',
        ),
        "offset_km": Key(
            _NUMBER, minimum=0, maximum=500, meaning="cities so far off the corridor count; 50"
        ),
        "weights": Key(default="", meaning="indicator; all cities alike if none"),
    },
    "pairs": {
        "scheme": Key(default="", meaning="scheme of the shipped pairs"),
        "path": Key(meaning="the user's own pair table"),
        "leapfrog_from": Key(int, default=2, minimum=2, maximum=1_000),
        "capacity": Key(
            int,
            minimum=1,
            maximum=1_000,
            meaning="cities that each helper could have taken: one more null of the matching test",
        ),
        "nulls": Key(
            list,
            default=(),
            meaning="random plans to compare with: same_helpers, cross_province, capacity, apart, "
            "within_km, richer, any_helper, allowed; + joins two; same_helpers and what differs "
            "from it if none",
            example='["same_helpers", "any_helper + cross_province"]',
        ),
        "apart": Key(
            int,
            minimum=1,
            maximum=1_000,
            meaning="borders between the cities of a pair under that null; leapfrog_from if none",
        ),
        "within_km": Key(
            _NUMBER, minimum=0, maximum=20_040, meaning="between seats, under that null"
        ),
        "allowed": Key(meaning="table of the pairs that null allows: helper, helped"),
        "weights": Key(
            dict,
            default=None,
            meaning="what a best plan weighs: distances are to be small, all else large",
            example="{ seat_km = 0.5, gdp_per_capita_ratio = 0.3, complementarity = 0.2 }",
        ),
    },
    "evaluation": {
        "id": Key(pattern=SLUG, required=True, meaning="what the results are filed under"),
        "values": Key(
            required=True,
            meaning="indicator that the programme may have changed, of all cities by year, such as "
            "one of an [[indicator]] file",
        ),
        "vintage": Key(meaning="take no other; your own file's if none is named"),
        "log": Key(bool, default=True, meaning="effects on the logarithm, so in shares"),
        "scheme": Key(default="", meaning="whose helped cities are treated; the study's if one"),
        "since": _year("first year with an effect; the year after each pair's own date if none"),
        "permutations": Key(int, default=999, minimum=1, maximum=9_999, meaning="re-assignments"),
        "draws": Key(int, default=999, minimum=1, maximum=9_999, meaning="of the wild bootstrap"),
    },
    "publish": {
        "formats": Key(list, default=DEFAULT_FORMATS, legal=FORMATS, filled=True),
        "languages": Key(list, default=("zh", "en"), legal=("zh", "en"), filled=True),
        "crs": Key(default="EPSG:4326", pattern=r"EPSG:\d{4,6}"),
        "basemap": Key(
            default="",
            legal=("", "osm", "carto", "tianditu", "amap"),
            meaning="tiles under the map, from the internet; none if empty",
        ),
        "basemap_key": Key(default="", meaning="your key of Tianditu; readers of the page see it"),
        "map_approval": Key(default="", meaning="map approval number, printed as given"),
    },
}
LISTS = (
    *("boundary", "indicator", "scenario", "measure", "structure", "score", "cluster"),
    *("inequality", "gradient", "evaluation"),
)
