// The plans that no other beats on every count, and where the actual plan lies among them. The
// plan under the pointer or with the focus is drawn on the map, quietly, and goes with it.
(function (atlas) {
  "use strict";

  const HEIGHT = 230;
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const QUIET = { color: "#515a61", weight: 1.6, dashArray: "5 4" };

  atlas.plans = function (app) {
    let chosen = "actual"; // what of state.plan this scheme has
    let shown = "";
    let kept = []; // what was chosen before a pair was pointed at
    const root = atlas.el("div", { class: "plans" });
    const words = atlas.el("h3", {});
    const said = atlas.el("p", { class: "said" });
    const plot = atlas.el("div", { class: "plot" });
    const label = atlas.el("label", { for: "plan" });
    const select = atlas.el("select", { id: "plan", on: { change: () => pick(select.value) } });
    const list = atlas.el("ul", { class: "matching" });
    root.append(words, said, plot, atlas.el("div", { class: "tools" }, label, select), list);

    const all = () => app.data.charts.plans[shown];
    const key = (plan) => (plan.actual ? "actual" : String(plan.id));
    const nameOf = (plan) => (plan.actual ? app.t("plan_actual") : app.t("plan_n", { n: plan.id }));

    const pick = (id) => app.set({ plan: id });

    const ways = L.layerGroup();
    function sketch(plan) {
      ways.clearLayers();
      if (!plan) { ways.remove(); return; }
      const still = app.regions.still("lines");
      const lines = plan.pairs.filter((pair) => pair.every((i) => i >= 0)).map((pair) => atlas.curve(app.map, pair.map((i) => app.data.cities.seats[i])));
      ways.addTo(app.map);
      L.polyline(lines, { ...still, color: "#ffffff", weight: 4 }).addTo(ways);
      L.polyline(lines, { ...still, ...QUIET, className: "sketch" }).addTo(ways);
    }

    function draw(of, width) {
      shown = of;
      sketch(null);
      root.hidden = !all() || all().plans.length < 2;
      if (root.hidden) return;
      const { criteria, plans } = all();
      chosen = [app.state.plan, "actual", key(plans[0])].find((id) => plans.some((plan) => key(plan) === id));
      const front = plans.filter((plan) => !plan.actual).sort((a, b) => a.values[0] - b.values[0]);
      const actual = plans.find((plan) => plan.actual);
      const titles = criteria.map((name) => app.t("pair_" + name));
      words.textContent = app.t("plans_title");
      said.textContent = app.t("plans_front", { n: front.length, x: app.within(titles[0]), y: app.within(titles[1]) })
        + (actual ? app.t(actual.beaten ? "plans_beaten" : "plans_unbeaten", { n: actual.beaten }) : "");
      const [xs, ys] = [0, 1].map((k) => plans.map((plan) => plan.values[k]));
      const spread = (values) => { const [a, b] = [Math.min(...values), Math.max(...values)]; return [a - (b - a || 1) * 0.06, b + (b - a || 1) * 0.08]; };
      const unit = (name) => { const one = atlas.pairColumns[name][0]; return one && one !== "order" ? " · " + app.t(one) : ""; };
      const chart = atlas.frame(app, {
        width: Math.max(260, width), height: HEIGHT, xs: spread(xs), ys: spread(ys), decimals: atlas.pairColumns[criteria[1]][1], yCount: 4,
        xTitle: titles[0] + unit(criteria[0]), yTitle: titles[1] + unit(criteria[1]),
      });
      chart.node.setAttribute("role", "group");
      chart.node.setAttribute("aria-label", said.textContent);
      const line = front.map((plan) => [chart.x(plan.values[0]), chart.y(plan.values[1])]);
      chart.node.append(atlas.svg("path", { class: "joined", d: atlas.path([line]) }));
      for (const plan of [...front, ...(actual ? [actual] : [])]) chart.node.append(dot(chart, plan, criteria));
      const held = plot.contains(document.activeElement);
      atlas.put(plot, chart.node);
      if (held) plot.querySelector(".pinned")?.focus();
      options(plans, criteria);
    }

    function dot(chart, plan, criteria) {
      const lines = [nameOf(plan), ...criteria.map((name, k) => app.t("pair_" + name) + app.t("colon") + app.pairNumber(name, plan.values[k]))];
      const [x, y] = [chart.x(plan.values[0]), chart.y(plan.values[1])];
      const on = key(plan) === chosen;
      // One stop for all of them; arrows go along the front.
      const props = {
        class: "dot plan" + (plan.actual ? " actual" : "") + (on ? " pinned" : ""), "data-plan": key(plan),
        role: "button", tabindex: on ? 0 : -1, "aria-pressed": String(on), "aria-label": lines.join(app.state.lang === 0 ? "，" : ", "),
        on: {
          mouseenter: (event) => { app.tip(event, lines); sketch(plan); }, mouseleave: () => { app.tip(null); sketch(null); },
          focus: () => sketch(plan), blur: () => sketch(null), click: () => pick(key(plan)), keydown: (event) => step(event, plan),
        },
      };
      return plan.actual ? atlas.svg("path", { ...props, d: `M${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}L${x - 8} ${y}Z` }) : atlas.svg("circle", { ...props, cx: x, cy: y, r: 4.5 });
    }

    function step(event, plan) {
      const nodes = [...plot.querySelectorAll(".plan")];
      if (event.key in STEPS) nodes[nodes.indexOf(event.target) + STEPS[event.key]]?.focus();
      else if (event.key === "Enter" || event.key === " ") pick(key(plan));
      else return;
      event.preventDefault();
    }

    function options(plans, criteria) {
      label.textContent = app.t("plan");
      const order = plans.slice().sort((a, b) => b.actual - a.actual || a.values[0] - b.values[0]);
      atlas.put(select, order.map((plan) => atlas.el("option", { value: key(plan), text: nameOf(plan) + app.t("colon") + criteria.map((name, k) => app.pairNumber(name, plan.values[k])).join(" · ") })));
      select.value = chosen;
      const plan = plans.find((one) => key(one) === chosen);
      const actual = plans.find((one) => one.actual);
      const same = (pair) => actual && !plan.actual && actual.pairs.some((one) => one[0] === pair[0] && one[1] === pair[1]);
      atlas.put(list, plan.pairs.filter((pair) => pair.every((i) => i >= 0)).map((pair) => atlas.el("li", {
        on: { mouseenter: () => { kept = app.state.brush; app.set({ brush: pair }); }, mouseleave: () => app.set({ brush: kept }) },
      }, pair.map((i) => app.city(i)).join(" → "), same(pair) ? atlas.el("span", { class: "members", text: app.t("plan_same") }) : null)));
    }
    app.on(["tab", "scheme"], () => sketch(null));
    app.on(["plan"], () => { if (shown) draw(shown, plot.clientWidth); });
    return { root, draw };
  };
})((window.atlas = window.atlas || {}));
