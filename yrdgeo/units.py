"""Constants, and the units a column name may end in."""

WGS84 = "EPSG:4326"

MINUTES_PER_HOUR = 60.0

# Unit suffix of a column → the unit's words in English and Chinese.
SUFFIXES: dict[str, tuple[str, str]] = {
    "min": ("minutes", "分钟"),
    "km": ("km", "公里"),
    "km2": ("km²", "平方公里"),
    "kmh": ("km/h", "公里/小时"),
    "pct": ("%", "%"),
    "yuan": ("yuan", "元"),
}
