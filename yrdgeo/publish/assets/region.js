// The region as a whole: rings around its cores, inequality, the centre of gravity, rank and size.
(function (atlas) {
  "use strict";

  const POINTS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
  const WIDE = 104; // of a bar or an interval

  atlas.hasRegion = (data) => ["rings", "centres", "sizes", "inequality", "nested", "beta", "weights", "shift", "local", "alike"].some((name) => data.charts[name].length);

  atlas.region = function (app, root) {
    const { data, state } = app;
    const { rings, centres, sizes, inequality } = data.charts;
    const choice = { ring: "", index: "", values: "" }; // what of the state's there is
    const ring = atlas.el("select", { id: "region-ring", on: { change: () => app.set({ ring: ring.value }) } });
    const index = atlas.el("select", { id: "region-index", on: { change: () => app.set({ index: index.value }) } });
    const values = atlas.el("select", { id: "region-values", on: { change: () => app.set({ of: values.value }) } });
    const labels = ["ring", "index", "values"].map((name) => atlas.el("label", { for: "region-" + name }));
    const { nested, sigma, beta, weights, shift, local, alike } = data.charts;
    const parts = ["rings", "inequality", "nested", "converge", "centre", "sizes", "weights", "covered", "shift"].map((name) => atlas.el("section", { class: "part " + name }));
    root.append(...parts);

    const title = (id) => app.say(app.layerById(id)?.title || [id, id]);
    const named = (measure) => app.say(data.charts.indices[measure]);
    const keyOf = (row) => row.core + "|" + row.by;
    const share = (v) => app.number(100 * v, 0) + "%";
    const head = (key) => atlas.el("h3", { text: app.t(key) });
    const options = (node, list, chosen) => { atlas.put(node, list.map(([id, text]) => atlas.el("option", { value: id, text }))); node.value = chosen; };
    const bar = (portion) => atlas.svg("svg", { width: WIDE, height: 12, viewBox: `0 0 ${WIDE} 12`, "aria-hidden": "true" },
      atlas.svg("rect", { x: 0, y: 1, width: Math.max(1, portion * (WIDE - 2)), height: 10, fill: "#2378b4" }));

    function table(heads, rows) {
      return atlas.el("table", { class: "values" },
        atlas.el("thead", {}, atlas.el("tr", {}, heads.map((text, k) => (text ? atlas.el("th", { scope: "col", class: k ? "number" : null, text }) : atlas.el("td", {}))))),
        atlas.el("tbody", {}, rows.map((cells) => atlas.el("tr", {}, cells.map((cell, k) => (typeof cell === "string"
          ? atlas.el(k ? "td" : "th", { scope: k ? null : "row", class: k ? "number" : null, text: cell }) : atlas.el("td", {}, cell)))))));
    }

    function drawRings() {
      const keys = [...new Set(rings.map(keyOf))];
      choice.ring = keys.includes(state.ring) ? state.ring : keys[0];
      const shown = rings.filter((row) => keyOf(row) === choice.ring).sort((a, b) => a.lo - b.lo);
      labels[0].textContent = app.t("ring");
      options(ring, keys.map((key) => { const row = rings.find((one) => keyOf(one) === key); return [key, app.t("from_axis", { core: row.core >= 0 ? app.city(row.core) : "", by: app.t("by_" + row.by) })]; }), choice.ring);
      const unit = app.t(shown[0].by === "km" ? "km" : "minutes");
      // Amount per head of a ring against that of all rings together: the ratio of the two shares.
      const relative = (row) => (row.denominator_share ? row.numerator_share / row.denominator_share : null);
      const most = Math.max(...shown.map((row) => relative(row) ?? 0));
      const known = shown.filter((row) => relative(row) !== null);
      const [near, far] = [known[0], known[known.length - 1]];
      const said = known.length > 1 ? app.t("rings_say", { core: app.city(near.core), near: reach(near, unit), far: reach(far, unit), a: app.number(100 * relative(near), 0), b: app.number(100 * relative(far), 0) }) : "";
      atlas.put(parts[0], head("rings_title"), atlas.el("div", { class: "tools" }, labels[0], ring), atlas.el("p", { class: "said", text: said }),
        table([app.t("ring"), app.t("cities_short"), app.t("gdp_share"), app.t("people_share"), app.t("per_head_index"), ""], shown.map((row) => [
          reach(row, unit), app.number(row.n, 0), share(row.numerator_share), share(row.denominator_share),
          relative(row) === null ? app.t("no_data") : app.number(100 * relative(row), 0), bar((relative(row) ?? 0) / most)])));
    }

    const reach = (row, unit) => app.withUnit(row.hi === null ? "≥ " + app.number(row.lo, 0) : app.number(row.lo, 0) + "–" + app.number(row.hi, 0), unit);

    function drawInequality() {
      const layers = [...new Set(inequality.map((row) => row.values))];
      choice.values = [state.of, state.layer, layers[0]].find((id) => layers.includes(id));
      const known = [...new Set(inequality.map((row) => row.measure))];
      choice.index = [state.index, "gini", known[0]].find((id) => known.includes(id));
      labels[1].textContent = app.t("index");
      labels[2].textContent = app.t("of_what");
      options(index, known.map((name) => [name, named(name)]), choice.index);
      options(values, layers.map((id) => [id, title(id)]), choice.values);
      const mine = inequality.filter((row) => row.measure === choice.index && row.values === choice.values && row.value !== null);
      const groupName = (id) => { const group = data.groups.find((one) => one.id === id); return group ? app.say(group.name) : id === "region" ? app.t("whole_region") : id; };
      const all = mine.filter((row) => row.group === "region").sort((a, b) => a.year - b.year);
      const most = Math.max(...mine.map((row) => row.high ?? row.value));
      const x = (v) => 3 + (v / (most || 1)) * (WIDE - 6);
      const range = (row) => atlas.svg("svg", { width: WIDE, height: 14, viewBox: `0 0 ${WIDE} 14`, "aria-hidden": "true" },
        row.low !== null && row.high !== null ? atlas.svg("line", { class: "whisker", x1: x(row.low), x2: x(row.high), y1: 7, y2: 7 }) : null,
        atlas.svg("circle", { class: "slope", cx: x(row.value), cy: 7, r: 3.6 }));
      const order = [...all, ...mine.filter((row) => row.group !== "region")]; // group by group, each by year
      atlas.put(parts[1], head("inequality_title"), atlas.el("div", { class: "tools" }, atlas.el("span", { class: "together" }, labels[1], " ", index), atlas.el("span", { class: "together" }, labels[2], " ", values)), atlas.el("p", { class: "said", text: change(all) }),
        table([app.t("group"), app.t("year"), named(choice.index), app.t("interval"), ""], order.map((row) => [
          groupName(row.group), String(row.year), app.number(row.value, 3), row.low === null || row.high === null ? "–" : app.number(row.low, 3) + "–" + app.number(row.high, 3), range(row)])));
    }

    // Two years differ only if their intervals lie apart; else it is said that they may not.
    function change(rows) {
      if (!rows.length) return "";
      const [a, b] = [rows[0], rows[rows.length - 1]];
      const vars = { index: named(choice.index), title: title(choice.values), first: a.year, last: b.year, before: app.number(a.value, 3), after: app.number(b.value, 3) };
      if (a === b) return app.t("inequality_one", vars);
      const known = [a.low, a.high, b.low, b.high].every((v) => v !== null);
      const apart = known && (b.high < a.low || b.low > a.high);
      return app.t("inequality_two", vars) + app.t(!apart ? "inequality_unsure" : b.value < a.value ? "inequality_less" : "inequality_more");
    }

    const percent = (v) => app.number(100 * v, 0);
    const ends = (row, low, high, decimals) => (row[low] === null || row[high] === null ? "–" : app.number(row[low], decimals) + "–" + app.number(row[high], decimals));

    // Shares of one sum, from the widest level inwards.
    function drawNested() {
      const rows = nested.filter((row) => row.shares.length === 3).sort((a, b) => a.year - b.year);
      const last = rows[rows.length - 1];
      atlas.put(parts[2], last ? [head("nested_title"),
        atlas.el("p", { class: "said", text: app.t("nested_say", { title: title(last.values), year: last.year, total: app.number(last.total, 3), a: percent(last.shares[0]), b: percent(last.shares[1]), c: percent(last.shares[2]) }) }),
        table([app.t("year"), app.t("theil_t"), app.t("between_provinces"), app.t("between_groups"), app.t("within_groups")],
          rows.map((row) => [(row.values === last.values ? "" : title(row.values) + " ") + row.year, app.number(row.total, 3), ...row.shares.map(share)]))] : null);
    }

    function drawConvergence() {
      const said = beta.map((row) => {
        const settled = row.lower !== null && Math.sign(row.lower) === Math.sign(row.upper);
        const vars = { title: title(row.values), first: row.first_year, last: row.last_year, n: row.n, slope: app.number(row.slope, 3), low: app.number(row.lower, 3), high: app.number(row.upper, 3), half: row.half_life_years === null ? "–" : app.number(row.half_life_years, 0) };
        return app.t(!settled ? "beta_unsure" : row.slope < 0 ? "beta_faster" : "beta_slower", vars) + (row.mixed ? app.t("beta_mixed") : "");
      });
      const rows = sigma.filter((row) => row.value !== null).sort((a, b) => (a.values < b.values ? -1 : a.values > b.values ? 1 : a.year - b.year));
      atlas.put(parts[3], said.length || rows.length ? [head("converge_title"), said.map((text) => atlas.el("p", { class: "said", text })),
        rows.length ? table([app.t("of_what"), app.t("year"), app.t("sigma"), app.t("interval")], rows.map((row) => [title(row.values), String(row.year), app.number(row.value, 3), ends(row, "low", "high", 3)])) : null] : null);
    }

    const METHODS = { entropy: "weights_entropy", critic: "weights_critic", equal: "weights_equal" };

    function drawWeights() {
      atlas.put(parts[6], weights.length ? [head("weights_title"), weights.map((one) => [
        atlas.el("p", { class: "said", text: app.t("weights_say", { title: title(one.score), by: METHODS[one.by] ? app.t(METHODS[one.by]) : one.by, n: one.n }) }),
        table([app.t("criterion"), app.t("weight"), ""], one.parts.map((part) => [app.say(part.title), share(part.weight), bar(part.weight)]))])] : null);
    }

    // How many cities have sectors, by year; the layers of structure know.
    function drawCovered() {
      const layer = data.layers.find((one) => one.topic === "structure");
      const years = layer ? app.years(layer) : [];
      atlas.put(parts[7], years.length ? [head("covered_title"), atlas.el("ul", { class: "plain" }, years.map((year) => {
        const { values } = layer.views[year + "|"];
        return atlas.el("li", { text: app.t("covered_say", { year, n: values.length, known: values.filter((v) => v !== null).length }) });
      }))] : null);
    }

    // Whose change is the region's, whose the mix of its sectors, whose its own; where sectors gather.
    function drawShift() {
      const place = (id) => app.city(data.cities.ids.indexOf(id));
      const pairOf = ([a, b, v]) => place(a) + "–" + place(b) + " " + app.number(v, 3);
      const signed = (v) => (v > 0 ? "+" : "") + app.number(v, Math.abs(v) < 10 ? 1 : 0);
      const told = (one, key, vars) => atlas.el("p", { class: "said", text: app.t(key, { title: app.say(one.title), year: one.year, ...vars }) });
      const notes = [...new Set([...shift, ...local, ...alike].map((one) => app.say(one.note)).filter(Boolean))];
      atlas.put(parts[8], shift.length || local.length || alike.length ? [head("shift_title"),
        shift.map((one) => [told(one, "shift_say", { first: one.first, n: one.rows.length, unit: app.say(one.unit) }),
          table(["", ...one.parts.map((name) => app.t("shift_" + name))], one.rows.map(([id, ...values]) => [place(id), ...values.map(signed)]))]),
        local.map((one) => [told(one, "local_say", {}), table([app.t("sector"), app.t("index"), ""], one.rows.map(([name, value]) => [app.say(name), app.number(value, 3), bar(value)]))]),
        alike.map((one) => told(one, "alike_say", { n: one.n, median: app.number(one.median, 3), high: pairOf(one.high), low: pairOf(one.low) })),
        notes.map((text) => atlas.el("p", { class: "members", text }))] : null);
    }

    function drawCentre() {
      const moved = centres.filter((row) => row.move_km !== null);
      const before = (row) => Math.max(...centres.filter((one) => one.values === row.values && one.year < row.year).map((one) => one.year));
      atlas.put(parts[4], moved.length ? [head("centre_title"), atlas.el("ul", { class: "plain" }, moved.map((row) => atlas.el("li", { text: app.t("centre_moved", {
        title: title(row.values), first: before(row), last: row.year, km: app.number(row.move_km, 1),
        way: app.t("way_" + POINTS[Math.round(((row.bearing_deg % 360) + 360) / 45) % 8]),
      }) })))] : null);
    }

    function drawSizes() {
      atlas.put(parts[5], sizes.length ? [head("sizes_title"), table([app.t("layer"), app.t("year"), app.t("exponent"), app.t("interval"), app.t("primacy")], sizes.map((row) => [
        title(row.values), String(row.year), app.number(row.exponent, 2), app.number(row.lower, 2) + "–" + app.number(row.upper, 2), app.number(row.primacy_two_city, 2)])),
      atlas.el("p", { class: "members", text: app.t("sizes_say") })] : null);
    }

    function draw() {
      if (root.hidden) return;
      if (rings.length) drawRings();
      if (inequality.length) drawInequality();
      drawNested();
      drawConvergence();
      drawCentre();
      drawSizes();
      drawWeights();
      drawCovered();
      drawShift();
    }
    app.on(["lang", "tab", "layer", "ring", "index", "of"], draw);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
