"""Structure, scores and inequality of a study, by hand on six made-up cities."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yrdgeo import load_study, run_study
from yrdgeo.analysis import inequality, scores, structure
from yrdgeo.errors import StudyError
from yrdgeo.pipeline import check_input
from yrdgeo.publish.csvtables import read_table
from yrdgeo.publish.figures import write_figures
from yrdgeo.results import Run

YEAR = 1990
CODES = ["330500", "310000", "320200", "330400", "320500", "320600"]  # in no order
SECTORS = pd.DataFrame(
    {
        "va_primary": [3.0, 1.0, 2.0, 4.0, 1.0, 6.0],
        "va_secondary": [4.0, 30.0, 22.0, 8.0, 25.0, np.nan],
        "va_tertiary": [5.0, 40.0, 18.0, 9.0, 24.0, 12.0],
    },
    index=CODES,
)
HEADS = pd.Series([25.0, 130.0, 40.0, 30.0, 57.0, 78.0], CODES)
GDP = pd.Series([12.0, 71.0, 42.0, 21.0, 50.0, 33.0], CODES)
MODEL = '[network]\nmodes = ["road"]\nnodes = "nodes.csv"\nlinks = "links.csv"\n'
INPUTS = "".join(f'[[indicator]]\npath = "{name}.csv"\n' for name in ("sectors", "gdp", "heads"))
STRUCTURE = """
[[structure]]
sectors = ["va_primary", "va_secondary", "va_tertiary"]
measures = ["specialisation", "upgrade_index", "location_quotient", "similarity", "krugman"]
"""
SCORE = """
[[score]]
id = "standing"
criteria = { gdp = "high", mean_min = "low" }
weights = "entropy"
title_zh = '<script>alert(1)</script>{{ 7*7 }}'
title_en = '=1+1 $x_2$ <img src=x>'
"""
INEQUALITY = """
[[inequality]]
values = "gdp"
weights = "population_resident"
measures = ["gini", "theil_t"]
"""
MEASURE = '[[measure]]\nid = "mean_min"\nmeasure = "closest"\nmode = "road"\nn = 2\n'


def long(table: pd.DataFrame, unit: str, vintage: str = "final") -> pd.DataFrame:
    rows = table.rename_axis("adcode").reset_index().melt("adcode", var_name="indicator")
    return rows.dropna().assign(year=YEAR, unit=unit, vintage=vintage)


def written(folder: Path, more: str) -> Path:
    """Write a region of six squares, their roads and indicators, and a study that asks more."""
    shapes = [shapely.box(120 + i % 3, 30 + i // 3, 121 + i % 3, 31 + i // 3) for i in range(6)]
    squares = gpd.GeoDataFrame({"code": CODES, "name": CODES}, geometry=shapes, crs=4326)
    squares.sample(frac=1, random_state=3).to_file(folder / "squares.geojson")
    (folder / "six.toml").write_text(
        f"""[region]\nid = "six"\nname_zh = "六市"\nname_en = "Six"\ncentre = "310000"
cores = ["310000", "320500"]\nmembers = {CODES}\nsource_id = "tianditu_2024"
cores_source_id = "tianditu_2024"
crs_area = "+proj=laea +lat_0=31 +lon_0=121.5 +datum=WGS84 +units=m"\n""".replace("'", '"'),
        encoding="utf-8",
    )
    nodes = pd.DataFrame({"node_id": CODES, "name_zh": CODES, "kind": "seat", "adcode": CODES,
                          "lon": [p.centroid.x for p in shapes],
                          "lat": [p.centroid.y for p in shapes]})  # fmt: skip
    nodes.to_csv(folder / "nodes.csv", index=False)
    links = pd.DataFrame({"link_id": [f"l{i}" for i in range(5)], "from_node": CODES[:-1],
                          "to_node": CODES[1:], "mode": "road", "speed_kmh": 60.0,
                          "length_km": [100.0, 120.0, 240.0, 160.0, 180.0]})  # fmt: skip
    links.to_csv(folder / "links.csv", index=False)
    long(SECTORS, "亿元").to_csv(folder / "sectors.csv", index=False)
    long(GDP.to_frame("gdp"), "亿元").to_csv(folder / "gdp.csv", index=False)
    long(HEADS.to_frame("population_resident"), "万人").to_csv(folder / "heads.csv", index=False)
    path = folder / "own.toml"
    head = f'[study]\nname = "own"\nregion = "six.toml"\nyear = {YEAR}\nindicators = ["gdp"]\n'
    boundary = '[[boundary]]\npath = "squares.geojson"\ncode_column = "code"\n'
    path.write_text(head + boundary + MODEL + INPUTS + more, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("own")
    path = written(folder, MEASURE + STRUCTURE + SCORE + INEQUALITY)
    return run_study(load_study(path), folder / "out", formats=["tables", "atlas", "geopackage"])


def test_specialisation_is_that_of_the_shares_by_hand(own: Run) -> None:
    known = SECTORS.dropna()
    shares = known.div(known.sum(axis=1), axis=0)
    whole = known.sum() / known.to_numpy().sum()
    quotient = shares / whole
    for sector in SECTORS.columns:
        values = own.values(f"location_quotient_{sector}")
        assert values[known.index].to_dict() == pytest.approx(quotient[sector].to_dict())
    upgrade = own.values("upgrade_index")
    by_hand = (shares * [1.0, 2.0, 3.0]).sum(axis=1)
    assert upgrade[known.index].to_dict() == pytest.approx(by_hand.to_dict())


def test_the_structure_of_pairs_is_the_functions_own_by_code(own: Run) -> None:
    known = SECTORS.dropna()
    pairs = own.tables["structure_pairs"].set_index(["measure", "from_id", "to_id"])["value"]
    assert len(pairs) == 2 * 10
    shares = known.div(known.sum(axis=1), axis=0)
    for (measure, a, b), value in pairs.items():
        x, y = shares.loc[a], shares.loc[b]
        wanted = {
            "krugman": (x - y).abs().sum(),
            "similarity": (x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()),
        }[measure]
        assert value == pytest.approx(wanted)
    matrix = structure.krugman(known)
    assert pairs["krugman", "310000", "320500"] == pytest.approx(matrix.loc["310000", "320500"])


def test_a_city_without_one_sector_is_a_row_without_value_and_hatched(own: Run) -> None:
    for layer in ("specialisation", "upgrade_index", "location_quotient_va_primary"):
        rows = own.results[own.results["layer_id"].eq(layer)].set_index("adcode")
        assert set(rows.index) == set(CODES)
        assert rows["value"].isna().to_dict() == {code: code == "320600" for code in CODES}
        assert rows["note"].str.contains("5 of 6").all()
    drawn = write_figures(own, own.out / "f", layers=["upgrade_index"], language="en")
    assert "no data  (1)" in drawn[1].read_text(encoding="utf-8")
    wide = read_table(own.out / "tables" / "cities.csv").set_index("adcode")
    (column,) = [name for name in wide if str(name).startswith("upgrade_index")]
    assert wide[column].isna().sum() == 1


def test_two_years_of_a_structure_stand_side_by_side_and_never_mix(tmp_path: Path) -> None:
    asks = STRUCTURE + f"years = [{YEAR}, {YEAR - 1}]\n"
    path = written(tmp_path, asks)
    sectors = pd.read_csv(tmp_path / "sectors.csv", dtype={"adcode": str})
    earlier = SECTORS.drop(index="310000") * [3.0, 1.0, 1.0]
    both = pd.concat([sectors, long(earlier, "亿元").assign(year=YEAR - 1)])
    both.sample(frac=1, random_state=5).to_csv(tmp_path / "sectors.csv", index=False)
    run = run_study(load_study(path), tmp_path / "out", formats=["tables"])
    for year, table in ((YEAR, SECTORS), (YEAR - 1, earlier)):
        known = table.dropna()
        shares = known.div(known.sum(axis=1), axis=0)
        whole = known.sum() / known.to_numpy().sum()  # of this year's cities and no other
        values = run.values("location_quotient_va_primary", year).dropna()
        assert values.to_dict() == pytest.approx((shares / whole)["va_primary"].to_dict())
    pairs = run.tables["structure_pairs"]
    assert pairs.groupby("year").size().to_dict() == {YEAR: 2 * 10, YEAR - 1: 2 * 6}
    row = run.layers.set_index("layer_id").loc["upgrade_index"]
    assert row["year"] == YEAR  # the year that most cities have
    assert f"4 of 6 cities have all 3 sectors for {YEAR - 1}." in row["meaning_en"]
    assert f"{YEAR}年6个城市中5个有全部3个行业的数据。" in row["meaning_zh"]
    assert f"Industrial structure: 5 of 6 cities have all 3 sectors for {YEAR}." in run.warnings
    assert f"产业结构：{YEAR - 1}年6个城市中4个有全部3个行业的数据。" in run.warnings_zh


def test_the_ladder_of_sectors_is_the_order_of_the_study_file(tmp_path: Path) -> None:
    asks = '[[structure]]\nsectors = ["va_tertiary", "va_primary"]\nmeasures = ["upgrade_index"]\n'
    path = written(tmp_path, asks)
    run = run_study(load_study(path), tmp_path / "out", formats=["tables"])
    two = SECTORS[["va_tertiary", "va_primary"]]
    by_hand = (two.div(two.sum(axis=1), axis=0) * [1.0, 2.0]).sum(axis=1)
    assert run.values("upgrade_index").to_dict() == pytest.approx(by_hand.to_dict())
    path.write_text(path.read_text(encoding="utf-8") + "years = [1990, 2035]\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"no values of these sectors.*2035.*values: 1990"):
        check_input(str(path))


def test_a_score_compares_the_cities_that_have_every_part(own: Run) -> None:
    minutes = own.values("mean_min")
    table = pd.DataFrame({"gdp": GDP, "mean_min": minutes[CODES]})
    by_hand = scores.composite(table, better={"gdp": "high", "mean_min": "low"}, weights="entropy")
    assert own.values("standing").to_dict() == pytest.approx(by_hand.to_dict())
    assert own.values("standing").idxmax() == "310000"


def test_minutes_to_the_nearest_other_city_are_those_of_the_chain(own: Run) -> None:
    along = np.concatenate([[0.0], np.cumsum([100.0, 120.0, 240.0, 160.0, 180.0])])
    apart = np.sort(np.abs(np.subtract.outer(along, along)), axis=1)
    minutes = dict(zip(CODES, apart[:, 1], strict=True))
    assert own.values("mean_min").to_dict() == pytest.approx(minutes)


def test_inequality_is_the_functions_own_and_gini_by_brute_force(own: Run) -> None:
    table = own.tables["inequality"].set_index(["group_id", "measure"])
    heads = HEADS / HEADS.sum()
    mean = (GDP * heads).sum()
    apart = np.abs(np.subtract.outer(GDP.to_numpy(), GDP.to_numpy()))
    gini = (apart * np.outer(heads, heads)).sum() / (2 * mean)
    theil = (heads * GDP / mean * np.log(GDP / mean)).sum()
    assert table.loc[("region", "gini"), "value"] == pytest.approx(gini)
    assert table.loc[("region", "theil_t"), "value"] == pytest.approx(theil)
    assert inequality.gini(GDP, HEADS) == pytest.approx(gini)
    assert table.loc[("region", "gini"), "n"] == 6
    assert set(table.index.get_level_values(1)) == {"gini", "theil_t"}


def test_hostile_titles_stay_text_in_every_file(own: Run) -> None:
    page = (own.out / "atlas.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
    titles = own.layers.set_index("layer_id")
    assert titles.loc["standing", "title_zh"] == "<script>alert(1)</script>{{ 7*7 }}"
    read = read_table(own.out / "tables" / "layers.csv").set_index("layer_id")
    assert read.loc["standing", "title_en"] == "=1+1 $x_2$ <img src=x>"
    raw = (own.out / "tables" / "layers.csv").read_text(encoding="utf-8-sig")
    assert ",=1+1" not in raw


def test_two_vintages_are_never_mixed_in_one_city(tmp_path: Path) -> None:
    path = written(tmp_path, STRUCTURE)
    table = pd.read_csv(tmp_path / "sectors.csv", dtype={"adcode": str})
    moved = table["adcode"].eq("320500") & table["indicator"].eq("va_primary")
    later = table[~table["adcode"].eq("320600")].assign(vintage="preliminary")
    later["value"] *= 10
    both = pd.concat([table[~moved], later[later["adcode"].eq("320500")]])
    both.to_csv(tmp_path / "sectors.csv", index=False)
    study = load_study(path)
    rows = study.indicators[study.indicators["indicator"].isin(SECTORS.columns)]
    gathered = structure.table(rows, list(SECTORS.columns), YEAR, cities=CODES)
    # 320500 is whole in the preliminary vintage only, so all three come from that one.
    assert gathered.amounts.loc["320500"].tolist() == [10.0, 250.0, 240.0]
    assert gathered.amounts.loc["310000"].tolist() == [1.0, 30.0, 40.0]
    strict = path.read_text(encoding="utf-8").replace(
        "[[structure]]\n", '[[structure]]\nvintage = "final"\n'
    )
    path.write_text(strict, encoding="utf-8")
    run = run_study(load_study(path), tmp_path, formats=["tables"])
    assert set(run.values("upgrade_index").index[run.values("upgrade_index").isna()]) == {
        "320500",
        "320600",
    }


def test_a_score_without_a_part_is_missing_there_and_ranks_the_others(tmp_path: Path) -> None:
    asks = SCORE.replace("mean_min", "va_secondary")
    run = run_study(load_study(written(tmp_path, asks)), tmp_path, formats=["tables"])
    values = run.values("standing")
    assert set(values.index[values.isna()]) == {"320600"}
    full = pd.DataFrame({"gdp": GDP, "va_secondary": SECTORS["va_secondary"]}).dropna()
    by_hand = scores.composite(
        full, better={"gdp": "high", "va_secondary": "low"}, weights="entropy"
    )
    assert values.dropna().to_dict() == pytest.approx(by_hand.to_dict())
    note = run.results[run.results["layer_id"].eq("standing")]["note"]
    assert note.str.contains("5 of 6").all()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[[structure]]\n", "sectors': is missing"),
        ("[[structure]]\nsectors = []\n", "sectors': is empty"),
        ('[[structure]]\nsectors = ["va_primary"]\n', "needs two sectors or more"),
        ('[[structure]]\nsectors = ["va_primary", "va_tertiry"]\n', "Did you mean 'va_tertiary'"),
        ('[[structure]]\nsectors = ["va_primary", "va_primary"]\n', "names one twice"),
        (STRUCTURE.replace('"krugman"', '"krugmann"'), "Did you mean 'krugman'"),
        (STRUCTURE.replace('"krugman"', '"gini"'), "no measure of structure"),
        (STRUCTURE + "yeras = [1990]\n", "Did you mean 'years'"),
        (STRUCTURE + "year = 1990\nyears = [1990]\n", "says year and years"),
        (
            STRUCTURE.replace('"upgrade_index"', '"herfindahl"') + "[[structure]]\n"
            'sectors = ["va_primary", "va_tertiary"]\nmeasures = ["herfindahl"]\n',
            "repeats 'herfindahl' of 1990",
        ),
        (SCORE.replace('"standing"', '"gdp"'), "id of an indicator"),
        (SCORE.replace('"standing"', '"Not An Id"'), "right form"),
        (SCORE.replace("gdp =", "gpd ="), "Did you mean 'gdp'"),
        (SCORE.replace('gdp = "high"', 'gdp = "up"'), "Say which is better"),
        (SCORE.replace("entropy", "entropic"), "Did you mean 'entropy'"),
        (SCORE + 'measure = "compos"\n', "Did you mean 'composite'"),
        ('[[score]]\nid = "a"\n', "takes criteria"),
        (SCORE + 'measure = "output_per_area"\n', "no score of cities|takes output and area"),
        (SCORE + SCORE, "is the id of an earlier one"),
        (INEQUALITY.replace('"gdp"', '"gpd"'), "Did you mean 'gdp'"),
        (INEQUALITY.replace('"population_resident"', '"people"'), "is not an indicator"),
        (INEQUALITY.replace('"gini"', '"ginni"'), "Did you mean 'gini'"),
        (INEQUALITY + 'nested = "circels"\n', "no kind of groups"),
        (INEQUALITY + 'method = "bcaa"\n', "Did you mean 'bca'"),
        (INEQUALITY + "years = [1066]\n", "too small"),
    ],
)
def test_a_wrong_question_is_refused_with_its_place(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(StudyError, match=said) as refused:
        check_input(str(written(tmp_path, MEASURE + more)))
    assert str(refused.value).count("\n  ") == 1, str(refused.value)


def test_every_wrong_question_of_the_families_is_named_at_once(tmp_path: Path) -> None:
    more = (
        STRUCTURE.replace("va_tertiary", "va_fourth")
        + SCORE.replace("gdp =", "gpd =")
        + INEQUALITY.replace('"gini"', '"ginni"')
    )
    path = written(tmp_path, MEASURE + more)
    with pytest.raises(StudyError, match="3 problems") as refused:
        check_input(str(path))
    for place in ("[[structure]] 1 sectors", "[[score]] 1 criteria", "[[inequality]] 1 measures"):
        assert place in str(refused.value)
    done = subprocess.run(
        [sys.executable, "-m", "yrdgeo", "run", str(path), "--out", str(tmp_path / "out")],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "3 problems" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_part_of_a_province_and_no_weights_are_answered(tmp_path: Path) -> None:
    asks = INEQUALITY.replace('"population_resident"', '""') + 'nested = "metro_circle"\n'
    run = run_study(load_study(written(tmp_path, asks)), tmp_path, formats=["tables"])
    table = run.tables["inequality"].set_index(["group_id", "measure"])["value"]
    assert table["region", "gini"] == pytest.approx(inequality.gini(GDP))
    share = GDP / GDP.mean()
    nested = run.tables["theil_nested"].groupby("index")["value"].sum()
    assert nested["T"] == pytest.approx((share * np.log(share)).mean(), abs=1e-12)
    assert nested["L"] == pytest.approx(-np.log(share).mean(), abs=1e-12)
    terms = run.tables["theil_nested"].set_index(["index", "term"])
    assert terms.loc["T"]["share"].sum() == pytest.approx(1)


def test_a_layer_of_a_run_may_be_without_any_value(own: Run) -> None:
    results = own.results.assign(
        value=own.results["value"].where(own.results["layer_id"].ne("standing"))
    )
    drawn = write_figures(replace(own, results=results), own.out / "none", layers=["standing"])
    assert all(path.stat().st_size for path in drawn)
