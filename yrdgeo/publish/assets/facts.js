// What is known of a pair, in words and units.
(function (atlas) {
  "use strict";

  // Column → its unit's word, and decimals.
  atlas.pairColumns = {
    contiguity_order: ["order", 0], seat_km: ["km", 1], centroid_km: ["km", 1], border_km: ["km", 1], rail_min: ["minutes", 0],
    road_min: ["minutes", 0], travel_time_min: ["minutes", 0], detour_ratio: ["", 2], gdp_per_capita_gap_yuan: ["yuan", 0],
    gdp_per_capita_ratio: ["", 2], order_index: ["", 2], distance_index: ["", 2], nearest_ratio: ["", 2],
    similarity: ["", 3], krugman: ["", 3], complementarity: ["", 3],
  };
  // Those that the strip and its matchings are about.
  atlas.stripColumns = ["contiguity_order", "seat_km", "centroid_km", "border_km", "rail_min", "road_min", "travel_time_min"];

  atlas.facts = function (app) {
    if (app.data.pairs.length) app.state.scheme = app.data.pairs[0].scheme[0];
    app.pairFact = (pair, name) => {
      const value = pair.numbers[name];
      if (value === undefined || value === null) return app.t(name.endsWith("_min") ? "no_path" : "no_data");
      return app.pairNumber(name, value);
    };
    app.pairNumber = (name, value) => {
      const [unit, decimals] = atlas.pairColumns[name];
      return app.withUnit(app.number(value, decimals), unit && unit !== "order" ? app.t(unit) : "");
    };
    // A chance, to two figures and never as nought.
    app.chance = (p) => new Intl.NumberFormat(app.locale(), { maximumSignificantDigits: 2 }).format(p);
    // On how many sectors likeness rests, and that few make any two places alike; or that there are none.
    const sectors = ({ structure_year: year, n_sectors: n, krugman }) => {
      if (year === undefined || n === undefined) return "";
      return app.t(krugman === undefined ? "pair_no_sectors" : n < 10 ? "pair_few_sectors" : "pair_sectors", { year, n });
    };
    // How the helper stands among all that may help, and whether a province border lies between.
    app.pairStanding = (pair) => {
      const { rank, n_eligible: n } = pair.numbers;
      const nearest = pair.nearest >= 0 ? app.t("pair_nearest", { city: app.city(pair.nearest) }) : "";
      const border = pair.crosses === null ? "" : app.t(pair.crosses ? "pair_crosses" : "pair_within");
      return [sectors(pair.numbers), rank !== undefined && n !== undefined ? app.t("pair_standing", { rank, n }) + nearest : "", border].filter(Boolean);
    };
    app.pairFacts = (pair) => Object.keys(atlas.pairColumns).filter((name) => pair.numbers[name] !== undefined)
      .map((name) => app.t("pair_" + name) + app.t("colon") + app.pairFact(pair, name));
  };
})((window.atlas = window.atlas || {}));
