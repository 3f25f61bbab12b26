// The state in the URL fragment: a copied link restores the view, back goes back.
(function (atlas) {
  "use strict";

  // Each is a step that back undoes; the others are written into the address as it stands.
  const STEPS = ["layer", "tab", "pin", "origin", "core", "by", "form", "log", "x", "y", "logs", "compare", "rows", "sort", "measure", "trial", "part", "against", "plan", "ring", "index", "of", "before", "scheme", "pair", "other"];
  const WHOLE = ["year", "scenario", "lang", "overlays", "story", "box", "at"];
  const DRAGGED = ["box", "at"];

  // What each choice may say; anything else in an address is as if it were not there.
  function legal(app) {
    const { data } = app;
    const among = (list) => (v) => list().includes(v);
    const layer = (v) => data.layers.some((one) => one.id === v);
    return {
      core: (v) => data.cores.includes(app.placeOf(v)) && app.placeOf(v) >= 0,
      by: (v) => v === "km" || Boolean(data.times?.modes.includes(v)) || data.gradients.some((fit) => fit.by === v),
      form: (v) => data.gradients.some((fit) => fit.form === v),
      log: among(() => ["1"]), x: layer, y: layer, logs: among(() => ["x", "y", "xy"]),
      box: (v) => Boolean(atlas.boxOf(v)),
      compare: (v) => { const { kind, ends } = atlas.comparison(v); return kind === "years" ? ends.every((one) => /^\d+$/.test(one)) : kind === "scenarios" && ends.every((id) => id === "" || id in data.charts.scenarios); },
      rows: (v) => v === "groups" || data.groups.some((group) => group.id === v),
      sort: among(() => ["1"]), measure: (v) => Object.hasOwn(atlas.pairColumns, v), against: (v) => Object.hasOwn(data.charts.matchings, v), plan: (v) => /^(actual|\d+)$/.test(v),
      trial: (v) => data.evaluated.evaluations.some((one) => one.id === v), part: among(() => ["all", "adjacent", "leapfrog", "difference"]),
      ring: (v) => data.charts.rings.some((row) => row.core + "|" + row.by === v),
      index: (v) => data.charts.inequality.some((row) => row.measure === v),
      of: (v) => data.charts.inequality.some((row) => row.values === v),
      before: (v) => data.layers.some((one) => Object.hasOwn(one.views, v)),
      at: (v) => /^(0|1|0\.\d{1,3})$/.test(v),
    };
  }

  atlas.address = function (app, map, home) {
    const { data, state } = app;
    const tests = legal(app);
    let busy = false;
    let moved = false;
    let waiting = 0;

    const code = (i) => (i >= 0 ? data.cities.ids[i] : "");
    const index = (text) => app.placeOf(text);
    const fine = {
      layer: (v) => app.layerById(v) || data.times?.modes.some((mode) => v === "from:" + mode),
      tab: (v) => atlas.byId("tab-" + v),
      scheme: (v) => data.pairs.some((pair) => pair.scheme[0] === v),
      pair: (v) => data.pairs.some((pair) => pair.id === v),
    };
    const chip = (name) => [...atlas.byId("chips").querySelectorAll(".chip")].some((one) => one.dataset.overlay === name);
    const place = (text) => {
      const numbers = text.split(",").map(Number);
      const [zoom, lat, lng] = numbers;
      return numbers.length === 3 && zoom >= 0 && zoom <= 20 && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? numbers : null;
    };

    function write() {
      const parts = new URLSearchParams();
      const put = (key, value) => { if (value !== "" && value !== null) parts.set(key, value); };
      put("lang", data.languages.length > 1 ? ["zh", "en"][state.lang] : "");
      put("layer", state.layer);
      put("year", state.year);
      put("scenario", state.scenario);
      put("city", code(state.pin));
      put("with", code(state.other));
      put("from", app.isFrom() || state.origin !== origin ? code(state.origin) : "");
      for (const key of ["tab", "scheme", "pair", "story", ...Object.keys(tests)]) put(key, state[key]);
      parts.set("show", [...state.overlays].join("."));
      if (moved) put("view", [map.getZoom().toFixed(2), map.getCenter().lat.toFixed(3), map.getCenter().lng.toFixed(3)].join(","));
      return "#" + parts.toString();
    }

    function read(fragment) {
      const parts = new URLSearchParams(fragment.slice(1));
      if (!parts.has("layer")) return null;
      const said = (key) => parts.get(key) || "";
      const patch = { ...usual };
      for (const key of ["layer", "tab", "scheme"]) if (fine[key](said(key))) patch[key] = said(key);
      patch.pair = fine.pair(said("pair")) ? said("pair") : "";
      patch.story = said("story"); // one that is not told is dropped where they are told
      for (const [key, test] of Object.entries(tests)) patch[key] = said(key) && test(said(key)) ? said(key) : "";
      if (data.languages.includes(said("lang"))) patch.lang = ["zh", "en"].indexOf(said("lang"));
      if (index(said("from")) >= 0) patch.origin = index(said("from"));
      const drawn = said("show").split(".").filter(chip);
      if (drawn.length || parts.get("show") === "") patch.overlays = new Set(drawn);
      patch.pin = index(said("city"));
      patch.other = index(said("with"));
      return { patch, year: Number(said("year")), scenario: said("scenario"), view: place(said("view")) };
    }

    function restore() {
      const found = read(window.location.hash) || read(first);
      if (!found) return;
      clearTimeout(waiting);
      busy = app.restoring = true;
      app.set(found.patch);
      app.set({
        year: app.years().includes(found.year) ? found.year : app.layer().year,
        scenario: app.scenarios().includes(found.scenario) ? found.scenario : "",
      });
      moved = Boolean(found.view);
      if (moved) map.setView(found.view.slice(1), found.view[0], { animate: false });
      else home();
      app.restoring = false;
      if (!app.swiped()) app.set({ before: "" }); // the layer may have no such state
      busy = false;
      if (window.location.hash) record(false); // without what could not be meant
    }

    function record(step) {
      if (busy) return;
      const fragment = write();
      if (fragment === window.location.hash) return;
      // A page inside a notebook has no address of its own.
      try {
        if (step) window.history.pushState(null, "", fragment);
        else window.history.replaceState(null, "", fragment);
      } catch (error) {
        if (error.name !== "SecurityError") throw error;
        busy = true;
      }
    }

    // What back goes back to from the first step, and what an address that says less means.
    const { origin } = state;
    const first = write();
    let usual = {};
    usual = { ...read(first)?.patch, origin };
    if (read(window.location.hash)) restore();
    app.on([...STEPS, ...WHOLE], (changed) => {
      clearTimeout(waiting);
      // Browsers refuse an address that changes with every move of a pointer.
      if (changed.every((key) => DRAGGED.includes(key) || key === "brush")) waiting = setTimeout(() => record(false), 150);
      else record(changed.some((key) => STEPS.includes(key)));
    });
    map.on("moveend", (event) => { if (event.hard !== undefined || !busy) { moved = app.wandered(); record(false); } });
    window.addEventListener("popstate", restore);
    return { restore };
  };
})((window.atlas = window.atlas || {}));
