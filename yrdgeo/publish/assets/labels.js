// City names on the map, placed without collision: cores first, then the city in hand, then size.
(function (atlas) {
  "use strict";

  const NUDGES = [[0, 0], [0, -11], [0, 11], [-16, 0], [16, 0], [-16, -11], [16, -11], [-16, 11], [16, 11], [0, -20], [0, 20], [-28, 0], [28, 0], [-26, -16], [26, -16], [-26, 16], [26, 16]];
  const GAP = 2;

  const overlaps = (a, b) => a[0] < b[2] + GAP && b[0] < a[2] + GAP && a[1] < b[3] + GAP && b[1] < a[3] + GAP;

  atlas.labels = function (app, map, regions) {
    const pane = map.createPane("labels");
    pane.style.zIndex = 460;
    pane.style.pointerEvents = "none";
    const sheet = atlas.svg("svg", { class: "labels", "aria-hidden": "true" });
    pane.append(sheet);
    const pen = document.createElement("canvas").getContext("2d");
    const area = app.data.cities.labels.map((_, i) => extent(regions.polygons[i].getBounds()));
    const order = app.data.cities.labels.map((_, i) => i).sort((a, b) => area[b] - area[a] || a - b);

    function extent(bounds) {
      return (bounds.getNorth() - bounds.getSouth()) * (bounds.getEast() - bounds.getWest());
    }

    function wanted() {
      const { pin, hover, other } = app.state;
      const cores = app.data.cores.filter((i) => i >= 0);
      return [...new Set([pin, other, hover, ...cores, ...order])].filter((i) => i >= 0);
    }

    function box(text, x, y, bold) {
      pen.font = (bold ? "bold 13px " : "12px ") + atlas.font;
      const width = pen.measureText(text).width;
      return [x - width / 2, y - 8, x + width / 2, y + 8];
    }

    function place() {
      const taken = app.state.overlays.has("cores") ? app.data.cores.filter((i) => i >= 0).map((i) => {
        const p = map.latLngToLayerPoint(app.data.cities.seats[i]);
        return [p.x - 5, p.y - 5, p.x + 5, p.y + 5];
      }) : [];
      const placed = [];
      for (const i of wanted()) {
        const core = app.data.cores.includes(i);
        const near = core && app.state.overlays.has("cores");
        const at = map.latLngToLayerPoint(near ? app.data.cities.seats[i] : app.data.cities.labels[i]);
        const text = app.city(i);
        const nudges = near ? [[0, -16], [0, 16], [-30, 0], [30, 0], ...NUDGES.slice(5)] : NUDGES;
        for (const [dx, dy] of nudges) {
          const bounds = box(text, at.x + dx, at.y + dy, core);
          if (taken.some((other) => overlaps(other, bounds))) continue;
          taken.push(bounds);
          placed.push(atlas.svg("text", { x: at.x + dx, y: at.y + dy, class: core ? "label core" : "label", "data-city": app.data.cities.ids[i], text }));
          break;
        }
      }
      atlas.put(sheet, placed);
    }

    map.on("zoomstart", () => sheet.classList.add("away"));
    map.on("zoomend viewreset resize", () => { place(); sheet.classList.remove("away"); });
    app.on(["lang", "pin", "overlays", "other"], place);
    return { place };
  };
})((window.atlas = window.atlas || {}));
