// The slope of a gradient year by year, each with its interval; flatter or steeper only if tested.
(function (atlas) {
  "use strict";

  const HEIGHT = 150;

  // What the run's test concludes of the last year against the first, in words.
  function verdict(app, fit) {
    const rows = fit.years;
    const last = rows[rows.length - 1];
    const vars = { first: rows[0].year, last: last.year, core: app.coreName(fit.core), p: last.p === null ? "" : app.chance(last.p) };
    const tested = last.p === null ? "" : app.t("slopes_p", vars);
    if (last.reading === "diffusion" || last.reading === "agglomeration") return app.t("slopes_" + last.reading, vars) + tested;
    if (last.reading) return app.t("slopes_undecided", vars) + tested;
    // Without a test only intervals that lie apart say something.
    const apart = last.lower > rows[0].upper || last.upper < rows[0].lower;
    if (!apart) return app.t("slopes_undecided", vars);
    return app.t(Math.abs(last.slope) < Math.abs(rows[0].slope) ? "slopes_diffusion" : "slopes_agglomeration", vars);
  }

  atlas.slopes = function (app, fit, width) {
    const rows = fit.years.filter((row) => row.slope !== null);
    if (rows.length < 2) return null;
    const { size: step, words: each } = atlas.stepOf(app, fit);
    const change = (b) => (b === null ? null : fit.logs ? Math.expm1(b * step) * 100 : b * step);
    const points = rows.map((row) => ({ ...row, at: change(row.slope), low: change(row.lower ?? row.slope), high: change(row.upper ?? row.slope) }));
    const ends = points.flatMap((one) => [one.low, one.high]);
    const unit = fit.logs ? "%" : app.say(app.layerById(fit.layer).unit);
    const chart = atlas.frame(app, {
      width, height: HEIGHT, xs: [rows[0].year - 1, rows[rows.length - 1].year + 1], ys: [Math.min(0, ...ends), Math.max(0, ...ends)], years: rows.map((row) => row.year),
      xTitle: app.t("year"), yTitle: app.t("slopes_axis", { step: each, unit }), decimals: 1, yCount: 3,
    });
    const said = verdict(app, fit);
    chart.node.setAttribute("role", "img");
    chart.node.setAttribute("aria-label", said);
    chart.node.append(atlas.svg("path", { class: "joined", d: atlas.path([points.map((one) => [chart.x(one.year), chart.y(one.at)])]) }));
    for (const one of points) {
      chart.node.append(
        atlas.svg("line", { class: "whisker", x1: chart.x(one.year), x2: chart.x(one.year), y1: chart.y(one.low), y2: chart.y(one.high) }),
        atlas.svg("circle", { class: "slope", cx: chart.x(one.year), cy: chart.y(one.at), r: 4, "data-year": one.year }));
    }
    const places = fit.logs ? 1 : app.layerById(fit.layer).decimals;
    return atlas.el("div", { class: "slopes" }, atlas.el("h3", { text: app.t("slopes_title") }), atlas.el("p", { class: "said", text: said }), chart.node,
      atlas.behind(app, [app.t("year"), app.t("slopes_axis", { step: each, unit }), app.t("interval"), "n"],
        points.map((one) => [String(one.year), app.number(one.at, places), app.number(one.low, places) + " – " + app.number(one.high, places), String(one.n ?? "")])));
  };
})((window.atlas = window.atlas || {}));
