"""Laws of lengths, gaps and datums on random places."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_cities import cities_of, coverage, star

from yrdgeo import geo

seeds = st.integers(0, 2**32 - 1)
longitudes, latitudes = st.floats(72.5, 137.3), st.floats(1.3, 55.3)
EXACT = 1e-9


def three(seed: int) -> gpd.GeoDataFrame:
    generator = np.random.default_rng(seed)
    shapes = {}
    for name in ("A", "B", "C"):
        lon, lat = generator.uniform((110, 20), (122, 42))
        shapes[name] = shapely.transform(
            star(generator, size=float(generator.uniform(0.2, 3))),
            lambda points, lon=lon, lat=lat: points + np.array([lon, lat]),
        )
    return cities_of(shapes, seed=seed % 1000)


@given(seeds)
def test_lengths_are_symmetric_and_keep_the_triangle_inequality(seed: int) -> None:
    cities = three(seed)
    ab, ba = geo.geodesic_km(cities, ["A", "B"], ["B", "A"])
    ac, cb = geo.geodesic_km(cities, ["A", "C"], ["C", "B"])
    assert ab == pytest.approx(ba)
    assert ab <= ac + cb + 1e-9


@settings(max_examples=40)
@given(seeds)
def test_a_gap_is_symmetric_and_no_longer_than_the_way_between_seats(seed: int) -> None:
    cities = three(seed)
    gap, back = geo.border_km(cities, ["A", "B"], ["B", "A"])
    assert gap == pytest.approx(back, abs=1e-6)
    assert 0 <= gap <= geo.geodesic_km(cities, "A", "B") + 1e-6


@settings(max_examples=40)
@given(seeds)
def test_a_gap_does_not_depend_on_where_a_ring_begins_or_turns(seed: int) -> None:
    cities = three(seed)
    turned = cities.set_geometry(cities.reverse().normalize())
    assert geo.border_km(cities, "A", "B") == pytest.approx(
        geo.border_km(turned, "A", "B"), abs=1e-6
    )


@settings(max_examples=40)
@given(seeds, st.floats(0.01, 0.5))
def test_a_larger_polygon_is_never_farther(seed: int, margin: float) -> None:
    cities = three(seed)
    wide = cities.copy()
    grown = wide.loc["A", "geometry"].buffer(margin)
    assume(grown.covers(cities.loc["A", "geometry"]))
    wide.loc["A", "geometry"] = grown
    assert geo.border_km(wide, "A", "B") <= geo.border_km(cities, "A", "B") + 1e-6


@settings(max_examples=20)
@given(seeds)
def test_areas_add_up_over_a_coverage(seed: int) -> None:
    cities = coverage(12, seed=seed)
    whole = cities.dissolve()
    assert geo.area_km2(cities).sum() == pytest.approx(geo.area_km2(whole).iloc[0], rel=1e-6)


ROUND_TRIPS = {
    "gcj02": (geo.wgs84_to_gcj02, geo.gcj02_to_wgs84),
    "bd09": (geo.gcj02_to_bd09, geo.bd09_to_gcj02),
    "both": (geo.wgs84_to_bd09, geo.bd09_to_wgs84),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
@given(lon=longitudes, lat=latitudes)
def test_the_way_back_undoes_the_way_forth(name: str, lon: float, lat: float) -> None:
    forth, back = ROUND_TRIPS[name]
    assert back(*forth(lon, lat)) == pytest.approx((lon, lat), abs=EXACT, rel=0)
    assert forth(*back(lon, lat)) == pytest.approx((lon, lat), abs=EXACT, rel=0)


@given(lon=longitudes, lat=latitudes)
def test_the_shift_is_ten_metres_to_a_kilometre_and_a_half(lon: float, lat: float) -> None:
    metres = geo.GEOD.inv(lon, lat, *geo.wgs84_to_gcj02(lon, lat))[2]
    assert 10 < metres < 1500


@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
)
def test_every_point_of_the_earth_has_a_finite_shift(lon: float, lat: float) -> None:
    for pair in ROUND_TRIPS.values():
        for shift in pair:
            assert np.isfinite(shift(lon, lat)).all()
