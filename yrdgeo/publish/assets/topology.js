// Shared arcs back to latitude and longitude, and to the pixels of the map.
(function (atlas) {
  "use strict";

  const WORLD = 256; // pixels of the whole world at zoom 0
  const NEAR = 16; // pixels around the frame in which a wide line could still be seen

  // Steps (longitude, latitude, then differences) to [[lat, lng], …].
  atlas.unstep = (steps, size) => {
    const line = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      line.push([y * size, x * size]);
    }
    return line;
  };

  atlas.across = (lng) => (lng / 360 + 0.5) * WORLD;
  atlas.down = (lat) => (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * WORLD;

  // Steps to pixels at zoom 0: x, y, x, y, …
  function flat(steps, size) {
    const line = new Float64Array(steps.length);
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      line[i] = atlas.across(x * size);
      line[i + 1] = atlas.down(y * size);
    }
    return line;
  }

  // South, west, north and east of an arc, in steps.
  function reach(steps) {
    let [x, y] = steps;
    let [south, west, north, east] = [y, x, y, x];
    for (let i = 2; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      if (y < south) south = y;
      else if (y > north) north = y;
      if (x < west) west = x;
      else if (x > east) east = x;
    }
    return [south, west, north, east];
  }

  function around(boxes) {
    const all = [Infinity, Infinity, -Infinity, -Infinity];
    for (const box of boxes) {
      for (let k = 0; k < 2; k += 1) {
        if (box[k] < all[k]) all[k] = box[k];
        if (box[k + 2] > all[k + 2]) all[k + 2] = box[k + 2];
      }
    }
    return all;
  }

  // Every line is made when it is first asked for: of many regions most never are.
  atlas.topology = (map) => {
    const arcs = [];
    const arc = (i) => (arcs[i] ||= atlas.unstep(map.arcs[i], map.step));
    const piece = (i) => (i >= 0 ? arc(i) : arc(~i).slice().reverse());
    const ring = (pieces) => pieces.flatMap((i, k) => (k ? piece(i).slice(1) : piece(i)));
    const made = [];
    const shape = (i) => (made[i] ||= map.shapes[i].map(ring));
    const flats = [];
    let found = null;

    // South, west, north and east of every shape, without making its lines.
    function reaches() {
      const boxes = map.arcs.map(reach);
      return map.shapes.map((rings) => around(rings.flat().map((i) => boxes[i >= 0 ? i : ~i])).map((v) => v * map.step));
    }

    return {
      shape,
      boxes: () => (found ||= reaches()),
      flat: (i) => (flats[i] ||= flat(map.arcs[i], map.step)),
      rings: (i) => map.shapes[i],
      get shapes() { return map.shapes.map((_, i) => shape(i)); },
      lines: (numbers) => numbers.map(arc),
    };
  };

  // An arc in pixels of a zoom: points on one pixel are one; text is what a path makes of it.
  function pixels(line, scale) {
    const at = [];
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < line.length; i += 2) {
      const x = Math.round(line[i] * scale);
      const y = Math.round(line[i + 1] * scale);
      const n = at.length;
      if (n && at[n - 2] === x && at[n - 1] === y) continue;
      at.push(x, y);
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    return { at, box: [left, top, right, bottom], there: null, back: null };
  }

  // The steps along an arc, or back along it.
  function steps(at, back) {
    const n = at.length;
    if (n < 4) return "";
    let text = "l";
    if (back) for (let i = n - 2; i > 0; i -= 2) text += (at[i - 2] - at[i]) + " " + (at[i - 1] - at[i + 1]) + " ";
    else for (let i = 2; i < n; i += 2) text += (at[i] - at[i - 2]) + " " + (at[i + 1] - at[i - 1]) + " ";
    return text;
  }

  // Rings of arcs as the text of a path, in the pixels that Leaflet draws in. Each arc is put into
  // pixels once a zoom, whatever is drawn of it; what lies outside of the bounds is left out.
  function tracer(map, shapes) {
    let zoom = null;
    let kept = [];
    const arc = (i) => (kept[i] ||= pixels(shapes.flat(i), 2 ** zoom));
    const along = (i) => {
      const one = arc(i >= 0 ? i : ~i);
      return i >= 0 ? (one.there ??= steps(one.at, false)) : (one.back ??= steps(one.at, true));
    };
    return (rings, closed, bounds) => {
      if (zoom !== map.getZoom()) { zoom = map.getZoom(); kept = []; }
      const origin = map.getPixelOrigin();
      const low = bounds.min.add(origin).subtract([NEAR, NEAR]);
      const high = bounds.max.add(origin).add([NEAR, NEAR]);
      const seen = (ring) => {
        const box = around(ring.map((i) => arc(i >= 0 ? i : ~i).box));
        return box[0] <= high.x && box[2] >= low.x && box[1] <= high.y && box[3] >= low.y;
      };
      return rings.filter(seen).map((ring) => {
        const { at } = arc(ring[0] >= 0 ? ring[0] : ~ring[0]);
        const [x, y] = ring[0] >= 0 ? at : at.slice(-2);
        return "M" + (x - origin.x) + " " + (y - origin.y) + ring.map(along).join("") + (closed ? "Z" : "");
      }).join("");
    };
  }

  // A layer of rings of shared arcs; a line alone is a ring of one arc that is not closed.
  const Traced = L.Path.extend({
    initialize(trace, rings, options) {
      L.setOptions(this, options);
      this._trace = trace;
      this._rings = rings;
    },
    retrace(rings) {
      this._rings = rings;
      this._drawn = "";
      return this.redraw();
    },
    _project() {},
    _reset() {
      this._drawn = "";
      this._update();
    },
    // Leaflet asks again after every move; the same piece of the same zoom is drawn already.
    _update() {
      const map = this._map;
      const bounds = this._renderer._bounds;
      const now = [map.getZoom(), map.getPixelOrigin(), bounds.min, bounds.max].join();
      if (this._drawn === now) return;
      this._drawn = now;
      this._renderer._setPath(this, this._trace(this._rings, this.options.fill, bounds) || "M0 0");
    },
  });

  // The layers of one topology: (rings, options) → layer, closed where it is filled.
  atlas.traced = (map, shapes) => {
    const trace = tracer(map, shapes);
    return (rings, options) => new Traced(trace, rings, options);
  };

  // One SVG path of several lines given in pixels.
  atlas.path = (lines, closed) =>
    lines.map((line) => "M" + line.map((p) => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L") + (closed ? "Z" : "")).join("");
})((window.atlas = window.atlas || {}));
