"""What OGR does not write into a GeoPackage: styles, names of columns, metadata, a fixed date.

Everything goes in as parameters of SQL; table and column names are read from the file itself.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from yrdgeo.provenance import clock
from yrdgeo.publish.columns import LayerColumn, clean, distinct
from yrdgeo.publish.dictionary import COLUMNS, LAYER_TITLES
from yrdgeo.publish.mapstyles import FURTHER_STYLES, STYLES, both, city_styles, title
from yrdgeo.publish.qgisstyle import Style, qml
from yrdgeo.publish.sldstyle import sld
from yrdgeo.publish.words import UnitName, said_of, unit_of
from yrdgeo.results import Run

NO_DATE = "1970-01-01T00:00:00.000Z"  # a file of data has no clock in it unless one is asked for
SCHEMA = "http://www.geopackage.org/spec121/#extension_schema"
METADATA = "http://www.geopackage.org/spec121/#extension_metadata"
TABLES = """
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
  title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL,
  constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC,
  max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
  column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT,
  f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT,
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
"""
# What of run.json describes the content; its clock does not.
TRACE = ("study", "region", "year", "yrdgeo", "study_file_sha256", "network", "parameters")
OF_CITIES = ("helper_city", "helped_city", "member_city")  # the prefecture, whatever the units
OWN_STYLES = {**STYLES, **FURTHER_STYLES}
_EXTENSIONS = (
    ("gpkg_data_columns", "gpkg_schema", SCHEMA),
    ("gpkg_data_column_constraints", "gpkg_schema", SCHEMA),
    ("gpkg_metadata", "gpkg_metadata", METADATA),
    ("gpkg_metadata_reference", "gpkg_metadata", METADATA),
)


def add_extras(path: Path, run: Run, columns: Sequence[LayerColumn]) -> None:
    """Add styles, column names, metadata and a fixed date to a GeoPackage of a run."""
    date = fixed_date()
    with closing(sqlite3.connect(path)) as file, file:
        for statement in TABLES.split(";\n"):
            file.execute(statement)
        _register(file)
        _name_columns(file, run, columns)
        _describe(file, run, date)
        _add_styles(file, run, columns, date)
        _title_layers(file, run, date)


def pack(loose: Path, packed: Path) -> None:
    """Copy a database without gaps; SQLite's counters of changes start anew, the same each time."""
    with closing(sqlite3.connect(loose)) as file:
        file.execute("VACUUM INTO ?", (str(packed),))


def fixed_date() -> str:
    """Return ``SOURCE_DATE_EPOCH`` as the format writes time, or 1970 where none is set."""
    if "SOURCE_DATE_EPOCH" not in os.environ:
        return NO_DATE
    return clock().strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _register(file: sqlite3.Connection) -> None:
    file.executemany(
        "INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope)"
        " VALUES (?, ?, ?, 'read-write')",
        _EXTENSIONS,
    )
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles of the layers', 0)"
    )


def _tables(file: sqlite3.Connection) -> list[str]:
    rows = file.execute("SELECT table_name FROM gpkg_contents WHERE table_name != 'layer_styles'")
    return sorted(name for (name,) in rows)


def _column_names(file: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in file.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def words_of_columns(
    names: Iterable[str], columns: Sequence[LayerColumn], unit: UnitName = "city"
) -> dict[str, tuple[str, str]]:
    """Return the alias and the description of each column that has words for such units."""
    known = {column.name: column for column in columns}
    doubts = {column.confidence: column for column in columns if column.confidence}
    found = {}
    for name in names:
        if name in known:
            column = known[name]
            said = both(column.meaning_zh, column.meaning_en)
            source = f"来源 Source: {column.source_id}" if column.source_id else ""
            found[name] = (title(column), " ".join(part for part in (said, source) if part))
        elif name in doubts:
            found[name] = (f"可信度 Confidence: {title(doubts[name])}", "")
        elif name in COLUMNS:
            alias, description = COLUMNS[name]
            spoken: UnitName = "city" if name in OF_CITIES else unit
            found[name] = (said_of(alias, spoken), said_of(description, spoken))
    return found


def _name_columns(file: sqlite3.Connection, run: Run, columns: Sequence[LayerColumn]) -> None:
    rows, unit = [], unit_of(run.cities.index)
    for table in _tables(file):
        own = columns if table == "cities" else ()
        words = words_of_columns(_column_names(file, table), own, unit)
        names = distinct(alias for alias, _ in words.values())
        rows += [
            (table, column, name, name, description)
            for name, (column, (_, description)) in zip(names, words.items(), strict=True)
        ]
    file.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description)"
        " VALUES (?, ?, ?, ?, ?)",
        rows,
    )


def _describe(file: sqlite3.Connection, run: Run, date: str) -> None:
    text = json.dumps(about(run), ensure_ascii=False, indent=1, sort_keys=True, default=clean)
    file.execute(
        "INSERT INTO gpkg_metadata (id, md_scope, md_standard_uri, mime_type, metadata)"
        " VALUES (1, 'dataset', 'https://schema.org/Dataset', 'application/json', ?)",
        (text,),
    )
    file.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id)"
        " VALUES ('geopackage', ?, 1)",
        (date,),
    )


def about(run: Run) -> dict[str, object]:
    """Return what the file is, as a schema.org Dataset: title, year, sources, warnings."""
    sources = [
        {str(key): clean(value) for key, value in row.items()}
        for row in run.sources.sort_values("source_id").to_dict("records")
    ]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": both(run.title_zh, run.title_en),
        "identifier": clean(run.name),
        "temporalCoverage": str(run.year),
        "license": sorted({row["licence"] for row in sources if row.get("licence")}),
        "isBasedOn": sources,
        "disambiguatingDescription": [clean(warning) for warning in run.warnings],
        "creator": {"@type": "SoftwareApplication", "name": "yrdgeo"},
        "provenance": {key: run.provenance[key] for key in TRACE if key in run.provenance},
    }


def _add_styles(
    file: sqlite3.Connection, run: Run, columns: Sequence[LayerColumn], date: str
) -> None:
    styles = {"cities": city_styles(run, columns), **{k: [v] for k, v in OWN_STYLES.items()}}
    present, unit = _tables(file), unit_of(run.cities.index)
    for table, named in styles.items():
        if table not in present:
            continue
        own = columns if table == "cities" else ()
        words = words_of_columns(_column_names(file, table), own, unit)
        aliases = {column: alias for column, (alias, _) in words.items()}
        file.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description,"
            " owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, ?, ?, ?, '', ?)",
            [
                _style_row(table, replace(_spoken(style, unit), aliases=aliases), not i, date)
                for i, style in enumerate(named)
            ],
        )


def _spoken(style: Style, unit: UnitName) -> Style:
    """Return a style whose own words name the units as the run does; titles of data stay."""
    if style.name not in OWN_STYLES:
        return style
    rules = tuple(replace(rule, label=said_of(rule.label, unit)) for rule in style.rules)
    return replace(style, heading=said_of(style.heading, unit), rules=rules)


def _style_row(table: str, style: Style, default: bool, date: str) -> tuple[object, ...]:  # noqa: FBT001 — one row
    return (
        table,
        clean(style.name),
        qml(style),
        sld(style, table),
        int(default),
        clean(style.heading),
        date,
    )


def _title_layers(file: sqlite3.Connection, run: Run, date: str) -> None:
    where = both(run.title_zh, run.title_en)
    unit = unit_of(run.cities.index)
    for table in _tables(file):
        name = said_of(LAYER_TITLES[table], unit) if table in LAYER_TITLES else table
        file.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            (name, f"{name}. {where}, {run.year}", table),
        )
    file.execute("UPDATE gpkg_contents SET last_change = ?", (date,))
