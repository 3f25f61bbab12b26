// A fitted gradient in a sentence, with its interval, and said as such where it settles nothing.
(function (atlas) {
  "use strict";

  // What a slope is told by: the unit of the distance → how many of it make a step, and words.
  const STEPS = { km: [100, "each_100_km", "km"], min: [60, "each_hour", "minutes"], ring: [1, "each_ring", "rings"] };
  atlas.stepOf = (app, fit) => {
    const [size, words, unit] = STEPS[fit.unit || (fit.by === "km" ? "km" : "min")] || [1, "each_step", ""];
    return { size, words: app.t(words), unit: unit && app.t(unit) };
  };

  // A coefficient under the name that a form gives it.
  const pick = (fit, ...names) => names.map((name) => fit.coefficients[name]).find((found) => found && found[0] !== null);

  atlas.gradientSentence = function (app, fit, layer) {
    const { size: step, words: each, unit } = atlas.stepOf(app, fit);
    const vars = {
      core: app.coreName(fit.core), title: app.say(layer.title), n: fit.n, r2: fit.r2 === null ? "–" : app.number(fit.r2, 2),
      step: each, by: app.word("by_" + fit.by, fit.by),
    };
    const far = (x) => app.withUnit(app.number(x, 0), unit);

    // Per cent for a slope of the logarithm, the unit of the value for any other.
    function slopeWords(slope) {
      const known = slope[1] !== null && slope[2] !== null;
      const sure = known && Math.sign(slope[1]) === Math.sign(slope[2]);
      const change = slope.map((b) => (b === null ? null : fit.logs ? Math.expm1(b * step) * 100 : b * step));
      const size = (v) => (v === null ? "–" : app.number(sure ? Math.abs(v) : v, fit.logs ? 0 : layer.decimals));
      const ends = (sure ? [change[1], change[2]].sort((a, b) => Math.abs(a) - Math.abs(b)) : [change[1], change[2]]).map(size);
      const amount = fit.logs ? app.number(Math.abs(change[0]), 0) + "%" : app.withUnit(app.number(Math.abs(change[0]), layer.decimals), app.say(layer.unit));
      return { falls: change[0] < 0, sure, amount, size: app.number(Math.abs(change[0]), 0), low: ends[0], high: ends[1], sign: fit.logs ? "%" : "" };
    }

    function straight(slope) {
      const said = slopeWords(slope);
      if (fit.logs && fit.form === "exponential") {
        return app.t(said.falls ? "fit_less" : "fit_more", { ...vars, ...said }) + (said.sure ? "" : app.t("fit_unsure"));
      }
      if (fit.form === "linear") {
        return app.t(said.falls ? "fit_less_units" : "fit_more_units", { ...vars, ...said }) + (said.sure ? "" : app.t("fit_unsure"));
      }
      const printed = slope.map((b) => app.number(b, Math.max(2, layer.decimals)));
      return app.t("fit_slope", { ...vars, form: app.word("form_" + fit.form, fit.form), slope: printed[0], low: printed[1], high: printed[2] });
    }

    // A segmented line: where it bends, how sure that is, and the slope on either side.
    function bent() {
      const bend = pick(fit, "break", "break_1");
      const before = pick(fit, "slope_1", "slope");
      const after = pick(fit, "slope_after", "slope_2");
      if (!bend || !before || !after) {
        return pick(fit, "slope") ? app.t("fit_no_break", vars) + app.t(slopeWords(pick(fit, "slope")).falls ? "bend_falls" : "bend_rises", { ...slopeWords(pick(fit, "slope")), step: vars.step }) + app.t("fit_r2", vars) : app.t("fit_r2", vars);
      }
      const part = (slope) => {
        const said = slopeWords(slope);
        return app.t(!said.sure ? "bend_unsure" : said.falls ? "bend_falls" : "bend_rises", { ...said, step: vars.step });
      };
      const ends = bend[1] !== null && bend[2] !== null ? app.t("bend_interval", { low: app.number(bend[1], 0), high: far(bend[2]) }) : app.t("bend_no_interval");
      return app.t("fit_bend", { ...vars, at: far(bend[0]), ends }) + app.t("bend_before") + part(before) + app.t("bend_after") + part(after) + app.t("fit_r2", vars);
    }

    if (fit.form === "segmented") return bent();
    if (fit.form === "quadratic") {
      const [b, c] = [pick(fit, "slope"), pick(fit, "curvature")];
      const turn = b && c && c[0] !== 0 ? -b[0] / (2 * c[0]) : NaN;
      const reach = fit.line.length ? [fit.line[0][0], fit.line[fit.line.length - 1][0]] : [0, 0];
      const inside = turn > reach[0] && turn < reach[1];
      return app.t("fit_quadratic", vars) + (inside ? app.t(c[0] > 0 ? "turn_low" : "turn_high", { at: far(turn) }) : app.t("turn_none")) + app.t("fit_r2", vars);
    }
    if (!fit.slope || fit.slope[0] === null) return app.t("fit_local", vars);
    return straight(fit.slope);
  };
  atlas.bendOf = (fit) => (fit.form === "segmented" ? pick(fit, "break", "break_1") : undefined);
})((window.atlas = window.atlas || {}));
