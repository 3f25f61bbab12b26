"""What the shipped study says of linkage: centres, circles, communities, clusters, detours."""

import numpy as np
import pandas as pd
import pytest

import yrdgeo as yg
from yrdgeo.provenance import data_path
from yrdgeo.results import Run, TravelTimes

# Centre → those who lean on it, larger being who has more GDP and people.
CENTRES = {
    "310000": ["320600", "320800", "320900", "330200", "330400", "330900", "340300"],
    "320100": ["340200", "340500", "340700", "341100", "341800"],
    "320300": ["320700", "321300", "340600", "341300"],
    "320500": ["320200", "320400"],
    "321000": ["321100", "321200"],
    "330100": ["330500", "330600", "330700", "330800", "341000"],
    "330300": ["331000", "331100"],
    "340100": ["340400", "340800", "341200", "341500", "341600", "341700"],
}
# Official circle → members found within 90 minutes, official prefectures, both.
OVERLAPS = {
    "metro_hangzhou": (4, 6, 4),
    "metro_hefei": (3, 7, 3),
    "metro_nanjing": (6, 8, 6),
    "metro_ningbo": (2, 3, 2),
    "metro_shanghai": (4, 9, 4),
    "metro_suxichang": (7, 3, 3),
}


def test_who_leans_on_whom(delta: Run) -> None:
    table = delta.tables["dominant_flows"]
    others = table[table["adcode"].ne(table["centre_by_mass_id"])]
    found = others.groupby("centre_by_mass_id")["adcode"].agg(sorted).to_dict()
    assert found == CENTRES
    share = table.set_index("adcode")["share"]
    assert share["320200"] == pytest.approx(0.507, abs=0.01)  # Wuxi to Suzhou
    assert share["330600"] == pytest.approx(0.466, abs=0.01)  # Shaoxing to Hangzhou
    # By flows received Suzhou stands above Shanghai: its neighbours are nearer.
    by_flows = table.set_index("adcode")["centre_id"]
    assert by_flows["310000"] == "320500"
    assert (by_flows != table.set_index("adcode")["centre_by_mass_id"]).sum() == 11


def test_shares_are_those_of_the_modelled_flows(delta: Run) -> None:
    """A second route: plain numpy from the run's times and amounts."""
    times = delta.times["best"].to_frame()
    ids = list(times.index)
    mass = (delta.values("gdp", 2022) * delta.values("population_resident", 2020))[ids] ** 0.5
    flows = np.outer(mass, mass) / np.maximum(times[ids].to_numpy(), 1.0) ** 2
    np.fill_diagonal(flows, 0)
    shares = pd.DataFrame(flows / flows.sum(axis=1, keepdims=True), ids, ids)
    table = delta.tables["linkage_shares"]
    assert (table.groupby("from_id").size() == 5).all()
    for city, part in table.groupby("from_id"):
        largest = shares.loc[city].nlargest(5)
        assert part["to_id"].tolist() == largest.index.tolist()
        assert part["share"].to_numpy() == pytest.approx(largest.to_numpy(), rel=1e-9)


def test_communities_are_not_the_provinces_but_near_them(delta: Run) -> None:
    table = delta.tables["communities"]
    assert table["nmi_provinces"].unique() == pytest.approx([0.546], abs=0.01)
    assert table["nmi_by_chance"].iloc[0] < 0.15
    sizes = table.groupby("community")["adcode"].agg(len).tolist()
    assert sizes == [24, 11, 6]
    zhejiang = table[table["community"].eq(2)]["province"].value_counts().to_dict()
    assert zhejiang == {"33": 10, "34": 1}


def test_circles_are_smaller_than_the_official_ones(delta: Run) -> None:
    table = delta.tables["circle_overlap"]
    wide = table[table["cutoff_min"].eq(90)].set_index("group_id")
    found = wide[["n_found", "n_official", "n_both"]]
    assert {name: tuple(row) for name, row in zip(found.index, found.to_numpy(), strict=True)} == (
        OVERLAPS
    )
    assert wide["n_counties"].to_dict() == dict.fromkeys(OVERLAPS, 0) | {
        "metro_nanjing": 2,
        "metro_hefei": 1,
    }
    assert wide.loc["metro_nanjing", "jaccard"] == 0.75
    hour = table[table["cutoff_min"].eq(60)].set_index("group_id")
    assert (hour["n_found"] <= wide["n_found"]).all()
    assert "metro_nanjing_core" not in wide.index


def test_the_core_of_the_delta(delta: Run) -> None:
    table = delta.tables["core_periphery"].set_index("adcode")
    assert sorted(table.index[table["in_core"]]) == ["310000", "320100", "320500", "330100"]
    assert table["fit"].iloc[0] == pytest.approx(0.472, abs=0.005)
    assert table["p_value"].iloc[0] == table["p_floor"].iloc[0] == pytest.approx(0.005)
    assert table["coreness"].nlargest(3).index.tolist() == ["320500", "310000", "320200"]


def test_clusters_of_gdp_per_head(delta: Run) -> None:
    table = delta.tables["clusters"]
    by = table.groupby("neighbours")["moran"].first()
    assert by["contiguity"] == pytest.approx(0.597, abs=0.001)
    assert by["within_90_min"] == pytest.approx(0.664, abs=0.001)
    low = table[table["neighbours"].eq("contiguity") & table["cluster"].eq("low-low")]
    assert set(low["adcode"]) >= {"341200", "341600"}  # Fuyang and Bozhou
    alone = table[table["cluster"].eq("island")]
    assert sorted(alone["adcode"]) == ["320700", "341000"]


def test_the_layers_of_position_are_their_tables(delta: Run) -> None:
    layers = delta.layers.set_index("layer_id")
    place = {name: dict(enumerate(layers.loc[name, "classes"].split(";"))) for name in layers.index}
    core = delta.values("core_periphery").map(place["core_periphery"])
    table = delta.tables["core_periphery"].set_index("adcode")
    assert core.eq("core").to_dict() == table["in_core"].to_dict()
    assert delta.values("coreness").to_dict() == table["coreness"].to_dict()
    shares = delta.tables["dominant_flows"].set_index("adcode")["share"]
    assert delta.values("flow_primacy").to_dict() == (100 * shares).to_dict()
    named = layers.loc["communities", "classes_en"].split(";")
    assert named == ["With Nanjing", "With Hangzhou", "With Shanghai"]
    numbers = delta.tables["communities"].set_index("adcode")["community"]
    assert (delta.values("communities") + 1).to_dict() == numbers.to_dict()
    assert "mutual information with the provinces 0.55" in layers.loc["communities", "says_en"]
    assert "4 of 41" in layers.loc["core_periphery", "says_en"]
    clusters = delta.tables["clusters"]
    for near, part in clusters.groupby("neighbours"):
        rows = part.set_index("adcode")
        for method, column in (("local_moran", "cluster"), ("getis_ord", "spot")):
            layer = f"{method}_gdp_per_capita_{near}"
            found = delta.values(layer).map(place[layer])
            assert found.to_dict() == rows[column].to_dict(), layer


def test_the_pull_of_all_others_is_strongest_at_wuxi(delta: Run) -> None:
    """A second route: plain numpy from the run's times and amounts."""
    times = delta.times["best"].to_frame()
    ids = list(times.index)
    mass = (delta.values("gdp", 2022) * delta.values("population_resident", 2020))[ids] ** 0.5
    pull = mass.to_numpy() / np.maximum(times[ids].to_numpy(), 1.0) ** 2
    np.fill_diagonal(pull, 0)
    index = 100 * pull.sum(axis=1) / pull.sum(axis=1).mean()
    shown = delta.values("field_strength")
    assert shown[ids].to_numpy() == pytest.approx(index, rel=1e-9)
    assert shown.idxmax() == "320200"
    assert shown.max() == pytest.approx(263.5, abs=1.0)
    assert shown.idxmin() == "330300"


def test_clusters_of_the_map_are_few(delta: Run) -> None:
    counts = delta.values("local_moran_gdp_per_capita_contiguity").value_counts()
    assert counts.to_dict() == {4.0: 33, 1.0: 5, 0.0: 3}
    near = delta.values("getis_ord_gdp_per_capita_within_90_min").value_counts()
    assert near.to_dict() == {2.0: 34, 0.0: 5, 3.0: 2}


def test_roads_do_not_bend_at_province_borders(delta: Run) -> None:
    table = delta.tables["detours"].set_index("kind")
    assert table["n_pairs"].to_dict() == {"within": 97, "across": 37}
    assert table.loc["across", "ratio_to_within"] == pytest.approx(0.991, abs=0.005)
    assert table.loc["across", "p_value"] > 0.5


def test_the_shipped_values_cannot_carry_an_evaluation(delta: Run) -> None:
    table = delta.tables["evaluation_readiness"]
    assert len(table) > 40
    assert not table["usable"].any()
    assert table["note"].ne("").all()
    assert table["start_year"].unique().tolist() == [2022]
    gdp = table[table["indicator"].eq("gdp") & table["vintage"].eq("preliminary")].iloc[0]
    assert (gdp["years_before"], gdp["years_after"]) == ("2021", "2022")


def test_breaking_points_divide_the_way_by_the_masses(delta: Run) -> None:
    table = delta.tables["breaking_points"]
    mass = (delta.values("gdp", 2022) * delta.values("population_resident", 2020)) ** 0.5
    ratio = (mass[table["to_id"]].to_numpy() / mass[table["from_id"]].to_numpy()) ** 0.5
    assert table["share"].to_numpy() == pytest.approx(1 / (1 + ratio), rel=1e-9)
    assert (table["from_min"] / table["path_min"]).to_numpy() == pytest.approx(1 / (1 + ratio))
    times = {mode: matrix.to_frame() for mode, matrix in delta.times.items()}
    ways = zip(table["mode"], table["from_id"], table["to_id"], strict=True)
    shown = [times[mode].loc[a, b] for mode, a, b in ways]
    assert table["path_min"].to_numpy() == pytest.approx(shown, abs=0.01)  # whole milliseconds


def test_pairs_have_the_likeness_of_their_sectors_where_known(delta: Run) -> None:
    pairs = delta.pairs.set_index("pair_id")
    known = pairs.index[pairs["similarity"].notna()].tolist()
    assert sorted(known) == ["twin2021_4", "twin2021_5", "twin2021_6"]
    assert pairs.loc["twin2021_6", "similarity"] == pytest.approx(0.9993, abs=1e-4)
    long = delta.tables["structure_pairs"]
    row = long[
        long["measure"].eq("krugman") & long["from_id"].eq("320100") & long["to_id"].eq("341100")
    ]
    assert pairs.loc["twin2021_4", "krugman"] == row["value"].item()


def test_every_row_says_what_it_stands_on(delta: Run) -> None:
    modelled = ["dominant_flows", "linkage_shares", "circles", "circle_overlap", "communities"]
    for name in (*modelled, "core_periphery", "breaking_points"):
        assert delta.tables[name]["note"].str.startswith("Modelled").all(), name
    for name in modelled:
        table = delta.tables[name]
        assert table["gdp_year"].eq(2022).all()
        assert table["population_year"].eq(2020).all()
        assert table["confidence"].eq("unverified").all()  # GDP of four cities is
    every = [delta.tables[name] for name in (*modelled, "clusters", "corridors")]
    named = {
        one
        for table in every
        for column in table
        if column.endswith("source_id")
        for text in table[column]
        for one in text.split(";")
    }
    assert named <= set(delta.sources["source_id"])


def test_trains_of_2016_run_less_often_across_provinces() -> None:
    """Supply, not passengers: direct trains between the seats' stations in a timetable of 2016."""
    pytest.importorskip("statsmodels", reason="the extra 'stats' is not installed")
    table = pd.read_csv(
        data_path("rail_times_2016.csv"), dtype={"from_adcode": str, "to_adcode": str}
    )
    trains = table.groupby(["from_adcode", "to_adcode"])["n_trains"].sum()
    ids = sorted({code for pair in trains.index for code in pair})
    every = pd.MultiIndex.from_product([ids, ids], names=["from_id", "to_id"])
    flows = trains.reindex(every, fill_value=0).rename("flow").reset_index()
    flows = flows[flows["from_id"].ne(flows["to_id"])]
    network = yg.load_study("yrd").network(date="2016-03", modes=["rail"])
    times: TravelTimes = yg.travel_times(network, ids)
    found = yg.barrier.border_effect(flows, times, pd.Series([code[:2] for code in ids], ids))
    assert found.flow_ratio == pytest.approx(0.586, abs=0.01)
    assert found.time_factor == pytest.approx(1.33, abs=0.02)
    assert found.time_factor_interval == pytest.approx((1.05, 1.68), abs=0.03)
    assert found.interval["border"][1] < 0
