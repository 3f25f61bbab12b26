// The questions: what each sets, and the numbers of its answer, worked out from what is on the page.
(function (atlas) {
  "use strict";

  const MOST = 7;
  const FIFTH = 5;
  const PAIRED = "seat_km"; // what the plan is judged by

  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  const known = (view) => view.values.map((value, i) => ({ value, i })).filter((one) => one.value !== null).sort((a, b) => b.value - a.value);

  // Each question is there only if the run can answer it.
  atlas.tales = function (app) {
    const { data } = app;
    const at = (layer) => app.viewOf(layer, layer.year, "");
    const show = (layer, v) => app.withUnit(app.number(v, layer.decimals), app.say(layer.unit));
    const far = data.layers.find((layer) => layer.better === "low" && layer.topic === "access" && known(at(layer)).length >= FIFTH);
    const fit = data.gradients.find((one) => app.layerById(one.layer) && one.form === "exponential") || data.gradients.find((one) => app.layerById(one.layer));
    const centre = data.cores.find((i) => i >= 0) ?? -1;
    const best = data.times ? data.times.modes[data.times.modes.length - 1] : "";
    const open = data.layers.filter((layer) => layer.better === "high" && layer.topic === "access" && known(at(layer)).length >= FIFTH);
    const access = open.find((layer) => layer.id.includes("120")) || open[0];
    const rich = data.layers.find((layer) => layer.better === "high" && layer.topic === "economy" && layer.kind === "intensive" && layer.midpoint === null && app.years(layer).length > 1);

    function periphery() {
      const seen = known(at(far));
      const last = seen.slice(0, 5);
      const least = seen[seen.length - 1];
      return app.t("tell_periphery", {
        names: last.map((one) => app.city(one.i)).join(app.t("comma")), n: last.length, mean: show(far, mean(last.map((one) => one.value))),
        best: app.city(least.i), least: show(far, least.value), title: app.say(far.title),
      });
    }

    function twins() {
      const pairs = data.pairs.filter((pair) => pair.scheme[0] === app.state.scheme);
      const km = (kind) => pairs.filter((pair) => pair.class === kind).map((pair) => pair.numbers.seat_km).filter((v) => v !== undefined);
      const [near, apart] = [km("adjacent"), km("leapfrog")];
      const told = app.t("tell_pairs", {
        total: pairs.length, adjacent: near.length, leapfrog: apart.length,
        near: near.length ? app.number(mean(near), 0) : "–", far: apart.length ? app.number(mean(apart), 0) : "–",
      });
      return told + (pairs.length ? atlas.matchingSentences(app, pairs[0].of, PAIRED).plan.slice(0, 1).join("") : "");
    }

    function reached() {
      const times = data.times.minutes[best][centre];
      const within = (limit) => times.filter((v, i) => i !== centre && v !== null && v <= limit).length;
      return app.t("tell_reach", { core: app.city(centre), one: within(60), two: within(120), three: within(180), n: times.length - 1 });
    }

    // The best and the worst served fifth of the cities.
    function equal() {
      const seen = known(at(access));
      const n = Math.max(1, Math.round(seen.length / FIFTH));
      const [top, bottom] = [seen.slice(0, n), seen.slice(-n)];
      const [high, low] = [top, bottom].map((part) => mean(part.map((one) => one.value)));
      const names = (part) => part.slice(0, 3).map((one) => app.city(one.i)).join(app.t("comma"));
      return app.t(low > 0 ? "tell_equal" : "tell_equal_none", {
        title: app.say(access.title), n, high: show(access, high), low: show(access, low), ratio: low > 0 ? app.number(high / low, 1) : "", best: names(top), worst: names(bottom.slice().reverse()),
      });
    }

    // The same cities in the first and in the last year.
    function gap() {
      const years = app.years(rich);
      const [first, last] = [years[0], years[years.length - 1]];
      const views = [first, last].map((year) => app.viewOf(rich, year, ""));
      const cities = data.cities.ids.map((_, i) => i).filter((i) => views.every((view) => view.values[i] !== null));
      const n = Math.max(1, Math.round(cities.length / FIFTH));
      const ratios = views.map((view) => {
        const values = cities.map((i) => view.values[i]).sort((a, b) => b - a);
        return mean(values.slice(0, n)) / mean(values.slice(-n));
      });
      const step = Number(ratios[1].toFixed(1)) - Number(ratios[0].toFixed(1));
      return app.t("tell_gap", { title: app.say(rich.title), n, cities: cities.length, first, last, before: app.number(ratios[0], 1), after: app.number(ratios[1], 1) })
        + app.t(step < 0 ? "gap_smaller" : step > 0 ? "gap_larger" : "gap_same");
    }

    function changed(layer) {
      const seen = known(app.viewOf(layer, layer.year, ""));
      const low = app.layerById(layer.base).better === "low";
      const better = seen.filter((one) => (low ? one.value < 0 : one.value > 0));
      const worse = seen.filter((one) => (low ? one.value > 0 : one.value < 0));
      const most = low ? seen[seen.length - 1] : seen[0];
      const plus = (v) => (v > 0 ? "+" : "") + show(layer, v);
      return app.t("tell_scenario", {
        title: app.say(app.layerById(layer.base).title), n: seen.length, better: better.length, worse: worse.length, mean: plus(mean(seen.map((one) => one.value))),
      }) + (better.length ? app.t("scenario_most", { city: app.city(most.i), v: plus(most.value) }) : "");
    }

    // A question for each network that is asked about, on the measure that tells most of it.
    function scenarios() {
      return Object.keys(data.charts.scenarios).flatMap((id) => {
        const asked = data.layers.filter((layer) => app.layerById(["difference", layer.id, id].join("~")));
        const layer = asked.find((one) => one.better === "low") || asked[0];
        if (!layer) return [];
        const made = app.layerById(["difference", layer.id, id].join("~"));
        if (!known(app.viewOf(made, made.year, "")).length) return [];
        return [{ id: "scenario~" + id, title: () => app.t("story_scenario", { scenario: app.say(app.scenarioTitle(id)) }), limit: "limit_scenario", state: { layer: made.id, tab: "ranking", overlays: ["cores", "hsr"] }, tell: () => changed(made) }];
      });
    }

    return [
      far && { id: "periphery", state: { layer: far.id, tab: "ranking", overlays: ["cores", "hinterlands"] }, tell: periphery },
      data.pairs.length && { id: "pairs", state: { tab: "pairs", pair: "", overlays: ["pairs", "cores"] }, tell: twins },
      fit && { id: "gradient", state: { layer: fit.layer, tab: "gradient", overlays: ["cores"] }, tell: () => atlas.gradientSentence(app, fit, app.layerById(fit.layer)) },
      access && { id: "equal", state: { layer: access.id, tab: "ranking", overlays: ["cores"] }, tell: equal },
      rich && { id: "gap", state: { layer: rich.id, tab: "compare", overlays: ["cores"], compare: ["years", app.years(rich)[0], app.years(rich)[app.years(rich).length - 1]].join("~") }, tell: gap },
      ...scenarios().slice(0, 2),
      data.times && centre >= 0 && { id: "reach", state: { layer: "from:" + best, origin: centre, tab: "ranking", overlays: ["cores"] }, tell: reached },
    ].filter(Boolean).slice(0, MOST);
  };
})((window.atlas = window.atlas || {}));
