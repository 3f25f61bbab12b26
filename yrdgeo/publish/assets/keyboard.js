// One stop for the map; arrows walk from neighbour to neighbour, Enter pins, Escape lets go.
(function (atlas) {
  "use strict";

  const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const NARROW = Math.cos((50 * Math.PI) / 180);

  atlas.keyboard = function (app, map, regions) {
    const { data, state } = app;
    const frame = atlas.byId("stage");
    const box = map.getContainer();
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    const place = (i) => map.latLngToContainerPoint(data.cities.labels[i]);

    // The nearest city that way among the neighbours, else among all.
    function next(from, way) {
      const here = place(from);
      const pick = (list) => {
        let found = -1;
        let least = Infinity;
        for (const i of list) {
          const there = place(i).subtract(here);
          const length = Math.hypot(there.x, there.y);
          const turn = (there.x * way[0] + there.y * way[1]) / (length || 1);
          if (i === from || turn < NARROW) continue;
          const cost = length * (2 - turn);
          if (cost < least) { least = cost; found = i; }
        }
        return found;
      };
      const near = pick(data.cities.neighbours[from]);
      return near >= 0 ? near : pick(data.cities.ids.map((_, i) => i));
    }

    function start() {
      if (state.pin >= 0) return state.pin;
      return data.cores.find((i) => i >= 0) ?? 0;
    }

    function go(i) {
      if (i < 0) return;
      app.point(i);
      const p = place(i);
      if (!L.bounds([20, 20], map.getSize().subtract([20, 20])).contains(p)) map.panInside(data.cities.labels[i], { padding: [60, 60], animate: false });
      const q = place(i);
      app.tipCity(i, q.x, q.y);
      app.announce(atlas.cityText(app, i).join(app.state.lang === 0 ? "，" : ", "));
    }

    box.addEventListener("focus", () => { if (box.matches(":focus-visible") && state.hover < 0) go(start()); });
    box.addEventListener("blur", () => app.point(-1));
    box.addEventListener("keydown", (event) => {
      if (event.target !== box) return;
      if (event.key in WAYS) { event.preventDefault(); go(state.hover < 0 ? start() : next(state.hover, WAYS[event.key])); }
      else if (event.key === "Enter" && state.hover >= 0) {
        event.preventDefault();
        const i = state.hover;
        app.pinCity(i);
        app.announce(app.t(state.pin === i ? "pinned" : "unpinned", { city: app.city(i) }));
      } else if (event.key === "+" || event.key === "=") map.zoomIn(1);
      else if (event.key === "-") map.zoomOut(1);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      app.tip(null);
      app.set({ pin: -1, hover: -1, pair: "", link: "", group: "", other: -1 });
    });
    app.on(["lang"], () => {
      box.setAttribute("aria-label", app.t("map_label"));
      frame.setAttribute("aria-label", app.t("map"));
    });
    return regions;
  };
})((window.atlas = window.atlas || {}));
