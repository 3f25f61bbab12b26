// Which network: the base, a scenario, or the difference of the two; with what the scenario means.
(function (atlas) {
  "use strict";

  atlas.scenarioControl = function (app) {
    const { state } = app;
    const select = atlas.el("select", { id: "scenario", on: { change: () => choose(select.value, shown().difference && select.value !== "") } });
    const label = atlas.el("label", { for: "scenario" });
    const difference = atlas.el("button", { type: "button", class: "difference", on: { click: () => choose(shown().scenario, !shown().difference) } });
    const note = atlas.el("span", { class: "scenario-note", id: "scenario-note" });
    const root = atlas.el("div", { class: "scenario" }, label, select, difference, note);

    // The scenario on show, and whether it is drawn as a difference.
    function shown() {
      const layer = app.layer();
      return layer.scenario ? { scenario: layer.scenario, difference: true } : { scenario: state.scenario, difference: false };
    }

    function choose(scenario, apart) {
      const base = app.base();
      const year = state.year;
      if (apart && app.layerById(["difference", base.id, scenario].join("~"))) {
        app.set({ layer: ["difference", base.id, scenario].join("~") });
        return;
      }
      app.set({ layer: base.id });
      app.set({ scenario, ...(app.years().includes(year) ? { year } : {}) });
    }
    app.chooseScenario = choose;

    app.on(["layer", "scenario", "lang"], () => {
      const base = app.base();
      const scenarios = app.isFrom() ? [] : [...new Set(Object.keys(base.views).map((key) => key.slice(key.indexOf("|") + 1)))];
      const now = shown();
      root.hidden = scenarios.length < 2;
      label.textContent = app.t("scenario");
      atlas.put(select, scenarios.map((name) => atlas.el("option", { value: name, text: app.say(app.scenarioTitle(name)) })));
      select.value = now.scenario;
      difference.textContent = app.t("difference");
      difference.setAttribute("aria-pressed", String(now.difference));
      difference.disabled = now.scenario === "" || !app.data.differences[base.id]?.scenario;
      const text = now.scenario ? app.say(app.data.charts.scenarios[now.scenario]?.note || ["", ""]) : "";
      note.textContent = text;
      note.title = text;
      note.hidden = !text;
    });
    return root;
  };
})((window.atlas = window.atlas || {}));
