// Put the page together around a Leaflet map.
(function (atlas) {
  "use strict";

  atlas.font = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",system-ui,sans-serif';

  // The region fills the frame, leaving the legend its corner where there is room.
  function fitter(app, map) {
    const country = app.data.land && app.data.land.national;
    const bounds = L.latLngBounds(country ? app.data.land.main : app.data.map.bounds);
    return () => {
      const size = map.getSize();
      const wide = size.x > 620;
      const legend = atlas.byId("legend").getBoundingClientRect().width;
      const side = wide ? Math.max(0, Math.min(legend - 40, (size.x - size.y * 0.9) * 0.8)) : 0;
      const chips = atlas.byId("chips").getBoundingClientRect(); // on paper a key in the corner
      const covered = chips.width < size.x / 2 ? 0 : chips.bottom - map.getContainer().getBoundingClientRect().top;
      const above = Math.max(8, Math.min(covered + 6, size.y * 0.2)); // nothing hides under the chips
      map.setMinZoom(2); // that of an earlier size must not hold this one back
      map.fitBounds(bounds, { paddingTopLeft: [side, above], paddingBottomRight: [8, wide ? 12 : country ? 70 : 24], animate: false });
      if (app.data.land) map.setMinZoom(Math.max(2, map.getZoom() - 0.3));
      app.home = { zoom: map.getZoom(), center: map.getCenter() };
    };
  }

  function scale(app, map) {
    const node = atlas.byId("scale");
    app.scale = () => {
      const size = map.getSize();
      const y = size.y / 2;
      const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y]));
      const power = 10 ** Math.floor(Math.log10(metres / 1000));
      const km = [1, 2, 3, 5, 10].map((m) => m * power).filter((one) => one <= metres / 1000).pop() || power;
      return { length: (km * 1000 * 100) / metres, text: app.withUnit(app.number(km, km < 1 ? 1 : 0), app.t("km")) };
    };
    const show = () => {
      const { length, text } = app.scale();
      node.style.width = length + "px";
      node.textContent = text;
    };
    map.on("zoomend resize", show);
    app.on(["lang"], () => { show(); atlas.byId("north").lastElementChild.textContent = app.t("north"); });
  }

  function buttons(app, map, home) {
    const make = (key, text, act) => {
      const button = atlas.el("button", { type: "button", text, on: { click: act } });
      app.on(["lang"], () => { button.title = app.t(key); button.setAttribute("aria-label", app.t(key)); });
      return button;
    };
    atlas.put(atlas.byId("zoom"), make("zoom_in", "+", () => map.zoomIn(1)), make("zoom_out", "−", () => map.zoomOut(1)), make("zoom_home", "⌂", home));
  }

  atlas.start = function (map) {
    const begun = performance.now();
    const data = atlas.unpack(JSON.parse(atlas.byId("data").textContent));
    const app = atlas.create(data);
    app.map = map;
    atlas.facts(app);
    atlas.derived(app);
    atlas.swipe(app);
    document.body.classList.toggle("bare", !data.panel);
    const available = atlas.available(data);
    app.state.overlays = new Set(available.filter((name) => name === "pairs" || name === "cores"));
    // First what stands around the map, so that the map has its place before anything is drawn.
    atlas.tooltip(app);
    atlas.heading(app);
    atlas.legend(app);
    atlas.controls(app, available);
    if (data.panel) { atlas.panel(app); atlas.stories(app); }
    atlas.footer(app);
    const home = fitter(app, map);
    scale(app, map);
    buttons(app, map, home);
    app.refresh();
    map.invalidateSize({ animate: false, pan: false });
    home();
    app.wandered = () => Math.abs(map.getZoom() - app.home.zoom) > 0.005 || map.distance(map.getCenter(), app.home.center) > 3000;
    const regions = atlas.regions(app, map);
    app.regions = regions;
    const bound = atlas.ground(app, map, regions);
    atlas.inset(app, map, regions);
    atlas.overlays(app, map, regions);
    const labels = atlas.labels(app, map, regions);
    atlas.keyboard(app, map, regions);
    app.refresh();
    bound(); // only now: it pans a map that is not yet in place
    if (data.panel) atlas.address(app, map, home);
    map.on("click", () => app.set({ pin: -1, pair: "" }));
    let settled = map.getSize();
    new ResizeObserver(() => {
      const away = app.wandered();
      map.invalidateSize({ animate: false, pan: false });
      if (!map.getSize().equals(settled)) { settled = map.getSize(); if (!away) home(); }
    }).observe(map.getContainer());
    window.addEventListener("beforeprint", () => { document.body.classList.add("printing"); map.invalidateSize({ animate: false }); home(); labels.place(); app.regrid(); });
    window.addEventListener("afterprint", () => { document.body.classList.remove("printing"); map.invalidateSize({ animate: false }); home(); });
    atlas.app = app;
    document.body.dataset.ready = String(Math.round(performance.now()));
    document.body.dataset.took = String(Math.round(performance.now() - begun));
    return app;
  };
})((window.atlas = window.atlas || {}));
