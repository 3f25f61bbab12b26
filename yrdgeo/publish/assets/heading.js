// What, where, when, in which unit; and one sentence with the numbers.
(function (atlas) {
  "use strict";

  const FEW = 4; // cities of a class that are named

  function median(sorted) {
    const m = sorted.length / 2;
    return sorted.length % 2 ? sorted[Math.floor(m)] : (sorted[m - 1] + sorted[m]) / 2;
  }

  function spread(app, layer, view) {
    const seen = view.values.map((value, i) => ({ value, i })).filter((one) => one.value !== null).sort((a, b) => a.value - b.value);
    if (!seen.length) return app.t("nothing_known");
    if (layer.categories) return classes(app, layer, view) + gaps(app, view);
    const low = seen[0];
    const high = seen[seen.length - 1];
    const show = (v) => app.withUnit(app.number(v, layer.decimals), app.say(layer.unit));
    const bare = (v) => app.number(v, layer.decimals);
    const vars = { high: app.city(high.i), high_value: show(high.value), low: app.city(low.i), low_value: bare(low.value) };
    if (layer.base) return signed(app, seen, show) + gaps(app, view);
    const ratio = low.value > 0 && high.value / low.value >= 1.2
      ? app.t("ratio", { ratio: app.number(high.value / low.value, 1) }) : "";
    const half = app.t("half_below", { n: app.number(seen.length, 0), median: bare(median(seen.map((one) => one.value))) });
    return app.t("spread", { ...vars, ratio }) + half + gaps(app, view);
  }

  // How many cities are of each class; of few the names.
  function classes(app, layer, view) {
    const parts = layer.categories.map((name, k) => {
      const mine = view.values.map((_, i) => i).filter((i) => view.values[i] === k);
      const who = mine.length && mine.length <= FEW ? app.t("in_brackets", { names: mine.map(app.city).join(app.t("comma")) }) : "";
      return mine.length ? app.t("class_n", { name: app.say(name), n: app.number(mine.length, 0) }) + who : "";
    });
    return parts.filter(Boolean).join(app.t("then")) + app.t("stop");
  }

  // Of a difference: who rises, who falls, and who most of all.
  function signed(app, seen, show) {
    const up = seen.filter((one) => one.value > 0);
    const down = seen.filter((one) => one.value < 0);
    const most = (list, one, key) => (list.length ? app.t(key, { n: app.number(list.length, 0), city: app.city(one.i), v: show(one.value) }) : "");
    const same = seen.length - up.length - down.length;
    const parts = [most(up, up[up.length - 1], "signed_up"), most(down, down[0], "signed_down"), same ? app.t("signed_same", { n: app.number(same, 0) }) : ""];
    return app.t("signed_of", { n: app.number(seen.length, 0) }) + parts.filter(Boolean).join(app.t("then")) + app.t("stop");
  }

  function gaps(app, view) {
    const missing = [...view.classes].filter((letter) => letter === "-").length;
    const unverified = [...view.flags].filter((flag, i) => flag === "u" && view.values[i] !== null).length;
    const doubt = unverified && unverified === app.ranked(view) ? app.t("all_unverified") : unverified ? app.t("unverified_n", { n: app.number(unverified, 0) }) : "";
    return (missing ? app.t("missing_n", { n: app.number(missing, 0) }) : "") + doubt;
  }

  function reach(app, view) {
    const within = (limit) => view.values.filter((v, i) => v !== null && i !== app.state.origin && v <= limit).length;
    const lost = view.values.filter((v) => v === null).length;
    return app.t("reach", { city: app.city(app.state.origin), one: within(60), two: within(120), three: within(180), n: view.values.length - 1 })
      + (lost ? app.t("lost_n", { n: lost }) : "");
  }

  atlas.heading = function (app) {
    // What, which network, when.
    app.titleOf = (layer) => {
      const scenario = app.state.scenario ? app.t("title_scenario", { scenario: app.say(app.scenarioTitle(app.state.scenario)) }) : "";
      const two = app.swiped();
      if (two) return app.t("title_swipe", { title: app.say(layer.title), left: two[0].title, right: two[1].title });
      const title = app.say(layer.title) + scenario;
      return layer.dateless && app.years(layer).length < 2 ? title : app.t("title_line", { title, year: app.state.year });
    };

    function show() {
      const layer = app.layer();
      const view = app.view();
      const title = app.titleOf(layer);
      const unit = app.say(layer.unit);
      atlas.byId("region").textContent = app.say(app.data.run.title);
      atlas.put(atlas.byId("title"), document.createTextNode(title), unit ? atlas.el("span", { class: "unit", text: app.t("in_unit", { unit }) }) : null);
      const two = app.swiped();
      atlas.byId("subtitle").textContent = two ? app.statesSentence(layer, two) : app.isFrom() ? reach(app, view) : (layer.says ? app.say(layer.says) : "") + spread(app, layer, view);
      document.title = title + " · " + app.say(app.data.run.title);
      document.documentElement.lang = app.locale();
    }
    app.on(["layer", "year", "scenario", "origin", "lang", "before"], show);
  };
})((window.atlas = window.atlas || {}));
