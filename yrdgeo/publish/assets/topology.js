// Shared arcs back to latitude and longitude.
(function (atlas) {
  "use strict";

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

  function widen(box, other) {
    for (const k of [0, 1]) {
      if (other[k] < box[k]) box[k] = other[k];
      if (other[k + 2] > box[k + 2]) box[k + 2] = other[k + 2];
    }
  }

  // Every line is made when it is first asked for: of many regions most never are.
  atlas.topology = (map) => {
    const arcs = [];
    const arc = (i) => (arcs[i] ||= atlas.unstep(map.arcs[i], map.step));
    const piece = (i) => (i >= 0 ? arc(i) : arc(~i).slice().reverse());
    const ring = (pieces) => pieces.flatMap((i, k) => (k ? piece(i).slice(1) : piece(i)));
    const made = [];
    const shape = (i) => (made[i] ||= map.shapes[i].map(ring));
    let found = null;
    const boxes = () => (found ||= reaches());

    // South, west, north and east of every shape, without making its lines.
    function reaches() {
      const reach = map.arcs.map((steps) => {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        let x = 0;
        let y = 0;
        for (let i = 0; i < steps.length; i += 2) {
          x += steps[i];
          y += steps[i + 1];
          widen(box, [y, x, y, x]);
        }
        return box.map((v) => v * map.step);
      });
      return map.shapes.map((rings) => {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (const i of rings.flat()) widen(box, reach[i >= 0 ? i : ~i]);
        return box;
      });
    }

    return {
      shape,
      boxes,
      get shapes() { return map.shapes.map((_, i) => shape(i)); },
      lines: (numbers) => numbers.map(arc),
    };
  };

  // One SVG path of several lines given in pixels.
  atlas.path = (lines, closed) =>
    lines.map((line) => "M" + line.map((p) => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L") + (closed ? "Z" : "")).join("");
})((window.atlas = window.atlas || {}));
