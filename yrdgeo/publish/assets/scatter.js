// Any measure against any other; a rectangle drawn over the points chooses cities everywhere.
(function (atlas) {
  "use strict";

  const STEPS = 200; // of a range input
  const AXES = ["x", "y"];
  const EDGES = ["x0", "x1", "y0", "y1"];
  const ROOM = 0.04; // of an axis, on either side of the points

  const orders = (values) => {
    const sorted = values.map((v, i) => [v, i]).sort((a, b) => a[0] - b[0]);
    const out = [];
    for (let k = 0; k < sorted.length;) {
      let end = k;
      while (end + 1 < sorted.length && sorted[end + 1][0] === sorted[k][0]) end += 1;
      for (let m = k; m <= end; m += 1) out[sorted[m][1]] = (k + end) / 2;
      k = end + 1;
    }
    return out;
  };

  // Spearman's correlation: of ranks, equal values sharing theirs; null where one side is constant.
  atlas.rankCorrelation = (xs, ys) => {
    const [a, b] = [orders(xs), orders(ys)];
    const mean = (a.length - 1) / 2;
    const sum = (f) => a.reduce((total, _, i) => total + f(i), 0);
    const [xx, yy] = [sum((i) => (a[i] - mean) ** 2), sum((i) => (b[i] - mean) ** 2)];
    return xx && yy ? sum((i) => (a[i] - mean) * (b[i] - mean)) / Math.sqrt(xx * yy) : null;
  };

  // A rectangle as shares of the axes, x0,x1,y0,y1; null for any other text.
  atlas.boxOf = (text) => {
    const box = text.split(",").map(Number);
    const within = (a, b) => a >= 0 && a <= b && b <= 1;
    return /^[\d.,]+$/.test(text) && box.length === 4 && within(box[0], box[1]) && within(box[2], box[3]) ? box : null;
  };

  atlas.scatter = function (app, root) {
    const { data, state } = app;
    const layers = data.layers.filter((layer) => !layer.categories); // names have no axis
    const second = layers.find((layer) => layer.topic === "access") || layers[1] || layers[0];
    let now = null; // what is drawn
    let chart = null;
    let begun = null;
    const selects = AXES.map((axis) => ({
      axis, label: atlas.el("label", { for: "scatter-" + axis }),
      select: atlas.el("select", { id: "scatter-" + axis, on: { change: (event) => app.set({ [axis]: event.target.value, box: "" }) } }),
      log: atlas.el("input", { id: "scatter-log-" + axis, type: "checkbox", on: { change: (event) => app.set({ logs: AXES.filter((one) => (one === axis ? event.target.checked : state.logs.includes(one))).join(""), box: "" }) } }),
      logLabel: atlas.el("label", { for: "scatter-log-" + axis }),
    }));
    const swap = atlas.el("button", { type: "button", on: { click: turn } });
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const ranges = EDGES.map((edge) => ({
      edge, label: atlas.el("label", { for: "brush-" + edge }),
      input: atlas.el("input", { id: "brush-" + edge, type: "range", min: 0, max: STEPS, on: { input: slide } }),
    }));
    const clear = atlas.el("button", { type: "button", on: { click: () => app.set({ box: "" }) } });
    const held = atlas.el("p", { class: "held", role: "status" });
    const brush = atlas.el("fieldset", { class: "brush" }, atlas.el("legend", {}), ranges.map((one) => atlas.el("span", { class: "range" }, one.label, one.input)), clear);
    const table = atlas.el("div", {});
    root.append(atlas.el("div", { class: "tools" }, selects.map((one) => [atlas.el("span", { class: "together" }, one.label, " ", one.select), atlas.el("span", { class: "together" }, one.log, one.logLabel)]), swap), reading, plot, brush, held, table);

    const yearOf = (layer) => (app.years(layer).includes(state.year) ? state.year : layer.year);
    const titled = (layer) => app.t("title_line", { title: app.say(layer.title), year: yearOf(layer) });

    // The two measures as they stand in the state: their values, and where the axes begin and end.
    function model() {
      const two = [state.x || second?.id, state.y || layers[0]?.id].map((id) => layers.find((one) => one.id === id) || layers[0]);
      const views = two.map((layer) => app.viewOf(layer, yearOf(layer), ""));
      const logs = AXES.map((axis) => state.logs.includes(axis));
      const known = data.cities.ids.map((_, i) => ({ i, at: views.map((view) => view.values[i]), doubt: views.some((view) => app.unverified(view, i)) })).filter((one) => one.at.every((v) => v !== null));
      const dots = known.filter((one) => one.at.every((v, k) => !logs[k] || v > 0));
      const ends = [0, 1].map((k) => {
        const values = dots.map((one) => warp(one.at[k], logs[k]));
        const [a, b] = [Math.min(...values), Math.max(...values)];
        return [a - (b - a || 1) * ROOM, b + (b - a || 1) * ROOM];
      });
      return { two, logs, known, dots, ends };
    }

    const warp = (v, log) => (log ? Math.log(v) : v);
    const back = (v, log) => (log ? Math.exp(v) : v);
    // How far along an axis a value is, from nought to one.
    const share = ({ ends, logs }, k, v) => (warp(v, logs[k]) - ends[k][0]) / (ends[k][1] - ends[k][0]);
    const valueAt = (k, portion) => back(now.ends[k][0] + portion * (now.ends[k][1] - now.ends[k][0]), now.logs[k]);
    const setBox = (box) => app.set({ box: box.map((v) => Number(v.toFixed(4))).join(",") });

    function turn() {
      const box = atlas.boxOf(state.box);
      app.set({
        x: now.two[1].id, y: now.two[0].id, logs: AXES.filter((_, k) => now.logs[1 - k]).join(""),
        box: box ? [box[2], box[3], box[0], box[1]].join(",") : "",
      });
    }

    // The cities inside the rectangle, whether or not the chart is on show.
    function choose(changed) {
      const box = atlas.boxOf(state.box);
      if (!box) { if (changed.includes("box") && state.brush.length) app.set({ brush: [] }); return; }
      const seen = now && !root.hidden ? now : model();
      const inside = (dot) => dot.at.every((v, k) => share(seen, k, v) >= box[2 * k] - 1e-9 && share(seen, k, v) <= box[2 * k + 1] + 1e-9);
      const chosen = seen.dots.filter(inside).map((one) => one.i);
      if (chosen.join() !== state.brush.join()) app.set({ brush: chosen });
    }

    function tools() {
      selects.forEach(({ axis, label, select: node, log, logLabel }, k) => {
        label.textContent = app.t("axis_" + axis);
        const topics = [...new Set(layers.map((layer) => layer.topic))];
        atlas.put(node, topics.map((topic) => {
          const mine = layers.filter((layer) => layer.topic === topic);
          return atlas.el("optgroup", { label: app.say(mine[0].topicName) || topic }, mine.map((layer) => atlas.el("option", { value: layer.id, text: app.say(layer.title) })));
        }));
        node.value = now.two[k].id;
        log.checked = now.logs[k];
        logLabel.textContent = app.t("log_scale");
        log.setAttribute("aria-label", app.t("axis_" + axis) + app.t("colon") + app.t("log_scale"));
      });
      swap.textContent = app.t("swap");
      clear.textContent = app.t("brush_clear");
      brush.firstChild.textContent = app.t("brush_title");
      for (const one of ranges) one.label.textContent = app.t("brush_" + one.edge);
    }

    function draw() {
      if (root.hidden || !layers.length) return;
      now = model();
      tools();
      const { two: [lx, ly], logs, dots, ends } = now;
      brush.hidden = dots.length < 2;
      for (const node of [plot, table]) atlas.put(node);
      chart = null;
      if (!dots.length) { reading.textContent = app.t("nothing_known"); held.textContent = ""; return; }
      reading.textContent = sentence(lx, ly);
      const width = Math.max(260, plot.clientWidth || 380);
      const unit = (layer) => (app.say(layer.unit) ? " · " + app.say(layer.unit) : "");
      chart = atlas.frame(app, {
        width, height: Math.round(Math.min(330, width * 0.76)), xs: ends[0].map((v) => back(v, logs[0])), ys: ends[1].map((v) => back(v, logs[1])), xLog: logs[0], log: logs[1],
        xTitle: titled(lx) + unit(lx), yTitle: titled(ly) + unit(ly), decimals: ly.decimals, xDecimals: lx.decimals > 1 ? 1 : 0,
      });
      chart.node.setAttribute("role", "img");
      chart.node.setAttribute("aria-label", reading.textContent);
      chart.shade = atlas.svg("rect", { class: "shade" });
      chart.node.append(chart.shade, ...dots.map((dot) => point(dot, lx, ly)));
      chart.node.addEventListener("pointerdown", begin);
      chart.node.addEventListener("pointermove", drag);
      chart.node.addEventListener("pointerup", end);
      chart.node.addEventListener("pointercancel", end);
      atlas.put(plot, chart.node);
      atlas.put(table, atlas.behind(app, [app.t("city"), app.say(lx.title), app.say(ly.title)],
        now.known.map((dot) => [app.city(dot.i), app.number(dot.at[0], lx.decimals), app.number(dot.at[1], ly.decimals)])));
      shade();
      mark();
    }

    function sentence(lx, ly) {
      const { known, dots } = now;
      const r = atlas.rankCorrelation(known.map((one) => one.at[0]), known.map((one) => one.at[1]));
      const vars = { x: app.say(lx.title), y: app.say(ly.title), n: known.length };
      const doubt = known.filter((one) => one.doubt).length;
      const size = Math.abs(r);
      const said = r === null || lx === ly ? app.t("scatter_same", vars)
        : app.t(size < 0.3 ? "scatter_loose" : r > 0 ? "scatter_with" : "scatter_against", { ...vars, r: app.number(r, 2) });
      return said + (doubt === known.length ? app.t("all_unverified") : doubt ? app.t("scatter_doubt", { n: doubt }) : "")
        + (dots.length < known.length ? app.t("scatter_off_log", { n: known.length - dots.length }) : "");
    }

    function point(dot, lx, ly) {
      const lines = () => [app.fullCity(dot.i), ...[[lx, dot.at[0]], [ly, dot.at[1]]].map(([layer, v]) => app.say(layer.title) + app.t("colon") + app.withUnit(app.number(v, layer.decimals), app.say(layer.unit))), dot.doubt ? app.t("is_unverified") : null];
      const letter = app.view().classes[dot.i];
      return atlas.svg("circle", {
        class: "dot" + (dot.doubt && !now.dots.every((one) => one.doubt) ? " doubtful" : ""), cx: chart.x(dot.at[0]), cy: chart.y(dot.at[1]), r: 5, fill: app.colour(letter), "data-city": data.cities.ids[dot.i],
        on: {
          mouseenter: (event) => { app.point(dot.i); app.tip(event, lines()); },
          mouseleave: () => app.point(-1),
          click: () => app.pinCity(dot.i),
        },
      });
    }

    // A place on the chart as shares of its axes.
    function placed(event) {
      const frame = chart.node.getBoundingClientRect();
      const scale = frame.width / chart.node.viewBox.baseVal.width;
      const [left, top, right, bottom] = chart.box;
      const within = (v) => Math.max(0, Math.min(1, v));
      return [within(((event.clientX - frame.left) / scale - left) / (right - left)), within((bottom - (event.clientY - frame.top) / scale) / (bottom - top))];
    }

    function begin(event) {
      if (event.button !== 0 || event.target.closest(".dot")) return;
      begun = placed(event);
      event.preventDefault();
      chart.node.setPointerCapture(event.pointerId);
    }

    function drag(event) {
      if (!begun) return;
      const at = placed(event);
      setBox([Math.min(begun[0], at[0]), Math.max(begun[0], at[0]), Math.min(begun[1], at[1]), Math.max(begun[1], at[1])]);
    }

    function end(event) {
      if (!begun) return;
      const at = placed(event);
      // A click beside the points lets go.
      if (Math.abs(at[0] - begun[0]) < 0.01 && Math.abs(at[1] - begun[1]) < 0.01) app.set({ box: "" });
      begun = null;
    }

    function slide() {
      const [x0, x1, y0, y1] = ranges.map((one) => Number(one.input.value) / STEPS);
      setBox([Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)]);
    }

    function shade() {
      if (!chart || root.hidden) return;
      const [left, top, right, bottom] = chart.box;
      const box = atlas.boxOf(state.box);
      const at = box || [0, 1, 0, 1];
      const size = { x: left + at[0] * (right - left), y: bottom - at[3] * (bottom - top), width: box ? (at[1] - at[0]) * (right - left) : 0, height: box ? (at[3] - at[2]) * (bottom - top) : 0 };
      for (const [name, v] of Object.entries(size)) chart.shade.setAttribute(name, v);
      ranges.forEach((one, k) => {
        const layer = now.two[k < 2 ? 0 : 1];
        one.input.value = Math.round(at[k] * STEPS);
        one.input.setAttribute("aria-valuetext", app.withUnit(app.number(valueAt(k < 2 ? 0 : 1, at[k]), layer.decimals), app.say(layer.unit)));
      });
      clear.disabled = !box;
      const names = state.brush.map((i) => app.city(i)).join(app.t("comma"));
      held.textContent = box ? app.t(state.brush.length ? "brush_held" : "brush_none", { n: state.brush.length, names }) : app.t("brush_hint");
    }

    const mark = () => atlas.markDots(app, plot);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") app.set({ box: "", brush: [] }); });
    app.on(["layer", "year", "scenario", "lang", "tab", "x", "y", "logs"], draw);
    app.on(["box", "x", "y", "logs", "year"], choose);
    app.on(["box", "brush"], shade);
    app.on(["hover", "pin", "brush"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
