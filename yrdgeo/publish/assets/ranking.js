// The ranked table: bars in the map's classes, and groups as ratio of sums.
(function (atlas) {
  "use strict";

  const ALL = "";
  const GROUPS = "groups";
  const MOST = 300; // rows; the others wait behind a button, or a long table would hold up the page

  atlas.ranking = function (app, root) {
    const { data, state } = app;
    let filter = ALL; // what of state.rows there is for this measure
    let whole = false;
    const select = atlas.el("select", { id: "ranking-filter", on: { change: () => app.set({ rows: select.value }) } });
    const label = atlas.el("label", { for: "ranking-filter" });
    const reading = atlas.el("p", { class: "reading" });
    const body = atlas.el("tbody", {});
    const head = atlas.el("tr", {});
    const table = atlas.el("table", { class: "ranking" }, atlas.el("thead", {}, head), body);
    const paper = atlas.el("h3", { class: "paper" }); // on paper the ranking has a page of its own
    root.append(paper, atlas.el("div", { class: "tools" }, label, select), reading, atlas.el("div", { class: "scroll", tabindex: 0, role: "region" }, table));

    // state.sort turns the usual order, in which rank 1 comes first.
    const ascending = () => Boolean(app.layer().categories) || (app.layer().better === "low") !== (state.sort !== "");

    function tools() {
      label.textContent = app.t("show");
      const withValues = data.groups.filter((group) => group.values[key()]);
      const filters = data.groups.filter((group) => group.members.length > 1 && group.members.length < app.count && group.members.every((i) => i >= 0));
      const known = state.rows === GROUPS ? withValues.length : filters.some((group) => group.id === state.rows);
      filter = known ? state.rows : ALL;
      atlas.put(select,
        atlas.el("option", { value: ALL, text: app.t("all_cities") }),
        withValues.length ? atlas.el("option", { value: GROUPS, text: app.t("groups_as_sums") }) : null,
        filters.length ? atlas.el("optgroup", { label: app.t("only_members") }, filters.map((group) => atlas.el("option", { value: group.id, text: app.say(group.name) }))) : null);
      select.value = filter;
    }

    const key = () => state.layer + "|" + state.year;

    function header() {
      paper.textContent = app.titleOf(app.layer());
      const by = atlas.el("button", { type: "button", class: "sort", text: app.t(ascending() ? "lowest_first" : "highest_first"), on: { click: () => app.set({ sort: state.sort ? "" : "1" }) } });
      const change = before() ? atlas.el("th", { scope: "col", class: "change", text: state.scenario ? app.t("against_base") : app.t("since_year", { year: app.years()[0] }) }) : null;
      atlas.put(head, atlas.el("th", { scope: "col", class: "rank", text: app.t("rank_short") }), atlas.el("th", { scope: "col", text: app.t("city") }),
        change, atlas.el("th", { scope: "col", class: "number", colspan: 2 }, by));
      if (app.layer().categories) atlas.put(head, atlas.el("td", { class: "rank" }), atlas.el("th", { scope: "col", text: app.t("city") }), atlas.el("th", { scope: "col", class: "number", colspan: 2, text: app.t("class_short") }));
      body.parentNode.parentNode.setAttribute("aria-label", app.t("tab_ranking"));
    }

    // Ranks are compared with the base network, else with the first year.
    const before = () => {
      const layer = app.layer();
      if (filter === GROUPS || layer.base || layer.categories || app.isFrom()) return null;
      if (state.scenario) return layer.views[state.year + "|" + state.scenario] ? layer.views[state.year + "|"] : null;
      return app.years()[0] === state.year ? null : app.viewOf(layer, app.years()[0], "");
    };

    function bar(value, low, high, colour) {
      const zero = Math.max(low, Math.min(high, app.layer().midpoint ?? 0));
      const scale = (v) => ((v - low) / (high - low || 1)) * 100;
      const ends = [scale(zero), scale(value)].sort((a, b) => a - b);
      return atlas.svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        atlas.svg("rect", { x: ends[0], y: 0, width: Math.max(0.8, ends[1] - ends[0]), height: 10, fill: colour, stroke: "#5b6166", "stroke-width": 0.6, "vector-effect": "non-scaling-stroke" }));
    }

    function span(values) {
      const middle = app.layer().midpoint ?? 0;
      return [Math.min(middle, ...values), Math.max(middle, ...values)];
    }

    function rows() {
      header();
      if (filter === GROUPS) groupRows();
      else cityRows();
      mark();
    }

    function cityRows() {
      const view = app.view();
      const layer = app.layer();
      const members = filter === ALL ? null : data.groups.find((group) => group.id === filter).members;
      const list = view.values.map((_, i) => i).filter((i) => !members || members.includes(i));
      const direction = ascending() ? 1 : -1;
      list.sort((a, b) => {
        const [x, y] = [view.values[a], view.values[b]];
        if (x === null || y === null) return (x === null) - (y === null);
        return (x - y) * direction || a - b;
      });
      const [low, high] = layer.categories ? [0, 1] : span(view.values.filter((v) => v !== null));
      const everyDoubt = app.allUnverified(view);
      const was = before();
      const shown = whole ? list : list.slice(0, MOST);
      atlas.put(body, shown.map((i, k) => {
        const value = view.values[i];
        const first = layer.categories && (k === 0 || value !== view.values[shown[k - 1]]);
        const flag = view.flags[i] === "u" && value !== null && !everyDoubt;
        return [first ? heading(layer, view, i, list) : null, atlas.el("tr", { "data-city": data.cities.ids[i], on: { mouseenter: () => app.point(i), mouseleave: () => app.point(-1) } },
          atlas.el("td", { class: "rank", text: view.ranks[i] === null ? "" : app.number(view.ranks[i], 0) }),
          atlas.el("th", { scope: "row" }, atlas.el("button", { type: "button", text: app.city(i), "aria-pressed": String(state.pin === i), on: { click: () => app.pinCity(i), focus: () => app.point(i) } })),
          was ? atlas.el("td", { class: "change", text: shift(was.ranks[i], view.ranks[i]) }) : null,
          atlas.el("td", { class: "bars" }, value === null ? null : bar(layer.categories ? 1 : value, low, high, app.colour(view.classes[i], layer))),
          atlas.el("td", { class: layer.categories ? "number named" : "number", title: flag ? app.t("is_unverified") : null }, flag ? atlas.el("span", { class: "flag", text: app.t("unverified_short") }) : null,
            value === null || layer.categories ? app.printed(i, layer, view) : app.number(value, layer.decimals)))];
      }), shown.length < list.length ? rest(list.length) : null);
      const unit = app.say(layer.unit);
      if (layer.categories) { reading.textContent = [app.t("by_class"), everyDoubt ? app.t("all_unverified") : ""].filter(Boolean).join(" · "); return; }
      reading.textContent = [unit ? app.t("in_unit", { unit }) : "", app.t(layer.better === "low" ? "rank_means_low" : "rank_means"), everyDoubt ? app.t("all_unverified") : ""].filter(Boolean).join(" · ");
    }

    // Named classes have no order of rank: each stands under its own line, with its cities counted.
    function heading(layer, view, i, list) {
      const n = list.filter((j) => view.classes[j] === view.classes[i]).length;
      return atlas.el("tr", { class: "class" }, atlas.el("th", { colspan: 4, scope: "rowgroup", text: app.t("class_n", { name: app.printed(i, layer, view), n }) }));
    }

    const rest = (n) => atlas.el("tr", { class: "rest" }, atlas.el("td", { colspan: 5 },
      atlas.el("button", { type: "button", text: app.t("show_all_rows", { n: app.number(n, 0) }), on: { click: () => { whole = true; rows(); } } })));

    // Up is towards the first rank.
    const shift = (was, is) => (was === null || is === null ? "" : was === is ? "=" : (is < was ? "▲" : "▼") + Math.abs(was - is));

    function groupRows() {
      const layer = app.layer();
      const list = data.groups.filter((group) => group.values[key()] && group.values[key()][0] !== null);
      list.sort((a, b) => (a.values[key()][0] - b.values[key()][0]) * (ascending() ? 1 : -1));
      const [low, high] = span(list.map((group) => group.values[key()][0]));
      atlas.put(body, list.map((group, rank) => {
        const [value, n, missing] = group.values[key()];
        return atlas.el("tr", {},
          atlas.el("td", { class: "rank", text: String(rank + 1) }),
          atlas.el("th", { scope: "row" }, app.say(group.name), atlas.el("span", { class: "members", text: missing ? app.t("members_missing", { n, missing }) : app.t("members", { n }) })),
          atlas.el("td", { class: "bars" }, bar(value, low, high, "#aab4ba")),
          atlas.el("td", { class: "number", text: app.number(value, layer.decimals) }));
      }));
      reading.textContent = app.t("ratio_of_sums");
    }

    function mark() {
      for (const row of body.children) {
        const i = app.placeOf(row.dataset.city);
        row.classList.toggle("hover", i >= 0 && (i === state.hover));
        row.classList.toggle("pinned", i >= 0 && (i === state.pin));
        row.classList.toggle("brushed", i >= 0 && state.brush.includes(i));
        row.querySelector("button")?.setAttribute("aria-pressed", String(i >= 0 && i === state.pin));
      }
    }

    function reveal() {
      mark();
      if (state.pin < 0 || state.tab !== "ranking") return;
      const find = () => [...body.children].find((one) => one.dataset.city === data.cities.ids[state.pin]);
      if (body.querySelector(".rest") && !find()) { whole = true; rows(); }
      const row = find();
      if (row && !row.contains(document.activeElement)) row.scrollIntoView({ block: "nearest" });
    }

    app.on(["layer", "year", "scenario", "origin", "lang", "rows", "sort"], () => { tools(); rows(); });
    app.on(["hover", "brush"], mark);
    app.on(["pin"], reveal);
  };
})((window.atlas = window.atlas || {}));
