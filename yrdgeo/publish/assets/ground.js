// What lies around the region: land and provinces, or the tiles that were asked for; and the grid
// of meridians and parallels, labelled at the edge of the frame.
(function (atlas) {
  "use strict";

  const LAND = "#f4f2ed";
  const GRID = "#d3dbe0";
  const COAST = "#aab2b6";
  const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
  const APART = 55; // pixels between two lines, at least
  const EDGE = 15;

  atlas.ground = function (app, map, regions) {
    const { data } = app;
    const land = data.land;
    const stage = atlas.byId("stage");
    map.createPane("tiles").style.zIndex = 150;
    if (data.basemap) tiles();
    else if (land) shapes();
    else stage.classList.add("groundless");
    graticule(app, map, regions);
    map.options.maxBoundsViscosity = 1;
    return () => { if (land) map.setMaxBounds(land.window); };

    function tiles() {
      const credit = atlas.el("p", { id: "credit" });
      L.tileLayer(data.basemap.url, { pane: "tiles", maxNativeZoom: data.basemap.zoom, maxZoom: 19 }).addTo(map);
      atlas.byId("frame").append(credit);
      app.on(["lang"], () => { credit.textContent = app.say(data.basemap.credit) + (data.basemap.shifted ? " · " + app.t("shifted_short") : ""); });
    }

    function shapes() {
      const traced = atlas.traced(map, atlas.topology(land));
      const still = regions.still("land");
      traced(land.shapes.flat(), { ...still, stroke: false, fill: true, fillColor: LAND, fillOpacity: 1 }).addTo(map);
      traced(land.inner.map((i) => [i]), { ...still, color: land.national ? COAST : "#d8d3c7", weight: 1 }).addTo(map);
      if (!land.national) return;
      // A province without a region of its own is shown all the same.
      const own = Object.values(land.provinces).flatMap((one) => one.shapes);
      traced(own.flatMap((i) => land.shapes[i]), { ...still, fill: true, fillColor: "#ffffff", fillOpacity: 1, color: COAST, weight: 0.7 }).addTo(map);
      L.polyline(land.line.map((steps) => atlas.unstep(steps, land.lineStep)), { ...still, color: "#4a4a4a", weight: 1.8, className: "sea-line" }).addTo(map);
    }
  };

  function graticule(app, map, regions) {
    const still = { ...regions.still("grid"), color: GRID, weight: 0.6 };
    const grid = L.polyline([], still).addTo(map);
    const sheet = atlas.svg("svg", { class: "degrees", "aria-hidden": "true" });
    atlas.byId("frame").append(sheet);

    // 120°E, 30°N; in Chinese too, as on printed maps.
    const say = (v, letters) => Number(Math.abs(v).toFixed(1)) + "°" + (v < 0 ? letters[1] : v > 0 ? letters[0] : "");

    function between(low, high, step) {
      const found = [];
      for (let v = Math.ceil(low / step) * step; v <= high; v += step) found.push(Number(v.toFixed(6)));
      return found;
    }

    // What already stands at the edge of the frame.
    function taken() {
      const frame = atlas.byId("frame").getBoundingClientRect();
      return ["legend", "scale", "zoom", "north", "inset", "chips", "credit"].map((id) => atlas.byId(id)).filter((one) => one && one.getClientRects().length)
        .map((one) => one.getBoundingClientRect()).map((box) => [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
    }

    function show() {
      const view = map.getBounds();
      const size = map.getSize();
      const perPixel = (view.getEast() - view.getWest()) / Math.max(1, size.x);
      const step = STEPS.find((one) => one / perPixel >= APART) || STEPS[STEPS.length - 1];
      const wide = view.pad(0.5);
      const [south, north] = [Math.max(-84, wide.getSouth()), Math.min(84, wide.getNorth())];
      const meridians = between(wide.getWest(), wide.getEast(), step);
      const parallels = between(south, north, step);
      grid.setLatLngs([...meridians.map((v) => [[south, v], [north, v]]), ...parallels.map((v) => [[v, wide.getWest()], [v, wide.getEast()]])]);
      const boxes = taken();
      const free = (x, y, half) => x > half && x < size.x - half && y > 8 && y < size.y - 8
        && !boxes.some((b) => x + half > b[0] - 4 && x - half < b[2] + 4 && y + 8 > b[1] - 2 && y - 8 < b[3] + 2);
      const write = (text, x, y, half) => (free(x, y, half) ? atlas.svg("text", { x, y, text }) : null);
      atlas.put(sheet,
        meridians.map((v) => write(say(v, "EW"), map.latLngToContainerPoint([0, v]).x, size.y - EDGE + 6, 18)),
        parallels.map((v) => write(say(v, "NS"), size.x - EDGE - 6, map.latLngToContainerPoint([v, view.getWest()]).y, 16)));
    }

    app.on(["lang"], show);
    map.on("moveend zoomend resize", show);
    app.regrid = show;
  }
})((window.atlas = window.atlas || {}));
