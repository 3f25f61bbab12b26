"""Notes of results in Chinese: every sentence that the measures say has its twin."""

import re

import numpy as np
import pandas as pd
import pytest

from yrdgeo.analysis import gradient, inequality, linkage
from yrdgeo.pipeline.note_words import SENTENCES, in_chinese, with_chinese
from yrdgeo.results import Run

CODES = [f"{code}00" for code in range(3201, 3231)]
WORDS = re.compile(r"[A-Za-z]{3,}(?: [a-z]+)+")  # two English words in a row


def km() -> pd.Series:
    return pd.Series(np.linspace(0.0, 290.0, 30), CODES, name="seat_km")


def line(**changed: float) -> pd.Series:
    made = pd.Series(np.exp(5 - 0.01 * km().to_numpy()), CODES)
    made += np.random.default_rng(1).uniform(0, 1, 30)
    return made.where(~made.index.isin(list(changed)), pd.Series(changed, dtype=float))


def test_every_sentence_of_a_gradient_is_in_chinese() -> None:
    lost, far = line(), km()
    lost["320500"] = np.nan
    far["320700"] = np.inf
    ring = pd.DataFrame({"from_id": CODES[:-1], "to_id": CODES[1:]})
    fits = [
        gradient.fit(lost, far, form=form, neighbours=neighbours, errors="hc3")
        for form in ("linear", "exponential", "power", "log", "quadratic")
        for neighbours in (None, ring, ring.iloc[:3])
    ]
    bent = (km() - 140).abs() + 1
    fits += [
        gradient.fit(bent, km(), form="quadratic"),
        gradient.fit(pd.Series(3.0, CODES), km(), form="linear"),
        gradient.segmented(bent, km(), breaks=2, neighbours=ring),
        gradient.segmented(line(), km(), breaks=1),
        gradient.local_gradient(lost, far),
    ]
    for fit in fits:
        said = in_chinese(fit.note)
        assert bool(said) == bool(fit.note)
        assert not WORDS.search(said), (fit.note, said)
        assert sorted(numbers(said)) == sorted(numbers(fit.note))


def numbers(text: str) -> list[str]:
    """Return the numbers that a note says, but for the digits of names of tests."""
    plain = text.replace("HC3", "").replace("R²", "")
    return re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", plain)


def test_notes_of_inequality_and_of_ranks_are_in_chinese() -> None:
    sizes = pd.Series([9.0, 4, 4, 2, 1, np.nan], CODES[:6])
    notes = [linkage.rank_size(sizes, least=2).note]
    first, last = pd.Series([1.0, 2, 4, 9], CODES[:4]), pd.Series([1.0, 3, 8, 40], CODES[:4])
    notes.append(inequality.beta_convergence(first, last, years=5).note)
    groups = pd.Series(["a"] * 2 + ["b"] * 4, CODES[:6])
    for method in ("percentile", "bca"):
        table = inequality.by_group(
            sizes.fillna(7.0), groups, measures=["gini", "theil_t"], method=method
        )
        notes += list(table["note"])
    assert any(notes)
    for note in notes:
        assert not WORDS.search(in_chinese(note)), note


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("", ""),
        ("Left out, smaller than 2: 1.", "未纳入（小于2）：1个。"),
        ("Left out, no value: 320100, 320200.", "未纳入（没有数值）：南京市、无锡市。"),
        ("Half-distance 1.2e+03 min.", "每1.2e+03分钟减半。"),
        ("Half-distance 2.979. No new thing.", "每2.979减半。No new thing."),
        ("HC3 is undefined: 320100 alone decides a coefficient.",
         "南京市单独决定一个系数，HC3没有定义。"),
        ("No break: not rejected (sup-F 4.9, p = 0.146, 999 draws).",
         "无转折的假设：不拒绝（sup-F为4.9，p = 0.146，999次抽样）。"),
        ("{1} \\1 <b>", "{1} \\1 <b>"),
        ("Without a neighbour in the fit: {2}.", "拟合中没有相邻城市：{2}。"),
    ],
)  # fmt: skip
def test_sentences_one_by_one(note: str, said: str) -> None:
    assert in_chinese(note, {"320100": "南京市", "320200": "无锡市"}) == said


def test_no_row_of_the_table_takes_what_another_says() -> None:
    assert len({pattern for pattern, _ in SENTENCES}) == len(SENTENCES)


def test_hostile_notes_stay_as_they_are(hostile_text: str) -> None:
    assert in_chinese(hostile_text) == hostile_text.strip()


def test_a_table_gets_its_column_once_and_beside_the_note() -> None:
    table = pd.DataFrame({"note": ["Equal sizes share their mean rank.", np.nan], "n": [1, 2]})
    more = with_chinese(table, {})
    assert list(more.columns) == ["note", "note_zh", "n"]
    assert more["note_zh"].tolist() == ["规模相等者取平均位次。", ""]
    assert with_chinese(more, {}) is more
    assert with_chinese(table[["n"]], {}).columns.tolist() == ["n"]


def test_every_note_of_the_shipped_study_has_its_twin(delta: Run) -> None:
    tables = {"gradients": delta.gradients, **delta.tables}
    for name, table in tables.items():
        if "note" not in table:
            continue
        assert "note_zh" in table, name
        notes = table["note"].fillna("").astype(str)
        twins = table["note_zh"].fillna("").astype(str)
        assert (notes.ne("") == twins.ne("")).all(), name
        assert not twins.str.contains(WORDS.pattern).any(), name
    corridors = delta.gradients[delta.gradients["by"].eq("corridor")]
    assert corridors["note_zh"].str.contains("沿线50公里以内").all()
