// Is the plan nearer than chance? All matchings of the same cities, and where the plan is among them.
(function (atlas) {
  "use strict";

  const LEVEL = 0.05;
  const HEIGHT = 138;
  const KEYS = ["optimum", "statistic", "null_mean"];

  // Nulls that have a sentence of their own; the others say their title.
  const WORDED = ["same_helpers", "cross_province", "capacity"];

  const testsOf = (app, of, column, test) => app.data.charts.tests.filter((one) => one.scheme === of && one.column === column && one.test === test);
  // The test whose matchings are drawn: that of the null that was chosen, or the first.
  atlas.drawnTest = (app, of, column) => {
    const tests = testsOf(app, of, column, "matching");
    return tests.find((one) => one.null === app.state.against) || tests[0];
  };
  atlas.binsOf = (app, of, column) => app.data.charts.matchings[atlas.drawnTest(app, of, column)?.null]?.[of]?.[column] || [];

  // What the tests of one measure say, a sentence each, none where there is no test.
  atlas.matchingSentences = function (app, of, column) {
    const show = (v) => app.pairNumber(column, v);
    const said = testsOf(app, of, column, "matching").map((one) => {
      const below = one.p_value <= LEVEL;
      const floor = one.p_value <= one.p_floor * 1.000001;
      return app.t("null_" + (WORDED.includes(one.null) ? one.null : "other"), {
        null: app.say(app.data.charts.nulls[one.null] || [one.null, one.null]),
        plan: show(one.statistic), n: app.number(one.n_permutations, 0), mean: show(one.null_mean),
        best: one.optimum === null ? app.t("no_data") : show(one.optimum), drawn: one.exact ? "" : app.t("null_drawn"),
      }) + app.t(below ? "p_less" : "p_unsure", { p: app.chance(one.p_value), share: app.number(one.p_value * 100, one.p_value < 0.01 ? 2 : 1), floor: app.chance(one.p_floor) })
        + (floor ? app.t("p_at_floor") : "");
    });
    const split = testsOf(app, of, column, "compare").map((one) => app.t("compare_test", {
      difference: show(Math.abs(one.statistic)), p: app.chance(one.p_value), n: app.number(one.n_permutations, 0), floor: app.chance(one.p_floor),
      more: app.t(one.statistic >= 0 ? "compare_more" : "compare_less"),
    }) + (one.p_value <= one.p_floor * 1.000001 ? app.t("p_at_floor") : "") + (one.p_value > LEVEL ? app.t("p_not") : ""));
    return { plan: said, split };
  };

  // The bins as one closed shape that is as high as `height` at most.
  atlas.binShape = (bins, x, bottom, height) => {
    const most = Math.max(...bins.map((bin) => bin[2]));
    const points = bins.flatMap(([low, high, count]) => [[x(low), bottom - (count / most) * height], [x(high), bottom - (count / most) * height]]);
    return atlas.path([[[x(bins[0][0]), bottom], ...points, [x(bins[bins.length - 1][1]), bottom]]], true);
  };

  // The matchings close up, with the best, the plan and the mean named.
  atlas.matchings = function (app, of, column, width) {
    const bins = atlas.binsOf(app, of, column);
    const test = atlas.drawnTest(app, of, column);
    if (!bins.length || !test) return null;
    const marks = KEYS.filter((key) => test[key] !== null).map((key) => ({ key, v: test[key] }));
    const [low, high] = [Math.min(bins[0][0], ...marks.map((one) => one.v)), Math.max(bins[bins.length - 1][1], ...marks.map((one) => one.v))];
    const room = (high - low) * 0.04 || 1;
    const x = (v) => 10 + ((v - low + room) / (high - low + 2 * room)) * (width - 20);
    const bottom = HEIGHT - 36;
    const top = 46;
    const total = bins.reduce((sum, bin) => sum + bin[2], 0);
    const title = app.t(test.exact ? "matchings_title" : "matchings_drawn", { n: app.number(total, 0), measure: app.t("pair_" + column) });
    const node = atlas.svg("svg", { class: "chart matchings", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": title },
      atlas.svg("path", { class: "bins", d: atlas.binShape(bins, x, bottom, bottom - top) }),
      atlas.svg("line", { class: "axis", x1: 10, x2: width - 10, y1: bottom, y2: bottom }),
      atlas.ticks(low, high, 5).map((tick) => [
        atlas.svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 }),
        atlas.svg("text", { class: "tick middle", x: x(tick), y: bottom + 17, text: app.number(tick, Number.isInteger(tick) ? 0 : 1) })]).flat(),
      atlas.svg("text", { class: "title middle", x: width / 2, y: HEIGHT - 4, text: app.t("matchings_axis", { measure: app.t("pair_" + column), unit: unitOf(app, column) }) }));
    marks.forEach((one, k) => node.append(named(app, { ...one, text: app.t("mark_" + one.key) + " " + app.number(one.v, atlas.pairColumns[column][1]) }, x(one.v), 11 + k * 13, bottom, width)));
    return atlas.el("div", { class: "behind-it" }, atlas.el("h3", { text: title }), against(app, of, column, test), node, atlas.behind(app,
      [app.t("from_to", { unit: unitOf(app, column) }), app.t("plans")], bins.map(([a, b, n]) => [app.number(a, 1) + " – " + app.number(b, 1), app.number(n, 0)])));
  };

  // Which random plans are drawn, where there are several kinds.
  function against(app, of, column, test) {
    const tests = testsOf(app, of, column, "matching");
    if (tests.length < 2) return null;
    const select = atlas.el("select", { id: "against", on: { change: () => app.set({ against: select.value }) } },
      tests.map((one) => atlas.el("option", { value: one.null, text: app.say(app.data.charts.nulls[one.null] || [one.null, one.null]) })));
    select.value = test.null;
    return atlas.el("div", { class: "tools" }, atlas.el("label", { for: "against", text: app.t("against_plans") }), select);
  }

  const unitOf = (app, column) => {
    const unit = atlas.pairColumns[column][0];
    return unit && unit !== "order" ? app.t(unit) : app.t("pair_" + column);
  };

  // The best plan by one criterion: who would be paired with whom, and what is as in our plan.
  atlas.bestPlans = function (app, of) {
    const plans = app.data.charts.best.filter((one) => one.scheme === of);
    if (!plans.length) return null;
    const root = atlas.el("div", { class: "best" });
    const weighed = (one) => one.weighing.split("; ").map((part) => { const [name, weight] = part.split(" "); return app.t("pair_" + name) + " " + app.number(Number(weight), 2); }).join(app.state.lang === 0 ? "、" : ", ");
    const title = (one) => (one.weighing ? weighed(one) : app.t("pair_" + one.criterion)) + (one.capacity ? app.t("best_room", { n: one.capacity }) : "");
    const select = atlas.el("select", { id: "best", on: { change: () => show(plans[Number(select.value)]) } },
      plans.map((one, k) => atlas.el("option", { value: String(k), text: title(one) })));
    const said = atlas.el("p", {});
    const table = atlas.el("table", {});
    root.append(atlas.el("h3", { text: app.t("best_title") }), atlas.el("div", { class: "tools" }, atlas.el("label", { for: "best", text: app.t("best_by") }), select), said, table);

    function show(plan) {
      const print = (v) => (plan.weighing ? app.number(v, 3) : app.pairNumber(plan.criterion, v));
      const whole = (v) => app.number(v, 0);
      const same = plan.pairs.filter(([helper, , actual]) => helper === actual).length;
      said.textContent = app.t("best_said", { same, total: plan.pairs.length, plan: print(plan.plan_mean), best: print(plan.best_mean) })
        + (plan.excess_pct === null ? "" : app.t("best_excess", { excess: app.number(plan.excess_pct, 1) }))
        + (plan.plan_rank === null ? app.t("best_share", { share: app.number(plan.as_good_pct, 1) }) : app.t("best_rank", { n: whole(plan.n_plans), rank: whole(plan.plan_rank) }))
        + (plan.n_best > 1 ? app.t("best_ties", { n: whole(plan.n_best) }) : "");
      atlas.put(table, atlas.el("thead", {}, atlas.el("tr", {}, ["best_helped", "best_actual", "best_helper"].map((key) => atlas.el("th", { scope: "col", text: app.t(key) })))),
        atlas.el("tbody", {}, plan.pairs.map(([helper, helped, actual]) => atlas.el("tr", { class: helper === actual ? "same" : null },
          atlas.el("td", { text: app.city(helped) }), atlas.el("td", { text: app.city(actual) }),
          atlas.el("td", {}, app.city(helper), helper === actual ? atlas.el("span", { role: "img", "aria-label": app.t("plan_same"), text: " ✓" }) : null)))));
    }
    show(plans[0]);
    return root;
  };

  function named(app, one, x, y, bottom, width) {
    const left = x > width * 0.55;
    return atlas.svg("g", { class: "marked " + one.key, "data-value": one.v },
      atlas.svg("line", { x1: x, x2: x, y1: y - 6, y2: bottom }),
      atlas.svg("text", { class: "tick" + (left ? " end" : ""), x: x + (left ? -4 : 4), y: y + 2, text: one.text }));
  }
})((window.atlas = window.atlas || {}));
