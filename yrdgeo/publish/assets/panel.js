// The tabs beside the map.
(function (atlas) {
  "use strict";

  const TABS = ["ranking", "gradient", "pairs", "scatter", "city", "compare", "region"];

  atlas.panel = function (app) {
    const list = atlas.byId("tabs");
    const names = TABS.filter((name) => (name !== "pairs" || app.data.pairs.length) && (name !== "gradient" || app.data.cores.length)
      && (name !== "region" || atlas.hasRegion(app.data)) && (name !== "scatter" || app.data.layers.filter((layer) => !layer.categories).length > 1));
    const tabs = names.map((name) => atlas.el("button", {
      type: "button", role: "tab", id: "tab-" + name, "aria-controls": "panel-" + name, on: { click: () => app.set({ tab: name }) },
    }));
    const panels = names.map((name) => atlas.el("section", { id: "panel-" + name, role: "tabpanel", "aria-labelledby": "tab-" + name, class: "panel " + name }));
    list.append(...tabs);
    atlas.byId("panels").append(...panels);
    list.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      const next = (names.indexOf(app.state.tab) + turn + names.length) % names.length;
      app.set({ tab: names[next] });
      tabs[next].focus();
    });
    app.on(["tab", "lang"], () => {
      list.setAttribute("aria-label", app.t("views"));
      names.forEach((name, k) => {
        const on = name === app.state.tab;
        tabs[k].textContent = app.t("tab_" + name);
        tabs[k].setAttribute("aria-selected", String(on));
        tabs[k].tabIndex = on ? 0 : -1;
        panels[k].hidden = !on;
      });
    });
    // After the line above, so that a panel that is drawn is one that is seen.
    names.forEach((name, k) => atlas[name](app, panels[k]));
  };
})((window.atlas = window.atlas || {}));
