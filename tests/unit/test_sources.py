"""Every source says in English and in Chinese what it is and who published it."""

from pathlib import Path

import pytest

from yrdgeo.inputs import read_all_sources, sources_of
from yrdgeo.provenance import SOURCE_COLUMNS, data_path, read_sources
from yrdgeo.publish.dictionary import COLUMNS
from yrdgeo.sources.programmes import load_pairs, load_schemes, read_pairs
from yrdgeo.spec import read_spec

FILES = [data_path("boundaries/SOURCES.toml"), *sorted(data_path("sources").glob("*.toml"))]
STUDY = """
[study]
name = "mine"
title_zh = "我的"
title_en = "Mine"
region = "yrd"
year = 2024

[pairs]
path = "结对.csv"
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_source_has_its_words_in_both_languages(path: Path) -> None:
    sources = read_sources(path)
    assert sources
    names = [f"{name}{end}" for name in ("title", "publisher", "licence") for end in ("", "_zh")]
    lacking = [(key, name) for key, row in sources.items() for name in names if not row.get(name)]
    assert lacking == []


def test_a_chinese_title_is_chinese() -> None:
    table = read_all_sources().set_index("source_id")
    chinese = table["title_zh"].str.contains(r"[\u4e00-\u9fff]")
    assert table.index[~chinese].to_list() == []


def test_no_source_is_described_in_two_files() -> None:
    keys = [key for path in FILES for key in read_sources(path)]
    assert len(keys) == len(set(keys)) == len(read_all_sources())


def test_the_table_of_sources_has_the_columns_and_the_files_have_words_for_them() -> None:
    assert tuple(read_all_sources().columns) == SOURCE_COLUMNS
    assert set(SOURCE_COLUMNS) <= set(COLUMNS)


def test_a_file_of_the_users_is_a_source_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "结对.csv").write_text("helper,helped\n上海,黄山\n", encoding="utf-8")
    study = tmp_path / "mine.toml"
    study.write_text(STUDY, encoding="utf-8")
    row = sources_of(read_spec(study)).set_index("source_id").loc["user_pairs"]
    assert (row["title"], row["title_zh"]) == ("结对.csv", "结对.csv")
    assert (row["publisher"], row["publisher_zh"]) == ("the user's own file", "用户自有文件")
    assert row["note"].startswith("sha256 ")


def test_every_scheme_of_the_shipped_pairs_has_its_own_words_and_a_source() -> None:
    pairs, schemes = load_pairs(), load_schemes()
    assert set(schemes.index) == set(pairs["scheme"])
    assert schemes.index.is_unique
    assert set(schemes["source_id"]) <= set(read_all_sources()["source_id"])
    for name in ("name_zh", "name_en"):
        assert schemes[name].ne("").all()
        assert schemes[name].is_unique  # the page tells schemes apart by their words


def test_the_words_of_a_scheme_are_joined_by_its_id() -> None:
    pairs, schemes = load_pairs(), load_schemes()
    for scheme, rows in pairs.groupby("scheme"):
        assert set(rows["scheme_zh"]) == {schemes.loc[str(scheme), "name_zh"]}
        assert set(rows["scheme_en"]) == {schemes.loc[str(scheme), "name_en"]}
    alone = load_pairs("enclave")
    assert set(alone["scheme_zh"]) == {"飞地园区"}


def test_pairs_of_the_users_keep_the_name_of_their_scheme(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("helper,helped\n上海,黄山\n", encoding="utf-8")
    pairs = read_pairs(path)
    assert pairs["scheme"].to_list() == ["mine"]
    assert "scheme_zh" not in pairs.columns
