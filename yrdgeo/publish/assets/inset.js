// The islands of the South China Sea beside a map of all China, with the boundary line at sea.
(function (atlas) {
  "use strict";

  const HEIGHT = 150;
  const NEAR = 1.6; // zoom steps from home, beyond which the map is of a part of the country

  atlas.inset = function (app, map, regions) {
    const { data } = app;
    const land = data.land;
    const frame = atlas.byId("frame");
    if (!land || !land.national) return null;

    const flat = ([lat, lng]) => { const p = L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lng), 0); return [p.x, p.y]; };
    const [[south, west], [north, east]] = land.inset;
    const corner = flat([north, west]);
    const end = flat([south, east]);
    const scale = HEIGHT / (end[1] - corner[1]);
    const width = Math.round((end[0] - corner[0]) * scale);
    const place = (point) => flat(point).map((v, k) => (v - corner[k]) * scale);
    const path = (rings, closed) => atlas.path(rings.map((ring) => ring.map(place)), closed);
    const inside = ([s, w, n, e]) => s < north && n > south && w < east && e > west;

    const ground = atlas.topology(land);
    const own = new Set(Object.values(land.provinces).flatMap((one) => one.shapes));
    const near = ground.boxes().map((box, i) => ({ box, i })).filter((one) => inside(one.box)).map((one) => one.i);
    const seen = regions.shapes.boxes().map((box, i) => ({ box, i })).filter((one) => inside(one.box)).map((one) => one.i);
    const shape = (d, more) => atlas.svg("path", { d, "fill-rule": "evenodd", ...more });
    const fills = seen.map((i) => shape(path(regions.shapes.shape(i), true), { stroke: "#7d878e", "stroke-width": 0.3, "data-inset": data.cities.ids[i] }));
    const state = atlas.svg("text", { x: width - 5, y: 13, "text-anchor": "end", "font-size": 10, fill: "#1f2328", stroke: "#ffffff", "stroke-width": 2, "paint-order": "stroke" });
    const title = atlas.svg("text", { x: width / 2, y: HEIGHT - 7, "text-anchor": "middle", "font-size": 11, fill: "#1f2328" });
    const sheet = atlas.svg("svg", { id: "inset", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img" },
      atlas.svg("clipPath", { id: "inset-frame" }, atlas.svg("rect", { width, height: HEIGHT })),
      atlas.svg("rect", { width, height: HEIGHT, fill: "#e9eff3" }),
      atlas.svg("g", { "clip-path": "url(#inset-frame)" },
        shape(path(near.filter((i) => !own.has(i)).flatMap((i) => ground.shape(i)), true), { fill: "#f4f2ed" }),
        shape(path(near.filter((i) => own.has(i)).flatMap((i) => ground.shape(i)), true), { fill: "#ffffff", stroke: "#7d878e", "stroke-width": 0.4 }),
        fills,
        shape(path(regions.shapes.lines(data.map.provinces)), { fill: "none", stroke: "#4a4a4a", "stroke-width": 0.6 }),
        shape(path(land.line.map((steps) => atlas.unstep(steps, land.lineStep))), { class: "sea-line", fill: "none", stroke: "#4a4a4a", "stroke-width": 1.4 })),
      atlas.svg("rect", { x: 0.5, y: 0.5, width: width - 1, height: HEIGHT - 1, fill: "none", stroke: "#4a4a4a" }), title, state);
    frame.append(sheet);

    fills.forEach((one, k) => {
      one.addEventListener("mouseenter", (event) => { app.point(seen[k]); app.tip(event, atlas.cityText(app, seen[k])); });
      one.addEventListener("mouseleave", () => app.point(-1));
      one.addEventListener("click", () => app.pinCity(seen[k]));
    });
    // It belongs to the map of the whole country; a part of it that holds the sea needs none.
    const show = () => { sheet.style.display = map.getZoom() - app.home.zoom > NEAR ? "none" : ""; };
    map.on("zoomend", () => { if (app.home) show(); });
    app.on(["layer", "year", "scenario", "origin"], () => {
      const view = app.view();
      fills.forEach((one, k) => one.setAttribute("fill", app.colour(view.classes[seen[k]])));
    });
    app.on(["lang", "before", "year", "scenario"], () => {
      const two = app.swiped(); // beside the divider there is one state only
      title.textContent = app.t("south_sea");
      title.setAttribute("font-size", app.state.lang === 0 ? 11 : 10); // the English name is longer
      state.textContent = two ? two[1].title : "";
      sheet.setAttribute("aria-label", app.t("south_sea"));
    });
    return sheet;
  };
})((window.atlas = window.atlas || {}));
