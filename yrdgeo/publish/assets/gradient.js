// Value against distance or time from a core: the points, the fitted line with its band, a bend
// with its interval, and what lies off the line on the map.
(function (atlas) {
  "use strict";

  const FORMS = ["exponential", "linear", "power", "log", "quadratic", "segmented", "local"];
  const NEAREST = "nearest"; // whichever core is nearest

  atlas.gradient = function (app, root) {
    const { data, state } = app;
    const modes = data.times ? data.times.modes : [];
    const cores = data.cores.filter((i) => i >= 0);
    const selects = ["core", "by", "form"].map((name) => atlas.el("select", { id: "gradient-" + name, on: { change: (event) => choose(name, event.target.value) } }));
    const log = atlas.el("input", { id: "gradient-log", type: "checkbox", on: { change: () => app.set({ log: log.checked ? "1" : "" }) } });
    const labels = Object.fromEntries(["core", "by", "form", "log"].map((name) => [name, atlas.el("label", { for: "gradient-" + name })]));
    const residuals = atlas.el("button", { type: "button", class: "residuals", on: { click: paint } });
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const table = atlas.el("div", {});
    const years = atlas.el("div", {});
    root.append(atlas.el("div", { class: "tools" }, ["core", "by", "form"].map((name, k) => atlas.el("span", { class: "together" }, labels[name], " ", selects[k])),
      atlas.el("span", { class: "together" }, log, labels.log), residuals), reading, plot, table, years);

    const painted = () => app.layer().gradient;
    const ofLayer = () => data.gradients.filter((fit) => fit.layer === app.base().id);
    const idOf = (core) => (core < 0 ? NEAREST : data.cities.ids[core]);

    // What the map shows the residuals of, else what was chosen, else where the run has a fit.
    function choice() {
      const named = data.gradients.find((fit) => fit.id === painted());
      if (named) return named;
      const core = state.core === NEAREST ? -1 : app.placeOf(state.core);
      const mine = ofLayer().filter((fit) => (!state.core || fit.core === core) && (!state.by || fit.by === state.by));
      const found = mine.find((fit) => fit.by === "km" && fit.core === cores[0]) || mine[0];
      return { core: state.core ? core : found?.core ?? cores[0] ?? -1, by: state.by || found?.by || "km", form: state.form };
    }

    const fits = ({ core, by }) => ofLayer().filter((fit) => fit.core === core && fit.by === by).sort((a, b) => rank(a) - rank(b));
    const rank = (fit) => (FORMS.indexOf(fit.form) + FORMS.length + 1) % (FORMS.length + 1); // others last
    const fitFor = (chosen) => fits(chosen).find((fit) => fit.form === chosen.form) || fits(chosen)[0];
    const distance = (chosen) => {
      if (chosen.by === "km" && data.kilometres[chosen.core]) return data.kilometres[chosen.core];
      if (modes.includes(chosen.by) && chosen.core >= 0) return data.times.minutes[chosen.by].map((row) => row[chosen.core]);
      return fitFor(chosen)?.x || data.cities.ids.map(() => null);
    };

    function choose(name, value) {
      const now = choice();
      const next = { core: idOf(now.core), by: now.by, form: now.form, [name]: value };
      const fit = fitFor({ ...next, core: next.core === NEAREST ? -1 : app.placeOf(next.core) });
      // The map keeps showing what is off the line that is drawn here.
      app.set({ ...next, ...(painted() ? { layer: fit?.residual ? "residual~" + fit.id : app.base().id } : {}) });
    }

    function paint() {
      const fit = fitFor(choice());
      app.set({ core: idOf(fit.core), by: fit.by, form: fit.form, layer: painted() ? app.base().id : "residual~" + fit.id });
    }

    function tools(now) {
      for (const [name, key] of [["core", "from_core"], ["by", "against"], ["form", "form"], ["log", "log_scale"]]) labels[name].textContent = app.t(key);
      const from = [...new Set([...cores, ...ofLayer().map((fit) => fit.core)])];
      const ways = [...new Set(["km", ...modes, ...ofLayer().filter((fit) => fit.core === now.core).map((fit) => fit.by)])];
      const options = [
        from.map((i) => [idOf(i), app.coreName(i)]),
        ways.map((name) => [name, app.word("by_" + name, name)]),
        fits(now).map((fit) => [fit.form, app.word("form_" + fit.form, fit.form)]),
      ];
      const fit = fitFor(now);
      [idOf(now.core), now.by, fit ? fit.form : ""].forEach((value, k) => {
        atlas.put(selects[k], options[k].map(([id, text]) => atlas.el("option", { value: id, text })));
        selects[k].value = value;
      });
      labels.form.parentNode.hidden = options[2].length < 2;
      residuals.hidden = !fit?.residual;
      residuals.textContent = app.t("residuals");
      residuals.setAttribute("aria-pressed", String(Boolean(painted())));
      log.checked = state.log === "1";
    }

    // Of another measure, start where the run has a fit for it; an address says it itself.
    function settle() {
      if (app.restoring || painted() || !ofLayer().length) return;
      const { core, by } = choice();
      if (!fits({ core, by }).length) app.set({ core: "", by: "", form: "" });
    }

    function draw() {
      if (root.hidden) return;
      const now = choice();
      tools(now);
      const layer = app.base();
      if (layer.categories) { reading.textContent = app.t("no_gradient_of_classes"); for (const box of [plot, table, years]) atlas.put(box); return; }
      const held = app.layer().gradient ? app.viewOf(layer, layer.year, "") : app.viewOf(layer, state.year, state.scenario);
      const view = held || app.viewOf(layer, layer.year, "");
      const far = distance(now);
      const dots = view.values.map((value, i) => ({ i, value, far: far[i] })).filter((one) => one.value !== null && one.far !== null && (!state.log || one.value > 0));
      const fit = (state.year === layer.year && state.scenario === "") || painted() ? fitFor(now) : undefined;
      reading.textContent = !dots.length ? app.t("nothing_known") : fit ? atlas.gradientSentence(app, fit, layer) + app.say(fit.said) : app.t(fitFor(now) ? "fit_other_year" : "no_fit", { year: layer.year });
      for (const box of [plot, table, years]) atlas.put(box);
      if (!dots.length) return;
      const width = Math.max(260, plot.clientWidth || 380);
      const chart = frame(layer, dots, fit, now, width);
      for (const dot of dots) chart.node.append(point(chart, dot, view));
      atlas.put(plot, chart.node);
      atlas.put(table, atlas.behind(app, [app.t("city"), app.word("by_" + now.by, now.by), app.say(layer.title)],
        dots.sort((a, b) => a.far - b.far).map((dot) => [app.city(dot.i), app.number(dot.far, 0), app.number(dot.value, layer.decimals)])));
      if (fit) atlas.put(years, atlas.slopes(app, fit, width));
      mark();
    }

    function frame(layer, dots, fit, now, width) {
      const good = (v) => v !== null && v !== undefined && (!state.log || v > 0);
      const line = fit ? fit.line.filter((p) => good(p[1])) : [];
      const values = dots.map((one) => one.value).concat(line.map((p) => p[1]));
      const low = Math.min(...values);
      const tallest = Math.max(...values);
      // The band has room, but does not push the points down.
      const high = Math.max(tallest, Math.min(tallest * 1.2, ...line.map((p) => p[3] ?? tallest).filter((v) => v > tallest).concat(tallest * 1.2)));
      const chart = atlas.frame(app, {
        width, height: Math.round(Math.min(340, width * 0.78)),
        xs: [0, Math.max(...dots.map((one) => one.far)) * 1.03],
        ys: state.log ? [low * 0.9, high * 1.1] : [Math.min(0, low), high * 1.05], log: state.log === "1",
        xTitle: app.t("from_axis", { core: app.coreName(now.core), by: app.word("by_" + now.by, now.by) }),
        yTitle: app.say(layer.title) + (app.say(layer.unit) ? " · " + app.say(layer.unit) : ""), decimals: layer.decimals,
      });
      chart.node.setAttribute("role", "img");
      chart.node.setAttribute("aria-label", reading.textContent);
      if (line.length) drawn(chart, fit, line, good);
      return chart;
    }

    function drawn(chart, fit, line, good) {
      const inside = (y) => Math.max(chart.box[1], Math.min(chart.box[3], y));
      const edge = (k) => line.filter((p) => good(p[2]) && good(p[3])).map((p) => [chart.x(p[0]), inside(chart.y(p[k]))]);
      const band = edge(2).concat(edge(3).reverse());
      if (band.length > 3) chart.node.append(atlas.svg("path", { class: "band", d: atlas.path([band], true) }));
      const bend = atlas.bendOf(fit);
      if (bend) {
        const x = chart.x(bend[0]);
        chart.node.append(atlas.svg("line", { class: "bend", x1: x, x2: x, y1: chart.box[1], y2: chart.box[3] }));
        if (bend[1] !== null && bend[2] !== null) chart.node.append(atlas.svg("line", { class: "bend-interval", x1: chart.x(Math.max(0, bend[1])), x2: Math.min(chart.box[2], chart.x(bend[2])), y1: chart.box[3], y2: chart.box[3] }));
      }
      chart.node.append(atlas.svg("path", { class: "fit", d: atlas.path([line.map((p) => [chart.x(p[0]), inside(chart.y(p[1]))])]) }));
    }

    function point(chart, dot, view) {
      const layer = app.layer();
      const shown = layer.base ? app.view() : view;
      return atlas.svg("circle", {
        class: "dot", cx: chart.x(dot.far), cy: chart.y(dot.value), r: 5, fill: app.colour(shown.classes[dot.i], layer), "data-city": data.cities.ids[dot.i],
        on: {
          mouseenter: (event) => { app.point(dot.i); app.tip(event, atlas.cityText(app, dot.i)); },
          mouseleave: () => app.point(-1),
          click: () => app.pinCity(dot.i),
        },
      });
    }

    const mark = () => atlas.markDots(app, plot);
    app.on(["layer"], settle);
    app.on(["layer", "year", "scenario", "origin", "lang", "tab", "core", "by", "form", "log"], draw);
    app.on(["hover", "pin", "brush"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
