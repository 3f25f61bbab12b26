// City names on the map, placed without collision: cores first, then the city in hand, then size.
// Of many regions only those are named that are wide enough for it; far out, the provinces are.
(function (atlas) {
  "use strict";

  const NUDGES = [[0, 0], [0, -11], [0, 11], [-16, 0], [16, 0], [-16, -11], [16, -11], [-16, 11], [16, 11], [0, -20], [0, 20], [-28, 0], [28, 0], [-26, -16], [26, -16], [-26, 16], [26, 16]];
  const HERE = [[0, 0], [0, -8], [0, 8]];
  const MANY = 120; // regions
  const AT_SEA = ["台湾省", "海南省"]; // named first on a map of the whole country
  const GAP = 2;
  const APART = 5; // pixels between two names in a line, or they read as one
  const ROOM = 0.75; // of a name's width that a region must have, where there are many

  const overlaps = (a, b) => a[0] < b[2] + APART && b[0] < a[2] + APART && a[1] < b[3] + GAP && b[1] < a[3] + GAP;

  atlas.labels = function (app, map, regions) {
    const { data } = app;
    const pane = map.createPane("labels");
    pane.style.zIndex = 460;
    pane.style.pointerEvents = "none";
    const sheet = atlas.svg("svg", { class: "labels", "aria-hidden": "true" });
    pane.append(sheet);
    const pen = document.createElement("canvas").getContext("2d");
    const widths = new Map(); // measuring a text is slow
    const boxes = regions.shapes.boxes();
    const area = boxes.map(([south, west, north, east]) => (north - south) * (east - west));
    const order = boxes.map((_, i) => i).sort((a, b) => area[b] - area[a] || a - b);
    const grounds = data.land && data.land.national ? Object.values(data.land.provinces) : [];
    const many = boxes.length > MANY;
    const provinces = many ? middles() : [];

    // Of a map of the whole country: the provinces that none of the regions is in.
    const known = new Set(data.cities.provinces.map((name) => name[0]));
    const absent = grounds.filter((one) => !known.has(one.name[0]));

    // A place for each province: the label of the city nearest to the middle of all of it.
    function middles() {
      const members = new Map();
      data.cities.provinces.forEach((name, i) => {
        if (!members.has(name[0])) members.set(name[0], []);
        members.get(name[0]).push(i);
      });
      return [...members.values()].filter((list) => list.length > 1).map((list) => {
        const whole = list.reduce((sum, i) => sum + area[i], 0);
        const mean = [0, 1].map((k) => list.reduce((sum, i) => sum + data.cities.labels[i][k] * area[i], 0) / whole);
        const off = (i) => Math.hypot(data.cities.labels[i][0] - mean[0], data.cities.labels[i][1] - mean[1]);
        const name = data.cities.provinces[list[0]];
        const kept = grounds.find((one) => one.name[0] === name[0]);
        const at = kept ? kept.at : data.cities.labels[list.reduce((a, b) => (off(b) < off(a) ? b : a))];
        return { name, at, whole };
      }).sort((a, b) => AT_SEA.includes(b.name[0]) - AT_SEA.includes(a.name[0]) || b.whole - a.whole);
    }

    function wide(text, bold) {
      const key = (bold ? "b" : "n") + text;
      if (!widths.has(key)) {
        pen.font = (bold ? "bold 13px " : "12px ") + atlas.font;
        widths.set(key, pen.measureText(text).width);
      }
      return widths.get(key);
    }

    const box = (width, x, y) => [x - width / 2, y - 8, x + width / 2, y + 8];

    function write(text, at, nudges, more, bold) {
      const width = wide(text, bold);
      let found = null;
      for (const [dx, dy] of nudges) {
        const bounds = box(width, at.x + dx, at.y + dy);
        if (taken.some((other) => overlaps(other, bounds))) continue;
        const whole = inFrame(bounds);
        if (whole || !found) found = { bounds, dx, dy };
        if (whole) break;
      }
      if (!found) return;
      taken.push(found.bounds);
      placed.push(atlas.svg("text", { x: at.x + found.dx, y: at.y + found.dy, text, ...more }));
    }

    // A name that the frame does not cut comes first.
    const inFrame = (b) => b[0] + frame.x >= 2 && b[1] + frame.y >= 2 && b[2] + frame.x <= frame.width - 2 && b[3] + frame.y <= frame.height - 2;
    let frame = null; // its size, and where it lies in the layer

    let taken = [];
    let placed = [];

    // Whether a region is large enough on the screen for its name.
    function fits(i) {
      const [south, west, north, east] = boxes[i];
      const size = map.latLngToLayerPoint([south, east]).subtract(map.latLngToLayerPoint([north, west]));
      return size.y > 13 && size.x > wide(app.city(i), false) * ROOM;
    }

    function city(i, view) {
      const core = data.cores.includes(i);
      const near = core && app.state.overlays.has("cores");
      const place = near ? data.cities.seats[i] : data.cities.labels[i];
      if (many && !view.contains(place)) return;
      const nudges = near ? [[0, -16], [0, 16], [-30, 0], [30, 0], ...NUDGES.slice(5)] : many ? HERE : NUDGES;
      write(app.city(i), map.latLngToLayerPoint(place), nudges, { class: core ? "label core" : "label", "data-city": data.cities.ids[i] }, core);
    }

    function place() {
      const cores = data.cores.filter((i) => i >= 0);
      const { pin, hover, other } = app.state;
      const held = [...new Set([pin, other, hover, ...cores])].filter((i) => i >= 0);
      const view = map.getBounds().pad(0.3);
      const inner = L.bounds([40, 20], map.getSize().subtract([40, 20]));
      const { x, y } = map.layerPointToContainerPoint([0, 0]);
      frame = { x, y, width: map.getSize().x, height: map.getSize().y };
      placed = [];
      taken = app.state.overlays.has("cores") ? cores.map((i) => {
        const p = map.latLngToLayerPoint(data.cities.seats[i]);
        return [p.x - 5, p.y - 5, p.x + 5, p.y + 5];
      }) : [];
      for (const i of held) city(i, view);
      for (const [km, line] of app.ringsShown()) {
        // At the north of the ring, or where else it comes into view.
        const spot = [0, 15, 45, 30, 5, 55, 20, 40].map((k) => line[k]).find((at) => inner.contains(map.latLngToContainerPoint(at)));
        if (spot) write(app.withUnit(app.number(km, 0), app.t("km")), map.latLngToLayerPoint(spot), HERE, { class: "label ring" }, false);
      }
      for (const [text, lines] of app.fieldShown()) {
        // Once a strength, in the middle of its longest line or where else that comes into view.
        const line = lines.reduce((a, b) => (b.length > a.length ? b : a));
        const spot = [4, 2, 6, 1, 7, 3, 5].map((k) => line[Math.floor((line.length * k) / 8)]).find((at) => inner.contains(map.latLngToContainerPoint(at)));
        if (spot) write(text, map.latLngToLayerPoint(spot), HERE, { class: "label ring" }, false);
      }
      for (const one of absent) province(one.name, one.at);
      const fitting = order.filter((i) => !held.includes(i) && (!many || fits(i)));
      if (many && fitting.length < boxes.length / 8) {
        for (const { name, at } of provinces) province(name, at);
      } else for (const i of fitting) city(i, view);
      atlas.put(sheet, placed);
    }

    function province(name, at) {
      write(app.state.lang === 0 ? plain(name[0]) : name[1], map.latLngToLayerPoint(at), NUDGES, { class: "label province" }, false);
    }

    // 内蒙古自治区 is 内蒙古 on a map.
    const plain = (name) => name.replace(/(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$/, "");

    map.on("zoomstart", () => sheet.classList.add("away"));
    map.on("zoomend viewreset resize", () => { place(); sheet.classList.remove("away"); });
    if (many) map.on("moveend", place);
    app.on(["lang", "pin", "overlays", "other", "origin"], place);
    return { place };
  };
})((window.atlas = window.atlas || {}));
