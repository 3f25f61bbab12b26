// One measure at two times or under two networks: the map twice in the same classes, the
// difference, and each city's way from one to the other.
(function (atlas) {
  "use strict";

  const MAP = 250; // height of a small map
  const MOST_PATHS = 600; // regions; more are drawn on a canvas, as on the large map
  const MOST_ROWS = 300;
  const NEAR = 0.5; // pixels: points nearer to the one before are not seen
  const WORLD = 256;
  const BORDER = ["#4a4a4a", 0.9];

  const across = (lng) => (lng / 360 + 0.5) * WORLD;
  const down = (lat) => (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * WORLD;

  // The regions once, small, as path data; neighbours share the thinned arcs, so no gap opens.
  function outlines({ map }) {
    const [[south, west], [north, east]] = map.bounds;
    const [left, top] = [across(west), down(north)];
    const scale = MAP / (down(south) - top);
    const arcs = map.arcs.map((steps) => {
      const line = [];
      let [x, y] = [0, 0];
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i];
        y += steps[i + 1];
        const p = [(across(x * map.step) - left) * scale, (down(y * map.step) - top) * scale];
        const last = line[line.length - 1];
        if (!last || i === steps.length - 2 || Math.hypot(p[0] - last[0], p[1] - last[1]) > NEAR) line.push(p);
      }
      return line;
    });
    const ring = (pieces) => pieces.flatMap((i) => (i >= 0 ? arcs[i] : arcs[~i].slice().reverse()));
    return {
      width: Math.ceil((across(east) - left) * scale),
      cities: map.shapes.map((rings) => atlas.path(rings.map(ring), true)),
      provinces: atlas.path(map.provinces.map((i) => arcs[i])),
      latlng: (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(left + x / scale, top + y / scale), 0),
    };
  }

  atlas.twoStates = function (app) {
    const { ids } = app.data.cities;
    let drawn = null;
    let whole = false; // every row of the table

    function small(layer, view, title) {
      drawn ||= outlines(app.data);
      return atlas.el("figure", { class: "state" }, atlas.el("figcaption", { text: title }), (ids.length > MOST_PATHS ? sheet : paths)(layer, view, title));
    }

    const tell = (event, i, layer, view, title) => { app.point(i); app.tip(event, [app.fullCity(i), title + app.t("colon") + app.printed(i, layer, view)]); };

    function paths(layer, view, title) {
      return atlas.svg("svg", { viewBox: `0 0 ${drawn.width} ${MAP}`, role: "img", "aria-label": title },
        drawn.cities.map((d, i) => atlas.svg("path", {
          d, fill: app.colour(view.classes[i], layer), stroke: "#ffffff", "stroke-width": 0.5, "fill-rule": "evenodd", "data-state": ids[i],
          on: { mouseenter: (event) => tell(event, i, layer, view, title), mouseleave: () => app.point(-1), click: () => app.pinCity(i) },
        })), atlas.svg("path", { d: drawn.provinces, fill: "none", stroke: BORDER[0], "stroke-width": BORDER[1] }));
    }

    // The same on a canvas; the large map knows which region is under a place.
    function sheet(layer, view, title) {
      const density = 2;
      const box = atlas.el("canvas", { width: drawn.width * density, height: MAP * density, role: "img", "aria-label": title });
      const pen = box.getContext("2d");
      pen.scale(density, density);
      pen.lineJoin = "round";
      for (const letter of [...new Set(view.classes)].sort()) {
        const path = new Path2D(drawn.cities.filter((_, i) => view.classes[i] === letter).join(""));
        const pattern = { "-": "hatch", x: "cross" }[letter];
        pen.fillStyle = pattern ? pen.createPattern(atlas.patternTile(pattern, 1), "repeat") : layer.colours[Number(letter)];
        pen.fill(path, "evenodd");
        if (pattern) continue;
        pen.strokeStyle = pen.fillStyle; // closes the hairline between two fills
        pen.lineWidth = 0.3;
        pen.stroke(path);
      }
      [pen.strokeStyle] = BORDER;
      pen.lineWidth = BORDER[1] / 2;
      pen.stroke(new Path2D(drawn.provinces));
      const at = (event) => { const scale = drawn.width / box.getBoundingClientRect().width; return app.regions.many.at(drawn.latlng(event.offsetX * scale, event.offsetY * scale)); };
      box.addEventListener("mousemove", (event) => { const i = at(event); if (i < 0) app.point(-1); else tell(event, i, layer, view, title); });
      box.addEventListener("mouseleave", () => app.point(-1));
      box.addEventListener("click", (event) => { const i = at(event); if (i >= 0) app.pinCity(i); });
      return box;
    }

    // ends: [{title, view}, {title, view}], the earlier first; steps: each city's way between them.
    return function (layer, ends, steps) {
      const [a, b] = ends;
      const rows = ids.map((_, i) => ({ i, from: a.view.values[i], to: b.view.values[i], step: steps[i] })).filter((one) => one.step !== null);
      rows.sort((one, two) => two.to - one.to);
      const values = rows.flatMap((one) => [one.from, one.to]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const x = (v) => 6 + ((v - low) / (high - low || 1)) * 128;
      // Where nothing changes the two marks lie in one another: a ring around a dot.
      const bell = (row) => atlas.svg("svg", { width: 140, height: 16, viewBox: "0 0 140 16", "aria-hidden": "true" },
        atlas.svg("line", { class: "grid", x1: 6, x2: 134, y1: 8, y2: 8 }),
        atlas.svg("line", { x1: x(row.from), x2: x(row.to), y1: 8, y2: 8, stroke: "#8b8f94", "stroke-width": 3 }),
        atlas.svg("circle", { cx: x(row.from), cy: 8, r: row.step ? 4.5 : 6, fill: "#ffffff", stroke: "#1f2328", "stroke-width": 1.5 }),
        atlas.svg("circle", { cx: x(row.to), cy: 8, r: row.step ? 5 : 3, fill: "#1f2328" }));
      const show = (v) => app.number(v, layer.decimals);
      const signed = (v) => (v > 0 ? "+" : v < 0 ? "−" : "") + show(Math.abs(v));
      const line = (row) => atlas.el("tr", { "data-city": ids[row.i], on: { mouseenter: () => app.point(row.i), mouseleave: () => app.point(-1) } },
        atlas.el("th", { scope: "row" }, atlas.el("button", { type: "button", text: app.city(row.i), on: { click: () => app.pinCity(row.i) } })),
        atlas.el("td", { class: "number", text: show(row.from) }), atlas.el("td", { class: "number", text: show(row.to) }),
        atlas.el("td", { class: "number", text: signed(row.step) }), atlas.el("td", {}, bell(row)));
      const rest = atlas.el("tr", { class: "rest" }, atlas.el("td", { colspan: 5 }, atlas.el("button", {
        type: "button", text: app.t("show_all_rows", { n: app.number(rows.length, 0) }), on: { click: () => { whole = true; rest.replaceWith(...rows.slice(MOST_ROWS).map(line)); } },
      })));
      const few = whole ? rows : rows.slice(0, MOST_ROWS);
      return [
        atlas.el("div", { class: "states" }, ends.map((one) => small(layer, one.view, one.title))),
        atlas.el("table", { class: "values dumbbells" },
          atlas.el("thead", {}, atlas.el("tr", {}, [app.t("city"), a.title, b.title, app.t("change"), app.t("from_to_mark", { a: a.title, b: b.title })].map((text, k) => atlas.el("th", { scope: "col", class: k && k < 4 ? "number" : null, text })))),
          atlas.el("tbody", {}, few.map(line), few.length < rows.length ? rest : null)),
      ];
    };
  };
})((window.atlas = window.atlas || {}));
