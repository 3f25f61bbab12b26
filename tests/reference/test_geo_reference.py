"""Gaps between polygons against a dense brute force on the ellipsoid."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from made_cities import cities_of, star
from pyproj import Geod
from shapely.affinity import translate

from yrdgeo import geo

Floats = npt.NDArray[np.float64]
GEOD = Geod(ellps="WGS84")
COARSE_M, FINE, ROUNDS = 2_000.0, 41, 3


def edges(polygon: shapely.MultiPolygon) -> Floats:
    """Return the edges as rows lon, lat, Δlon, Δlat."""
    rings = [
        shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(polygon))
    ]
    return np.vstack([np.column_stack([ring[:-1], np.diff(ring, axis=0)]) for ring in rings])


def samples(polygon: shapely.MultiPolygon) -> tuple[Floats, Floats, Floats]:
    """Return samples every two kilometres: their edge, their share of it and the share between."""
    lines = edges(polygon)
    counts = np.ceil(np.hypot(lines[:, 2], lines[:, 3]) * 112_000 / COARSE_M).astype(int) + 1
    rows = np.repeat(np.arange(len(lines)), counts)
    share = np.concatenate([np.linspace(0, 1, count) for count in counts])
    return lines[rows], share, 1 / (counts[rows] - 1)


def metres(one: Floats, other: Floats, s: Floats, t: Floats) -> Floats:
    a, b = (line[..., :2] + line[..., 2:] * x[..., None] for line, x in ((one, s), (other, t)))
    return np.asarray(GEOD.inv(a[..., 0], a[..., 1], b[..., 0], b[..., 1])[2])


def brute_force_km(cities: gpd.GeoDataFrame, a: str, b: str) -> float:
    """Measure every pair of samples, then meshes around each that may hold the least."""
    (one, s, ds), (other, t, dt) = (samples(cities.geometry[code]) for code in (a, b))
    i, j = (side.ravel() for side in np.indices((len(s), len(t))))
    rough = metres(one[i], other[j], s[i], t[j])
    near = rough <= rough.min() + COARSE_M
    i, j = i[near], j[near]
    one, other, s, t, ds, dt = one[i], other[j], s[i], t[j], ds[i], dt[j]
    step_s, step_t = (side.ravel() for side in np.meshgrid(*[np.linspace(-1, 1, FINE)] * 2))
    for _ in range(ROUNDS):
        fine_s = np.clip(s[:, None] + step_s * ds[:, None], 0, 1)
        fine_t = np.clip(t[:, None] + step_t * dt[:, None], 0, 1)
        shape = (*fine_s.shape, 4)
        mesh = (np.broadcast_to(lines[:, None], shape) for lines in (one, other))
        found = metres(*mesh, fine_s, fine_t)
        best = found.argmin(axis=1)[:, None]
        s, t = (np.take_along_axis(side, best, axis=1)[:, 0] for side in (fine_s, fine_t))
        ds, dt = ds * 4 / FINE, dt * 4 / FINE
    return float(min(found.min(), rough.min())) / 1000


@pytest.mark.parametrize("seed", range(24))
def test_gaps_between_jagged_polygons_agree_with_brute_force_to_a_metre(seed: int) -> None:
    generator = np.random.default_rng(seed)
    away = float(generator.choice([0.3, 1, 3, 9]))
    corner = generator.uniform((105, 20), (118, 45))
    shapes = {}
    for name in ("A", "B"):
        parts = [
            translate(star(generator, size=0.3), *(corner + generator.uniform(0, 0.6, 2)))
            for _ in range(2)
        ]
        shapes[name] = shapely.union_all(parts)
        corner = corner + generator.uniform(away / 2, away, 2) * generator.choice([-1, 1], 2)
    cities = cities_of(shapes, seed=seed)
    expected = 0.0 if shapes["A"].intersects(shapes["B"]) else brute_force_km(cities, "A", "B")
    assert geo.border_km(cities, "A", "B") == pytest.approx(expected, abs=0.001, rel=0)
