// The state in the URL fragment: a copied link restores the view, back goes back.
(function (atlas) {
  "use strict";

  const STEPS = ["layer", "tab", "pin", "origin"]; // each is a step that back undoes

  atlas.address = function (app, map, home) {
    const { data, state } = app;
    let busy = false;
    let moved = false;

    const code = (i) => (i >= 0 ? data.cities.ids[i] : "");
    const index = (text) => app.placeOf(text);

    function write() {
      const parts = new URLSearchParams();
      const put = (key, value) => { if (value !== "" && value !== null) parts.set(key, value); };
      put("lang", data.languages.length > 1 ? ["zh", "en"][state.lang] : "");
      put("layer", state.layer);
      put("year", state.year);
      put("scenario", state.scenario);
      put("city", code(state.pin));
      put("with", code(state.other));
      put("from", app.isFrom() ? code(state.origin) : "");
      put("tab", state.tab);
      put("scheme", state.scheme);
      put("pair", state.pair);
      put("story", state.story);
      parts.set("show", [...state.overlays].join("."));
      if (moved) put("view", [map.getZoom().toFixed(2), map.getCenter().lat.toFixed(3), map.getCenter().lng.toFixed(3)].join(","));
      return "#" + parts.toString();
    }

    function read() {
      const parts = new URLSearchParams(window.location.hash.slice(1));
      const patch = {};
      const legal = (key, test, value) => { if (parts.has(key) && test(parts.get(key))) patch[value[0]] = value[1](parts.get(key)); };
      legal("lang", (v) => data.languages.includes(v), ["lang", (v) => ["zh", "en"].indexOf(v)]);
      legal("layer", (v) => app.layerById(v) || (data.times && data.times.modes.some((mode) => v === "from:" + mode)), ["layer", String]);
      legal("from", (v) => index(v) >= 0, ["origin", index]);
      legal("tab", (v) => atlas.byId("tab-" + v), ["tab", String]);
      legal("scheme", (v) => data.pairs.some((pair) => pair.scheme[0] === v), ["scheme", String]);
      legal("story", () => true, ["story", String]);
      legal("show", () => true, ["overlays", (v) => new Set(v.split(".").filter(Boolean))]);
      if (!parts.has("layer")) return null;
      patch.pin = index(parts.get("city"));
      patch.other = index(parts.get("with"));
      patch.pair = data.pairs.some((pair) => pair.id === parts.get("pair")) ? parts.get("pair") : "";
      return { patch, year: Number(parts.get("year")), scenario: parts.get("scenario") || "", view: parts.get("view") };
    }

    function restore() {
      const found = read();
      if (!found) return;
      busy = true;
      app.set(found.patch);
      app.set({
        year: app.years().includes(found.year) ? found.year : state.year,
        scenario: app.scenarios().includes(found.scenario) ? found.scenario : "",
      });
      const numbers = (found.view || "").split(",").map(Number);
      if (numbers.length === 3 && numbers.every(Number.isFinite)) { map.setView([numbers[1], numbers[2]], numbers[0], { animate: false }); moved = true; }
      else { moved = false; home(); }
      busy = false;
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

    restore();
    app.on(["layer", "year", "scenario", "pin", "origin", "lang", "tab", "scheme", "pair", "overlays", "other", "story"],
      (changed) => record(changed.some((key) => STEPS.includes(key))));
    map.on("moveend", (event) => { if (event.hard !== undefined || !busy) { moved = app.wandered(); record(false); } });
    window.addEventListener("popstate", restore);
    return { restore };
  };
})((window.atlas = window.atlas || {}));
