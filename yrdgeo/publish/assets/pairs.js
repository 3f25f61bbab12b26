// City pairs: a strip with a row for adjacent and a row for leapfrog pairs, and a table.
(function (atlas) {
  "use strict";

  const COLUMNS = atlas.pairColumns;
  const ROWS = ["adjacent", "leapfrog"];

  atlas.pairs = function (app, root) {
    const { data, state } = app;
    const print = app.pairFact;
    const schemes = [...new Map(data.pairs.map((pair) => [pair.scheme[0], pair.scheme])).values()];
    let column = "seat_km";
    const scheme = atlas.el("select", { id: "pairs-scheme", on: { change: () => app.set({ scheme: scheme.value, pair: "" }) } });
    const measure = atlas.el("select", { id: "pairs-measure", on: { change: () => { column = measure.value; draw(); } } });
    const labels = [atlas.el("label", { for: "pairs-scheme" }), atlas.el("label", { for: "pairs-measure" })];
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const list = atlas.el("div", {});
    root.append(atlas.el("div", { class: "tools" }, labels[0], scheme, labels[1], measure), reading, plot, list);

    const shown = () => data.pairs.filter((pair) => pair.scheme[0] === state.scheme);
    const name = (pair) => pair.names.map((one) => app.say(one)).join(" → ");

    function tools() {
      labels[0].textContent = app.t("scheme");
      labels[1].textContent = app.t("measure");
      atlas.put(scheme, schemes.map((one) => atlas.el("option", { value: one[0], text: app.say(one) })));
      scheme.value = state.scheme;
      labels[0].hidden = scheme.hidden = schemes.length < 2;
      atlas.put(measure, Object.keys(COLUMNS).map((key) => atlas.el("option", { value: key, text: app.t("pair_" + key) })));
      measure.value = column;
    }

    const unitText = () => { const name = COLUMNS[column][0]; return name && name !== "order" ? app.t(name) : ""; };
    const unit = (text) => app.withUnit(text, unitText());

    function sentence(pairs) {
      const mean = (kind) => {
        const values = pairs.filter((pair) => pair.class === kind).map((pair) => pair.numbers[column]).filter((v) => v !== undefined && v !== null);
        return values.length ? app.number(values.reduce((a, b) => a + b, 0) / values.length, COLUMNS[column][1]) : app.t("no_data");
      };
      const n = ROWS.map((kind) => pairs.filter((pair) => pair.class === kind).length);
      return app.t("pairs_reading", { total: pairs.length, adjacent: n[0], leapfrog: n[1], measure: app.t("pair_" + column), a: unit(mean("adjacent")), b: unit(mean("leapfrog")) }) + floor(n);
    }

    // The smallest p that any split of so few pairs could give, before anyone runs a test.
    function floor([a, b]) {
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
      atlas.put(plot, pairs.length ? strip(pairs) : null);
      atlas.put(list, pairs.map(card));
      list.querySelector(".open")?.scrollIntoView({ block: "nearest" });
    }

    function strip(pairs) {
      const known = pairs.filter((pair) => pair.numbers[column] !== undefined && pair.numbers[column] !== null);
      const values = known.map((pair) => pair.numbers[column]);
      const width = Math.max(260, plot.clientWidth || 380);
      const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
      const x = (v) => 78 + ((v - low) / (high - low)) * (width - 100);
      const node = atlas.svg("svg", { class: "chart", width, height: 128, viewBox: `0 0 ${width} 128`, role: "img", "aria-label": reading.textContent });
      ROWS.forEach((kind, k) => node.append(
        atlas.svg("text", { class: "tick", x: 0, y: 34 + k * 40, text: app.t(kind + "_short") }),
        atlas.svg("line", { class: "grid", x1: 72, x2: width - 8, y1: 30 + k * 40, y2: 30 + k * 40 })));
      for (const tick of atlas.ticks(low, high, 4)) {
        node.append(atlas.svg("text", { class: "tick middle", x: x(tick), y: 104, text: app.number(tick, Number.isInteger(tick) ? 0 : 1) }),
          atlas.svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: 86, y2: 90 }));
      }
      node.append(atlas.svg("line", { class: "axis", x1: 72, x2: width - 8, y1: 86, y2: 86 }),
        atlas.svg("text", { class: "title middle", x: (72 + width) / 2, y: 122, text: [app.t("pair_" + column), unitText()].filter(Boolean).join(" · ") }));
      for (const pair of known) {
        const dot = atlas.svg("circle", {
          class: "dot" + (pair.id === state.pair ? " pinned" : ""), cx: x(pair.numbers[column]), cy: 30 + ROWS.indexOf(pair.class) * 40, r: 6.5, fill: data.marks[pair.class], "data-pair": pair.id,
          on: {
            mouseenter: (event) => { app.set({ link: pair.id }); app.tip(event, [name(pair), app.t("pair_" + column) + app.t("colon") + print(pair, column)]); },
            mouseleave: () => { app.set({ link: "" }); app.tip(null); },
            click: () => choose(pair),
          },
        });
        node.append(dot);
      }
      return node;
    }

    const choose = (pair) => app.set({ pair: state.pair === pair.id ? "" : pair.id });

    function card(pair) {
      const open = pair.id === state.pair;
      const facts = atlas.el("dl", { class: "facts", hidden: !open }, Object.keys(COLUMNS).filter((key) => key in pair.numbers).flatMap((key) => [
        atlas.el("dt", { text: app.t("pair_" + key) }), atlas.el("dd", { text: print(pair, key) })]),
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

    app.on(["scheme", "pair", "lang", "tab"], draw);
    app.on(["link"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
