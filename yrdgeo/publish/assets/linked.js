// How cities hang together, each drawn when its chip is on: official circles against those found by
// time and linkage, who leans on whom, and where two cores pull alike on the way between them.
(function (atlas) {
  "use strict";

  const NAMES = ["circles", "flows", "breaks", "field"];
  const DIAMOND = 6; // pixels from its middle to a corner
  const THIN = 1.2; // an arrow's width without any share, and what a share of 1 adds
  const WIDE = 9;
  const STEP = 1e-3; // degrees, of the lines of the field

  const there = {
    circles: ({ linked }) => linked.circles.length > 0,
    flows: ({ linked }) => linked.flows.length > 0,
    breaks: ({ linked }) => linked.breaks.length > 0,
    field: ({ linked }) => linked.field.length > 0,
  };
  atlas.linkedNames = (data) => NAMES.filter((name) => there[name](data));

  atlas.linked = function (app, map, regions, { group, speak, arrow }) {
    const { data } = app;
    const { circles, flows, centres, breaks, field } = data.linked;
    const still = () => ({ ...regions.still("lines"), color: data.marks.circle, fill: false });
    const grip = { pane: "lines", renderer: regions.renderer("lines"), smoothFactor: 0, weight: 14, opacity: 0, bubblingMouseEvents: false };
    const percent = (share) => app.number(100 * share, 0);
    const names = (list) => list.map(app.city).join(app.t("comma"));

    // A city without its islands, whose shores would hide everything else.
    const shore = new Set(data.map.outer);
    const own = (piece) => (piece >= 0 ? piece : ~piece);
    const length = (ring) => ring.reduce((sum, piece) => sum + data.map.arcs[own(piece)].length, 0);
    function mainland(i) {
      const rings = data.map.shapes[i];
      const longest = Math.max(...rings.map(length));
      return rings.filter((ring) => length(ring) === longest || ring.some((piece) => !shore.has(own(piece))));
    }

    // The borders that only one of the members has: the outline, of lines that the map has already.
    function outline(members) {
      const seen = new Map();
      for (const piece of members.flatMap((i) => mainland(i).flat())) {
        seen.set(own(piece), (seen.get(own(piece)) || 0) + 1);
      }
      return regions.shapes.lines([...seen].filter(([, n]) => n === 1).map(([arc]) => arc));
    }

    function circleText(circle) {
      const title = circle.name ? app.say(circle.name) : app.t("circle_of", { core: app.city(circle.core) });
      if (!circle.name) return [title, app.t("circle_found_alone", { found: circle.found.length })];
      const { missed, extra } = circle;
      return [
        title, app.t("circle_agrees", { official: circle.n_official, found: circle.n_found, both: circle.n_both }),
        missed.length ? app.t("circle_missed", { names: names(missed) }) : "",
        extra.length ? app.t("circle_extra", { names: names(extra) }) : "",
        missed.length + extra.length ? "" : app.t("circle_same"),
        circle.counties ? app.t("circle_counties", { n: circle.counties }) : "",
        circle.doubt ? app.t("circle_doubt") : "",
      ];
    }

    // A wide line with a white middle is the official list, a dashed one what was found: where they
    // run together both are seen. The one under the pointer is drawn again on top.
    function drawCircles() {
      const layer = group("circles");
      const hot = L.layerGroup();
      const lines = circles.map((circle) => ({ circle, listed: outline(circle.official), found: outline(circle.found) }));
      const put = (which, style, to) => { for (const one of lines) L.polyline(one[which], { ...still(), ...style }).addTo(to); };
      layer.clearLayers();
      put("found", { color: "#ffffff", weight: 4 }, layer);
      put("listed", { color: "#ffffff", weight: 6.2 }, layer);
      put("listed", { weight: 4.6 }, layer);
      put("listed", { color: "#ffffff", weight: 2.2 }, layer);
      put("found", { weight: 1.8, dashArray: "6 5" }, layer);
      hot.addTo(layer);
      for (const { circle, listed, found } of lines) {
        const held = L.polyline([...listed, ...found], { ...grip, fill: false }).addTo(layer);
        held.getElement()?.setAttribute("data-circle", data.cities.ids[circle.core]);
        speak(held, () => circleText(circle));
        held.on("mouseover", () => {
          hot.clearLayers();
          L.polyline(listed, { ...still(), weight: 7.5 }).addTo(hot);
          L.polyline(listed, { ...still(), color: "#ffffff", weight: 2.6 }).addTo(hot);
          L.polyline(found, { ...still(), weight: 3.4, dashArray: "8 5" }).addTo(hot);
        });
        held.on("mouseout", () => hot.clearLayers());
      }
    }

    const above = new Map(flows.map(([i, j]) => [i, j]));
    function top(i) {
      let at = i;
      for (let k = 0; above.has(at) && k < flows.length; k += 1) at = above.get(at);
      return at;
    }

    function drawFlows() {
      const layer = group("flows");
      const color = data.marks.flow;
      layer.clearLayers();
      for (const [i, j, share] of flows) {
        const points = atlas.curve(map, [data.cities.seats[i], data.cities.seats[j]]);
        const weight = THIN + WIDE * share;
        const tip = arrow(points, weight);
        const stem = points.slice(0, tip.at).concat([tip.base]);
        const style = { ...regions.still("arcs"), lineCap: "round" };
        L.polyline(stem, { ...style, color: "#ffffff", weight: weight + 2 }).addTo(layer);
        L.polyline(stem, { ...style, color, weight }).addTo(layer);
        L.polygon([tip.point, ...tip.corners], { ...style, color: "#ffffff", weight: 1, fillColor: color, fillOpacity: 1 }).addTo(layer);
        const held = L.polyline(points, { ...grip, pane: "arcs", renderer: regions.renderer("arcs") }).addTo(layer);
        held.getElement()?.setAttribute("data-flow", data.cities.ids[i] + " " + data.cities.ids[j]);
        speak(held, () => [app.t("flow_to", { a: app.city(i), b: app.city(j) }), app.t("flow_share", { a: app.city(i), share: app.number(100 * share, 1) })]);
      }
      for (const i of centres) {
        const ring = L.circleMarker(data.cities.seats[i], { pane: "arcs", renderer: regions.renderer("arcs"), radius: 8, color, weight: 2.6, fillColor: "#ffffff", fillOpacity: 0.01, bubblingMouseEvents: false }).addTo(layer);
        speak(ring, () => [app.t("flow_centre", { city: app.city(i), n: flows.filter(([k]) => top(k) === i).length })]);
      }
    }

    function drawBreaks() {
      const layer = group("breaks");
      const hot = L.layerGroup();
      layer.clearLayers();
      hot.addTo(layer);
      for (const [a, b, mode, lat, lng, from, whole] of breaks) {
        const color = data.marks[mode === "road" ? "road" : "hsr"];
        const at = map.latLngToLayerPoint([lat, lng]);
        const corners = [[0, -1], [1, 0], [0, 1], [-1, 0]].map(([x, y]) => map.layerPointToLatLng([at.x + x * DIAMOND, at.y + y * DIAMOND]));
        const mark = L.polygon(corners, { pane: "arcs", renderer: regions.renderer("arcs"), smoothFactor: 0, color: "#ffffff", weight: 1.4, fillColor: color, fillOpacity: 1, bubblingMouseEvents: false }).addTo(layer);
        mark.getElement()?.setAttribute("data-break", [data.cities.ids[a], data.cities.ids[b], mode].join(" "));
        speak(mark, () => {
          const ends = { a: app.city(a), b: app.city(b) };
          return [app.t("break_between", { ...ends, mode: app.t("by_" + mode) }), app.t("break_at", { ...ends, from: app.number(from, 0), to: app.number(whole - from, 0) })];
        });
        mark.on("mouseover", () => {
          hot.clearLayers();
          L.polyline([data.cities.seats[a], [lat, lng], data.cities.seats[b]], { ...regions.still("lines"), color, weight: 2, dashArray: "2 5" }).addTo(hot);
        });
        mark.on("mouseout", () => hot.clearLayers());
      }
    }

    // Lines of equal strength, wider where the cores pull more.
    const ways = field.map(() => null); // as places, when first drawn
    const way = (k) => (ways[k] ||= field[k][1].map((one) => atlas.unstep(one, STEP)));
    app.fieldShown = () => (app.state.overlays.has("field") ? field.map(([strength], k) => [app.number(strength, 0), way(k)]) : []);
    function drawField() {
      const layer = group("field");
      const color = data.marks.field;
      layer.clearLayers();
      L.polyline(field.flatMap((_, k) => way(k)), { ...still(), color: "#ffffff", weight: 3.4 }).addTo(layer);
      field.forEach(([strength], k) => {
        L.polyline(way(k), { ...still(), color, weight: 0.9 + 0.22 * k }).addTo(layer);
        const held = L.polyline(way(k), { ...grip, fill: false }).addTo(layer);
        held.getElement()?.setAttribute("data-field", strength);
        speak(held, () => [app.t("field_at", { strength: app.number(strength, 0) }), app.t("field_times", { times: app.number(strength / 100, strength < 100 ? 2 : 0) })]);
      });
    }

    // A line of the legend for each that is on.
    const notes = {
      circles: () => app.t("note_circles", { min: circles[0].minutes, share: percent(circles[0].share) }),
      flows: () => {
        const shares = flows.map((one) => one[2]);
        return app.t("note_flows", { low: percent(Math.min(...shares)), high: percent(Math.max(...shares)), n: centres.length });
      },
      breaks: () => app.t("note_breaks"),
      field: () => app.t("note_field", { cores: names(data.cores.filter((i) => i >= 0)) }),
    };
    const each = { circles: () => circles.map((one) => circleText(one).filter(Boolean).join(app.t("then"))) };
    // Name, the line, and what a reader without a pointer may open.
    app.overlayNotes = () => NAMES.filter((name) => app.state.overlays.has(name) && there[name](data)).map((name) => [name, notes[name](), each[name] ? each[name]() : []]);

    const draw = { circles: drawCircles, flows: drawFlows, breaks: drawBreaks, field: drawField };
    // Arrowheads and diamonds keep their size on the screen.
    map.on("zoomend", () => { for (const name of ["flows", "breaks"]) if (app.state.overlays.has(name)) draw[name](); });
    return draw;
  };
})((window.atlas = window.atlas || {}));
