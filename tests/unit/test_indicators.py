"""The catalogue, the embedded table, and the reader of the user's files."""

import random
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from yrdgeo.errors import ArgumentError, SourceError, TableError
from yrdgeo.provenance import data_path, read_sources
from yrdgeo.sources.catalogue import load_catalogue
from yrdgeo.sources.cells import number_of, read_grid
from yrdgeo.sources.indicators import (
    combine,
    load_indicators,
    load_province_totals,
    read_indicators,
)
from yrdgeo.sources.unit_words import convert, unit_of
from yrdgeo.tables import check

THREE = {"合肥市": 12_013.1, "Suzhou, Jiangsu": 23_958.3, "341300": 2_224.6}
CODES = {"合肥市": "340100", "Suzhou, Jiangsu": "320500", "341300": "341300"}


def _write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def _values(table: pd.DataFrame) -> dict[str, float]:
    return dict(zip(table["adcode"], table["value"], strict=True))


def _long(separator: str = ",") -> str:
    rows = [f"{name},2022,gdp,{value},亿元" for name, value in THREE.items()]
    rows = [row.replace("Suzhou, Jiangsu", '"Suzhou, Jiangsu"') for row in rows]
    random.Random(4).shuffle(rows)  # noqa: S311 — an order, not a secret
    text = "\n".join(["城市,年份,指标,数值,单位", *rows, ""])
    return text if separator == "," else text.replace(",", separator)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_long_csv_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = _write(tmp_path / "gdp.csv", _long(), encoding)
    table, report = read_indicators(path)
    assert _values(table) == {CODES[name]: value for name, value in THREE.items()}
    assert set(table["unit"]) == {"1e8 CNY"}
    assert set(table["vintage"]) == {"user"}
    assert report.matched == ("320500", "340100", "341300")


def test_long_wide_and_one_column_tables_say_the_same(tmp_path: Path) -> None:
    wide = "城市,2021年,2022年\n合肥市,1,3\n宿州市,2,4\n"
    by_heading = "城市,GDP 2021（亿元）,2022年地区生产总值(亿元),其他\n宿州市,2,4,x\n合肥市,1,3,y\n"
    long = "城市,年份,数值\n合肥市,2022,3\n宿州市,2021,2\n宿州市,2022,4\n合肥市,2021,1\n"
    given = [
        read_indicators(_write(tmp_path / "a.csv", wide), indicator="gdp", unit="亿元")[0],
        read_indicators(_write(tmp_path / "b.csv", by_heading))[0],
        read_indicators(_write(tmp_path / "c.csv", long), indicator="地区生产总值", unit="亿元")[0],
    ]
    for table in given[1:]:
        pd.testing.assert_frame_equal(table, given[0])
    assert given[0]["value"].tolist() == [1.0, 3.0, 2.0, 4.0]


def test_a_table_with_indicators_as_columns_needs_only_a_year(tmp_path: Path) -> None:
    text = "city,gdp（亿元）,常住人口（万人）,mayor\n合肥市,12013.1,963.4,x\n"
    table, _ = read_indicators(_write(tmp_path / "a.csv", text), year=2022)
    assert dict(zip(table["indicator"], table["value"], strict=True)) == {
        "gdp": 12_013.1,
        "population_resident": 963.4,
    }


def test_units_are_converted_to_the_catalogue(tmp_path: Path) -> None:
    text = (
        "城市,年份,指标,数值,单位\n"
        "宿州市,2022,常住人口,5325000,人\n"
        "合肥市,2022,gdp,120131000,万元\n"
    )
    table, _ = read_indicators(_write(tmp_path / "a.csv", text))
    assert _values(table) == {"340100": 12_013.1, "341300": 532.5}
    assert table["unit"].tolist() == ["1e8 CNY", "1e4 persons"]


def test_yuan_reads_as_yuan_per_head_where_the_indicator_is_per_head(tmp_path: Path) -> None:
    text = '城市,人均\n合肥市,"125,798"\n'
    path = _write(tmp_path / "a.csv", text)
    table, _ = read_indicators(path, indicator="gdp_per_capita_published", year=2022, unit="元")
    assert table["value"].tolist() == [125_798.0]
    assert table["unit"].tolist() == ["CNY/person"]


def test_a_workbook_and_a_parquet_file_read_like_the_csv(tmp_path: Path) -> None:
    expected, _ = read_indicators(_write(tmp_path / "gdp.csv", _long()))
    rows = pd.read_csv(tmp_path / "gdp.csv", dtype={"城市": str})
    rows.to_parquet(tmp_path / "gdp.parquet")
    with pd.ExcelWriter(tmp_path / "gdp.xlsx") as book:
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="封面", index=False)
        rows.to_excel(book, sheet_name="数据", index=False, startrow=2)
    parquet, _ = read_indicators(tmp_path / "gdp.parquet")
    workbook, _ = read_indicators(tmp_path / "gdp.xlsx", sheet="数据", header_row=3)
    pd.testing.assert_frame_equal(parquet, expected)
    pd.testing.assert_frame_equal(workbook, expected)


def test_an_adcode_that_a_spreadsheet_made_a_float_is_still_that_city(tmp_path: Path) -> None:
    rows = pd.DataFrame({"adcode": [320500.0, None], "2022": [23_958.3, None]})
    rows.to_parquet(tmp_path / "a.parquet")
    table, _ = read_indicators(tmp_path / "a.parquet", indicator="gdp", unit="亿元")
    assert _values(table) == {"320500": 23_958.3}


def test_a_formula_that_was_never_computed_is_named_by_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["城市", "2022"], ["合肥市", "=1+1"], ["宿州市", 2_224.6]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match="row 2, column '2022': holds a formula"):
        read_indicators(tmp_path / "a.xlsx", indicator="gdp", unit="亿元")


def test_a_percent_cell_of_a_workbook_is_read_as_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["城市", "2022"])
    book.active.append(["合肥市", 0.847])
    book.active["B2"].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    table, _ = read_indicators(tmp_path / "a.xlsx", indicator="urbanisation_rate", unit="%")
    assert table["value"].tolist() == [84.7]


def test_missing_values_make_no_row_and_are_reported(tmp_path: Path) -> None:
    text = "城市,2022\n合肥市,—\n宿州市,…\n亳州市,n/a\n阜阳市,\n淮北市,0\n"
    table, report = read_indicators(_write(tmp_path / "a.csv", text), indicator="gdp", unit="亿元")
    assert _values(table) == {"340600": 0.0}
    assert len(report.without_value) == 4
    assert "340100 2022 gdp" in report.without_value


def test_the_report_names_who_is_missing_and_who_is_extra(tmp_path: Path) -> None:
    text = "城市,2022\n江苏省,1\n苏州市,2\n合肥市,3\n合计,6\n注：年末数,\n"
    table, report = read_indicators(
        _write(tmp_path / "a.csv", text), indicator="gdp", unit="亿元", cities=["320500", "320100"]
    )
    assert report.matched == ("320500",)
    assert report.missing == ("320100",)
    assert report.extra == ("340100",)
    assert report.skipped == ("江苏省", "合计", "注：年末数")
    assert set(table["adcode"]) == {"320500", "340100"}
    assert "1 cities matched; 1 missing (320100)" in str(report)


def test_every_problem_of_a_file_comes_in_one_error(tmp_path: Path) -> None:
    text = (
        "城市,年份,指标,数值,单位\n"
        "Suzhou,2022,gdp,1,亿元\n"
        "毫州市,2022,gdp,1,亿元\n"
        "合肥市,22,gdp,1,亿元\n"
        "合肥市,2022,gpd,1,亿元\n"
        "合肥市,2022,gdp,12.013.1,亿元\n"
        "合肥市,2022,gdp,1,斤\n"
        "合肥市,2022,gdp_per_capita,1,元\n"
        ",2022,gdp,1,亿元\n"
        "宿州市,2022,gdp,1,亿元\n"
        "341300,2022,gdp,2,亿元\n"
        "宿州市,2022,常住人口,1,亿元\n"
    )
    with pytest.raises(TableError) as caught:
        read_indicators(_write(tmp_path / "a.csv", text))
    message = str(caught.value)
    assert "a.csv: 11 problems" in message
    for said in (
        "row 2, column 'city': 'Suzhou' names more than one place",
        "row 3, column 'city'",
        "亳州",
        "row 4, column 'year': is not a year (found '22')",
        "row 5, column 'indicator': is not an indicator (found 'gpd'). Did you mean 'gdp'?",
        "row 6, column '数值': is not a number (found '12.013.1')",
        "row 7, column '数值': the unit does not fit 'gdp' (亿元, 100 million yuan) (found '斤')",
        "row 7, column 'adcode + year + indicator + vintage': repeats row 6",
        "row 8, column 'indicator': 'gdp_per_capita' is computed from other indicators",
        "use 'gdp_per_capita_published'",
        "row 9, column 'city': A place name is empty",
        "row 11, column 'adcode + year + indicator + vintage': repeats row 10",
        "row 12, column '数值': the unit does not fit 'population_resident'",
    ):
        assert said in message


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("城市,2022\n合肥市,1\n", {"indicator": "gdp"}, "nothing says the unit"),
        ("城市,2022\n合肥市,1\n", {"unit": "亿元"}, "nothing says the indicator"),
        ("城市,gdp\n合肥市,1\n", {"unit": "亿元"}, "nothing says the year"),
        (
            "市长,2022\n合肥市,1\n",
            {"indicator": "gdp", "unit": "亿元"},
            "no column names the cities",
        ),
        ("城市,x,y\n合肥市,1,2\n", {"indicator": "gdp", "unit": "亿元"}, "no column holds values"),
        ("城市名称,2022\n合肥市,1\n", {"code_column": "城市名"}, "Did you mean '城市名称'?"),
        ("城市,2022\n合肥市,1,5\n", {"indicator": "gdp", "unit": "亿元"}, "row 2: has more cells"),
        ("城市,2022\n合肥市,1e999\n", {"indicator": "gdp", "unit": "亿元"}, "is not a number"),
    ],
)
def test_what_a_file_does_not_say_is_asked_for(
    tmp_path: Path, text: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(TableError, match=said.replace("?", r"\?")):
        read_indicators(_write(tmp_path / "a.csv", text), **options)  # type: ignore[arg-type]


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.parquet"):
        with pytest.raises(SourceError, match="is not"):
            read_indicators(_write(tmp_path / name, "city,2022\n"))
    with pytest.raises(SourceError, match="Save it as one of"):
        read_indicators(_write(tmp_path / "a.xls", "x"))
    with pytest.raises(SourceError, match="is not there"):
        read_indicators(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="no header"):
        read_indicators(_write(tmp_path / "empty.csv", ""))
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"city,2022\n\xff\xff\x80,1\n")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB 18030"):
        read_indicators(odd)


def test_an_unknown_sheet_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "GDP 2022"
    book.active.append(["城市"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="Did you mean 'GDP 2022'"):
        read_grid(tmp_path / "a.xlsx", sheet="GDP2022")


def test_a_confidence_that_is_no_grade_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", "城市,2022,confidence\n合肥市,1,sure\n宿州市,2,low\n")
    with pytest.raises(TableError, match="row 2, column 'confidence': is not legal"):
        read_indicators(path, indicator="gdp", unit="亿元")


def test_a_column_chosen_by_name_is_read_and_the_others_are_not(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", "市,代号,甲,乙\n苏州市,340100,7,8\n")
    table, _ = read_indicators(
        path, indicator="gdp", year=2022, unit="亿元", code_column="代号", value_column="乙"
    )
    assert _values(table) == {"340100": 8.0}


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "\u202e1"])
def test_hostile_cells_are_refused_as_numbers_and_as_cities(tmp_path: Path, hostile: str) -> None:
    path = _write(tmp_path / "a.csv", f'城市,2022\n合肥市,"{hostile}"\n"{hostile}x",1\n')
    with pytest.raises(TableError, match="2 problems"):
        read_indicators(path, indicator="gdp", unit="亿元")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", 1234.5),
        ("１２３４．５", 1234.5),
        ("−3", -3.0),
        ("1 234", 1234.0),
        ("5e3", 5000.0),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["1,23", "12,3456", "1.2.3", "inf", "0x10", "12万", ".", "١٢"])
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        number_of(text)


def test_units_that_count_different_things_do_not_convert() -> None:
    assert convert(1.0, "亿元", "万元") == 10_000.0
    assert convert(1.0, "billion yuan", "亿元") == 10.0
    assert unit_of("平方千米").code == "km2"
    with pytest.raises(ArgumentError, match="cannot be converted"):
        convert(1.0, "亿元", "亿美元")
    with pytest.raises(ArgumentError, match="not known"):
        unit_of("斤")


def test_own_rows_go_before_published_ones_and_stand_beside_them() -> None:
    base = load_indicators()
    own = base[base["indicator"].eq("gdp") & base["year"].eq(2022)].assign(value=1.0)
    again = combine(base, own.sample(frac=1, random_state=1))
    assert len(again) == len(base)
    assert again[again["value"].eq(1.0)]["adcode"].nunique() == 41


def test_every_embedded_row_has_a_source_and_a_row_in_the_catalogue() -> None:
    sources = read_sources(data_path("sources/indicators.toml"))
    catalogue = load_catalogue()
    for table in (load_indicators(), load_province_totals()):
        assert set(table["source_id"]) <= set(sources)
        assert set(table["indicator"]) <= {key for key, row in catalogue.items() if not row.derived}
        units = {row.id: row.unit for row in catalogue.values()}
        assert (table["indicator"].map(units) == table["unit"]).all()
    used = {*load_indicators()["source_id"], *load_province_totals()["source_id"]}
    assert used == set(sources)
    assert all(row["title"] and row["licence"] for row in sources.values())


def test_the_embedded_file_reads_back_through_the_user_s_door() -> None:
    table, report = read_indicators(data_path("indicators.csv"), vintage="", source_id="")
    expected = load_indicators().sort_values(
        ["adcode", "year", "indicator", "vintage"], ignore_index=True
    )
    pd.testing.assert_frame_equal(table, expected[table.columns], check_dtype=False)
    assert len(report.matched) == 41
    assert report.skipped == report.without_value == ()


def test_loading_twice_gives_tables_that_do_not_share_memory() -> None:
    first = load_indicators()
    first["value"] = 0.0
    assert load_indicators()["value"].gt(0.0).any()
    check(load_indicators(), "indicators")


def test_the_user_s_catalogue_stands_beside_and_instead(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "own.toml",
        '[patents]\nzh = "专利"\nen = "Patents"\nunit = "件"\nkind = "extensive"\n'
        '[gdp]\nzh = "产值"\nen = "Output"\nunit = "亿元"\nkind = "extensive"\n',
    )
    catalogue = load_catalogue(path)
    assert catalogue["patents"].unit_en == "件"
    assert catalogue["gdp"].zh == "产值"
    assert catalogue["gdp"].unit == "1e8 CNY"
    assert load_catalogue()["gdp"].zh == "地区生产总值"
    text = "城市,专利（件）\n合肥市,5\n"
    table, _ = read_indicators(_write(tmp_path / "a.csv", text), year=2022, catalogue=catalogue)
    assert _values(table) == {"340100": 5.0}


def test_every_problem_of_a_catalogue_comes_in_one_error(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "own.toml",
        '[x]\nzh = 3\nunit = "%"\nkind = "extensve"\nmeening_zh = ""\ndecimals = 12\n'
        'numerator = ["gdpp"]\ntopic = "land"\n',
    )
    with pytest.raises(TableError) as caught:
        load_catalogue(path)
    message = str(caught.value)
    assert "own.toml: 7 problems" in message
    for said in (
        "x.zh",
        "x.en",
        "'extensive'",
        "'meaning_zh'",
        "0 to 9",
        "'gdp'",
        "no denominator",
    ):
        assert said in message
    with pytest.raises(SourceError, match="not a TOML file"):
        load_catalogue(_write(tmp_path / "bad.toml", "[x"))


def _yearbook(path: Path) -> Path:
    """Write a table as yearbooks print it: a title, merged headings, full-width figures."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["长三角主要经济指标"])
    page.append(["城市", "地区生产总值（亿元）", None, "常住人口（万人）", "财政收入（万元）"])
    page.append([None, "2021年", 2022, "2022年", "2022年"])
    page.append(["合肥", "１１，４１２．８", 12_013.1, 963.4, 900])
    page.append(["宿州市", 2_167.7, "２２２４．６", 532.5, 100])
    page.append(["注：年末数。"])
    for cells in ("A1:E1", "A2:A3", "B2:C2"):
        page.merge_cells(cells)
    book.save(path)
    return path


def test_a_yearbook_table_with_merged_headings_is_read(tmp_path: Path) -> None:
    table, report = read_indicators(_yearbook(tmp_path / "a.xlsx"))
    found = table.set_index(["adcode", "indicator", "year"])["value"]
    assert found.to_dict() == {
        ("340100", "gdp", 2021): 11_412.8,
        ("340100", "gdp", 2022): 12_013.1,
        ("340100", "population_resident", 2022): 963.4,
        ("341300", "gdp", 2021): 2_167.7,
        ("341300", "gdp", 2022): 2_224.6,
        ("341300", "population_resident", 2022): 532.5,
    }
    assert report.skipped == ("注：年末数。",)


def test_numbers_of_no_known_indicator_are_named_and_not_lost_in_silence(tmp_path: Path) -> None:
    _, report = read_indicators(_yearbook(tmp_path / "a.xlsx"))
    assert report.unread == ("2022年 财政收入（万元）",)
    assert "columns of no indicator that is known (2022年 财政收入（万元）)" in str(report)


def test_rows_of_a_yearbook_keep_their_number_in_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_yearbook(tmp_path / "a.xlsx"))
    book.active["B5"] = "两千"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match=r"row 5, column '2021年 地区生产总值（亿元）'"):
        read_indicators(tmp_path / "a.xlsx")


def test_an_unknown_indicator_is_told_once_with_the_nearest_name(tmp_path: Path) -> None:
    rows = "".join(f"{city},2022,公共预算收入,1,亿元\n" for city in ("合肥市", "宿州市", "亳州市"))
    with pytest.raises(TableError, match=r"a\.csv: 1 problem\n.*mean '地方一般公共预算收入'"):
        read_indicators(_write(tmp_path / "a.csv", "城市,年份,指标,数值,单位\n" + rows))


def test_many_rows_beyond_the_header_are_one_problem(tmp_path: Path) -> None:
    rows = "".join(f"{city},1,2\n" for city in ("合肥市", "宿州市", "亳州市", "阜阳市"))
    with pytest.raises(TableError, match=r"1 problem\n  row 2: .*and so have 3 rows below"):
        read_indicators(
            _write(tmp_path / "a.csv", "城市,2022\n" + rows), indicator="gdp", unit="亿元"
        )
