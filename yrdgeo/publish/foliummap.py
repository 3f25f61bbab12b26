"""A folium map of a run; promise: it is a real ``folium.Map``, and nothing of the run is markup.

The map, its legend and its choices are drawn from one block of JSON by scripts that only ever
write text nodes. Layers that an analyst adds are drawn on top, by folium.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

import folium
from branca.element import Figure

from yrdgeo.errors import ArgumentError
from yrdgeo.publish.layers import Record, text
from yrdgeo.publish.packed import packed
from yrdgeo.publish.page import Literal, Page, Script, Style, asset, asset_path, children
from yrdgeo.publish.payload import payload, script_json
from yrdgeo.results import Run

# In the order in which they are loaded.
SCRIPTS = (
    "dom", "unpack", "core", "facts", "derived", "swipe", "topology", "canvas", "regions",
    "ground", "inset", "labels", "linked", "overlays", "legend", "tooltip", "heading", "picker",
    "onerow", "scenario", "controls", "ranking", "charts", "gradientsay", "slopes", "gradient",
    "matchings", "plans", "evaluation", "pairs", "scatter", "city", "twostates", "compare",
    "region", "panel", "tales", "stories", "footer", "keyboard", "address", "export", "image",
    "start",
)  # fmt: skip
MAP_OPTIONS = (
    "{zoomControl:false,attributionControl:false,keyboard:false,zoomSnap:0.01,zoomDelta:0.5,"
    "wheelPxPerZoomLevel:120,minZoom:2,maxZoom:13,center:[31,119],zoom:6}"
)
# folium's own popups ask for jQuery and its markers for images: stand-ins for both.
STAND_INS = """
window.$ = window.$ || function (markup) {
  return new DOMParser().parseFromString(markup, "text/html").body.children;
};
L.Icon.Default.imagePath = "";
L.Icon.Default.mergeOptions({iconUrl: "ICON", iconRetinaUrl: "ICON", shadowUrl: "SHADOW"});
"""


class RunMap(folium.Map):
    """A Leaflet map of a run that draws itself from data, at the root of a :class:`Page`."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 — folium reads them from the class
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 — as above

    def __init__(self, content: Record) -> None:
        super().__init__(tiles=None)
        self.content = content

    def render(self, **kwargs: object) -> str:
        """Give the page its styles, data and scripts, then render what was added to the map."""
        page = self.get_root()
        if not isinstance(page, Figure):
            raise ArgumentError("A map is rendered at the root of a figure.", found=repr(page))
        name = self.get_name()
        parts = {
            "style": Style(style_sheet()),
            "data": Script(script_json(packed(self.content)), data="data"),
            "leaflet": Script(leaflet()),
            "atlas": Script("\n".join(asset(f"{script}.js") for script in SCRIPTS)),
        }
        for key, part in parts.items():
            page.header.add_child(part, name=f"yrdgeo_{key}")
        shell = asset("shell.html").replace("{map}", name)
        page.html.add_child(Literal(shell), name="yrdgeo_shell")
        begin = f'var {name} = L.map("{name}", {MAP_OPTIONS});\natlas.start({name});'
        if not self.content["panel"]:
            begin = stand_ins() + begin
        page.script.add_child(Literal(begin), name="yrdgeo_start")
        for child in children(self):
            child.render(**kwargs)
        return ""


def folium_map(run: Run, layers: Sequence[str] | None = None) -> folium.Map:
    """Return a run as a folium map, to look at in a notebook and to add layers to.

    The map works without the internet. What is added later keeps folium's own ways: its popups
    and tooltips take HTML, so give them only text that you trust.

    Parameters
    ----------
    run
        From :func:`yrdgeo.run_study`.
    layers
        Ids of some layers; all of them by default.

    Returns
    -------
    map
        A ``folium.Map`` with a choice of layers, a legend of the true classes, pairs, network and
        cores.

    Raises
    ------
    TableError
        If the run lacks a layer.

    Examples
    --------
    >>> import folium
    >>> drawn = folium_map(run, ["population"])
    >>> _ = folium.CircleMarker([31.0, 119.0]).add_to(drawn)
    >>> isinstance(drawn, folium.Map), "<script src=" in drawn.get_root().render()
    (True, False)
    """
    return map_page(run, payload(run, layers=layers, panel=False))


def map_page(run: Run, content: Record) -> RunMap:
    """Return the map at the root of a page; a page with its panel is closed to anything else."""
    drawn = RunMap(content)
    chinese = content["languages"][0] == "zh"  # type: ignore[index]  # a list of text
    page = Page(
        title=text(run.title_zh if chinese else run.title_en),
        language="zh-CN" if chinese else "en-GB",
        closed=bool(content["panel"]),
    )
    basemap = content["basemap"]
    page.hosts = (text(basemap["host"]),) if isinstance(basemap, dict) else ()
    page.add_child(drawn)
    return drawn


def leaflet() -> str:
    """Return Leaflet without the comment that asks a debugger for its source map."""
    return re.sub(r"\n//# sourceMappingURL=.*", "", asset("leaflet.js"))


def style_sheet() -> str:
    """Return the styles, Leaflet's images inside them."""
    sheet = asset("leaflet.css").replace("images/layers-2x.png", "images/layers.png")
    inlined = re.sub(r"url\((images/[\w.-]+)\)", lambda found: f"url({image(found[1])})", sheet)
    return inlined + asset("atlas.css")


def stand_ins() -> str:
    """Return what folium's own markers and popups need, so that they ask for nothing."""
    ready = STAND_INS.replace("ICON", image("images/marker-icon.png"))
    return ready.replace("SHADOW", image("images/marker-shadow.png"))


def image(name: str) -> str:
    """Return an image as a data address."""
    return f"data:image/png;base64,{b64encode(asset_path(name).read_bytes()).decode()}"
