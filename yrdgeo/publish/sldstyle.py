"""The same styles as OGC Styled Layer Descriptors, for servers and programs that are not QGIS."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from yrdgeo.publish.qgisstyle import (
    Condition,
    Dots,
    Fill,
    Hatch,
    Line,
    Mark,
    Marker,
    Style,
    words,
)

PIXELS_PER_MM = 1 / 0.28  # the pixel that the OGC standardised on
LARGEST = 1e300  # XML has no word for infinity that every reader knows
SLD = "http://www.opengis.net/sld"
SE = "http://www.opengis.net/se"
OGC = "http://www.opengis.net/ogc"
for _prefix, _uri in (("sld", SLD), ("se", SE), ("ogc", OGC)):
    ET.register_namespace(_prefix, _uri)
_OPERATORS = {
    "<=": "PropertyIsLessThanOrEqualTo",
    ">": "PropertyIsGreaterThan",
    "=": "PropertyIsEqualTo",
    "is null": "PropertyIsNull",
    "is finite": "PropertyIsLessThanOrEqualTo",
    "is infinite": "PropertyIsGreaterThan",
}


def sld(style: Style, layer: str) -> str:
    """Return the style as the text of an SLD 1.1 document for a layer of this name.

    References
    ----------
    Open Geospatial Consortium (2007). Styled Layer Descriptor profile of the Web Map Service,
    OGC 05-078r4; Symbology Encoding, OGC 05-077r4.
    """
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.1.0")
    named = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
    ET.SubElement(named, f"{{{SE}}}Name").text = layer
    user = ET.SubElement(named, f"{{{SLD}}}UserStyle")
    ET.SubElement(user, f"{{{SE}}}Name").text = words(style.name)
    features = ET.SubElement(user, f"{{{SE}}}FeatureTypeStyle")
    _describe(features, style.heading)
    for rule in style.rules:
        drawn = ET.SubElement(features, f"{{{SE}}}Rule")
        ET.SubElement(drawn, f"{{{SE}}}Name").text = words(rule.label)
        if rule.when:
            _filter(drawn, rule.when)
        for mark in rule.marks:
            _symbolizer(drawn, mark)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _describe(parent: ET.Element, heading: str) -> None:
    description = ET.SubElement(parent, f"{{{SE}}}Description")
    ET.SubElement(description, f"{{{SE}}}Title").text = words(heading)


def _filter(parent: ET.Element, conditions: Sequence[Condition]) -> None:
    element = ET.SubElement(parent, f"{{{OGC}}}Filter")
    if len(conditions) > 1:
        element = ET.SubElement(element, f"{{{OGC}}}And")
    for condition in conditions:
        _test(element, condition)


def _test(parent: ET.Element, condition: Condition) -> None:
    kind = _OPERATORS[condition.operator]
    test = ET.SubElement(parent, f"{{{OGC}}}{kind}")
    ET.SubElement(test, f"{{{OGC}}}PropertyName").text = condition.column
    if condition.operator == "is null":
        return
    value = LARGEST if condition.operator in {"is finite", "is infinite"} else condition.value
    said = words(value) if isinstance(value, str) else repr(float(value))
    ET.SubElement(test, f"{{{OGC}}}Literal").text = said


def _symbolizer(parent: ET.Element, mark: Mark) -> None:
    match mark:
        case Fill():
            polygon = ET.SubElement(parent, f"{{{SE}}}PolygonSymbolizer")
            if mark.colour:
                _parameters(polygon, "Fill", [("fill", mark.colour)])
            _parameters(
                polygon,
                "Stroke",
                [("stroke", mark.outline), ("stroke-width", _pixels(mark.width_mm))],
            )
        case Hatch():
            # GeoServer's name of the pattern; QGIS reads it too.
            name = "shape://slash" if mark.angle > 0 else "shape://backslash"
            _pattern(parent, name, mark.colour, 1.4)
        case Dots():
            _pattern(parent, "circle", mark.colour, 0.9)
        case Line():
            _line(parent, mark)
        case Marker():
            point = ET.SubElement(parent, f"{{{SE}}}PointSymbolizer")
            _graphic(point, mark.shape, mark.colour, mark.size_mm)


def _line(parent: ET.Element, mark: Line) -> None:
    line = ET.SubElement(parent, f"{{{SE}}}LineSymbolizer")
    stroke = [("stroke", mark.colour), ("stroke-width", _pixels(mark.width_mm))]
    if mark.dashed:
        stroke.append(("stroke-dasharray", "4 3"))
    _parameters(line, "Stroke", stroke)


def _pattern(parent: ET.Element, shape: str, colour: str, size_mm: float) -> None:
    polygon = ET.SubElement(parent, f"{{{SE}}}PolygonSymbolizer")
    fill = ET.SubElement(polygon, f"{{{SE}}}Fill")
    _graphic(ET.SubElement(fill, f"{{{SE}}}GraphicFill"), shape, colour, size_mm)


def _graphic(parent: ET.Element, shape: str, colour: str, size_mm: float) -> None:
    graphic = ET.SubElement(parent, f"{{{SE}}}Graphic")
    drawn = ET.SubElement(graphic, f"{{{SE}}}Mark")
    ET.SubElement(drawn, f"{{{SE}}}WellKnownName").text = shape
    if shape.startswith("shape://"):
        _parameters(drawn, "Stroke", [("stroke", colour), ("stroke-width", "1")])
    else:
        _parameters(drawn, "Fill", [("fill", colour)])
    ET.SubElement(graphic, f"{{{SE}}}Size").text = _pixels(size_mm)


def _parameters(parent: ET.Element, kind: str, values: Iterable[tuple[str, str]]) -> None:
    element = ET.SubElement(parent, f"{{{SE}}}{kind}")
    for name, value in values:
        ET.SubElement(element, f"{{{SE}}}SvgParameter", name=name).text = value


def _pixels(millimetres: float) -> str:
    return f"{millimetres * PIXELS_PER_MM:.2f}"
