// What is known of a pair, in words and units.
(function (atlas) {
  "use strict";

  // Column → its unit's word, and decimals.
  atlas.pairColumns = {
    contiguity_order: ["order", 0], seat_km: ["km", 1], border_km: ["km", 1], rail_min: ["minutes", 0],
    road_min: ["minutes", 0], detour_ratio: ["", 2], gdp_per_capita_gap_yuan: ["yuan", 0],
  };

  atlas.facts = function (app) {
    if (app.data.pairs.length) app.state.scheme = app.data.pairs[0].scheme[0];
    app.pairFact = (pair, name) => {
      const value = pair.numbers[name];
      if (value === undefined || value === null) return app.t(name.endsWith("_min") ? "no_path" : "no_data");
      const [unit, decimals] = atlas.pairColumns[name];
      return app.withUnit(app.number(value, decimals), unit && unit !== "order" ? app.t(unit) : "");
    };
    app.pairFacts = (pair) => Object.keys(atlas.pairColumns).filter((name) => pair.numbers[name] !== undefined)
      .map((name) => app.t("pair_" + name) + app.t("colon") + app.pairFact(pair, name));
  };
})((window.atlas = window.atlas || {}));
