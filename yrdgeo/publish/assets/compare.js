// Two cities side by side: where each stands in every layer.
(function (atlas) {
  "use strict";

  const COLOURS = ["#1f2328", "#c2410c"];

  atlas.compare = function (app, root) {
    const { data, state } = app;
    const selects = ["pin", "other"].map((key, k) => {
      const select = atlas.el("select", { id: "compare-" + k, on: { change: () => app.set({ [key]: Number(select.value) }) } });
      return { key, select, label: atlas.el("label", { for: "compare-" + k }) };
    });
    const tools = atlas.el("div", { class: "tools" }, selects.map((one) => [one.label, one.select]));
    const reading = atlas.el("p", { class: "reading" });
    const body = atlas.el("div", {});
    root.append(tools, reading, body);

    function draw() {
      if (root.hidden) return;
      selects.forEach(({ key, select, label }, k) => {
        label.textContent = app.t(k ? "second_city" : "first_city");
        const cities = data.cities.ids.map((_, i) => i).sort((a, b) => app.city(a).localeCompare(app.city(b), app.locale()));
        atlas.put(select, atlas.el("option", { value: -1, text: app.t("choose") }), cities.map((i) => atlas.el("option", { value: i, text: app.city(i) })));
        select.value = state[key];
      });
      const { pin, other } = state;
      if (pin < 0 || other < 0 || pin === other) { reading.textContent = app.t("pick_two"); atlas.put(body); return; }
      const rows = data.layers.map((layer) => {
        const year = app.years(layer).includes(state.year) ? state.year : layer.year;
        return { layer, year, view: app.viewOf(layer, year, "") };
      });
      const ahead = (a, b) => rows.filter(({ view }) => view.ranks[a] !== null && view.ranks[b] !== null && view.ranks[a] < view.ranks[b]).length;
      reading.textContent = app.t("compare_reading", { a: app.city(pin), b: app.city(other), n: rows.length, na: ahead(pin, other), nb: ahead(other, pin) });
      atlas.put(body, atlas.el("table", { class: "values" },
        atlas.el("thead", {}, atlas.el("tr", {}, atlas.el("th", { scope: "col", text: app.t("layer") }), [pin, other].map((i) => atlas.el("th", { scope: "col", class: "number", text: app.city(i) })), atlas.el("th", { scope: "col", text: app.t("ranks_from_first") }))),
        atlas.el("tbody", {}, rows.map((row) => atlas.el("tr", {},
          atlas.el("th", { scope: "row" }, app.say(row.layer.title), atlas.el("span", { class: "members", text: String(row.year) })),
          [pin, other].map((i) => atlas.el("td", { class: "number", text: app.printed(i, row.layer, row.view) })),
          atlas.el("td", {}, dumbbell(row.view, pin, other)))))));
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

    app.on(["pin", "other", "year", "lang", "tab"], draw);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
