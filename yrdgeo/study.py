"""A study: checked tables and the question asked of them. Past this door everybody trusts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

import geopandas as gpd
import pandas as pd

from yrdgeo import inputs, network_inputs
from yrdgeo.errors import ArgumentError, nearest
from yrdgeo.kept import Kept
from yrdgeo.results import Network
from yrdgeo.sources import catalogue, derived, names, networks, regions
from yrdgeo.sources.door_to_door import DoorToDoor
from yrdgeo.sources.network_changes import NetworkChange, changed
from yrdgeo.sources.osm_clean import OsmReport
from yrdgeo.sources.osm_turns import no_turns
from yrdgeo.spec import StudySpec, read_spec

Networks = tuple[network_inputs.Tables, network_inputs.Tables]

AS_GIVEN = networks.TimeModel("as given", 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Checked tables of one region, and the study file that asks about them.

    Attributes
    ----------
    cities
        The ``cities`` table, indexed by adcode, EPSG:4326.
    indicators
        The ``indicators`` table, every vintage.
    nodes, links
        The rail network with all its dates; roads are added by :meth:`network`.
    roads
        Nodes and links of the road network; empty where the study has none.
    pairs, groups
        The ``pairs`` and ``groups`` tables of the study.
    region
        Members, cores and bridges.
    spec
        The study file.
    catalogue
        Indicator id → what it means, its unit and how it adds up.
    scenarios
        Name → what is different from the network of the day.
    turns
        Turns that the roads prohibit: ``from_link via_node to_link extra_min``.
    travel
        Journeys by timetable, where the study asks for these and not for links of direct rides.
    road_report
        Of roads read from OpenStreetMap: what was skipped, guessed or cut off.
    allowed
        ``helper_city helped_city`` that the user's table allows to be paired at random.
    warnings, warnings_zh
        What the readers had to say.
    kept
        What a run asked of its study before.

    Examples
    --------
    >>> import yrdgeo as yg
    >>> study = yg.load_study("yrd")
    >>> study
    Study('yrd', 2022: 41 cities, 8 pairs)
    """

    cities: gpd.GeoDataFrame
    indicators: pd.DataFrame
    nodes: gpd.GeoDataFrame
    links: gpd.GeoDataFrame
    roads: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
    pairs: pd.DataFrame
    groups: pd.DataFrame
    region: regions.Region
    spec: StudySpec
    catalogue: Mapping[str, catalogue.Indicator]
    warnings: tuple[str, ...] = ()
    warnings_zh: tuple[str, ...] = ()
    sources: pd.DataFrame = field(default_factory=pd.DataFrame)
    scenarios: Mapping[str, NetworkChange] = field(default_factory=dict)
    turns: pd.DataFrame = field(default_factory=no_turns)
    road_report: OsmReport | None = None
    travel: DoorToDoor | None = None
    allowed: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Tables of values are asked for over and over, and choosing vintages is slow.
    _values: dict[tuple[str, int], pd.DataFrame] = field(
        init=False, repr=False, default_factory=dict
    )
    kept: Kept = field(default_factory=Kept, repr=False)

    @property
    def year(self) -> int:
        """The year of the study."""
        return int(str(self.spec.study["year"]))

    @property
    def years(self) -> list[int]:
        """The study year and the further years it maps, in order."""
        more = self.spec.study["years"]
        return sorted({self.year, *(int(year) for year in more)})  # type: ignore[attr-defined]

    @property
    def modes(self) -> tuple[str, ...]:
        """The travel modes of the study: some of ``rail`` and ``road``."""
        return tuple(self.spec.network["modes"])  # type: ignore[arg-type]

    def value_table(self, indicator: str, year: int | None = None) -> pd.DataFrame:
        """Return an indicator of one year with vintage, source and confidence, by adcode.

        Missing cities are rows with NaN, in the order of :attr:`cities`.
        """
        if indicator not in self.catalogue:
            fix = nearest(indicator, list(self.catalogue))
            raise ArgumentError(f"There is no indicator {indicator!r}.", fix=fix)
        wanted = self.year if year is None else year
        if (indicator, wanted) not in self._values:
            self._values[indicator, wanted] = derived.values_of(
                self.indicators,
                indicator,
                wanted,
                catalogue=self.catalogue,
                cities=list(self.cities.index),
            )
        return self._values[indicator, wanted].copy()

    def complete_year(self, indicator: str) -> int | None:
        """Return the latest year up to the study's in which every city has a value, if any."""
        years = sorted(self.indicators["year"].unique(), reverse=True)
        for year in (self.year, *(int(year) for year in years if year < self.year)):
            if self.value_table(indicator, year)["value"].notna().all():
                return year
        return None

    def values(self, indicator: str, year: int | None = None) -> pd.Series:
        """Return an indicator of one year (the study year if None) by adcode, NaN where missing.

        Parameters
        ----------
        indicator
            An id of the catalogue (``yrdgeo list indicators``), raw or derived.
        year
            The study year if None.

        Returns
        -------
        values
            Shape (n,), by adcode in the order of ``cities``, in the unit of the catalogue.

        Raises
        ------
        ArgumentError
            If the catalogue has no such indicator.

        Examples
        --------
        >>> import yrdgeo as yg
        >>> float(yg.load_study("yrd").values("gdp")["320500"])
        23958.34
        """
        return self.value_table(indicator, year)["value"].rename(indicator)

    def network(
        self,
        date: str | None = None,
        modes: Sequence[str] | None = None,
        scenario: str | None = None,
    ) -> Network:
        """Return the network of one day.

        Parameters
        ----------
        date
            ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; the day of the study file if None.
        modes
            Some of ``rail`` (every train), ``hsr`` (high speed only) and ``road``; those of the
            study file if None. Access and transfer links come with the trains.
        scenario
            A name of :attr:`scenarios`; the network as it is if None.

        Returns
        -------
        network
            Seats are nodes named by adcode, stations by their Chinese name.

        Raises
        ------
        ArgumentError
            If the date, a mode or the scenario is unknown.

        Examples
        --------
        >>> import yrdgeo as yg
        >>> network = yg.load_study("yrd").network(date="2016-03", modes=["rail"])
        >>> yg.travel_times(network, ["苏州北"], ["上海虹桥"]).minutes.shape
        (1, 1)
        """
        day = self.day if date is None else date
        chosen = self.modes if modes is None else tuple(modes)
        return self.kept.once(
            ("network", day, chosen, scenario), lambda: self._assembled(day, chosen, scenario)
        )

    def _assembled(self, day: str, modes: tuple[str, ...], scenario: str | None) -> Network:
        rail, roads = self.tables(scenario, date=day)
        given = self.parameters()
        return networks.assemble(self.cities, rail, roads, date=day, modes=modes, parameters=given)

    @property
    def day(self) -> str:
        """The day of the study's network."""
        return str(self.spec.network["date"] or self.year)

    def tables(self, scenario: str | None = None, *, date: str | None = None) -> Networks:
        """Return nodes and links of the trains and of the roads, with a scenario applied.

        Parameters
        ----------
        scenario, date
            As in :meth:`network`.

        Returns
        -------
        rail, roads
            The study's own tables, the very same ones, where a scenario does not touch them.
        """
        rail = (self.nodes, self.links)
        if scenario is None:
            return rail, self.roads
        if scenario not in self.scenarios:
            known = list(self.scenarios)
            raise ArgumentError(
                f"There is no scenario {scenario!r}.",
                found="" if known else "the study declares none",
                fix=nearest(scenario, known),
            )
        day = self.day if date is None else date
        return changed(rail, self.roads, self.scenarios[scenario], date=day)

    def parameters(self) -> networks.Parameters:
        """Return the time models and speeds of the study's network.

        The minutes of the user's own trains are taken as they are; where rides pay for boarding,
        the ends of a journey pay that much less.
        """
        row = self.spec.network
        given = networks.parameters(row)
        if not network_inputs.timed_as_given(row):
            return given
        fixed = network_inputs.access_fixed_min(row, given.access_fixed_min)
        own = replace(given, rail=AS_GIVEN, transfer_min=network_inputs.transfer_min(row))
        return own if fixed is None else replace(own, access_fixed_min=fixed)

    def core(self, name: str = "") -> str:
        """Return the adcode of a city of the study, or of the region's centre for no name."""
        if not name:
            return self.region.centre
        return names.resolve(name, among=self.cities.index, level=self.region.level)

    def __repr__(self) -> str:
        """Give name, year, cities and pairs."""
        size = f"{len(self.cities)} cities, {len(self.pairs)} pairs"
        return f"Study({self.spec.study['name']!r}, {self.year}: {size})"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def load_study(path_or_name: str | Path) -> Study:
    """Load a study: read its file, and check every table it names.

    Parameters
    ----------
    path_or_name
        A shipped study (``"yrd"``) or a TOML file.

    Returns
    -------
    study
        Every table in contract form, EPSG:4326.

    Raises
    ------
    StudyError
        If the study file is wrong.
    TableError
        If a table is wrong; all problems of a file come at once.
    PlaceError
        If a name in a table is unknown or means two cities.

    Examples
    --------
    >>> import yrdgeo as yg
    >>> yg.load_study("yrd").region.centre
    '310000'
    """
    spec = read_spec(path_or_name)
    region = regions.load_region(inputs.region_name(spec))
    cities, notices = inputs.cities_of(spec, region)
    rows = inputs.catalogue_of(spec)
    values, more = inputs.indicators_of(spec, cities, rows, level=region.level)
    found = network_inputs.networks_of(spec, region, cities)
    scenarios = network_inputs.scenarios_of(spec, found, cities)
    pairs, left_out = inputs.pairs_of(spec, region.level)
    allowed, elsewhere = inputs.allowed_of(spec, cities, region.level)
    notices = (*notices, *more, *found.notices, *left_out, *elsewhere)
    return Study(
        cities=cities,
        indicators=values,
        nodes=found.rail[0],
        links=found.rail[1],
        roads=found.roads,
        pairs=pairs,
        groups=inputs.groups_of(cities, region.level),
        region=region,
        spec=spec,
        catalogue=rows,
        warnings=tuple(notice.en for notice in notices),
        warnings_zh=tuple(notice.zh for notice in notices),
        sources=inputs.sources_of(spec),
        scenarios=scenarios,
        turns=found.turns,
        road_report=found.report,
        travel=found.travel,
        allowed=allowed,
    )
