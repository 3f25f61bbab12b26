// Side by side: two cities in every layer, or one layer at two times or under two networks.
(function (atlas) {
  "use strict";

  const COLOURS = ["#1f2328", "#c2410c"];
  const KINDS = ["cities", "years", "scenarios"];
  const MANY = 600;

  // What is compared, as an address says it: kind~one~other; anything else is two cities.
  // A scenario's name may have the sign in it that parts two names.
  const part = (name) => String(name).replace(/[%~]/g, (sign) => (sign === "%" ? "%25" : "%7E"));
  const whole = (text) => text.replace(/%(25|7E)/g, (_, code) => (code === "25" ? "%" : "~"));
  atlas.comparison = (text) => {
    const [kind, one = "", other = ""] = text.split("~").map(whole);
    return KINDS.includes(kind) && kind !== "cities" ? { kind, ends: [one, other] } : { kind: "cities", ends: [] };
  };

  atlas.compare = function (app, root) {
    const { data, state } = app;
    const states = atlas.twoStates(app);
    const kind = atlas.el("select", { id: "compare-kind", on: { change: () => app.set({ compare: text(kind.value, []) }) } });
    const kindLabel = atlas.el("label", { for: "compare-kind" });
    const selects = [0, 1].map((k) => {
      const select = atlas.el("select", { id: "compare-" + k, on: { change: () => choose(k, select.value), focus: all, pointerdown: all } });
      return { select, label: atlas.el("label", { for: "compare-" + k }) };
    });
    const onMap = atlas.el("button", { type: "button", class: "on-map", on: { click: toMap } });
    const swipe = atlas.el("button", { type: "button", class: "swipes", on: { click: toSwipe } });
    const tools = atlas.el("div", { class: "tools" }, kindLabel, kind, selects.map((one) => atlas.el("span", { class: "together" }, one.label, " ", one.select)), swipe, onMap);
    const reading = atlas.el("p", { class: "reading" });
    const body = atlas.el("div", {});
    root.append(tools, reading, body);

    const layer = () => app.base();
    const yearsOf = () => app.years(layer());
    const scenariosOf = () => (app.isFrom() ? [""] : [...new Set(Object.keys(layer().views).map((key) => key.slice(key.indexOf("|") + 1)))]);
    const legal = { years: () => yearsOf().map(String), scenarios: scenariosOf };
    // Names of classes are not subtracted.
    const kinds = () => KINDS.filter((name) => name === "cities" || (!layer().categories && legal[name]().length > 1));

    // What is compared: what was chosen, as far as the layer on show has it.
    function chosen() {
      const asked = atlas.comparison(state.compare);
      return kinds().includes(asked.kind) ? { kind: asked.kind, ends: fill(asked.kind, asked.ends) } : { kind: "cities", ends: [] };
    }

    function fill(name, asked) {
      if (name === "cities") return [];
      const all = legal[name]();
      const usual = [all[0], name === "years" ? all[all.length - 1] : all[1]];
      return usual.map((id, k) => (all.includes(asked[k]) ? asked[k] : id));
    }

    const text = (name, asked) => (name === "cities" ? "" : [name, ...fill(name, asked).map(part)].join("~"));

    function choose(k, value) {
      const now = chosen();
      if (now.kind === "cities") app.set({ [["pin", "other"][k]]: Number(value) });
      else app.set({ compare: text(now.kind, now.ends.map((id, j) => (j === k ? value : id))) });
    }

    function options(now) {
      if (now.kind === "years") return legal.years().map((year) => [year, year]);
      if (now.kind === "scenarios") return scenariosOf().map((id) => [id, app.say(app.scenarioTitle(id))]);
      const few = short() && [state.pin, state.other].filter((i) => i >= 0);
      const order = new Intl.Collator(app.locale()).compare; // asking for it in each comparison is slow
      const cities = (few || data.cities.ids.map((_, i) => i)).sort((a, b) => order(app.city(a), app.city(b)));
      return [[-1, app.t("choose")], ...cities.map((i) => [i, app.city(i)])];
    }

    let listed = ""; // what the options are made for
    let asked = false; // of many cities all are listed only when somebody looks
    const short = () => !asked && app.count > MANY;
    function all() {
      if (!short() || chosen().kind !== "cities") return;
      asked = true;
      choices(chosen());
    }

    function choices(now) {
      const wanted = [now.kind, state.lang, now.kind === "cities" ? short() && [state.pin, state.other] : layer().id].join("|");
      if (wanted !== listed) {
        const made = options(now);
        for (const { select } of selects) atlas.put(select, made.map(([id, name]) => atlas.el("option", { value: id, text: name })));
        listed = wanted;
      }
      selects.forEach(({ select, label }, k) => {
        label.textContent = app.t(now.kind === "cities" ? ["first_city", "second_city"][k] : ["state_before", "state_after"][k]);
        select.value = now.kind === "cities" ? state[["pin", "other"][k]] : now.ends[k];
      });
    }

    function draw(changed) {
      if (root.hidden) return;
      const now = chosen();
      if (Array.isArray(changed) && now.kind !== "cities" && changed.every((key) => key === "pin" || key === "other")) return;
      kindLabel.textContent = app.t("compare_what");
      atlas.put(kind, kinds().map((name) => atlas.el("option", { value: name, text: app.t("compare_" + name) })));
      kind.value = now.kind;
      choices(now);
      const made = derived(now);
      onMap.hidden = !made;
      onMap.textContent = app.t("difference_on_map");
      onMap.setAttribute("aria-pressed", String(state.layer === made));
      swipe.hidden = now.kind === "cities" || now.ends[0] === now.ends[1];
      swipe.textContent = app.t("swipe");
      swipe.setAttribute("aria-pressed", String(swiped(now)));
      if (now.kind === "cities") cities();
      else twice(now);
    }

    // The layer that draws the difference of what is compared, if there is one.
    function derived({ kind: name, ends: [a, b] }) {
      if (name === "cities") return "";
      const id = name === "years" ? ["change", layer().id, Math.max(a, b), Math.min(a, b)].join("~") : ["difference", layer().id, b].join("~");
      return (name === "years" || a === "") && app.layerById(id) ? id : "";
    }

    function toMap() {
      const made = derived(chosen());
      app.set({ layer: state.layer === made ? layer().id : made, before: "" });
    }

    // The year in which scenarios are compared.
    const yearNow = () => (yearsOf().includes(state.year) ? state.year : layer().year);
    // Both states as the map shows them: the first on the left of the divider.
    const onMapAs = ({ kind: name, ends: [a, b] }) => (name === "years"
      ? { before: a + "|", year: Number(b), scenario: "" } : { before: yearNow() + "|" + a, year: yearNow(), scenario: b });
    const swiped = (now) => now.kind !== "cities" && Object.entries({ ...onMapAs(now), layer: layer().id }).every(([key, value]) => state[key] === value);

    function toSwipe() {
      const now = chosen();
      app.set(swiped(now) ? { before: "" } : { layer: layer().id, ...onMapAs(now) });
    }

    function twice(now) {
      const one = layer();
      const year = yearNow();
      const ends = now.ends.map((id) => (now.kind === "years"
        ? { title: id, year: Number(id), scenario: "", view: app.viewOf(one, id, "") }
        : { title: app.say(app.scenarioTitle(id)), year, scenario: id, view: app.viewOf(one, year, id) }));
      if (now.ends[0] === now.ends[1]) { reading.textContent = app.t("pick_two_states"); atlas.put(body); return; }
      const all = app.stepsBetween(one, ends);
      reading.textContent = app.statesSentence(one, ends, all);
      if (all.every((v) => v === null)) { atlas.put(body); return; }
      atlas.put(body, states(one, ends, all));
      mark();
    }

    function cities() {
      const { pin, other } = state;
      if (pin < 0 || other < 0 || pin === other) { reading.textContent = app.t("pick_two"); atlas.put(body); return; }
      const rows = data.layers.map((one) => {
        const year = app.years(one).includes(state.year) ? state.year : one.year;
        return { layer: one, year, view: app.viewOf(one, year, "") };
      });
      const ahead = (a, b) => rows.filter(({ view }) => view.ranks[a] !== null && view.ranks[b] !== null && view.ranks[a] < view.ranks[b]).length;
      reading.textContent = app.t("compare_reading", { a: app.city(pin), b: app.city(other), n: rows.filter((row) => !row.layer.categories).length, na: ahead(pin, other), nb: ahead(other, pin) });
      atlas.put(body, atlas.el("table", { class: "values" },
        atlas.el("thead", {}, atlas.el("tr", {}, atlas.el("th", { scope: "col", text: app.t("layer") }), [pin, other].map((i) => atlas.el("th", { scope: "col", class: "number", text: app.city(i) })), atlas.el("th", { scope: "col", text: app.t("ranks_from_first") }))),
        atlas.el("tbody", {}, rows.map((row) => atlas.el("tr", {},
          atlas.el("th", { scope: "row" }, app.say(row.layer.title), atlas.el("span", { class: "members", text: String(row.year) })),
          [pin, other].map((i) => atlas.el("td", { class: row.layer.categories ? "number named" : "number" }, app.printed(i, row.layer, row.view), row.layer.categories ? " " : null, app.unverified(row.view, i) ? atlas.el("span", { class: "flag", text: app.t("unverified_short") }) : null)),
          atlas.el("td", {}, row.layer.categories ? null : dumbbell(row.view, pin, other)))))));
    }

    function dumbbell(view, a, b) {
      const n = app.ranked(view);
      const x = (rank) => 6 + ((rank - 1) / Math.max(1, n - 1)) * 88;
      const ranks = [view.ranks[a], view.ranks[b]];
      const known = ranks.every((rank) => rank !== null);
      return atlas.svg("svg", { width: 100, height: 16, viewBox: "0 0 100 16", role: "img", "aria-label": ranks.map((rank) => rank ?? app.t("no_data")).join(" – ") },
        atlas.svg("line", { class: "grid", x1: 6, x2: 94, y1: 8, y2: 8 }),
        known ? atlas.svg("line", { x1: x(ranks[0]), x2: x(ranks[1]), y1: 8, y2: 8, stroke: "#8b8f94", "stroke-width": 3 }) : null,
        ranks.map((rank, k) => (rank === null ? null : atlas.svg("circle", { cx: x(rank), cy: 8, r: 5, fill: COLOURS[k], stroke: "#ffffff" }))));
    }

    const mark = () => { for (const row of body.querySelectorAll("tr[data-city]")) row.classList.toggle("hover", row.dataset.city === data.cities.ids[state.hover]); };
    app.on(["pin", "other", "year", "lang", "tab", "layer", "scenario", "compare", "before"], draw);
    app.on(["hover"], mark);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
