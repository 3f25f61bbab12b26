// Did the pairs work: effects by year with what chance alone would give, the helped beside the
// others, one sentence with both p-values; or, in a sentence, what the data lack to tell.
(function (atlas) {
  "use strict";

  const HEIGHT = 190;
  const LEVEL = 0.05;
  const FEW = 6; // helped, or others: with fewer the standard error is too small
  const DOUBT = 0.1; // p of the years before, below which the paths are called different
  const [YEAR, AT, LOW, HIGH, CHANCE_LOW, CHANCE_HIGH, RANDOMISED, WILD] = [0, 1, 2, 3, 4, 5, 6, 7];

  atlas.evaluation = function (app) {
    const { evaluations, readiness } = app.data.evaluated;
    const root = atlas.el("div", { class: "evaluation" });
    const pickers = { trial: select("trial"), part: select("part") };
    let shown = "";

    function select(key) {
      const box = atlas.el("select", { id: "evaluation-" + key, on: { change: () => app.set({ [key]: box.value }) } });
      return { label: atlas.el("label", { for: box.id }), box };
    }
    const offer = ({ label, box }, word, list, current) => {
      label.textContent = app.t(word);
      atlas.put(box, list.map(([value, text]) => atlas.el("option", { value, text })));
      box.value = current;
      return list.length > 1 ? [label, box] : [];
    };

    // A logarithm's change as per cent; other amounts in their unit.
    const size = (one, v) => (v === null || !one.log ? v : Math.expm1(v) * 100);
    const unitOf = (one) => (one.log ? "%" : one.unit);
    function places(one, values) {
      const most = Math.max(...values.map((v) => Math.abs(v ?? 0)), 1e-9);
      return one.log ? 1 : Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(most))));
    }
    const signed = (v, decimals) => (v > 0 ? "+" : v < 0 ? "−" : "") + app.number(Math.abs(v), decimals);
    const chance = (p) => (p === null ? app.t("no_data") : app.chance(p));

    function sentence(one, name) {
      const part = one.groups[name];
      const { estimate, standard_error: error, p_randomisation: p, p_floor: floor, p_wild: wild } = part;
      if (estimate === null) return app.t("eval_starts", { title: app.say(one.title) });
      const decimals = places(one, [size(one, estimate)]);
      const said = app.t("eval_said", {
        title: app.say(one.title), start: one.start, group: app.t("eval_group_" + name), size: app.withUnit(signed(size(one, estimate), decimals), unitOf(one)),
        error: app.withUnit(app.number(one.log ? error * 100 : error, decimals), one.log ? app.t("eval_points") : one.unit),
        p: chance(p), floor: chance(floor), wild: chance(wild), n: app.number(part.n_units, 0), k: app.number(part.n_treated, 0),
      });
      const worst = Math.max(p ?? 1, wild ?? 1);
      const before = [part.pre_trend_p, part.leads_p].filter((v) => v !== null);
      return said + app.t(worst > LEVEL ? "eval_unsure" : "eval_sure")
        + (Math.min(part.n_treated, part.n_units - part.n_treated) < FEW ? app.t("eval_few", { n: FEW }) : "")
        + (before.length && Math.min(...before) < DOUBT ? app.t("eval_before", { p: app.chance(Math.min(...before)) }) : "");
    }

    function lacking(of) {
      const one = Object.hasOwn(readiness, of) ? readiness[of] : null; // a scheme may be called anything
      if (!one) return app.t("eval_none");
      if (one.usable) return app.t("eval_could", { n: app.number(one.n, 0), usable: app.number(one.usable, 0) });
      return app.t("eval_lacks", {
        n: app.number(one.n, 0), from: one.start - 3, to: one.start + 1, k: app.number(one.treated, 0),
        title: app.say(one.title), lacks: app.say(one.lacks),
      });
    }

    // Where something begins: between the last year before and the first after.
    const begin = (chart, at) => atlas.svg("line", { class: "bend", x1: chart.x(at), x2: chart.x(at), y1: chart.box[1], y2: chart.box[3] });
    const spread = (values) => { const [a, b] = [Math.min(...values), Math.max(...values)]; return [a - (b - a || 1) * 0.06, b + (b - a || 1) * 0.06]; };

    function byYear(one, part, width) {
      const rows = part.years.filter((row) => row[AT] !== null).map((row) => row.map((v, k) => (k >= AT && k <= CHANCE_HIGH ? size(one, v) : v)));
      if (!rows.length) return null;
      const values = rows.flatMap((row) => row.slice(AT, RANDOMISED)).filter((v) => v !== null);
      const decimals = places(one, values);
      const title = app.t("eval_years", { unit: unitOf(one) });
      const chart = atlas.frame(app, {
        width, height: HEIGHT, xs: [rows[0][YEAR] - 0.6, rows[rows.length - 1][YEAR] + 0.6], ys: spread([0, ...values]), years: rows.map((row) => row[YEAR]),
        xTitle: app.t("eval_axis"), yTitle: title, decimals, yCount: 4,
      });
      chart.node.setAttribute("role", "img");
      chart.node.setAttribute("aria-label", title);
      const band = rows.filter((row) => row[CHANCE_LOW] !== null && row[CHANCE_HIGH] !== null);
      const edge = (k) => band.map((row) => [chart.x(row[YEAR]), chart.y(row[k])]);
      if (band.length > 1) chart.node.append(atlas.svg("path", { class: "band", d: atlas.path([[...edge(CHANCE_HIGH), ...edge(CHANCE_LOW).reverse()]], true) }));
      chart.node.append(atlas.svg("line", { class: "axis zero", x1: chart.box[0], x2: chart.box[2], y1: chart.y(0), y2: chart.y(0) }), begin(chart, -0.5));
      for (const row of rows) {
        const x = chart.x(row[YEAR]);
        if (row[LOW] !== null) chart.node.append(atlas.svg("line", { class: "whisker", x1: x, x2: x, y1: chart.y(row[LOW]), y2: chart.y(row[HIGH]) }));
        chart.node.append(atlas.svg("circle", { class: "slope", cx: x, cy: chart.y(row[AT]), r: 4, "data-event": row[YEAR] }));
      }
      const show = (v) => (v === null ? "" : signed(v, decimals));
      const range = (a, b) => (a === null ? "" : app.t("eval_range", { low: show(a), high: show(b) }));
      return [chart.node, atlas.el("p", { class: "note", text: app.t("eval_band") }), behind("years", [app.t("eval_axis"), title, app.t("interval"), app.t("eval_chance"), app.t("eval_p"), app.t("eval_p_wild")],
        rows.map((row) => [String(row[YEAR]), show(row[AT]), range(row[LOW], row[HIGH]), range(row[CHANCE_LOW], row[CHANCE_HIGH]), row[RANDOMISED] === null ? "" : app.chance(row[RANDOMISED]), row[WILD] === null ? "" : app.chance(row[WILD])]))];
    }

    function trends(one, width) {
      const known = one.trends.filter((row) => row[1] !== null && row[2] !== null);
      if (known.length < 2) return null;
      const last = known.filter((row) => !row[3]).pop() || known[0];
      // Logarithms are drawn as changes since the last year before.
      const rows = known.map(([year, a, b]) => [year, size(one, one.log ? a - last[1] : a), size(one, one.log ? b - last[2] : b)]);
      const values = rows.flatMap((row) => row.slice(1));
      const decimals = places(one, values);
      const title = one.log ? app.t("eval_since", { year: last[0] }) : app.t("eval_means", { unit: one.unit });
      const [from, to] = [rows[0][0], rows[rows.length - 1][0]];
      const chart = atlas.frame(app, {
        width, height: HEIGHT, xs: [from - 0.3, to + 0.3], ys: spread(values), years: rows.map((row) => row[0]).filter((year) => (to - year) % Math.ceil(rows.length / 7) === 0),
        xTitle: app.t("year"), yTitle: title, decimals, yCount: 4,
      });
      chart.node.setAttribute("role", "img");
      chart.node.setAttribute("aria-label", title);
      chart.node.append(begin(chart, last[0] + 0.5));
      ["treated", "control"].forEach((kind, k) => {
        const line = rows.map((row) => [chart.x(row[0]), chart.y(row[k + 1])]);
        chart.node.append(atlas.svg("path", { class: "trend " + kind, d: atlas.path([line]) }));
        for (const [x, y] of line) chart.node.append(atlas.svg("circle", { class: "trend-dot " + kind, cx: x, cy: y, r: 3 }));
      });
      const key = atlas.el("p", { class: "note" }, ["treated", "control"].map((kind) => atlas.el("span", { class: "key" },
        atlas.svg("svg", { viewBox: "0 0 24 10", width: 24, height: 10, "aria-hidden": "true" }, atlas.svg("path", { class: "trend " + kind, d: "M1 5H23" })), app.t("eval_" + kind))));
      return [chart.node, key, behind("trends", [app.t("year"), app.t("eval_treated"), app.t("eval_control")], rows.map(([year, a, b]) => [String(year), app.number(a, decimals), app.number(b, decimals)]))];
    }

    // The numbers as a table behind a button, and the same as a file.
    function behind(name, heads, rows) {
      const box = atlas.behind(app, heads, rows);
      const file = [heads, ...rows].map((row) => row.map((cell) => atlas.safeCell(cell.replace(/^−/, "-"))).join(",")).join("\r\n");
      box.append(atlas.el("button", { type: "button", class: "csv", text: app.t("export_csv"), "data-table": name, on: { click: () => atlas.download(`${app.data.run.name}_evaluation_${name}.csv`.replace(/[^\w.-]+/g, "_"), "\ufeff" + file + "\r\n", "text/csv;charset=utf-8") } }));
      return box;
    }

    function draw(of, width) {
      shown = of;
      const mine = evaluations.filter((one) => one.of === of);
      const head = atlas.el("h3", { text: app.t("eval_title") });
      const one = mine.find((each) => each.id === app.state.trial) || mine[0];
      if (!one) { atlas.put(root, head, atlas.el("p", { class: "said", text: lacking(of) })); return; }
      const parts = Object.keys(one.groups);
      const part = parts.includes(app.state.part) ? app.state.part : parts[0];
      atlas.put(root, head, atlas.el("div", { class: "tools" },
        offer(pickers.trial, "eval_which", mine.map((each) => [each.id, app.say(each.title) + " · " + each.id]), one.id),
        offer(pickers.part, "eval_part", parts.map((name) => [name, app.t("eval_group_" + name)]), part)),
      atlas.el("p", { class: "said", text: sentence(one, part) }),
      byYear(one, one.groups[part], width), part === "all" ? trends(one, width) : null);
    }
    app.on(["trial", "part"], () => { if (shown !== "" && app.state.tab === "pairs") draw(shown, Math.max(260, root.clientWidth)); });
    return { root, draw };
  };
})((window.atlas = window.atlas || {}));
