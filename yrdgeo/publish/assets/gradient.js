// Value against distance or time from a core, with the fitted equation where the run has one.
(function (atlas) {
  "use strict";

  atlas.gradient = function (app, root) {
    const { data, state } = app;
    const modes = data.times ? data.times.modes : [];
    const choice = { core: data.cores.find((i) => i >= 0) ?? -1, by: "km", log: false };
    const fitFor = () => data.gradients.find((fit) => fit.layer === state.layer && fit.core === choice.core && fit.by === choice.by);
    const core = atlas.el("select", { id: "gradient-core", on: { change: () => { choice.core = Number(core.value); draw(); } } });
    const by = atlas.el("select", { id: "gradient-by", on: { change: () => { choice.by = by.value; draw(); } } });
    const log = atlas.el("input", { id: "gradient-log", type: "checkbox", on: { change: () => { choice.log = log.checked; draw(); } } });
    const labels = { core: atlas.el("label", { for: "gradient-core" }), by: atlas.el("label", { for: "gradient-by" }), log: atlas.el("label", { for: "gradient-log" }) };
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const table = atlas.el("div", {});
    root.append(atlas.el("div", { class: "tools" }, labels.core, core, labels.by, by, atlas.el("span", { class: "together" }, log, labels.log)), reading, plot, table);

    const distance = () => (choice.by === "km" ? data.kilometres[choice.core] : data.times.minutes[choice.by].map((row) => row[choice.core]));

    function tools() {
      for (const [name, key] of [["core", "from_core"], ["by", "against"], ["log", "log_scale"]]) labels[name].textContent = app.t(key);
      atlas.put(core, data.cores.filter((i) => i >= 0).map((i) => atlas.el("option", { value: i, text: app.city(i) })));
      atlas.put(by, ["km", ...modes].map((name) => atlas.el("option", { value: name, text: app.t("by_" + name) })));
      core.value = choice.core;
      by.value = choice.by;
      log.checked = choice.log;
    }

    // Start where the run has a fit for this layer.
    function settle() {
      const fits = data.gradients.filter((fit) => fit.layer === state.layer);
      const fit = fits.find((one) => one.by === choice.by && one.core === choice.core) || fits[0];
      if (fit) Object.assign(choice, { core: fit.core, by: fit.by });
    }

    function sentence(fit, layer) {
      if (!fit) return app.t("no_fit");
      const step = fit.by === "km" ? 100 : 60;
      const vars = {
        core: app.city(fit.core), title: app.say(layer.title), n: fit.n, r2: app.number(fit.r2, 2),
        step: app.t(fit.by === "km" ? "each_100_km" : "each_hour"), by: app.t("by_" + fit.by),
      };
      if (fit.form === "exponential") {
        const change = fit.slope.map((b) => (Math.exp(b * step) - 1) * 100);
        const size = change.map((v) => app.number(Math.abs(v), 0));
        const sure = Math.sign(change[1]) === Math.sign(change[2]);
        const [low, high] = [size[1], size[2]].sort((a, b) => Number(a) - Number(b));
        return app.t(change[0] < 0 ? "fit_less" : "fit_more", { ...vars, size: size[0], low: sure ? low : app.number(change[1], 0), high: sure ? high : app.number(change[2], 0) })
          + (sure ? "" : app.t("fit_unsure"));
      }
      const printed = fit.slope.map((b) => app.number(b, Math.max(2, layer.decimals)));
      return app.t("fit_slope", { ...vars, form: app.t("form_" + fit.form), slope: printed[0], low: printed[1], high: printed[2] });
    }

    function draw() {
      if (root.hidden || choice.core < 0) return;
      tools();
      const layer = app.layer();
      const view = app.view();
      const far = distance();
      const dots = view.values.map((value, i) => ({ i, value, far: far[i] })).filter((one) => one.value !== null && one.far !== null && (!choice.log || one.value > 0));
      const fit = state.year === layer.year && state.scenario === "" ? fitFor() : undefined;
      reading.textContent = dots.length ? sentence(fit, layer) : app.t("nothing_known");
      atlas.put(plot);
      atlas.put(table);
      if (!dots.length) return;
      const values = dots.map((one) => one.value).concat(fit ? fit.line.map((p) => p[1]).filter((v) => !choice.log || v > 0) : []);
      const low = Math.min(...values);
      const high = Math.max(...values);
      const width = Math.max(260, plot.clientWidth || 380);
      const chart = atlas.frame(app, {
        width, height: Math.round(Math.min(340, width * 0.78)),
        xs: [0, Math.max(...dots.map((one) => one.far)) * 1.03],
        ys: choice.log ? [low * 0.9, high * 1.1] : [Math.min(0, low), high * 1.05], log: choice.log,
        xTitle: app.t("from_axis", { core: app.city(choice.core), by: app.t("by_" + choice.by) }),
        yTitle: app.say(layer.title) + (app.say(layer.unit) ? " · " + app.say(layer.unit) : ""), decimals: layer.decimals,
      });
      chart.node.setAttribute("role", "img");
      chart.node.setAttribute("aria-label", reading.textContent);
      if (fit) {
        const line = fit.line.filter((p) => !choice.log || p[1] > 0).map((p) => [chart.x(p[0]), chart.y(p[1])]);
        chart.node.append(atlas.svg("path", { class: "fit", d: atlas.path([line]) }));
      }
      for (const dot of dots) chart.node.append(point(chart, dot, layer, view));
      atlas.put(plot, chart.node);
      atlas.put(table, atlas.behind(app, [app.t("city"), app.t("by_" + choice.by), app.say(layer.title)],
        dots.sort((a, b) => a.far - b.far).map((dot) => [app.city(dot.i), app.number(dot.far, 0), app.number(dot.value, layer.decimals)])));
      mark();
    }

    function point(chart, dot, layer, view) {
      return atlas.svg("circle", {
        class: "dot", cx: chart.x(dot.far), cy: chart.y(dot.value), r: 5, fill: app.colour(view.classes[dot.i], layer), "data-city": data.cities.ids[dot.i],
        on: {
          mouseenter: (event) => { app.point(dot.i); app.tip(event, atlas.cityText(app, dot.i)); },
          mouseleave: () => app.point(-1),
          click: () => app.pinCity(dot.i),
        },
      });
    }

    function mark() {
      for (const dot of plot.querySelectorAll(".dot")) {
        const i = data.cities.ids.indexOf(dot.dataset.city);
        dot.classList.toggle("hover", i === state.hover);
        dot.classList.toggle("pinned", i === state.pin);
      }
    }

    app.on(["layer"], settle);
    app.on(["layer", "year", "scenario", "origin", "lang", "tab"], draw);
    app.on(["hover", "pin"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
