// Side by side: two cities in every layer, or one layer at two times or under two networks.
(function (atlas) {
  "use strict";

  const COLOURS = ["#1f2328", "#c2410c"];
  const KINDS = ["cities", "years", "scenarios"];

  atlas.compare = function (app, root) {
    const { data, state } = app;
    const states = atlas.twoStates(app);
    const choice = { kind: "cities", years: [null, null], scenarios: ["", null] };
    const kind = atlas.el("select", { id: "compare-kind", on: { change: () => { choice.kind = kind.value; draw(); } } });
    const kindLabel = atlas.el("label", { for: "compare-kind" });
    const selects = [0, 1].map((k) => {
      const select = atlas.el("select", { id: "compare-" + k, on: { change: () => choose(k, select.value) } });
      return { select, label: atlas.el("label", { for: "compare-" + k }) };
    });
    const onMap = atlas.el("button", { type: "button", class: "on-map", on: { click: toMap } });
    const tools = atlas.el("div", { class: "tools" }, kindLabel, kind, selects.map((one) => atlas.el("span", { class: "together" }, one.label, " ", one.select)), onMap);
    const reading = atlas.el("p", { class: "reading" });
    const body = atlas.el("div", {});
    root.append(tools, reading, body);

    const layer = () => app.base();
    const yearsOf = () => app.years(layer());
    const scenariosOf = () => (app.isFrom() ? [""] : [...new Set(Object.keys(layer().views).map((key) => key.slice(key.indexOf("|") + 1)))]);
    const kinds = () => KINDS.filter((name) => name === "cities" || (name === "years" ? yearsOf().length > 1 : scenariosOf().length > 1));

    function choose(k, value) {
      if (choice.kind === "cities") { app.set({ [["pin", "other"][k]]: Number(value) }); return; }
      choice[choice.kind][k] = choice.kind === "years" ? Number(value) : value;
      draw();
    }

    // What is compared, made legal for the layer on show.
    function settle() {
      if (!kinds().includes(choice.kind)) choice.kind = "cities";
      const years = yearsOf();
      if (!years.includes(choice.years[0])) choice.years[0] = years[0];
      if (!years.includes(choice.years[1])) choice.years[1] = years[years.length - 1];
      const scenarios = scenariosOf();
      if (!scenarios.includes(choice.scenarios[0])) choice.scenarios[0] = "";
      if (!scenarios.includes(choice.scenarios[1])) choice.scenarios[1] = scenarios[1] || "";
    }

    function options(k) {
      if (choice.kind === "years") return yearsOf().map((year) => [year, String(year)]);
      if (choice.kind === "scenarios") return scenariosOf().map((id) => [id, app.say(app.scenarioTitle(id))]);
      const cities = data.cities.ids.map((_, i) => i).sort((a, b) => app.city(a).localeCompare(app.city(b), app.locale()));
      return [[-1, app.t("choose")], ...cities.map((i) => [i, app.city(i)])];
    }

    function draw() {
      if (root.hidden) return;
      settle();
      kindLabel.textContent = app.t("compare_what");
      atlas.put(kind, kinds().map((name) => atlas.el("option", { value: name, text: app.t("compare_" + name) })));
      kind.value = choice.kind;
      selects.forEach(({ select, label }, k) => {
        label.textContent = app.t(choice.kind === "cities" ? ["first_city", "second_city"][k] : ["state_before", "state_after"][k]);
        atlas.put(select, options(k).map(([id, text]) => atlas.el("option", { value: id, text })));
        select.value = choice.kind === "cities" ? state[["pin", "other"][k]] : choice[choice.kind][k];
      });
      const made = choice.kind === "cities" ? "" : derived();
      onMap.hidden = !made;
      onMap.textContent = app.t("difference_on_map");
      onMap.setAttribute("aria-pressed", String(state.layer === made));
      if (choice.kind === "cities") cities();
      else twice();
    }

    // The layer that draws the difference of what is compared, if there is one.
    function derived() {
      const [a, b] = choice[choice.kind];
      const id = choice.kind === "years" ? ["change", layer().id, Math.max(a, b), Math.min(a, b)].join("~") : ["difference", layer().id, b].join("~");
      return (choice.kind === "years" || a === "") && app.layerById(id) ? id : "";
    }

    function toMap() {
      const made = derived();
      app.set({ layer: state.layer === made ? layer().id : made });
    }

    function twice() {
      const one = layer();
      const year = yearsOf().includes(state.year) ? state.year : one.year;
      const ends = choice[choice.kind].map((id) => (choice.kind === "years"
        ? { title: String(id), view: app.viewOf(one, id, "") }
        : { title: app.say(app.scenarioTitle(id)), view: app.viewOf(one, year, id) }));
      if (choice[choice.kind][0] === choice[choice.kind][1]) { reading.textContent = app.t("pick_two_states"); atlas.put(body); return; }
      // The layer of the difference knows it before rounding.
      const made = derived();
      const exact = made && choice.kind === "scenarios" ? app.viewOf(app.layerById(made), year, "") : null;
      const all = exact ? exact.values : ends[1].view.values.map((v, i) => (v === null || ends[0].view.values[i] === null ? null : Number((v - ends[0].view.values[i]).toFixed(one.decimals))));
      const steps = all.filter((v) => v !== null);
      if (!steps.length) { reading.textContent = app.t("nothing_known"); atlas.put(body); return; }
      const mean = steps.reduce((a, b) => a + b, 0) / steps.length;
      const show = (v) => app.withUnit(app.number(v, one.decimals), app.say(one.unit));
      reading.textContent = app.t("states_reading", {
        title: app.say(one.title), a: ends[0].title, b: ends[1].title, n: steps.length, up: steps.filter((v) => v > 0).length, down: steps.filter((v) => v < 0).length, mean: (mean > 0 ? "+" : "") + show(mean),
      });
      atlas.put(body, states(one, ends, all));
      mark();
    }

    function cities() {
      const { pin, other } = state;
      if (pin < 0 || other < 0 || pin === other) { reading.textContent = app.t("pick_two"); atlas.put(body); return; }
      const rows = data.layers.map((one) => {
        const year = app.years(one).includes(state.year) ? state.year : one.year;
        return { layer: one, year, view: app.viewOf(one, year, "") };
      });
      const ahead = (a, b) => rows.filter(({ view }) => view.ranks[a] !== null && view.ranks[b] !== null && view.ranks[a] < view.ranks[b]).length;
      reading.textContent = app.t("compare_reading", { a: app.city(pin), b: app.city(other), n: rows.filter((row) => !row.layer.categories).length, na: ahead(pin, other), nb: ahead(other, pin) });
      atlas.put(body, atlas.el("table", { class: "values" },
        atlas.el("thead", {}, atlas.el("tr", {}, atlas.el("th", { scope: "col", text: app.t("layer") }), [pin, other].map((i) => atlas.el("th", { scope: "col", class: "number", text: app.city(i) })), atlas.el("th", { scope: "col", text: app.t("ranks_from_first") }))),
        atlas.el("tbody", {}, rows.map((row) => atlas.el("tr", {},
          atlas.el("th", { scope: "row" }, app.say(row.layer.title), atlas.el("span", { class: "members", text: String(row.year) })),
          [pin, other].map((i) => atlas.el("td", { class: "number" }, app.printed(i, row.layer, row.view), app.unverified(row.view, i) ? atlas.el("span", { class: "flag", text: app.t("unverified_short") }) : null)),
          atlas.el("td", {}, row.layer.categories ? null : dumbbell(row.view, pin, other)))))));
    }

    function dumbbell(view, a, b) {
      const n = app.ranked(view);
      const x = (rank) => 6 + ((rank - 1) / Math.max(1, n - 1)) * 88;
      const ranks = [view.ranks[a], view.ranks[b]];
      const known = ranks.every((rank) => rank !== null);
      return atlas.svg("svg", { width: 100, height: 16, viewBox: "0 0 100 16", role: "img", "aria-label": ranks.map((rank) => rank ?? app.t("no_data")).join(" – ") },
        atlas.svg("line", { class: "grid", x1: 6, x2: 94, y1: 8, y2: 8 }),
        known ? atlas.svg("line", { x1: x(ranks[0]), x2: x(ranks[1]), y1: 8, y2: 8, stroke: "#8b8f94", "stroke-width": 3 }) : null,
        ranks.map((rank, k) => (rank === null ? null : atlas.svg("circle", { cx: x(rank), cy: 8, r: 5, fill: COLOURS[k], stroke: "#ffffff" }))));
    }

    const mark = () => { for (const row of body.querySelectorAll("tr[data-city]")) row.classList.toggle("hover", row.dataset.city === data.cities.ids[state.hover]); };
    app.compareStates = (name, ends) => { choice.kind = name; if (ends) choice[name] = ends; draw(); };
    app.on(["pin", "other", "year", "lang", "tab", "layer", "scenario"], draw);
    app.on(["hover"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
