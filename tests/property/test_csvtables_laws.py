"""Laws of the CSV writer: what is written can be read back, and nothing in it is a formula."""

import csv
import io
import math
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.publish.columns import clean, distinct, slug
from yrdgeo.publish.csvtables import number_cell, safe_cell, write_csv

# Texts that are likely to be trouble: any characters, with the dangerous ones often in front.
trouble = st.builds(
    "".join,
    st.tuples(st.text("='+-@＝＋－＠\t\r\n\u3000\u200b \x00\ufeff", max_size=4), st.text()),
)
OPENS_FORMULA = tuple("=+-@＝＋－＠")
INVISIBLE = re.compile(r"[\s\u3000\u200b-\u200f\u2060]+")


def unsafe_cell(cell: str) -> str:
    """Undo :func:`safe_cell` by its stated rule, written the other way round."""
    if not cell.startswith("'"):
        return cell
    rest = INVISIBLE.sub("", cell).lstrip("'")
    return cell[1:] if rest.startswith((*OPENS_FORMULA, *"﹣﹢﹦﹫−")) else cell


@given(trouble)
def test_a_cell_gives_its_text_back(text: str) -> None:
    assert unsafe_cell(safe_cell(text)) == clean(text)


@given(trouble)
def test_a_cell_that_begins_like_a_formula_is_a_number(text: str) -> None:
    shown = INVISIBLE.sub("", safe_cell(text))
    if shown.startswith(OPENS_FORMULA):
        assert math.isfinite(float(safe_cell(text))) or "e" in shown.lower()


@given(trouble)
def test_a_cell_has_no_control_character_and_can_be_encoded(text: str) -> None:
    cell = safe_cell(text)
    assert all(ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 for character in cell)
    assert cell.encode("utf-8").decode("utf-8") == cell


@given(st.floats(allow_nan=False))
def test_a_number_reads_back_to_twelve_digits(value: float) -> None:
    assert float(number_cell(value)) == pytest.approx(value, rel=1e-11, abs=0.0)


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_stated_decimals_are_kept(value: float, decimals: int) -> None:
    read = float(number_cell(value, decimals=decimals))
    assert abs(read - value) <= 0.5 * 10.0**-decimals + 1e-9


@given(st.lists(st.tuples(trouble, st.floats(allow_nan=False)), min_size=1, max_size=5))
def test_a_table_has_as_many_rows_and_cells_as_it_was_given(
    rows: list[tuple[str, float]],
) -> None:
    table = pd.DataFrame(rows, columns=["name", "value"])
    with tempfile.TemporaryDirectory() as folder:
        content = write_csv(table, Path(folder) / "t.csv").read_bytes()
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert read[0] == ["name", "value"]
    assert [unsafe_cell(cell) for cell, _ in read[1:]] == [clean(text) for text, _ in rows]
    assert [float(cell) for _, cell in read[1:]] == pytest.approx(
        [value for _, value in rows], rel=1e-11, abs=0.0
    )


@given(st.lists(st.text()))
def test_names_of_columns_are_safe_and_distinct(texts: list[str]) -> None:
    names = distinct(slug(text) or "layer" for text in texts)
    assert len(set(names)) == len(texts)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
