// The choropleth: fills from the classes, borders once, the city in hand on top.
(function (atlas) {
  "use strict";

  const MOST_PATHS = 600; // regions; more are drawn on a canvas, or the page would be slow
  const PATTERNS = { hatch: "M-2 2L2 -2M0 8L8 0M6 10L10 6", cross: "M0 0L8 8M8 0L0 8" };
  atlas.patternLines = PATTERNS;

  // Hatches for what has no number, dots for what nobody has verified.
  atlas.patterns = () => {
    const box = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
    const hatched = Object.entries(PATTERNS).map(([id, d]) =>
      atlas.svg("pattern", { id, ...box },
        atlas.svg("rect", { width: 8, height: 8, fill: "#ffffff" }),
        atlas.svg("path", { d, stroke: "#8b8f94", "stroke-width": 1.2, fill: "none" })));
    // Far apart where every city has them: they say it once and leave the classes to be read.
    const dots = [["dots", 8], ["dots-apart", 20]].map(([id, size]) =>
      atlas.svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" },
        atlas.svg("circle", { cx: 4, cy: 4, r: 1.7, fill: "#ffffff" }),
        atlas.svg("circle", { cx: 4, cy: 4, r: 1, fill: "#1f2328" })));
    return atlas.svg("defs", {}, ...hatched, ...dots);
  };

  atlas.regions = function (app, map) {
    const { data } = app;
    const shapes = atlas.topology(data.map);
    for (const [name, level] of [["land", 200], ["grid", 210], ["regions", 400], ["dots", 410], ["borders", 420], ["edges", 425], ["lines", 430], ["hand", 440], ["arcs", 450]]) {
      const pane = map.createPane(name);
      pane.style.zIndex = level;
    }
    const renderers = {};
    const renderer = (pane) => (renderers[pane] ||= L.svg({ pane, padding: 0.5 }));
    const still = (pane) => ({ pane, renderer: renderer(pane), interactive: false, smoothFactor: 0 });
    const traced = atlas.traced(map, shapes);
    const border = (numbers, color, weight) => traced(numbers.map((i) => [i]), { ...still("borders"), color, weight }).addTo(map);

    const many = data.cities.ids.length > MOST_PATHS ? atlas.canvas(app, map, shapes) : null;
    const drawn = many || paths();
    const casing = traced([], { ...still("hand"), color: "#ffffff", weight: 5, lineJoin: "round" }).addTo(map);
    const outline = traced([], { ...still("hand"), color: "#1f2328", weight: 2.5, lineJoin: "round" }).addTo(map);

    if (many) outline.getElement().ownerSVGElement.prepend(atlas.patterns()); // for the legend

    // A node a region, as long as there are few.
    function paths() {
      const polygons = data.map.shapes.map((rings) =>
        traced(rings, { pane: "regions", renderer: renderer("regions"), fill: true, fillOpacity: 1, weight: 0.8 }).addTo(map));
      const outer = new Set(data.map.outer);
      const inner = data.map.arcs.map((_, i) => i).filter((i) => !outer.has(i));
      border(inner, "#ffffff", 0.7);
      border(data.map.outer, "#7d878e", 0.7);
      border(data.map.provinces, "#4a4a4a", 1.3);
      const dotted = traced([], { ...still("dots"), stroke: false, fill: true, fillColor: "url(#dots)", fillOpacity: 1 }).addTo(map);
      polygons.forEach((polygon, i) => {
        polygon.on("mouseover", () => app.point(i));
        polygon.on("mouseout", () => app.point(-1));
        polygon.on("click", (event) => { L.DomEvent.stop(event); app.pinCity(i); });
      });
      renderer("regions")._container.prepend(atlas.patterns());

      function paint(view, layer) {
        const marked = [];
        polygons.forEach((polygon, i) => {
          const letter = view.classes[i];
          polygon.setStyle({ fillColor: app.colour(letter, layer), color: app.flat(letter, layer) });
          const path = polygon.getElement();
          path.dataset.city = data.cities.ids[i];
          path.dataset.class = letter;
          if (app.unverified(view, i)) marked.push(i);
        });
        dotted.setStyle({ fillColor: app.allUnverified(view) ? "url(#dots-apart)" : "url(#dots)" });
        dotted.retrace(marked.flatMap((i) => data.map.shapes[i]));
        dotted.getElement().dataset.cities = marked.map((i) => data.cities.ids[i]).join(" ");
      }
      return { paint };
    }

    // A whole class of the legend, else the cities under the pointer, pinned or compared.
    function hold() {
      const { hover, pin, other, group, link } = app.state;
      const ends = link ? data.pairs.find((pair) => pair.id === link).cities : [];
      const view = app.view();
      const held = group === ""
        ? [...new Set([...app.state.brush, pin, other, hover, ...ends])].filter((i) => i >= 0)
        : data.cities.ids.map((_, i) => i).filter((i) => (group === "u" ? view.flags[i] === "u" : view.classes[i] === group));
      const rings = held.flatMap((i) => data.map.shapes[i]);
      casing.retrace(rings);
      outline.retrace(rings);
    }

    app.on(["layer", "year", "scenario", "origin"], () => drawn.paint(app.view(), app.layer()));
    app.on(["hover", "pin", "group", "other", "link", "layer", "year", "brush"], hold);
    return { shapes, renderer, still, traced, many };
  };
})((window.atlas = window.atlas || {}));
