// City pairs: a strip with a row for adjacent and a row for leapfrog pairs, and a table.
(function (atlas) {
  "use strict";

  const COLUMNS = atlas.pairColumns;
  const HEIGHT = 132;
  const ROWS = ["adjacent", "leapfrog"];
  const FIRST = "seat_km";

  atlas.pairs = function (app, root) {
    const { data, state } = app;
    const print = app.pairFact;
    const schemes = [...new Map(data.pairs.map((pair) => [pair.scheme[0], pair.scheme])).values()];
    let column = FIRST; // what of state.measure this scheme has
    const scheme = atlas.el("select", { id: "pairs-scheme", on: { change: () => app.set({ scheme: scheme.value, pair: "" }) } });
    const measure = atlas.el("select", { id: "pairs-measure", on: { change: () => app.set({ measure: measure.value }) } });
    const labels = [atlas.el("label", { for: "pairs-scheme" }), atlas.el("label", { for: "pairs-measure" })];
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const list = atlas.el("div", { class: "pair-list" });
    const tests = atlas.el("div", { class: "tests" });
    const plans = atlas.plans(app);
    const worked = atlas.evaluation(app);
    root.append(atlas.el("div", { class: "tools" }, labels[0], scheme, labels[1], measure), reading, plot, tests, list, plans.root, worked.root);

    const shown = () => data.pairs.filter((pair) => pair.scheme[0] === state.scheme);
    const name = (pair) => pair.names.map((one) => app.say(one)).join(" → ");

    function tools() {
      labels[0].textContent = app.t("scheme");
      labels[1].textContent = app.t("measure");
      atlas.put(scheme, schemes.map((one) => atlas.el("option", { value: one[0], text: app.say(one) })));
      scheme.value = state.scheme;
      labels[0].hidden = scheme.hidden = schemes.length < 2;
      const known = Object.keys(COLUMNS).filter((key) => shown().some((pair) => key in pair.numbers));
      column = [state.measure, FIRST, ...known].find((key) => known.includes(key)) ?? FIRST;
      const groups = [known.filter((key) => atlas.stripColumns.includes(key)), known.filter((key) => !atlas.stripColumns.includes(key))];
      atlas.put(measure, groups.flat().map((key) => atlas.el("option", { value: key, text: app.t("pair_" + key) })));
      measure.value = column;
    }

    const unitText = () => { const name = COLUMNS[column][0]; return name && name !== "order" ? app.t(name) : ""; };
    const unit = (text) => app.withUnit(text, unitText());

    function sentence(pairs) {
      const mean = (kind) => {
        const values = pairs.filter((pair) => pair.class === kind).map((pair) => pair.numbers[column]).filter((v) => v !== undefined && v !== null);
        if (!values.length) return [];
        return [app.t("mean_" + kind, { mean: unit(app.number(values.reduce((a, b) => a + b, 0) / values.length, COLUMNS[column][1])) })];
      };
      const means = ROWS.flatMap(mean);
      const n = ROWS.map((kind) => pairs.filter((pair) => pair.class === kind).length);
      return app.t("pairs_counts", { total: pairs.length, adjacent: n[0], leapfrog: n[1] })
        + (means.length ? app.t("pairs_means", { measure: app.t("pair_" + column), means: means.join(app.state.lang === 0 ? "，" : ", ") }) : "");
    }

    // The smallest p that any split of so few pairs could give, before anyone runs a test.
    function floor(pairs) {
      const [a, b] = ROWS.map((kind) => pairs.filter((pair) => pair.class === kind).length);
      if (!a || !b) return "";
      let splits = 1;
      for (let k = 1; k <= Math.min(a, b); k += 1) splits = (splits * (a + b - k + 1)) / k;
      return splits < 100 ? app.t("pairs_floor", { splits: Math.round(splits), p: app.number(1 / splits, 3) }) : "";
    }

    function draw() {
      if (root.hidden) return;
      tools();
      const pairs = shown();
      reading.textContent = pairs.length ? sentence(pairs) : app.t("no_pairs");
      const of = pairs.length ? pairs[0].of : "";
      const said = pairs.length ? atlas.matchingSentences(app, of, column) : { plan: [], split: [] };
      const width = Math.max(260, plot.clientWidth || 380);
      atlas.put(plot, pairs.length ? strip(pairs, of, width) : null);
      atlas.put(tests, [...said.plan, ...(said.split.length ? said.split : [pairs.length ? floor(pairs) : ""])].filter(Boolean).map((text) => atlas.el("p", { text })),
        pairs.length ? [atlas.matchings(app, of, column, width), atlas.bestPlans(app, of)] : null);
      atlas.put(list, pairs.map(card));
      plans.draw(of, width);
      worked.draw(of, width);
      list.querySelector(".open")?.scrollIntoView({ block: "nearest" });
    }

    function strip(pairs, of, width) {
      const known = pairs.filter((pair) => pair.numbers[column] !== undefined && pair.numbers[column] !== null);
      const bins = atlas.binsOf(app, of, column);
      const test = atlas.drawnTest(app, of, column);
      const values = [...known.map((pair) => pair.numbers[column]), ...bins.map((bin) => bin[1])];
      const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
      const x = (v) => 78 + ((v - low) / (high - low)) * (width - 100);
      const node = atlas.svg("svg", { class: "chart strip", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": reading.textContent });
      if (bins.length && test) {
        node.append(atlas.svg("path", { class: "bins", d: atlas.binShape(bins, x, 86, 66) }));
        for (const key of ["optimum", "null_mean", "statistic"]) if (test[key] !== null) node.append(atlas.svg("line", { class: "mark " + key, x1: x(test[key]), x2: x(test[key]), y1: 16, y2: 86 }));
      }
      ROWS.forEach((kind, k) => node.append(
        atlas.svg("text", { class: "tick", x: 0, y: 34 + k * 40, text: app.t(kind + "_short") }),
        atlas.svg("line", { class: "grid", x1: 72, x2: width - 8, y1: 30 + k * 40, y2: 30 + k * 40 })));
      for (const tick of atlas.ticks(low, high, 4)) {
        node.append(atlas.svg("text", { class: "tick middle", x: x(tick), y: 104, text: app.number(tick, Number.isInteger(tick) ? 0 : 1) }),
          atlas.svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: 86, y2: 90 }));
      }
      node.append(atlas.svg("line", { class: "axis", x1: 72, x2: width - 8, y1: 86, y2: 86 }),
        atlas.svg("text", { class: "title middle", x: (72 + width) / 2, y: 124, text: [app.t("pair_" + column), unitText()].filter(Boolean).join(" · ") }));
      for (const pair of known) node.append(dot(pair, x(pair.numbers[column])));
      return node;
    }

    function dot(pair, x) {
      return atlas.svg("circle", {
        class: "dot" + (pair.id === state.pair ? " pinned" : ""), cx: x, cy: 30 + Math.max(0, ROWS.indexOf(pair.class)) * 40, r: 6.5, fill: data.marks[pair.class], "data-pair": pair.id,
        on: {
          mouseenter: (event) => { app.set({ link: pair.id }); app.tip(event, [name(pair), app.t("pair_" + column) + app.t("colon") + print(pair, column)]); },
          mouseleave: () => { app.set({ link: "" }); app.tip(null); },
          click: () => choose(pair),
        },
      });
    }

    const choose = (pair) => app.set({ pair: state.pair === pair.id ? "" : pair.id });

    function card(pair) {
      const open = pair.id === state.pair;
      const facts = atlas.el("dl", { class: "facts", hidden: !open }, Object.keys(COLUMNS).filter((key) => key in pair.numbers).flatMap((key) => [
        atlas.el("dt", { text: app.t("pair_" + key) }), atlas.el("dd", { text: print(pair, key) })]),
      app.pairStanding(pair).map((text) => atlas.el("dt", { class: "whole", text })),
      pair.since ? [atlas.el("dt", { text: app.t("since") }), atlas.el("dd", { text: pair.since })] : null);
      return atlas.el("div", { class: "pair" + (open ? " open" : "") },
        atlas.el("button", { type: "button", "aria-expanded": String(open), "data-pair": pair.id, on: { click: () => choose(pair), mouseenter: () => app.set({ link: pair.id }), mouseleave: () => app.set({ link: "" }) } },
          atlas.el("span", { class: "tag " + pair.class, text: app.t(pair.class + "_short") }),
          atlas.el("span", { class: "who", text: name(pair) }),
          atlas.el("span", { class: "number", text: print(pair, column) })), facts);
    }

    function mark() {
      for (const node of root.querySelectorAll(".dot, .pair > button")) node.classList.toggle("hover", node.dataset.pair === state.link);
    }

    app.on(["scheme", "pair", "lang", "tab", "measure", "against"], draw);
    app.on(["link"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
