// Many regions on one sheet instead of one node each: the same fills, borders and patterns.
(function (atlas) {
  "use strict";

  const NEAR = 256; // pixels of margin, so that a pan does not show an edge
  const PATTERNS = { "-": "hatch", x: "cross" };
  const BORDERS = { inner: ["#ffffff", 0.7], outer: ["#7d878e", 0.7], provinces: ["#4a4a4a", 1.3] };

  // Every point of a ring of arcs, in its order.
  function walk(arcs, ring, act) {
    let first = true;
    for (const piece of ring) {
      const line = arcs[piece >= 0 ? piece : ~piece];
      const n = line.length / 2;
      for (let k = first ? 0 : 1; k < n; k += 1) {
        const at = 2 * (piece >= 0 ? k : n - 1 - k);
        act(line[at], line[at + 1], first);
        first = false;
      }
    }
  }

  function outline(arcs, shape) {
    const path = new Path2D();
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of shape) {
      walk(arcs, ring, (x, y, first) => {
        if (first) path.moveTo(x, y);
        else path.lineTo(x, y);
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      });
      path.closePath();
    }
    return { path, box };
  }

  function open(arcs, numbers) {
    const path = new Path2D();
    for (const i of numbers) {
      path.moveTo(arcs[i][0], arcs[i][1]);
      for (let k = 2; k < arcs[i].length; k += 2) path.lineTo(arcs[i][k], arcs[i][k + 1]);
    }
    return path;
  }

  // A small square of a pattern, drawn once for each density of the screen.
  atlas.patternTile = tile;
  function tile(kind, density) {
    const size = kind === "dots-apart" ? 20 : 8;
    const sheet = atlas.el("canvas", { width: size * density, height: size * density });
    const pen = sheet.getContext("2d");
    pen.scale(density, density);
    if (kind.startsWith("dots")) {
      for (const [radius, colour] of [[1.7, "#ffffff"], [1, "#1f2328"]]) {
        pen.fillStyle = colour;
        pen.beginPath();
        pen.arc(4, 4, radius, 0, 7);
        pen.fill();
      }
      return sheet;
    }
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = "#8b8f94";
    pen.lineWidth = 1.2;
    pen.stroke(new Path2D(atlas.patternLines[kind]));
    return sheet;
  }

  const Sheet = L.Renderer.extend({
    initialize(options, draw) {
      L.Renderer.prototype.initialize.call(this, options);
      this._layers = {}; // Leaflet's renderers list their paths here; there is none
      this._draw = draw;
    },
    _initContainer() { this._container = document.createElement("canvas"); },
    _destroyContainer() { this._container.remove(); delete this._container; },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const density = window.devicePixelRatio > 1 ? 2 : 1;
      const box = this._container;
      L.DomUtil.setPosition(box, this._bounds.min);
      box.width = size.x * density;
      box.height = size.y * density;
      box.style.width = size.x + "px";
      box.style.height = size.y + "px";
      this.draw();
      this.fire("update");
    },
    draw() {
      if (!this._bounds) return;
      const density = this._container.width / this._bounds.getSize().x;
      const scale = 2 ** this._map.getZoom();
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      this._draw(this._container.getContext("2d"), { density, scale, corner });
    },
  });

  // The paths are kept in pixels of zoom 0.
  atlas.canvas = function (app, map, shapes) {
    const { data } = app;
    const arcs = data.map.arcs.map((_, i) => shapes.flat(i));
    const regions = data.map.shapes.map((shape) => outline(arcs, shape));
    const outer = new Set(data.map.outer);
    const lines = {
      inner: open(arcs, arcs.map((_, i) => i).filter((i) => !outer.has(i))),
      outer: open(arcs, data.map.outer), provinces: open(arcs, data.map.provinces),
    };
    const size = regions.reduce((sum, { box }) => sum + Math.sqrt((box[2] - box[0]) * (box[3] - box[1])), 0) / regions.length;
    const tiles = {};

    function gather(numbers) {
      const path = new Path2D();
      for (const i of numbers) path.addPath(regions[i].path);
      return path;
    }

    // Thin where the regions are small on the screen, or the borders would hide them.
    const thin = (scale) => Math.max(0.2, Math.min(1, (size * scale) / 40));

    function fillWith(pen, path, kind, { density }) {
      pen.save();
      pen.clip(path, "evenodd");
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fillStyle = pen.createPattern((tiles[kind + density] ||= tile(kind, density)), "repeat");
      pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
      pen.restore();
    }

    function draw(pen, frame, { classes, doubted, doubt }) {
      const { density, scale, corner } = frame;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
      pen.setTransform(density * scale, 0, 0, density * scale, -density * corner.x, -density * corner.y);
      pen.lineJoin = "round";
      for (const [letter, { path, colour }] of classes) {
        if (PATTERNS[letter]) { fillWith(pen, path, PATTERNS[letter], frame); continue; }
        pen.fillStyle = pen.strokeStyle = colour;
        pen.lineWidth = (0.8 * thin(scale)) / scale; // closes the hairline between two fills
        pen.fill(path, "evenodd");
        pen.stroke(path);
      }
      if (doubted) fillWith(pen, doubted, doubt, frame);
      for (const [name, [colour, weight]] of Object.entries(BORDERS)) {
        pen.strokeStyle = colour;
        pen.lineWidth = (weight * (name === "inner" ? thin(scale) : Math.max(0.45, thin(scale)))) / scale;
        pen.stroke(lines[name]);
      }
    }

    // What is drawn of one state: class → numbers and path of the regions that have it.
    function gathered(view, layer) {
      const found = new Map();
      regions.forEach((_, i) => {
        const letter = view.classes[i];
        if (!found.has(letter)) found.set(letter, []);
        found.get(letter).push(i);
      });
      const classes = new Map([...found].sort().map(([letter, numbers]) => [letter, { colour: app.flat(letter, layer), numbers, path: gather(numbers) }]));
      const marked = regions.map((_, i) => i).filter((i) => app.unverified(view, i));
      return { classes, marked, doubted: marked.length ? gather(marked) : null, doubt: app.allUnverified(view) ? "dots-apart" : "dots" };
    }

    // A sheet in a pane, and what it shows.
    function painted(pane) {
      let shown = { classes: new Map(), marked: [] };
      const sheet = new Sheet({ pane, padding: 0.5 }, (pen, frame) => draw(pen, frame, shown)).addTo(map);
      sheet._container.classList.add("sheet");
      return {
        box: sheet._container,
        paint: (view, layer) => { shown = gathered(view, layer); sheet.draw(); },
        remove: () => sheet.remove(),
        svg: () => svg(shown),
      };
    }
    const main = painted("regions");

    // The region under a place, −1 for none.
    const probe = document.createElement("canvas").getContext("2d");
    function at(latlng) {
      const x = atlas.across(latlng.lng);
      const y = atlas.down(latlng.lat);
      return regions.findIndex(({ path, box }) =>
        x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] && probe.isPointInPath(path, x, y, "evenodd"));
    }

    const { box } = main;
    box.addEventListener("mousemove", (event) => app.point(at(map.mouseEventToLatLng(event))));
    box.addEventListener("mouseleave", () => app.point(-1));
    box.addEventListener("click", (event) => {
      const i = map.dragging.moved() ? -1 : at(map.mouseEventToLatLng(event));
      if (i < 0) return;
      event.stopPropagation(); // to Leaflet this would be a click on the sea
      app.pinCity(i);
    });

    // The same picture as paths, for the exports; in pixels of the frame.
    function svg({ classes, marked, doubt }) {
      const scale = 2 ** map.getZoom();
      const origin = map.getPixelOrigin().subtract(map._getMapPanePos());
      const frame = map.getSize();
      const written = (runs, closed) => runs.map((run) => {
        let text = "";
        let last = "";
        run((x, y, first) => {
          const point = (x * scale - origin.x).toFixed(1) + " " + (y * scale - origin.y).toFixed(1);
          if (point !== last) text += (first ? "M" : "L") + point;
          last = point;
        });
        return text + (closed ? "Z" : "");
      }).join("");
      const seen = ({ box: b }) => b[2] * scale > origin.x - NEAR && b[0] * scale < origin.x + frame.x + NEAR && b[3] * scale > origin.y - NEAR && b[1] * scale < origin.y + frame.y + NEAR;
      const rings = (numbers) => numbers.filter((i) => seen(regions[i])).flatMap((i) => data.map.shapes[i].map((ring) => (act) => walk(arcs, ring, act)));
      const group = atlas.svg("g", { "fill-rule": "evenodd", "stroke-linejoin": "round" }, atlas.patterns());
      for (const [letter, { colour, numbers }] of classes) {
        group.append(atlas.svg("path", { d: written(rings(numbers), true), fill: app.colour(letter), stroke: colour, "stroke-width": 0.8 * thin(scale) }));
      }
      if (marked.length) group.append(atlas.svg("path", { d: written(rings(marked), true), fill: `url(#${doubt})` }));
      for (const [name, [colour, weight]] of Object.entries(BORDERS)) {
        const numbers = name === "inner" ? arcs.map((_, i) => i).filter((i) => !outer.has(i)) : data.map[name];
        group.append(atlas.svg("path", { d: written(numbers.map((i) => (act) => walk(arcs, [i], act)), false), fill: "none", stroke: colour, "stroke-width": weight * (name === "inner" ? thin(scale) : Math.max(0.45, thin(scale))) }));
      }
      return group;
    }

    return { paint: main.paint, at, svg: main.svg, second: painted };
  };
})((window.atlas = window.atlas || {}));
