"""A basemap of others under the map, where one was asked for; promise: only its host is let in.

Without one the page asks for nothing. Tiles of Amap are in GCJ-02: everything that is drawn over
them is shifted to it, distances and times are not.
"""

import dataclasses
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import geopandas as gpd
import numpy as np
import shapely

from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.geo import wgs84_to_gcj02
from yrdgeo.publish.layers import Record, text
from yrdgeo.results import Run


@dataclass(frozen=True, slots=True)
class Basemap:
    """Tiles of a provider: their address, who made them, and their datum."""

    url: str
    credit: tuple[str, str]  # Chinese, English
    zoom: int
    datum: str = "wgs84"
    keyed: bool = False

    @property
    def host(self) -> str:
        """The one origin that the page may load images from."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


TIANDITU = (
    "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
AMAP = "https://wprd01.is.autonavi.com/appmaptile?lang=zh_cn&size=1&style=7&x={x}&y={y}&z={z}"
OSM_CREDIT = ("© OpenStreetMap 贡献者", "© OpenStreetMap contributors")

BASEMAPS: dict[str, Basemap] = {
    "osm": Basemap("https://tile.openstreetmap.org/{z}/{x}/{y}.png", OSM_CREDIT, 19),
    "carto": Basemap(
        "https://basemaps.cartocdn.com/light_all/{z}/{x}/{y}.png",
        (f"{OSM_CREDIT[0]}，© CARTO", f"{OSM_CREDIT[1]}, © CARTO"),
        20,
    ),
    "tianditu": Basemap(TIANDITU, ("© 天地图", "© Tianditu"), 18, keyed=True),
    "amap": Basemap(AMAP, ("© 高德地图", "© Amap"), 18, datum="gcj02"),
}


def basemap_of(run: Run) -> Basemap | None:
    """Return the basemap that a study asked for, None if it asked for none.

    Raises
    ------
    ArgumentError
        If there is no such basemap, or it wants a key and none is given.
    """
    name = text(run.options.get("basemap"))
    if not name:
        return None
    if name not in BASEMAPS:
        raise ArgumentError(
            "There is no such basemap.", found=repr(name), fix=nearest(name, list(BASEMAPS))
        )
    if BASEMAPS[name].keyed and not text(run.options.get("basemap_key")):
        raise ArgumentError(
            f"The basemap {name} needs a key.",
            found="[publish] basemap_key is empty",
            fix="Give your own key; it is written into the page, where readers can see it.",
        )
    return BASEMAPS[name]


def basemap_record(run: Run) -> Record | None:
    """Return what the page needs of its basemap, None without one."""
    found = basemap_of(run)
    if found is None:
        return None
    key = quote(text(run.options.get("basemap_key")), safe="")
    return {
        "url": found.url.replace("{key}", key),
        "host": found.host,
        "credit": list(found.credit),
        "zoom": found.zoom,
        "shifted": found.datum == "gcj02",
    }


def drawn(run: Run) -> Run:
    """Return the run with its geometry in the datum of its basemap: to be drawn, not measured."""
    found = basemap_of(run)
    if found is None or found.datum != "gcj02":
        return run
    cities = _shifted(run.cities)
    lon, lat = (cities[name].to_numpy(np.float64, copy=True) for name in ("seat_lon", "seat_lat"))
    known = np.isfinite(lon) & np.isfinite(lat)
    lon[known], lat[known] = wgs84_to_gcj02(lon[known], lat[known])
    return dataclasses.replace(
        run,
        cities=cities.assign(seat_lon=lon, seat_lat=lat),
        pairs=_shifted(run.pairs),
        links=_shifted(run.links),
        nodes=_shifted(run.nodes),
        tables={
            name: _shifted(table) if isinstance(table, gpd.GeoDataFrame) else table
            for name, table in run.tables.items()
        },
    )


def _shifted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    moved = shapely.transform(
        table.geometry.to_numpy(), lambda at: np.column_stack(wgs84_to_gcj02(at[:, 0], at[:, 1]))
    )
    return table.set_geometry(gpd.GeoSeries(moved, table.index, crs=table.crs))
