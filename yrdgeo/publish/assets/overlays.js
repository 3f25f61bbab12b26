// What can be drawn over the choropleth: pairs, railways, roads, cores, hinterlands, rings.
(function (atlas) {
  "use strict";

  const LINE = 1e-3;
  const FADED = "#9a8f88"; // a pair that is not the chosen one
  const BEND = 0.16; // how far an arc leaves the straight line, as a share of its length
  const STYLES = {
    hsr: { weight: 2.4, casing: 2.4 },
    rail: { weight: 1, casing: 1 },
    road: { weight: 1, casing: 1.4 },
  };

  // A gentle curve from helper to helped, as points of latitude and longitude.
  atlas.curve = (map, [from, to]) => {
    const a = map.project(from, 8);
    const b = map.project(to, 8);
    const side = b.x >= a.x ? 1 : -1; // always bulging north
    const c = L.point((a.x + b.x) / 2 + side * (b.y - a.y) * BEND, (a.y + b.y) / 2 - side * (b.x - a.x) * BEND);
    const points = [];
    for (let k = 0; k <= 32; k += 1) {
      const t = k / 32;
      const x = (1 - t) ** 2 * a.x + 2 * t * (1 - t) * c.x + t * t * b.x;
      const y = (1 - t) ** 2 * a.y + 2 * t * (1 - t) * c.y + t * t * b.y;
      points.push(map.unproject([x, y], 8));
    }
    return points;
  };

  atlas.overlays = function (app, map, regions) {
    const { data, state } = app;
    const groups = {};
    const group = (name) => (groups[name] ||= L.layerGroup());

    const opened = (line, year = state.year) => line.status === "open" && (!line.open || Number(line.open.slice(0, 4)) <= year);

    function lines(mode) {
      group(mode).clearLayers();
      const years = app.swiped()?.map((one) => one.year) || [state.year];
      for (const line of data.lines.filter((one) => one.mode === mode)) {
        const way = line.lines.map((steps) => atlas.unstep(steps, LINE));
        const style = { color: data.marks[mode], ...STYLES[mode] };
        // White edges lie below all lines, so that one line's edge never hides another line.
        L.polyline(way, { ...regions.still("edges"), color: "#ffffff", weight: style.weight + style.casing }).addTo(group(mode));
        // Opened between two years on show, a line is another on either side of the divider.
        const sides = new Set(years.map((year) => opened(line, year))).size > 1 ? ["before-lines", "after-lines"] : ["lines"];
        sides.forEach((pane, k) => {
          const dashArray = opened(line, years[k]) ? null : "3 5";
          const drawn = L.polyline(way, { ...regions.still(pane), ...style, dashArray, interactive: mode !== "road", bubblingMouseEvents: false }).addTo(group(mode));
          if (mode !== "road") speak(drawn, () => lineText(line, years[k]));
        });
      }
      if (mode === "hsr") for (const station of data.stations) stop(station);
    }

    function stop(station) {
      const dot = L.circleMarker(station.at, {
        pane: "lines", renderer: regions.renderer("lines"), radius: 2.4, color: data.marks.hsr, weight: 1.2, fillColor: "#ffffff", fillOpacity: 1,
      }).addTo(group("hsr"));
      speak(dot, () => [app.say(station.name), app.t("station")]);
    }

    function lineText(line, year) {
      const when = line.open ? app.t(opened(line, year) ? "opened" : "opens", { date: line.open }) : app.t(line.status === "open" ? "long_open" : "not_open");
      return [app.say(line.name) || app.t("mode_" + line.mode), app.t("mode_" + line.mode) + " · " + when];
    }

    function speak(layer, text) {
      layer.on("mouseover mousemove", (event) => app.tip(event.originalEvent, text()));
      layer.on("mouseout", () => app.tip(null));
    }

    function cores() {
      group("cores").clearLayers();
      data.cores.filter((i) => i >= 0).forEach((i, rank) => {
        L.circleMarker(data.cities.seats[i], {
          ...regions.still("arcs"), radius: rank ? 4 : 5.5, color: "#ffffff", weight: 1.5, fillColor: data.marks.core, fillOpacity: 1,
        }).addTo(group("cores"));
      });
    }

    function hinterlands() {
      group("hinterlands").clearLayers();
      const style = { ...regions.still("lines"), color: data.marks.hinterland };
      L.polyline(regions.shapes.lines(data.map.hinterlands), { ...style, color: "#ffffff", weight: 5 }).addTo(group("hinterlands"));
      L.polyline(regions.shapes.lines(data.map.hinterlands), { ...style, weight: 2.4, dashArray: "7 4" }).addTo(group("hinterlands"));
      data.hinterlands.core.forEach((core, i) => {
        if (core < 0 || core === i) return;
        L.polyline([data.cities.seats[i], data.cities.seats[core]], { ...style, weight: 1, opacity: 0.75 }).addTo(group("hinterlands"));
      });
    }

    // The core whose rings are drawn: the one in hand, else the one that times are from.
    const centre = () => [state.pin, state.origin, ...data.cores].find((i) => data.rings[i]);
    app.ringsShown = () => (state.overlays.has("rings") ? data.rings[centre()] || [] : []);

    function rings() {
      group("rings").clearLayers();
      const lines = app.ringsShown().map(([, line]) => line);
      const style = { ...regions.still("lines"), color: data.marks.rings, fill: false };
      L.polyline(lines, { ...style, color: "#ffffff", weight: 3.5 }).addTo(group("rings"));
      app.ringsShown().forEach(([km, line]) => {
        const one = L.polyline(line, { ...style, weight: 1.3, dashArray: "6 4", interactive: true, bubblingMouseEvents: false }).addTo(group("rings"));
        speak(one, () => [app.t("ring_of", { city: app.city(centre()), km: app.number(km, 0) })]);
      });
    }

    function pairs() {
      group("pairs").clearLayers();
      const shown = data.pairs.filter((pair) => pair.scheme[0] === state.scheme && pair.ends.length);
      for (const pair of shown) arc(pair);
      const chosen = shown.find((pair) => pair.id === state.pair);
      if (chosen) arc(chosen);
    }

    function arc(pair) {
      const chosen = pair.id === state.pair;
      const colour = data.marks[pair.class];
      const points = atlas.curve(map, pair.ends);
      const weight = (pair.class === "adjacent" ? 4 : 2.2) + (chosen ? 1.4 : 0);
      const faded = state.pair && !chosen;
      const base = { pane: "arcs", renderer: regions.renderer("arcs"), smoothFactor: 0, lineCap: "round" };
      const tip = arrow(points, weight);
      const stem = points.slice(0, tip.at).concat([tip.base]);
      L.polyline(stem, { ...base, color: "#ffffff", weight: weight + 2.6, interactive: false }).addTo(group("pairs"));
      const line = L.polyline(stem, { ...base, color: faded ? FADED : colour, weight, bubblingMouseEvents: false }).addTo(group("pairs"));
      L.polyline(points, { ...base, color: colour, weight: 14, opacity: 0, bubblingMouseEvents: false })
        .on("mouseover mousemove", (event) => { app.set({ link: pair.id }); app.tip(event.originalEvent, pairText(pair)); })
        .on("mouseout", () => { app.set({ link: "" }); app.tip(null); })
        .on("click", () => app.set({ pair: chosen ? "" : pair.id, tab: "pairs" }))
        .addTo(group("pairs"));
      line.getElement()?.setAttribute("data-pair", pair.id);
      L.polygon([tip.point, ...tip.corners], { ...regions.still("arcs"), color: "#ffffff", weight: 1.2, fillColor: faded ? FADED : colour, fillOpacity: 1 }).addTo(group("pairs"));
      const start = L.circleMarker(pair.ends[0], { ...regions.still("arcs"), radius: 3, color: "#ffffff", weight: 1.2, fillColor: faded ? FADED : colour, fillOpacity: 1 });
      start.addTo(group("pairs"));
    }

    // The arrowhead keeps its size on the screen, so it is made anew at each zoom. It points along
    // the line from where the curve comes within its own length of the end.
    function arrow(points, weight) {
      const size = 7 + weight;
      const pixels = points.map((point) => map.latLngToLayerPoint(point));
      const point = pixels[pixels.length - 1];
      let at = pixels.length - 1;
      while (at > 1 && pixels[at - 1].distanceTo(point) < size) at -= 1;
      const from = pixels[at - 1];
      const angle = Math.atan2(point.y - from.y, point.x - from.x);
      const behind = (length, turn) => map.layerPointToLatLng([point.x - length * Math.cos(angle + turn), point.y - length * Math.sin(angle + turn)]);
      return { at, point: points[points.length - 1], base: behind(size * 0.8, 0), corners: [behind(size, 0.45), behind(size, -0.45)] };
    }

    function pairText(pair) {
      const names = pair.names.map((name) => app.say(name));
      return [names.join(" → "), app.t(pair.class)].concat(app.pairFacts(pair).slice(0, 3));
    }

    const draw = {
      pairs, cores, hinterlands, rings, hsr: () => lines("hsr"), rail: () => lines("rail"), road: () => lines("road"),
      ...atlas.linked(app, map, regions, { group, speak, arrow }),
    };
    function show() {
      for (const [name, make] of Object.entries(draw)) {
        const on = state.overlays.has(name);
        if (on && !map.hasLayer(group(name))) { group(name).addTo(map); make(); }
        if (!on && map.hasLayer(group(name))) group(name).remove();
      }
    }

    map.on("zoomend", () => { if (state.overlays.has("pairs")) pairs(); });
    app.on(["overlays"], show);
    app.on(["pin", "origin"], () => { if (state.overlays.has("rings")) rings(); });
    app.on(["scheme", "pair"], () => { if (state.overlays.has("pairs")) pairs(); });
    app.on(["year", "before"], () => { for (const mode of ["hsr", "rail"]) if (state.overlays.has(mode)) lines(mode); });
  };

  atlas.available = (data) => {
    const modes = ["hsr", "rail", "road"].filter((mode) => data.lines.some((line) => line.mode === mode));
    return [
      ...(data.pairs.length ? ["pairs"] : []), ...(data.cores.length ? ["cores"] : []), ...modes,
      ...(data.hinterlands ? ["hinterlands"] : []),
      ...(Object.keys(data.rings).length ? ["rings"] : []), ...atlas.linkedNames(data),
    ];
  };
})((window.atlas = window.atlas || {}));
