// Axes and small charts in plain SVG.
(function (atlas) {
  "use strict";

  // Round numbers that cover [low, high], about n of them.
  atlas.ticks = (low, high, n) => {
    const raw = (high - low) / Math.max(1, n) || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((one) => one >= raw * 0.999);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) ticks.push(Number((k * step).toPrecision(12)));
    return ticks;
  };

  atlas.logTicks = (low, high) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const m of [1, 2, 5]) {
        const tick = m * 10 ** power;
        if (tick >= low && tick <= high) ticks.push(tick);
      }
    }
    return ticks;
  };

  // Ticks far enough apart for their numbers.
  function spaced(ticks, x) {
    const kept = [];
    for (const tick of ticks) if (!kept.length || x(tick) - x(kept[kept.length - 1]) > 46) kept.push(tick);
    return kept;
  }

  // A title under an axis: moved inwards, then cut, where the chart is too narrow for it.
  function fitted(text, middle, y, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "12px " + atlas.font;
    const wide = (one) => pen.measureText(one).width;
    let shown = text;
    while (shown && wide(shown) > width - 4) shown = shown.slice(0, -2);
    if (shown !== text) shown = shown.slice(0, -2) + "…";
    const half = wide(shown) / 2;
    return atlas.svg("text", { class: "title middle", x: Math.max(half, Math.min(width - half, middle)), y, text: shown });
  }

  // A frame with grid and axes: {node, x(v), y(v)} in pixels; box is [left, top, right, bottom].
  atlas.frame = function (app, { width, height, xs, ys, log, xLog, xTitle, yTitle, decimals, xDecimals, years, yCount }) {
    const box = [58, 22, width - 12, height - 40];
    const warp = (v) => (log ? Math.log(v) : v);
    const bent = (v) => (xLog ? Math.log(v) : v);
    const x = (v) => box[0] + ((bent(v) - bent(xs[0])) / (bent(xs[1]) - bent(xs[0]) || 1)) * (box[2] - box[0]);
    const y = (v) => box[3] - ((warp(v) - warp(ys[0])) / (warp(ys[1]) - warp(ys[0]) || 1)) * (box[3] - box[1]);
    const node = atlas.svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}` });
    const yTicks = log ? atlas.logTicks(ys[0], ys[1]) : atlas.ticks(ys[0], ys[1], yCount || 5);
    for (const tick of yTicks) {
      node.append(atlas.svg("line", { class: "grid", x1: box[0], x2: box[2], y1: y(tick), y2: y(tick) }),
        atlas.svg("text", { class: "tick end", x: box[0] - 6, y: y(tick) + 4, text: app.number(tick, Number.isInteger(tick) ? 0 : decimals || 1) }));
    }
    for (const tick of years || (xLog ? spaced(atlas.logTicks(xs[0], xs[1]), x) : atlas.ticks(xs[0], xs[1], Math.max(3, Math.floor(width / 80))))) {
      node.append(atlas.svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: box[3], y2: box[3] + 4 }),
        atlas.svg("text", { class: "tick middle", x: x(tick), y: box[3] + 17, text: years ? String(tick) : app.number(tick, xLog && tick < 1 ? Math.ceil(-Math.log10(tick)) : xDecimals || 0) }));
    }
    node.append(atlas.svg("line", { class: "axis", x1: box[0], x2: box[2], y1: box[3], y2: box[3] }),
      fitted(xTitle, (box[0] + box[2]) / 2, height - 6, width),
      atlas.svg("text", { class: "title", x: 0, y: 12, text: yTitle }));
    return { node, x, y, box };
  };

  // Light the city in hand among a chart's dots.
  atlas.markDots = (app, node) => {
    const { hover, pin, brush } = app.state;
    for (const dot of node.querySelectorAll("[data-city]")) {
      const i = app.data.cities.ids.indexOf(dot.dataset.city);
      dot.classList.toggle("hover", i === hover);
      dot.classList.toggle("pinned", i === pin);
      dot.classList.toggle("brushed", brush.includes(i));
    }
  };

  // A small line of a city's years.
  atlas.spark = (values, colour) => {
    const seen = values.map((value, i) => ({ value, i })).filter((one) => one.value !== null && one.value !== undefined);
    const low = Math.min(...seen.map((one) => one.value));
    const high = Math.max(...seen.map((one) => one.value));
    const x = (i) => 3 + (i / Math.max(1, values.length - 1)) * 54;
    const y = (v) => 15 - ((v - low) / (high - low || 1)) * 12;
    const last = seen[seen.length - 1];
    return atlas.svg("svg", { class: "spark", viewBox: "0 0 60 18", width: 60, height: 18, "aria-hidden": "true" },
      seen.length > 1 ? atlas.svg("path", { d: atlas.path([seen.map((one) => [x(one.i), y(one.value)])]), fill: "none", stroke: colour, "stroke-width": 1.5 }) : null,
      last ? atlas.svg("circle", { cx: x(last.i), cy: y(last.value), r: 2.4, fill: colour }) : null);
  };

  // The same numbers as a table, behind a button.
  atlas.behind = function (app, heads, rows) {
    const table = atlas.el("table", { class: "behind" },
      atlas.el("thead", {}, atlas.el("tr", {}, heads.map((head) => atlas.el("th", { scope: "col", text: head })))),
      atlas.el("tbody", {}, rows.map((row) => atlas.el("tr", {}, row.map((cell, k) => atlas.el(k ? "td" : "th", { scope: k ? null : "row", class: k ? "number" : null, text: cell }))))));
    return atlas.el("details", { class: "as-table" }, atlas.el("summary", { text: app.t("as_table") }), table);
  };
})((window.atlas = window.atlas || {}));
