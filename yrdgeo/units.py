"""Constants, conversions, and the units a column name may end in."""

WGS84 = "EPSG:4326"

MINUTES_PER_HOUR = 60.0
PERSONS_PER_WAN = 1e4
YUAN_PER_YI = 1e8

# Unit suffix of a column → the unit's words in English and Chinese.
SUFFIXES: dict[str, tuple[str, str]] = {
    "min": ("minutes", "分钟"),
    "km": ("km", "公里"),
    "km2": ("km²", "平方公里"),
    "kmh": ("km/h", "公里/小时"),
    "pct": ("%", "%"),
    "yuan": ("yuan", "元"),
}


def minutes(length_km: float, speed_kmh: float) -> float:
    """Return the minutes that a length takes at a speed.

    >>> minutes(50.0, 100.0)
    30.0
    """
    return length_km / speed_kmh * MINUTES_PER_HOUR
