// Layers that are worked out from others, around zero: a scenario minus the base, a later year
// minus an earlier one, and how far cities lie off a fitted line.
(function (atlas) {
  "use strict";

  const SIGNED = { better: "none", topic: "", topicName: ["", ""], midpoint: 0, dateless: true };

  // The later view minus the earlier one; what either lacks is missing, what either doubts is doubted.
  function minus(layer, [after, before], breaks, known) {
    const values = known || after.values.map((v, i) => {
      if (v === null || before.values[i] === null) return null;
      const difference = Number((v - before.values[i]).toFixed(layer.decimals));
      return difference === 0 ? 0 : difference;
    });
    const doubt = ["u", "l", "m", "h"];
    const flags = values.map((_, i) => doubt.find((one) => after.flags[i] === one || before.flags[i] === one) || ".").join("");
    return { ...after, values, classes: atlas.letters(values, breaks), ranks: atlas.ranks(values, layer.better === "low"), flags };
  }

  atlas.derived = function (app) {
    const { data } = app;
    const both = (key, vars) => data.words.map((words, i) =>
      words[key].replace(/\{(\w+)\}/g, (_, name) => (Array.isArray(vars[name]) ? vars[name][i] : vars[name])));
    const told = (layer, classes, more) => ({
      ...layer, ...SIGNED, breaks: classes.breaks, colours: classes.colours, scheme: classes.scheme, neutral: classes.neutral, better: layer.better === "low" ? "low" : "none", base: layer.id, meaning: both("signed_meaning", { title: layer.title }), ...more,
    });
    // An empty id is the network as it is.
    app.scenarioTitle = (id) => (id ? data.charts.scenarios[id]?.title || [id, id] : data.words.map((words) => words["base"]));

    // difference~layer~scenario, in every year that has both
    app.makers.set("difference", (id, ...named) => {
      const scenario = named.join("~"); // which may have the sign in it
      const layer = data.layers.find((one) => one.id === id);
      const classes = data.differences[id]?.scenario;
      if (!layer || !classes) return undefined;
      const years = app.years(layer).filter((year) => classes.values[year + "|" + scenario]);
      if (!years.length || !scenario) return undefined;
      const view = (year) => minus(layer, [layer.views[year + "|" + scenario], layer.views[year + "|"]], classes.breaks, classes.values[year + "|" + scenario]);
      return told(layer, classes, {
        id: ["difference", id, scenario].join("~"), scenario, year: years[years.length - 1],
        title: both("difference_title", { title: layer.title, scenario: app.scenarioTitle(scenario) }),
        views: Object.fromEntries(years.map((year) => [year + "|", view(year)])),
      });
    });

    // change~layer~later year~earlier year
    app.makers.set("change", (id, later, sooner) => {
      const layer = data.layers.find((one) => one.id === id);
      const classes = data.differences[id]?.year;
      const views = [later, sooner].map((year) => layer?.views[year + "|"]);
      if (!classes || !views.every(Boolean) || !(Number(later) > Number(sooner))) return undefined;
      return told(layer, classes, {
        id: ["change", id, later, sooner].join("~"), year: Number(later),
        title: both("change_title", { title: layer.title, later, sooner }),
        views: { [later + "|"]: minus(layer, views, classes.breaks) },
      });
    });

    // residual~gradient
    app.makers.set("residual", (...parts) => {
      const fit = data.gradients.find((one) => one.id === parts.join("~"));
      const layer = fit && data.layers.find((one) => one.id === fit.layer);
      const off = fit?.residual;
      if (!layer || !off) return undefined;
      const view = { ...layer.views[layer.year + "|"], values: off.values, classes: off.classes, ranks: atlas.ranks(off.values) };
      const core = data.cities.short[fit.core] || ["", ""];
      return told(layer, off, {
        id: "residual~" + fit.id, better: "none", decimals: off.decimals, unit: off.percent ? ["%", "%"] : layer.unit, gradient: fit.id, year: layer.year,
        title: both("residual_title", { title: layer.title, core }), meaning: both("residual_meaning", { title: layer.title }),
        views: { [layer.year + "|"]: view },
      });
    });
  };
})((window.atlas = window.atlas || {}));
