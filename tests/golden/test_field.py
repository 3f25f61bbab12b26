"""The lines of equal field strength of the delta lie where the surface has that strength."""

import numpy as np
import pandas as pd
import pytest
import shapely

import yrdgeo as yg
from yrdgeo.pipeline.field import LEAST_MINUTES, contour_table
from yrdgeo.pipeline.linkage_tables import linked_cities
from yrdgeo.results import Run

WALK = 40  # points of a line at which the strength is worked out anew


def test_strengths_along_the_lines_are_those_they_are_named_by(delta: Run) -> None:
    study = yg.load_study("yrd")
    table = delta.tables["field_contours"]
    levels = table["strength_index"].to_numpy()
    assert len(levels) >= 6
    assert np.allclose(levels[1:] / levels[:-1], 2)
    linked = linked_cities(study, delta.times["best"])
    assert linked is not None
    roads = study.network(modes=["road"])
    nodes = roads.nodes.set_index("node_id").geometry.get_coordinates()
    nodes = nodes.set_axis(["lon", "lat"], axis=1)
    cores = list(delta.cores)
    times = yg.travel_times(roads, list(nodes.index), cores)
    land = yg.surface.grid(study.cities, step_km=20)
    spots = [
        shapely.get_coordinates(
            shapely.line_interpolate_point(shape, np.linspace(0, 1, WALK), normalized=True)
        )
        for lines in table.geometry
        for shape in [max(lines.geoms, key=lambda one: one.length)]
    ]
    walked = pd.DataFrame(np.concatenate(spots), columns=["lon", "lat"])
    asked = study.parameters()
    strength = [
        yg.surface.strength(
            points[["lon", "lat"]], nodes, times, linked.mass,
            decay=yg.decay.power(2, min_time=LEAST_MINUTES), within_km=25,
            access_kmh=asked.access_speed_kmh, detour=asked.access_detour,
        )[cores].sum(axis=1)
        for points in (land, walked)
    ]  # fmt: skip
    index = 100 * strength[1] / strength[0][strength[0] > 0].median()
    found = index.to_numpy().reshape(len(levels), WALK) / levels[:, None]
    # Lines are simplified by two kilometres, and the land is taken four times as coarse here.
    assert np.median(found, axis=1) == pytest.approx(1, rel=0.12)
    assert np.quantile(found, [0.1, 0.9]) == pytest.approx(1, rel=0.35)


def test_seats_alone_draw_no_lines(delta: Run) -> None:
    study = yg.load_study("yrd")
    linked = linked_cities(study, delta.times["best"])
    assert linked is not None

    class Seats:
        cities, region, modes, spec = study.cities, study.region, study.modes, study.spec
        turns = study.turns

        @staticmethod
        def parameters() -> object:
            return study.parameters()

        @staticmethod
        def network(**_: object) -> yg.Network:
            whole = study.network(modes=["road"])
            seats = whole.nodes[whole.nodes["kind"].eq("seat")]
            ids = set(seats["node_id"])
            links = whole.links[
                whole.links["from_node"].isin(ids) & whole.links["to_node"].isin(ids)
            ]
            return yg.Network(links, seats)

    assert contour_table(Seats(), {}, linked.mass).empty  # type: ignore[arg-type]  # a stand-in


def test_without_amounts_there_are_none(delta: Run) -> None:
    assert len(delta.cores)
    assert contour_table(yg.load_study("yrd"), {}, None).empty
