"""Map styles as data, and QML, the text that QGIS loads; ``sldstyle`` writes the same as SLD.

Promise: all text is data. XML is built as a tree, column names and numbers are ours, and text
that QGIS would evaluate (``[% … %]``) is disarmed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal
from xml.etree import ElementTree as ET

from yrdgeo.publish.columns import clean

FONT = "Sans Serif"  # the system's own, so that Chinese falls back to an installed CJK face
INK = "#374151"


@dataclass(frozen=True, slots=True)
class Fill:
    """A polygon with its outline; no colour, no fill."""

    colour: str
    outline: str = "#ffffff"
    width_mm: float = 0.2


@dataclass(frozen=True, slots=True)
class Hatch:
    """A polygon of parallel lines: no data."""

    colour: str = "#9ca3af"
    angle: int = 45


@dataclass(frozen=True, slots=True)
class Dots:
    """A polygon of dots, to lie over a fill: unverified."""

    colour: str = "#111827"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, dashed or with an arrowhead at its end."""

    colour: str
    width_mm: float
    dashed: bool = False
    arrow: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A point."""

    colour: str
    size_mm: float
    shape: Literal["circle", "square", "star", "triangle"] = "circle"
    outline: str = "#ffffff"


# QGIS refuses to compare infinity with a number, so infinity is known by its text.
_ASKED = {
    "is null": "{} IS NULL",
    "is finite": "to_string({}) <> 'inf'",
    "is infinite": "to_string({}) = 'inf'",
}
Mark = Fill | Hatch | Dots | Line | Marker


@dataclass(frozen=True, slots=True)
class Condition:
    """A column compared with a constant, or asked whether it has a value or a finite one."""

    column: str
    operator: Literal["<=", ">", "=", "is null", "is finite", "is infinite"]
    value: float | str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is drawn how; a feature is drawn by every rule whose conditions all hold."""

    label: str
    marks: tuple[Mark, ...]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """One named style of one layer.

    Attributes
    ----------
    name
        As the list of styles shows it.
    heading
        What is mapped, where, when, in which unit: the first line of the legend.
    rules
        From the bottom up.
    aliases
        Column → words for people.
    display
        The column that names a feature in lists, or empty.
    labelled
        Whether that column also labels the map.
    note
        Sources and warnings, shown as the layer's note.
    """

    name: str
    heading: str
    rules: tuple[Rule, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    display: str = ""
    labelled: bool = False
    note: str = ""


def words(text: str) -> str:
    """Return text that XML can carry and that QGIS does not evaluate as an expression.

    >>> words("share [% @user_full_name %]")
    'share [ % @user_full_name %]'
    """
    return re.sub(r"[\ufffe\uffff]", "", clean(text)).replace("[%", "[ %")


def colour_text(colour: str) -> str:
    """Return a colour as QGIS writes it.

    >>> colour_text("#0f766e"), colour_text("")
    ('15,118,110,255', '0,0,0,0')
    """
    if not colour:
        return "0,0,0,0"
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def expression(conditions: Sequence[Condition]) -> str:
    """Return conditions as a QGIS expression.

    >>> print(expression([Condition("gdp_yuan", ">", 5e4), Condition("kind", "=", "it's")]))
    "gdp_yuan" > 50000.0 AND "kind" = 'it''s'
    """
    return " AND ".join(_comparison(condition) for condition in conditions)


def _comparison(condition: Condition) -> str:
    column = '"' + condition.column.replace('"', '""') + '"'
    if condition.operator in _ASKED:
        return _ASKED[condition.operator].format(column)
    if isinstance(condition.value, str):
        quoted = condition.value.replace("\\", "\\\\").replace("'", "''")
        return f"{column} {condition.operator} '{quoted}'"
    return f"{column} {condition.operator} {float(condition.value)!r}"


def qml(style: Style) -> str:
    """Return the style as the text of a QML file of QGIS 3.

    References
    ----------
    QGIS project. QGIS layer style file (QML), user manual, appendix.
    """
    root = ET.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ET.SubElement(renderer, "rules", key="root")
    heading = ET.SubElement(rules, "rule", key="heading", label=words(style.heading))
    symbols = ET.SubElement(renderer, "symbols")
    for number, rule in enumerate(style.rules):
        given = {"filter": expression(rule.when)} if rule.when else {}
        ET.SubElement(
            heading,
            "rule",
            {"key": f"rule{number}", "label": words(rule.label), "symbol": f"{number}", **given},
        )
        symbols.append(_symbol(f"{number}", rule.marks))
    if style.labelled:
        root.append(_labels(style.display))
    aliases = ET.SubElement(root, "aliases")
    for place, (column, title) in enumerate(style.aliases.items()):
        ET.SubElement(aliases, "alias", index=f"{place}", field=column, name=words(title))
    if style.display:
        ET.SubElement(root, "previewExpression").text = f'"{style.display}"'
    if style.note:
        # QGIS shows a note as HTML.
        ET.SubElement(root, "userNotes", value=escape(words(style.note)))
    ET.indent(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _symbol(name: str, marks: Sequence[Mark]) -> ET.Element:
    kind = {Line: "line", Marker: "marker"}.get(type(marks[0]), "fill")
    symbol = ET.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    for place, mark in enumerate(marks):
        _draw(symbol, mark, f"@{name}@{place}")
    return symbol


def _draw(symbol: ET.Element, mark: Mark, inner: str) -> None:
    """Add one mark to a symbol; ``inner`` names the symbol inside it, if it has one."""
    match mark:
        case Fill():
            _layer(symbol, "SimpleFill", color=colour_text(mark.colour), **_outline(mark))
        case Hatch():
            lines = _layer(symbol, "LinePatternFill", angle=f"{mark.angle}", distance="1.4")
            lines.append(_symbol(inner, (Line(mark.colour, 0.25),)))
        case Dots():
            dots = _layer(
                symbol, "PointPatternFill", distance_x="2.6", distance_y="2.6", displacement_x="1.3"
            )
            dots.append(_symbol(inner, (Marker(mark.colour, 0.8),)))
        case Line():
            _draw_line(symbol, mark, inner)
        case Marker():
            _layer(
                symbol,
                "SimpleMarker",
                name=mark.shape,
                size=f"{mark.size_mm}",
                color=colour_text(mark.colour),
                outline_color=colour_text(mark.outline),
                outline_width="0.2",
            )


def _outline(mark: Fill) -> dict[str, str]:
    return {
        "style": "solid" if mark.colour else "no",
        "outline_color": colour_text(mark.outline),
        "outline_style": "solid",
        "outline_width": f"{mark.width_mm}",
        "joinstyle": "round",
    }


def _draw_line(symbol: ET.Element, mark: Line, inner: str) -> None:
    _layer(
        symbol,
        "SimpleLine",
        line_color=colour_text(mark.colour),
        line_width=f"{mark.width_mm}",
        line_style="dash" if mark.dashed else "solid",
        capstyle="round",
        joinstyle="round",
    )
    if mark.arrow:
        head = _layer(symbol, "MarkerLine", placement="lastvertex", rotate="1")
        point = ET.SubElement(
            head, "symbol", name=inner, type="marker", alpha="1", clip_to_extent="1"
        )
        _layer(
            point,
            "SimpleMarker",
            name="filled_arrowhead",
            size=f"{3 + 2 * mark.width_mm}",
            color=colour_text(mark.colour),
            outline_color=colour_text(mark.colour),
        )


def _layer(parent: ET.Element, kind: str, **properties: str) -> ET.Element:
    layer = ET.SubElement(
        parent, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    )
    for key, value in properties.items():
        ET.SubElement(layer, "prop", k=key, v=value)
    return layer


def _labels(column: str) -> ET.Element:
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontFamily=FONT,
        fontSize="8",
        fontSizeUnit="Point",
        textColor=colour_text(INK),
        textOpacity="1",
    )
    ET.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=colour_text("#ffffff"),
        bufferOpacity="1",
    )
    # Centred on a point inside the polygon; a label that has no room is left out.
    ET.SubElement(
        settings, "placement", placement="1", quadOffset="4", centroidWhole="1", centroidInside="1"
    )
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="0", displayAll="0")
    return labeling
