// Before and after on the one map: left of a divider one year or network, right of it the other.
// The classes, and so the legend, are those of both; nothing is made before it is asked for.
(function (atlas) {
  "use strict";

  const STEPS = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };
  const FAR = 1e5; // pixels: beyond any frame
  // What lies on one side only: the pane, how high it lies, and which side.
  const PANES = { before: [415, 0], "before-lines": [428, 0], "after-lines": [428, 1] };

  atlas.swipe = function (app) {
    const { data, state } = app;
    let parts = null; // of the divider, from its first use
    let drawn = null;
    let at = 0.5;

    const keyOf = (year, scenario) => year + "|" + scenario;
    const ended = (layer, key) => ({ year: Number(key.split("|")[0]), scenario: key.slice(key.indexOf("|") + 1), view: layer.views[key] });

    // Both states on show, left one first; null while there is only one.
    app.swiped = () => {
      const layer = app.layer();
      if (!state.before || layer.base || app.isFrom() || !layer.views[state.before]) return null;
      const key = keyOf(state.year, state.scenario);
      return named([ended(layer, state.before), ended(layer, layer.views[key] ? key : keyOf(state.year, ""))]);
    };
    app.viewsShown = () => (app.swiped() || [{ view: app.view() }]).map((one) => one.view);

    // Each state is called by what sets it apart from the other.
    function named(ends) {
      const [a, b] = ends;
      return ends.map((one) => ({ ...one, title: [
        a.year !== b.year || a.scenario === b.scenario ? String(one.year) : "", a.scenario !== b.scenario ? app.say(app.scenarioTitle(one.scenario)) : "",
      ].filter(Boolean).join(" · ") }));
    }

    // Each city's way from one state to the other; a difference of networks is known before rounding.
    app.stepsBetween = (layer, [a, b]) => {
      const known = a.year === b.year && a.scenario === "" ? data.differences[layer.id]?.scenario?.values[keyOf(b.year, b.scenario)] : null;
      return known || b.view.values.map((v, i) => {
        const step = v === null || a.view.values[i] === null ? null : Number((v - a.view.values[i]).toFixed(layer.decimals));
        return step === 0 ? 0 : step; // no minus before nought
      });
    };

    app.signed = (layer, v) => (v > 0 ? "+" : v < 0 ? "−" : "") + app.withUnit(app.number(Math.abs(v), layer.decimals), app.say(layer.unit));

    app.statesSentence = (layer, ends, all = app.stepsBetween(layer, ends)) => {
      const steps = all.filter((v) => v !== null);
      if (!steps.length) return app.t("nothing_known");
      const count = (test) => steps.filter(test).length;
      const same = count((v) => v === 0);
      return app.t("states_reading", {
        title: app.say(layer.title), a: ends[0].title, b: ends[1].title, n: steps.length, up: count((v) => v > 0), down: count((v) => v < 0),
        same: same ? app.t("states_same", { n: same }) : "", mean: app.signed(layer, Number((steps.reduce((a, b) => a + b, 0) / steps.length).toFixed(layer.decimals))),
      });
    };

    // The divider, from one edge of the map to the other.
    function build() {
      const line = atlas.el("div", { class: "line" });
      const names = ["left", "right"].map((side) => atlas.el("span", { class: "side " + side }));
      const handle = atlas.el("div", { class: "handle", role: "slider", tabindex: 0, "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 100, text: "↔" });
      const root = atlas.el("div", { id: "swipe" }, line, names, handle);
      atlas.byId("frame").append(root);
      let held = false;
      const along = (event) => { const box = root.getBoundingClientRect(); return (event.clientX - box.left) / box.width; };
      handle.addEventListener("pointerdown", (event) => { if (event.button) return; held = true; handle.setPointerCapture(event.pointerId); });
      handle.addEventListener("pointermove", (event) => { if (held) move(along(event)); });
      for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, () => { if (held) settle(); held = false; });
      handle.addEventListener("keydown", (event) => {
        if (!(event.key in STEPS)) return;
        event.preventDefault();
        move(at + STEPS[event.key]);
        settle();
      });
      for (const [name, [level]] of Object.entries(PANES)) Object.assign((app.map.getPane(name) || app.map.createPane(name)).style, { zIndex: level, pointerEvents: "none" });
      app.map.on("move zoomend viewreset resize", () => { if (drawn) clip(); });
      return { root, names, handle };
    }

    // In the middle of the region at first, not of the frame, a part of which is the legend's.
    function placed() {
      if (state.at !== "") return Number(state.at);
      const middle = app.map.latLngToContainerPoint(L.latLngBounds(data.map.bounds).getCenter()).x;
      return Math.max(0.15, Math.min(0.85, middle / app.map.getSize().x));
    }

    const settle = () => app.set({ at: String(Number(at.toFixed(3))) });

    function move(share) {
      at = Math.max(0, Math.min(1, share));
      const two = app.swiped();
      const percent = Math.round(100 * at);
      parts.root.style.setProperty("--at", 100 * at + "%");
      parts.handle.setAttribute("aria-valuenow", percent);
      parts.handle.setAttribute("aria-valuetext", app.t("swipe_value", { left: two[0].title, right: two[1].title, n: percent }));
      clip();
    }

    // Where the divider is among the pixels of the panes.
    app.divider = () => app.map.containerPointToLayerPoint([at * app.map.getSize().x, 0]).x;

    // For the exports: which pane lies on which side, the halves as clip paths, the line and names.
    app.sides = Object.fromEntries(Object.entries(PANES).map(([name, [, side]]) => [name, side]));
    app.swipePicture = () => {
      const two = app.swiped();
      if (!two || !drawn) return null;
      const size = app.map.getSize();
      const x = at * size.x;
      const ids = ["side-left", "side-right"];
      const half = (k) => atlas.svg("clipPath", { id: ids[k] }, atlas.svg("rect", { x: k ? x : 0, width: k ? size.x - x : x, height: size.y }));
      const name = (k) => atlas.svg("text", {
        x: k ? x + 12 : x - 12, y: parts.top + 16, "text-anchor": k ? "start" : "end", "font-size": 13, "font-weight": "bold", "font-family": atlas.font, fill: "#1f2328",
        stroke: "#ffffff", "stroke-width": 4, "paint-order": "stroke", text: parts.names[k].textContent,
      });
      const line = (colour, width) => atlas.svg("line", { x1: x, x2: x, y1: 0, y2: size.y, stroke: colour, "stroke-width": width });
      return { ids, svg: drawn.svg ? drawn.svg() : null, marks: [atlas.svg("defs", {}, half(0), half(1)), line("#ffffff", 4), line("#1f2328", 2), name(0), name(1)] };
    };

    function clip() {
      const x = app.divider();
      for (const [name, [, side]] of Object.entries(PANES)) {
        const [from, to] = side ? [x, FAR] : [-FAR, x];
        app.map.getPane(name).style.clipPath = `polygon(${from}px ${-FAR}px, ${to}px ${-FAR}px, ${to}px ${FAR}px, ${from}px ${FAR}px)`;
      }
    }

    // The left state over the right one, in the same shapes and classes.
    function fill() {
      const { many, traced, still } = app.regions;
      if (many) return many.second("before");
      const group = L.featureGroup().addTo(app.map);
      const shape = (list, props) => {
        const one = traced(list.flatMap((i) => data.map.shapes[i]), { ...still("before"), fill: true, fillOpacity: 1, ...props }).addTo(group);
        one.getElement().dataset.cities = list.map((i) => data.cities.ids[i]).join(" ");
      };
      return {
        paint: (view, layer) => {
          group.clearLayers();
          const all = data.cities.ids.map((_, i) => i);
          for (const letter of [...new Set(view.classes)].sort()) {
            shape(all.filter((i) => view.classes[i] === letter), { fillColor: app.colour(letter, layer), color: app.flat(letter, layer), weight: 0.8 });
          }
          const doubted = all.filter((i) => app.unverified(view, i));
          if (doubted.length) shape(doubted, { stroke: false, fillColor: app.allUnverified(view) ? "url(#dots-apart)" : "url(#dots)" });
        },
        remove: () => group.remove(),
      };
    }

    function show() {
      const two = app.swiped();
      if (!two) {
        if (state.before && !app.restoring) app.set({ before: "" }); // the layer has no such state
        if (drawn) close();
        return;
      }
      parts ||= build();
      const begun = !drawn;
      drawn ||= fill();
      drawn.paint(two[0].view, app.layer());
      parts.root.hidden = false;
      const chips = atlas.byId("chips").getBoundingClientRect();
      parts.top = Math.max(10, chips.bottom - parts.root.getBoundingClientRect().top + 6); // on a phone they lie above the map
      for (const node of parts.names) node.style.top = parts.top + "px";
      parts.names.forEach((node, k) => { node.textContent = k ? two[k].title + " →" : "← " + two[k].title; });
      parts.handle.setAttribute("aria-label", app.t("swipe_handle"));
      move(placed());
      if (begun) app.announce(app.t("swipe_value", { left: two[0].title, right: two[1].title, n: Math.round(100 * at) }));
    }

    function close() {
      if (parts.root.contains(document.activeElement)) document.querySelector(".swipes")?.focus();
      parts.root.hidden = true;
      drawn.remove();
      drawn = null;
    }

    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.before) app.set({ before: "" }); });
    app.on(["before", "layer", "year", "scenario", "lang"], show);
    app.on(["at"], () => { if (drawn) move(placed()); });
  };
})((window.atlas = window.atlas || {}));
