"""Open a GeoPackage in QGIS as a person would, say what is seen as JSON, and draw it.

Run by the system's Python, which has QGIS: ``render.py FILE FOLDER``. Kept apart from the tests
because QGIS is not in their environment, and because its normal exit may crash.
"""

import json
import os
import sqlite3
import sys
import traceback
from contextlib import closing
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProviderRegistry,
    QgsRectangle,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

SIZE = QSize(1000, 900)
KEYS = ("adcode", "pair_id", "link_id", "node_id")


def sublayers(path: str) -> list[str]:
    provider = QgsProviderRegistry.instance().providerMetadata("ogr")
    return [detail.name() for detail in provider.querySublayers(path)]


def matching(layer: QgsVectorLayer, condition: str) -> list[str]:
    """List the keys of the features that a rule draws."""
    expression = QgsExpression(condition or "TRUE")
    if expression.hasParserError():
        return [expression.parserErrorString()]
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    key = next((name for name in KEYS if layer.fields().indexOf(name) >= 0), None)
    found = []
    for feature in layer.getFeatures():
        context.setFeature(feature)
        if expression.evaluate(context):
            found.append(str(feature[key]) if key else str(feature.id()))
        if expression.hasEvalError():
            return [expression.evalErrorString()]
    return sorted(found)


def colour(symbol: QgsSymbol | None) -> str | None:
    return symbol.color().name() if symbol else None


def rules(layer: QgsVectorLayer) -> list[dict[str, object]]:
    renderer = layer.renderer()
    if renderer is None or renderer.type() != "RuleRenderer":
        return []
    heading = renderer.rootRule().children()[0]
    return [
        {
            "label": rule.label(),
            "filter": rule.filterExpression(),
            "colour": colour(rule.symbol()),
            "marks": [mark.layerType() for mark in rule.symbol().symbolLayers()],
            "features": matching(layer, rule.filterExpression()),
        }
        for rule in heading.children()
    ]


def heading(layer: QgsVectorLayer) -> str:
    renderer = layer.renderer()
    return renderer.rootRule().children()[0].label() if rules(layer) else ""


def legend(layer: QgsVectorLayer) -> list[str]:
    return [item.label() for item in layer.renderer().legendSymbolItems()]


def describe(layer: QgsVectorLayer) -> dict[str, object]:
    fields = layer.fields()
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "spatial": layer.isSpatial(),
        "extent": [
            layer.extent().xMinimum(),
            layer.extent().yMinimum(),
            layer.extent().xMaximum(),
            layer.extent().yMaximum(),
        ],
        "aliases": {field.name(): layer.attributeDisplayName(i) for i, field in enumerate(fields)},
        "types": {field.name(): field.typeName() for field in fields},
        "note": layer.customProperty("userNotes") or "",
        "display": layer.displayExpression(),
        "labels": layer.labelsEnabled(),
        "heading": heading(layer) if layer.isSpatial() else "",
        "rules": rules(layer) if layer.isSpatial() else [],
        "legend": legend(layer) if layer.isSpatial() else [],
    }


def named_styles(layer: QgsVectorLayer) -> dict[str, dict[str, object]]:
    """Load every style that the file has for this layer, as the Style menu does."""
    own, ids, names, _, _ = layer.listStylesInDatabase()  # those of other layers come after
    seen = {}
    for style_id, name in list(zip(ids, names, strict=True))[:own]:
        text, _ = layer.getStyleFromDatabase(style_id)
        document = QDomDocument()
        document.setContent(text)
        loaded, message = layer.importNamedStyle(document)
        seen[name] = {"loaded": loaded, "message": message, "heading": heading(layer)}
        seen[name]["rules"] = rules(layer)
        seen[name]["qml"] = text
    return seen


def served_styles(path: str, folder: Path) -> list[dict[str, object]]:
    """Load every SLD of the file as well, though QGIS itself prefers QML."""
    seen = []
    with closing(sqlite3.connect(path)) as file:
        styles = file.execute("SELECT f_table_name, styleName, styleSLD FROM layer_styles")
        for table, name, text in styles.fetchall():
            layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr")
            target = folder / "style.sld"
            target.write_text(text, encoding="utf-8")
            message, loaded = layer.loadSldStyle(str(target))
            renderer = layer.renderer()
            found = renderer.rootRule().children() if renderer.type() == "RuleRenderer" else []
            rows = [
                {"label": rule.label(), "features": matching(layer, rule.filterExpression())}
                for rule in found
            ]
            seen.append({"layer": table, "name": name, "loaded": loaded, "rules": rows})
            seen[-1]["message"] = message
    return seen


def draw(layers: list[QgsVectorLayer], extent: QgsRectangle, path: Path) -> bool:
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[-1].crs())
    settings.setExtent(extent)
    settings.setOutputSize(SIZE)
    settings.setOutputDpi(120)
    settings.setBackgroundColor(QColor("#e9eff3"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage().save(str(path)) and not job.errors()


def main(path: str, folder: Path) -> None:
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], GUIenabled=False)
    application.initQgis()
    names = sublayers(path)
    layers = {name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names}
    seen = {"layers": {name: describe(layer) for name, layer in layers.items()}}
    drawn = [layer for layer in layers.values() if layer.isSpatial()]
    cities = layers["cities"]
    extent = cities.extent()
    extent.scale(1.08)
    seen["drawn"] = draw(drawn[::-1], extent, folder / "all.png")
    seen["styles"] = {layer.name(): named_styles(layer) for layer in drawn}
    for place, style in enumerate(seen["styles"]["cities"].values()):
        document = QDomDocument()
        document.setContent(style.pop("qml"))
        cities.importNamedStyle(document)
        style["drawn"] = draw([cities], extent, folder / f"cities{place}.png")
    seen["sld"] = served_styles(path, folder)
    (folder / "seen.json").write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
        code = 0
    except BaseException:  # noqa: BLE001 — the exit below would swallow it
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)
