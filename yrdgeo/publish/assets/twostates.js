// One measure at two times or under two networks: the map twice in the same classes, the
// difference, and each city's way from one to the other.
(function (atlas) {
  "use strict";

  const MAP = 250; // height of a small map

  const project = ([lat, lng]) => { const p = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lng), 8); return [p.x, p.y]; };

  // The region once, as paths for pictures of any state of it.
  function outlines(app) {
    const shapes = atlas.topology(app.data.map);
    const all = shapes.shapes.map((rings) => rings.map((ring) => ring.map(project)));
    const points = all.flat(2);
    const reach = (k) => points.reduce(([a, b], p) => [Math.min(a, p[k]), Math.max(b, p[k])], [Infinity, -Infinity]);
    const [xs, ys] = [reach(0), reach(1)];
    const scale = MAP / (ys[1] - ys[0]);
    const move = (p) => [(p[0] - xs[0]) * scale, (p[1] - ys[0]) * scale];
    return {
      width: Math.ceil((xs[1] - xs[0]) * scale),
      cities: all.map((rings) => atlas.path(rings.map((ring) => thin(ring.map(move))), true)),
      provinces: atlas.path(shapes.lines(app.data.map.provinces).map((line) => thin(line.map((p) => move(project(p)))))),
    };
  }

  // Points less than half a pixel from the one before are not seen.
  function thin(line) {
    const kept = [];
    line.forEach((p, k) => {
      const last = kept[kept.length - 1];
      if (!last || k === line.length - 1 || Math.hypot(p[0] - last[0], p[1] - last[1]) > 0.5) kept.push(p);
    });
    return kept;
  }

  atlas.twoStates = function (app) {
    let drawn = null;

    function small(layer, view, title) {
      drawn ||= outlines(app);
      return atlas.el("figure", { class: "state" }, atlas.el("figcaption", { text: title }),
        atlas.svg("svg", { viewBox: `0 0 ${drawn.width} ${MAP}`, role: "img", "aria-label": title },
          drawn.cities.map((d, i) => atlas.svg("path", {
            d, fill: app.colour(view.classes[i], layer), stroke: "#ffffff", "stroke-width": 0.5, "fill-rule": "evenodd", "data-state": app.data.cities.ids[i],
            on: { mouseenter: (event) => { app.point(i); app.tip(event, [app.fullCity(i), title + app.t("colon") + app.printed(i, layer, view)]); }, mouseleave: () => app.point(-1), click: () => app.pinCity(i) },
          })), atlas.svg("path", { d: drawn.provinces, fill: "none", stroke: "#4a4a4a", "stroke-width": 0.9 })));
    }

    // ends: [{title, view}, {title, view}], the earlier first; steps: each city's way between them.
    return function (layer, ends, steps) {
      const [a, b] = ends;
      const rows = app.data.cities.ids.map((_, i) => ({ i, from: a.view.values[i], to: b.view.values[i], step: steps[i] })).filter((one) => one.step !== null);
      rows.sort((one, two) => two.to - one.to);
      const values = rows.flatMap((one) => [one.from, one.to]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const x = (v) => 6 + ((v - low) / (high - low || 1)) * 128;
      const bell = (row) => atlas.svg("svg", { width: 140, height: 16, viewBox: "0 0 140 16", "aria-hidden": "true" },
        atlas.svg("line", { class: "grid", x1: 6, x2: 134, y1: 8, y2: 8 }),
        atlas.svg("line", { x1: x(row.from), x2: x(row.to), y1: 8, y2: 8, stroke: "#8b8f94", "stroke-width": 3 }),
        atlas.svg("circle", { cx: x(row.from), cy: 8, r: 4.5, fill: "#ffffff", stroke: "#1f2328", "stroke-width": 1.5 }),
        atlas.svg("circle", { cx: x(row.to), cy: 8, r: 5, fill: "#1f2328" }));
      const show = (v) => app.number(v, layer.decimals);
      const signed = (v) => (v > 0 ? "+" : v < 0 ? "−" : "") + show(Math.abs(v));
      return [
        atlas.el("div", { class: "states" }, ends.map((one) => small(layer, one.view, one.title))),
        atlas.el("table", { class: "values dumbbells" },
          atlas.el("thead", {}, atlas.el("tr", {}, [app.t("city"), a.title, b.title, app.t("change"), app.t("from_to_mark", { a: a.title, b: b.title })].map((text, k) => atlas.el("th", { scope: "col", class: k && k < 4 ? "number" : null, text })))),
          atlas.el("tbody", {}, rows.map((row) => atlas.el("tr", { "data-city": app.data.cities.ids[row.i], on: { mouseenter: () => app.point(row.i), mouseleave: () => app.point(-1) } },
            atlas.el("th", { scope: "row" }, atlas.el("button", { type: "button", text: app.city(row.i), on: { click: () => app.pinCity(row.i) } })),
            atlas.el("td", { class: "number", text: show(row.from) }), atlas.el("td", { class: "number", text: show(row.to) }),
            atlas.el("td", { class: "number", text: signed(row.step) }), atlas.el("td", {}, bell(row)))))),
      ];
    };
  };
})((window.atlas = window.atlas || {}));
