"""The CSV tables: what is in them, what a spreadsheet would do with them, what reads them back."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from sample_run import ISLAND, MISSING, UNVERIFIED, YEAR, sample_run

from yrdgeo.publish.columns import layer_columns, wide_table
from yrdgeo.publish.csvtables import number_cell, safe_cell, write_csv, write_tables
from yrdgeo.results import Run

FORMULA = "=+-@\t\r＝＋－＠"
CODES = ["adcode", "from_id", "to_id", "core", "helper_id", "helped_id", "group_id", "member_id"]


def read(path: Path) -> list[dict[str, str]]:
    """Read a table back as text, strictly by RFC 4180."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


@pytest.fixture(scope="module")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "tables"
    write_tables(run, target)
    return target


def test_every_table_is_written_and_said_so(run: Run, tmp_path: Path) -> None:
    paths = write_tables(run, tmp_path / "new" / "tables")
    assert [path.name for path in paths] == [
        "cities.csv",
        "layers.csv",
        "indicators.csv",
        "pairs.csv",
        "contiguity.csv",
        "gradients.csv",
        "hinterlands.csv",
        "groups.csv",
        "group_members.csv",
        "sources.csv",
        "warnings.csv",
        *[f"{name}.csv" for name in sorted(run.tables)],
        "times_best.csv",
        "times_rail.csv",
        "times_road.csv",
    ]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(
        path.name for path in paths
    )


def test_a_city_has_its_own_values_with_the_unit_in_the_name(run: Run, folder: Path) -> None:
    rows = {row["adcode"]: row for row in read(folder / "cities.csv")}
    assert list(rows) == sorted(run.cities.index)
    for code, row in rows.items():
        assert row["name_zh"] == run.cities.loc[code, "name_zh"]
        for name, layer_id in (("population_10_000_people", "population"), ("gdp_growth_pct",) * 2):
            value = run.values(layer_id.removesuffix("_pct"), YEAR)[code]
            assert float(row[name]) == pytest.approx(value, rel=1e-11)


def test_a_missing_value_is_empty_and_no_path_is_inf(folder: Path) -> None:
    rows = {row["adcode"]: row for row in read(folder / "cities.csv")}
    assert rows[MISSING]["gdp_per_capita_yuan"] == ""
    assert rows[ISLAND]["mean_time_rail_min"] == "inf"
    times = {(r["from_id"], r["to_id"]): r for r in read(folder / "times_rail.csv")}
    assert times[ISLAND, MISSING]["travel_time_min"] == "inf"
    assert times[ISLAND, ISLAND]["travel_time_min"] == "0"


def test_an_unverified_value_is_marked_beside_it_and_nowhere_else(folder: Path) -> None:
    rows = read(folder / "cities.csv")
    marked = {r["adcode"] for r in rows if r["gdp_per_capita_yuan_confidence"] == "unverified"}
    assert marked == {UNVERIFIED}
    assert "population_10_000_people_confidence" not in rows[0]


def test_a_layer_of_another_year_says_so_in_its_name() -> None:
    run = sample_run()
    run.layers.loc[run.layers["layer_id"].eq("population"), "year"] = 2021
    names = [column.name for column in layer_columns(run)]
    assert "population_10_000_people_2021" in names
    wide = wide_table(run, layer_columns(run))
    pd.testing.assert_series_equal(
        wide["population_10_000_people_2021"],
        run.values("population", 2021).sort_index(),
        check_names=False,
    )


def test_the_long_table_keeps_every_row_with_its_trace(run: Run, folder: Path) -> None:
    rows = read(folder / "indicators.csv")
    assert len(rows) == len(run.results)
    keys = ["layer_id", "adcode", "year", "scenario"]
    written = {tuple(row[key] for key in keys): row for row in rows}
    for given in run.results.to_dict("records"):
        row = written[tuple(str(given[key]) for key in keys)]
        assert row["source_id"] == given["source_id"]
        assert row["confidence"] == given["confidence"]
        assert (row["value"] == "") == pd.isna(given["value"])
        if row["value"]:
            assert float(row["value"]) == pytest.approx(given["value"], rel=1e-11)


def test_codes_stay_text(run: Run, folder: Path) -> None:
    known = {*run.cities.index, *run.groups["group_id"], "region"}  # all of them, in inequality
    for path in folder.iterdir():
        for row in read(path):
            assert {row[name] for name in CODES if name in row} <= known


def test_the_encoding_is_utf8_with_a_mark_and_lines_end_in_crlf(folder: Path) -> None:
    content = (folder / "cities.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + b"adcode,")
    assert content.count(b"\n") == content.count(b"\r\n") == 11


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_rows(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    again = sample_run()
    mixed = {
        name: getattr(again, name).sample(frac=1.0, random_state=99)
        for name in ("cities", "results", "contiguity", "pairs", "hinterlands", "groups", "sources")
    }
    fields = {name: getattr(again, name) for name in Run.__dataclass_fields__} | mixed
    for path in write_tables(Run(**fields), tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert run.cities.index.tolist() != mixed["cities"].index.tolist()


def test_hostile_text_never_becomes_a_formula_and_never_breaks_a_row(
    hostile_run: Run, tmp_path: Path
) -> None:
    for path in write_tables(hostile_run, tmp_path):
        rows = read(path)
        for row in rows:
            assert None not in row, f"{path.name}: too many cells"
            for name, cell in row.items():
                assert cell is not None, f"{path.name}: too few cells"
                assert not set(cell) & {chr(code) for code in range(32)}
                if cell.strip()[:1] in FORMULA and cell.strip():
                    float(cell)  # nothing but a number may begin so
                assert name


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "' =1+1"),
        ("\u3000＝1+1", "'\u3000＝1+1"),
        ("\t=1+1", "' =1+1"),
        ("\u200b@SUM(A1)", "'\u200b@SUM(A1)"),
        ("'=1", "''=1"),
        ("-", "'-"),
        ("-1.5", "-1.5"),
        ("+86 10", "'+86 10"),
        ("310000", "310000"),
        ("a=b", "a=b"),
        ("'t Zand", "'t Zand"),
    ],
)
def test_a_text_that_would_run_gets_an_apostrophe(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@pytest.mark.parametrize(
    ("value", "decimals", "cell"),
    [
        (-1234.5, None, "-1234.5"),
        (0.1 + 0.2, None, "0.3"),
        (123_456_789_012.0, None, "123456789012"),
        (-0.0, None, "0"),
        (-0.001, 2, "0"),
        (float("-inf"), 2, "-inf"),
    ],
)
def test_a_number_is_its_shortest_text(value: float, decimals: int | None, cell: str) -> None:
    assert number_cell(value, decimals=decimals) == cell


def test_whole_numbers_booleans_and_missing_values_have_one_form(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "order": pd.array([1, None], dtype="Int64"),
            "open": [True, False],
            "name": ["x", None],
        }
    )
    rows = read(write_csv(table, tmp_path / "t.csv"))
    assert rows == [
        {"order": "1", "open": "true", "name": "x"},
        {"order": "", "open": "false", "name": ""},
    ]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(pd.DataFrame({"a": [Unspeakable()]}), tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []
