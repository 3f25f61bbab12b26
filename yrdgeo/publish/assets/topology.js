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

  atlas.topology = (map) => {
    const arcs = map.arcs.map((steps) => atlas.unstep(steps, map.step));
    const arc = (i) => (i >= 0 ? arcs[i] : arcs[~i].slice().reverse());
    const ring = (pieces) => pieces.map(arc).reduce((all, part) => all.concat(all.length ? part.slice(1) : part), []);
    const lines = (numbers) => numbers.map((i) => arcs[i]);
    return {
      shapes: map.shapes.map((shape) => shape.map(ring)),
      lines,
      all: arcs,
    };
  };

  // One SVG path of several lines given in pixels.
  atlas.path = (lines, closed) =>
    lines.map((line) => "M" + line.map((p) => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L") + (closed ? "Z" : "")).join("");
})((window.atlas = window.atlas || {}));
