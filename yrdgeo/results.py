"""The hallway: results with more than one part, as frozen dataclasses.

Promise: a result is complete when it exists. No path is ``inf``, never NaN; labels and arrays
have one length; nothing here computes a measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.errors import NetworkError, TableError, few
from yrdgeo.fits import GradientFit, TestResult
from yrdgeo.tables import check

__all__ = ["GradientFit", "Network", "Run", "TestResult", "TravelTimes"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Links and nodes of one day, checked.

    Attributes
    ----------
    links
        The ``links`` table; minutes of a link are ``60 · length_km / speed_kmh + fixed_min``.
    nodes
        The ``nodes`` table; a node of kind ``seat`` stands for the city of its ``adcode``.

    Raises
    ------
    TableError
        If a table breaks its contract.
    NetworkError
        If a link names a node that is not in the node table.
    """

    links: pd.DataFrame
    nodes: pd.DataFrame

    def __post_init__(self) -> None:
        """Check both tables, and that links end at nodes."""
        object.__setattr__(self, "nodes", check(self.nodes, "nodes"))
        object.__setattr__(self, "links", check(self.links, "links"))
        known = pd.Index(self.nodes["node_id"])
        for column in ("from_node", "to_node"):
            unknown = self.links.loc[~self.links[column].isin(known), column]
            if len(unknown):
                raise NetworkError(
                    f"Column '{column}' of table 'links' names nodes that table 'nodes' lacks.",
                    found=few(unknown.unique()),
                    fix="Add the nodes or drop the links.",
                )

    def __repr__(self) -> str:
        """Count links by mode."""
        modes = self.links["mode"].value_counts().sort_index()
        counts = ", ".join(f"{count} {mode}" for mode, count in modes.items())
        return f"Network({len(self.nodes)} nodes, {len(self.links)} links: {counts})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """Travel times from n origins to m destinations.

    Attributes
    ----------
    origins, destinations
        Ids, shape (n,) and (m,); for cities the adcodes.
    minutes
        Shape (n, m), float64; ``inf`` where there is no path.
    """

    origins: pd.Index
    destinations: pd.Index
    minutes: Floats

    def __post_init__(self) -> None:
        """Check labels and minutes, and keep a read-only copy."""
        origins = pd.Index(self.origins, name="from_id")
        destinations = pd.Index(self.destinations, name="to_id")
        minutes = np.array(self.minutes, dtype=np.float64)
        for name, ids in (("origins", origins), ("destinations", destinations)):
            if not ids.is_unique:
                raise TableError(
                    f"Travel times have repeated {name}.",
                    found=few(ids[ids.duplicated()].unique()),
                    fix="Give every id once.",
                )
        if minutes.shape != (len(origins), len(destinations)):
            raise TableError(
                "Travel times must be one row an origin and one column a destination.",
                found=f"shape {minutes.shape} for {len(origins)} × {len(destinations)}",
            )
        bad = np.argwhere(np.isnan(minutes) | (minutes < 0))
        if len(bad):
            raise TableError(
                "Travel times must be minutes, zero or more; no path is inf.",
                found=few(
                    f"{minutes[i, j]} from {origins[i]} to {destinations[j]}" for i, j in bad
                ),
                fix="Write inf where there is no path.",
            )
        minutes.setflags(write=False)
        object.__setattr__(self, "origins", origins)
        object.__setattr__(self, "destinations", destinations)
        object.__setattr__(self, "minutes", minutes)

    def to_frame(self) -> pd.DataFrame:
        """Return the matrix as a table, origins as index and destinations as columns."""
        return pd.DataFrame(self.minutes, self.origins, self.destinations)

    def to_table(self) -> pd.DataFrame:
        """Return the long table ``from_id, to_id, travel_time_min``, one row an ordered pair."""
        return pd.DataFrame(
            {
                "from_id": np.repeat(self.origins.to_numpy(), len(self.destinations)),
                "to_id": np.tile(self.destinations.to_numpy(), len(self.origins)),
                "travel_time_min": self.minutes.ravel(),
            }
        )

    @classmethod
    def from_table(
        cls, table: pd.DataFrame, *, absent: Literal["error", "unreachable"] = "error"
    ) -> Self:
        """Build the matrix from a long table, ids in order of first appearance.

        Parameters
        ----------
        table
            Columns ``from_id, to_id, travel_time_min``; ``inf`` where there is no path.
        absent
            What a pair without a row means: an error, or no path (r5r and r5py leave such
            pairs out).

        Raises
        ------
        TableError
            If a pair is repeated, or absent while ``absent`` is ``"error"``.
        """
        times = check(table, "times")
        origins = pd.Index(times["from_id"].unique())
        destinations = pd.Index(times["to_id"].unique())
        minutes = np.full((len(origins), len(destinations)), np.nan)
        rows = origins.get_indexer(times["from_id"])
        columns = destinations.get_indexer(times["to_id"])
        minutes[rows, columns] = times["travel_time_min"].to_numpy()
        gaps = np.argwhere(np.isnan(minutes))
        if len(gaps) and absent == "error":
            raise TableError(
                "A travel-time table must have one row for each pair.",
                found=f"no row for {few(f'{origins[i]} → {destinations[j]}' for i, j in gaps)}",
                fix="Add the rows (inf for no path), or pass absent='unreachable'.",
            )
        minutes[np.isnan(minutes)] = np.inf
        return cls(origins, destinations, minutes)

    def __repr__(self) -> str:
        """Give the shape, the range and the number of pairs without a path."""
        finite = self.minutes[np.isfinite(self.minutes)]
        reach = f"{finite.min():.1f}–{finite.max():.1f} min" if len(finite) else "no path at all"
        lost = self.minutes.size - finite.size
        shape = f"{len(self.origins)} × {len(self.destinations)}"
        return f"TravelTimes({shape}, {reach}, {lost} without a path)"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One answer to a study: everything that may be published, and nothing else.

    Attributes
    ----------
    name, title_zh, title_en, year
        From the study file.
    cities
        The ``cities`` table.
    results
        Long: ``layer_id adcode year scenario value confidence vintage source_id note``; one row
        for every layer, city and year, a missing value as NaN (never dropped). ``confidence``
        is the worst of what went in.
    layers
        The ``layers`` table with ``group_zh group_en topic better decimals meaning_zh
        meaning_en unit_zh unit_en``: one row a thing that can be mapped.
    times
        ``rail``, ``road``, ``best`` → travel times between seats.
    contiguity
        ``from_id to_id border_km kind`` (kind ``land`` or ``bridge``), each pair once.
    pairs
        What :func:`yrdgeo.pairs.table` returns, with names and sources.
    gradients
        One row a fitted coefficient.
    hinterlands
        By adcode: ``core travel_time_min margin_min``.
    links, nodes
        The network of the study's day, for drawing.
    groups
        ``group_id member_id kind name_zh name_en source_id``.
    group_results
        Long: ``layer_id group_id year value n_members n_missing confidence`` (ratio of sums).
    cores
        Adcodes of the region's cores, the first one the region's centre.
    sources
        Rows of ``SOURCES.toml`` that something in the run names.
    warnings, warnings_zh
        One sentence each, the same list in English and Chinese.
    provenance, options, out
        What ``run.json`` says; the study's ``[publish]`` table; the folder of the run.
    tables
        Further tables by name (``inequality``, ``pair_tests`` …), written to every format as
        they are.
    scenarios
        ``scenario title_zh title_en note_zh note_en``: one row a network that is asked about.
    """

    name: str
    title_zh: str
    title_en: str
    year: int
    cities: gpd.GeoDataFrame
    results: pd.DataFrame
    layers: pd.DataFrame
    times: Mapping[str, TravelTimes]
    contiguity: pd.DataFrame
    pairs: gpd.GeoDataFrame
    gradients: pd.DataFrame
    hinterlands: pd.DataFrame
    links: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    groups: pd.DataFrame
    group_results: pd.DataFrame
    cores: tuple[str, ...]
    sources: pd.DataFrame
    warnings: tuple[str, ...] = ()
    warnings_zh: tuple[str, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    out: Path | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    scenarios: pd.DataFrame = field(default_factory=pd.DataFrame)

    def values(self, layer_id: str, year: int | None = None) -> pd.Series:
        """Return one layer by adcode, in the order of ``cities``; NaN where there is no value."""
        wanted = self.results["layer_id"].eq(layer_id) & self.results["scenario"].eq("")
        rows = self.results[wanted]
        if rows.empty:
            raise TableError(
                f"The run has no layer {layer_id!r}.", fix=f"Legal: {few(self.layers['layer_id'])}."
            )
        rows = rows[rows["year"].eq(rows["year"].max() if year is None else year)]
        series = rows.set_index("adcode")["value"].reindex(self.cities.index)
        return series.rename(layer_id)

    def __repr__(self) -> str:
        """Count cities, layers, pairs and warnings."""
        return (
            f"Run({self.name!r}, {self.year}: {len(self.cities)} cities, "
            f"{len(self.layers)} layers, {len(self.pairs)} pairs, {len(self.warnings)} warnings)"
        )

    def _repr_html_(self) -> str:
        warnings = "".join(f"<li>{escape(text)}</li>" for text in self.warnings)
        return f"<p>{escape(repr(self))}</p><ul>{warnings}</ul>"
