// The legend is the classes: colour, bounds and how many cities are in each.
(function (atlas) {
  "use strict";

  // The words of one class: its bounds, as printed.
  atlas.classText = (app, layer, k) => {
    if (layer.categories) return app.say(layer.categories[k]);
    const n = layer.colours.length;
    if (layer.neutral !== undefined) return around(app, layer, k);
    const bound = (i) => app.number(layer.breaks[i], places(layer));
    if (n === 1) return app.t("one_class");
    if (k === 0) return "≤ " + bound(0);
    if (k === n - 1) return "> " + bound(k - 1);
    return bound(k - 1) + " – " + bound(k);
  };

  // Around a class of what prints as the midpoint: the next printed value begins the class above.
  function around(app, layer, k) {
    const { neutral, decimals, breaks } = layer;
    const step = 10 ** -decimals;
    const show = (v) => app.number(v, Math.abs(v - layer.midpoint) <= step * 1.5 ? decimals : places(layer, breaks.filter((_, i) => i !== neutral - 1)));
    const middle = app.number(layer.midpoint, Number.isInteger(layer.midpoint) ? 0 : decimals);
    if (k === neutral) return layer.base ? app.t("no_difference", { v: middle }) : "= " + middle;
    if (k === 0) return neutral === 1 ? "< " + middle : "≤ " + show(breaks[0]);
    if (k === breaks.length) return "> " + show(breaks[k - 1] === layer.midpoint ? layer.midpoint : breaks[k - 1]);
    return show(k === neutral + 1 ? layer.midpoint + step : breaks[k - 1]) + " – " + show(breaks[k]);
  }

  // As many decimals as the bounds need, and no more.
  const places = (layer, bounds = layer.breaks) => {
    for (let d = 0; d < layer.decimals; d += 1) if (bounds.every((b) => Number(b.toFixed(d)) === b)) return d;
    return layer.decimals;
  };

  const tally = (text, letter) => [...text].filter((one) => one === letter).length;
  const doubted = (app, view) => [...view.flags].filter((_, i) => app.unverified(view, i)).length;

  atlas.legendRows = (app) => {
    const layer = app.layer();
    const views = app.viewsShown(); // two, on either side of a divider
    const counts = (count) => (views.length > 1 ? views.map(count).join(" | ") : count(views[0]));
    const among = (letter) => counts((view) => tally(view.classes, letter));
    const ever = (letter) => Object.values(layer.views).some((one) => one.classes.includes(letter));
    const rows = layer.colours.map((colour, k) => ({
      key: String(k), fill: colour, text: atlas.classText(app, layer, k), count: among(String(k)),
    }));
    if (!layer.categories) rows.reverse(); // high values on top
    if (ever("-")) rows.push({ key: "-", fill: "url(#hatch)", text: app.t("no_data"), count: among("-") });
    if (ever("x")) rows.push({ key: "x", fill: "url(#cross)", text: app.t("no_path"), count: among("x") });
    if (views.some((view) => doubted(app, view))) rows.push({ key: "u", fill: "url(#dots)", text: app.t("unverified"), count: counts((view) => doubted(app, view)) });
    return rows;
  };

  atlas.legend = function (app) {
    const box = atlas.byId("legend");

    function row(one) {
      const swatch = atlas.svg("svg", { class: "swatch", viewBox: "0 0 24 16", "aria-hidden": "true" },
        atlas.svg("rect", { x: 0.5, y: 0.5, width: 23, height: 15, fill: one.key === "u" ? "#c9d3d6" : one.fill, stroke: "#5b6166", "stroke-width": 0.8 }),
        one.key === "u" ? atlas.svg("rect", { x: 0.5, y: 0.5, width: 23, height: 15, fill: one.fill }) : null);
      return atlas.el("li", {
        "data-class": one.key,
        on: { mouseenter: () => app.set({ group: one.key }), mouseleave: () => app.set({ group: "" }) },
      }, swatch, atlas.el("span", { class: "bounds", text: one.text }),
      atlas.el("span", { class: "count", text: String(one.count), title: app.t("cities_n", { n: one.count }) }));
    }

    // What a chip draws, in a line; of some the parts one by one.
    const drawn = ([name, text, lines]) => [
      atlas.el("p", { class: "note drawn", "data-note": name, text }),
      lines.length ? atlas.el("details", { class: "note", "data-each": name }, atlas.el("summary", { text: app.t("one_by_one") }), lines.map((line) => atlas.el("p", { text: line }))) : null,
    ];

    function show() {
      const layer = app.layer();
      const unit = app.say(layer.unit);
      const notes = [];
      if (layer.midpoint !== null && layer.midpoint !== undefined) notes.push(app.t("midpoint", { v: app.number(layer.midpoint, Number.isInteger(layer.midpoint) ? 0 : layer.decimals) }));
      if (layer.better === "low") notes.push(app.t("low_better"));
      atlas.put(box,
        atlas.el("h2", {}, app.say(layer.title)),
        atlas.el("p", { class: "unit" }, atlas.el("span", { text: unit }), atlas.el("span", { class: app.swiped() && "two", text: app.t(app.swiped() ? "legend_count_two" : "legend_count") })),
        atlas.el("ul", {}, atlas.legendRows(app).map(row)),
        notes.length ? atlas.el("p", { class: "note", text: notes.join(" · ") }) : null,
        app.overlayNotes ? app.overlayNotes().map(drawn) : null);
    }
    app.on(["before", "layer", "year", "scenario", "origin", "lang", "overlays"], show);
  };
})((window.atlas = window.atlas || {}));
