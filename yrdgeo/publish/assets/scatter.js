// Any measure against any other; a rectangle drawn over the points chooses cities everywhere.
(function (atlas) {
  "use strict";

  const STEPS = 200; // of a range input
  const EDGES = ["x0", "x1", "y0", "y1"];

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

  atlas.scatter = function (app, root) {
    const { data, state } = app;
    const numbers = data.layers.filter((layer) => !layer.categories); // names have no axis
    const second = numbers.find((layer) => layer.topic === "access") || numbers[1] || numbers[0];
    const choice = { x: second?.id, y: numbers[0]?.id };
    let box = null; // [x0, x1, y0, y1] as shares of the axes
    let chart = null;
    let dots = [];
    let begun = null;
    const selects = ["x", "y"].map((axis) => ({
      axis, label: atlas.el("label", { for: "scatter-" + axis }),
      select: atlas.el("select", { id: "scatter-" + axis, on: { change: (event) => { choice[axis] = event.target.value; box = null; app.set({ brush: [] }); draw(); } } }),
    }));
    const swap = atlas.el("button", { type: "button", on: { click: () => { [choice.x, choice.y] = [choice.y, choice.x]; if (box) box = [box[2], box[3], box[0], box[1]]; draw(); } } });
    const reading = atlas.el("p", { class: "reading" });
    const plot = atlas.el("div", { class: "plot" });
    const ranges = EDGES.map((edge) => ({
      edge, label: atlas.el("label", { for: "brush-" + edge }),
      input: atlas.el("input", { id: "brush-" + edge, type: "range", min: 0, max: STEPS, on: { input: slide } }),
    }));
    const clear = atlas.el("button", { type: "button", on: { click: () => { box = null; select(); } } });
    const held = atlas.el("p", { class: "held", role: "status" });
    const brush = atlas.el("fieldset", { class: "brush" }, atlas.el("legend", {}), ranges.map((one) => atlas.el("span", { class: "range" }, one.label, one.input)), clear);
    const table = atlas.el("div", {});
    root.append(atlas.el("div", { class: "tools" }, selects.map((one) => atlas.el("span", { class: "together" }, one.label, " ", one.select)), swap), reading, plot, brush, held, table);

    const layers = () => ["x", "y"].map((axis) => app.layerById(choice[axis]));
    const yearOf = (layer) => (app.years(layer).includes(state.year) ? state.year : layer.year);
    const titled = (layer) => app.t("title_line", { title: app.say(layer.title), year: yearOf(layer) });

    function tools() {
      selects.forEach(({ axis, label, select: node }) => {
        label.textContent = app.t("axis_" + axis);
        const topics = [...new Set(numbers.map((layer) => layer.topic))];
        atlas.put(node, topics.map((topic) => {
          const mine = numbers.filter((layer) => layer.topic === topic);
          return atlas.el("optgroup", { label: app.say(mine[0].topicName) || topic }, mine.map((layer) => atlas.el("option", { value: layer.id, text: app.say(layer.title) })));
        }));
        node.value = choice[axis];
      });
      swap.textContent = app.t("swap");
      clear.textContent = app.t("brush_clear");
      brush.firstChild.textContent = app.t("brush_title");
      for (const one of ranges) one.label.textContent = app.t("brush_" + one.edge);
    }

    function draw() {
      if (root.hidden || !numbers.length) return;
      tools();
      const [lx, ly] = layers();
      const [vx, vy] = [lx, ly].map((layer) => app.viewOf(layer, yearOf(layer), ""));
      dots = data.cities.ids.map((_, i) => ({ i, x: vx.values[i], y: vy.values[i], doubt: app.unverified(vx, i) || app.unverified(vy, i) })).filter((one) => one.x !== null && one.y !== null);
      brush.hidden = dots.length < 2;
      for (const node of [plot, table]) atlas.put(node);
      if (!dots.length) { reading.textContent = app.t("nothing_known"); return; }
      reading.textContent = sentence(lx, ly);
      const width = Math.max(260, plot.clientWidth || 380);
      const ends = (values) => { const [a, b] = [Math.min(...values), Math.max(...values)]; return [a - (b - a || 1) * 0.04, b + (b - a || 1) * 0.04]; };
      const unit = (layer) => (app.say(layer.unit) ? " · " + app.say(layer.unit) : "");
      chart = atlas.frame(app, {
        width, height: Math.round(Math.min(330, width * 0.76)), xs: ends(dots.map((one) => one.x)), ys: ends(dots.map((one) => one.y)),
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
        dots.map((dot) => [app.city(dot.i), app.number(dot.x, lx.decimals), app.number(dot.y, ly.decimals)])));
      select();
    }

    function sentence(lx, ly) {
      const r = atlas.rankCorrelation(dots.map((one) => one.x), dots.map((one) => one.y));
      const vars = { x: app.say(lx.title), y: app.say(ly.title), n: dots.length };
      const doubt = dots.filter((one) => one.doubt).length;
      const size = Math.abs(r);
      const said = r === null || lx === ly ? app.t("scatter_same", vars)
        : app.t(size < 0.3 ? "scatter_loose" : r > 0 ? "scatter_with" : "scatter_against", { ...vars, r: app.number(r, 2) });
      return said + (doubt === dots.length ? app.t("all_unverified") : doubt ? app.t("scatter_doubt", { n: doubt }) : "");
    }

    function point(dot, lx, ly) {
      const lines = () => [app.fullCity(dot.i), ...[[lx, dot.x], [ly, dot.y]].map(([layer, v]) => app.say(layer.title) + app.t("colon") + app.withUnit(app.number(v, layer.decimals), app.say(layer.unit))), dot.doubt ? app.t("is_unverified") : null];
      const letter = app.view().classes[dot.i];
      return atlas.svg("circle", {
        class: "dot" + (dot.doubt && !dots.every((one) => one.doubt) ? " doubtful" : ""), cx: chart.x(dot.x), cy: chart.y(dot.y), r: 5, fill: app.colour(letter), "data-city": data.cities.ids[dot.i],
        on: {
          mouseenter: (event) => { app.point(dot.i); app.tip(event, lines()); },
          mouseleave: () => app.point(-1),
          click: () => app.pinCity(dot.i),
        },
      });
    }

    // A place on the chart as shares of its axes.
    function share(event) {
      const frame = chart.node.getBoundingClientRect();
      const scale = frame.width / chart.node.viewBox.baseVal.width;
      const [left, top, right, bottom] = chart.box;
      const within = (v) => Math.max(0, Math.min(1, v));
      return [within(((event.clientX - frame.left) / scale - left) / (right - left)), within((bottom - (event.clientY - frame.top) / scale) / (bottom - top))];
    }

    function begin(event) {
      if (event.button !== 0 || event.target.closest(".dot")) return;
      begun = share(event);
      event.preventDefault();
      chart.node.setPointerCapture(event.pointerId);
    }

    function drag(event) {
      if (!begun) return;
      const now = share(event);
      box = [Math.min(begun[0], now[0]), Math.max(begun[0], now[0]), Math.min(begun[1], now[1]), Math.max(begun[1], now[1])];
      select();
    }

    function end(event) {
      if (!begun) return;
      const now = share(event);
      // A click beside the points lets go.
      if (Math.abs(now[0] - begun[0]) < 0.01 && Math.abs(now[1] - begun[1]) < 0.01) { box = null; select(); }
      begun = null;
    }

    function slide() {
      const [x0, x1, y0, y1] = ranges.map((one) => Number(one.input.value) / STEPS);
      box = [Math.min(x0, x1), Math.max(x0, x1), Math.min(y0, y1), Math.max(y0, y1)];
      select();
    }

    function select() {
      if (!chart) return;
      const [left, top, right, bottom] = chart.box;
      const at = box || [0, 1, 0, 1];
      const pixels = [left + at[0] * (right - left), left + at[1] * (right - left), bottom - at[2] * (bottom - top), bottom - at[3] * (bottom - top)];
      const inside = (dot) => chart.x(dot.x) >= pixels[0] - 0.01 && chart.x(dot.x) <= pixels[1] + 0.01 && chart.y(dot.y) <= pixels[2] + 0.01 && chart.y(dot.y) >= pixels[3] - 0.01;
      const chosen = box ? dots.filter(inside).map((one) => one.i) : [];
      if (chosen.join() !== state.brush.join()) app.set({ brush: chosen });
      const shown = box !== null;
      for (const [name, v] of Object.entries({ x: pixels[0], y: pixels[3], width: shown ? pixels[1] - pixels[0] : 0, height: shown ? pixels[2] - pixels[3] : 0 })) chart.shade.setAttribute(name, v);
      const [lx, ly] = layers();
      ranges.forEach((one, k) => {
        const layer = k < 2 ? lx : ly;
        one.input.value = Math.round(at[k] * STEPS);
        one.input.setAttribute("aria-valuetext", app.withUnit(app.number(valueAt(k, at[k]), layer.decimals), app.say(layer.unit)));
      });
      clear.disabled = !shown;
      held.textContent = shown ? app.t(chosen.length ? "brush_held" : "brush_none", { n: chosen.length, names: chosen.map((i) => app.city(i)).join(app.t("comma")) }) : app.t("brush_hint");
      mark();
    }

    function valueAt(k, portion) {
      const values = dots.map((one) => (k < 2 ? one.x : one.y));
      const [a, b] = [Math.min(...values), Math.max(...values)];
      const room = (b - a || 1) * 0.04;
      return a - room + portion * (b - a + 2 * room);
    }

    const mark = () => atlas.markDots(app, plot);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") { box = null; if (root.hidden) app.set({ brush: [] }); else select(); } });
    app.on(["layer", "year", "scenario", "lang", "tab"], draw);
    app.on(["hover", "pin", "brush"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
