// A city's card: its values with rank and year, its times to the cores, its pairs.
(function (atlas) {
  "use strict";

  atlas.city = function (app, root) {
    const { data, state } = app;

    function draw() {
      if (root.hidden) return;
      const i = state.pin;
      if (i < 0) { atlas.put(root, atlas.el("p", { class: "empty", text: app.t("pick_city") })); return; }
      atlas.put(root,
        atlas.el("h3", {}, app.fullCity(i), atlas.el("span", { class: "code", text: data.cities.ids[i] })),
        atlas.el("p", { class: "reading", text: where(i) }),
        data.times ? [reach(i), within(i)] : null, values(i), times(i), partners(i));
    }

    function where(i) {
      const names = data.cities.neighbours[i].map((j) => app.city(j));
      const province = app.say(data.cities.provinces[i]);
      const near = names.length ? app.t("neighbours", { n: names.length, names: names.join(app.t("comma")) }) : app.t("no_neighbours");
      return (province ? province + app.t("stop") : "") + near;
    }

    function reach(i) {
      const buttons = data.times.modes.map((mode) => atlas.el("button", {
        type: "button", class: "chip", "aria-pressed": String(state.layer === "from:" + mode && state.origin === i), text: app.t("by_" + mode),
        on: { click: () => app.set({ origin: i, layer: "from:" + mode }) },
      }));
      return atlas.el("div", { class: "tools" }, atlas.el("span", { text: app.t("map_times_from") }), buttons);
    }

    // How many cities, and how many of the region's people, are within one, two and three hours.
    function within(i) {
      const people = data.layers.find((layer) => layer.topic === "population" && layer.kind === "extensive");
      // The newest year, up to the one on show, that has every city.
      const full = people ? app.years(people).filter((year) => app.viewOf(people, year, "").values.every((v) => v !== null)) : [];
      const year = full.filter((one) => one <= state.year).pop() ?? full[0];
      const view = year && app.viewOf(people, year, "");
      const all = view ? view.values.reduce((a, b) => a + b, 0) : 0;
      const cell = (mode, limit) => {
        const inside = data.times.minutes[mode][i].map((v, j) => j).filter((j) => j !== i && data.times.minutes[mode][i][j] !== null && data.times.minutes[mode][i][j] <= limit);
        const share = all ? app.number((100 * inside.concat(i).reduce((sum, j) => sum + view.values[j], 0)) / all, 0) + "%" : "";
        return atlas.el("td", { class: "number", "data-reach": mode + limit }, String(inside.length), share ? atlas.el("span", { class: "members", text: share }) : null);
      };
      return atlas.el("table", { class: "values reach" },
        atlas.el("caption", { text: all ? app.t("reach_people", { year }) : app.t("reach_cities") }),
        atlas.el("thead", {}, atlas.el("tr", {}, atlas.el("th", { scope: "col", text: app.t("mode") }), [1, 2, 3].map((hours) => atlas.el("th", { scope: "col", class: "number", text: app.t("hours", { n: hours }) })))),
        atlas.el("tbody", {}, data.times.modes.map((mode) => atlas.el("tr", {}, atlas.el("th", { scope: "row", text: app.t("by_" + mode) }), [60, 120, 180].map((limit) => cell(mode, limit))))));
    }

    function values(i) {
      const rows = data.layers.map((layer) => {
        const years = app.years(layer);
        const year = years.includes(state.year) ? state.year : layer.year;
        const view = app.viewOf(layer, year, "");
        const series = years.map((one) => app.viewOf(layer, one, "")?.values[i] ?? null);
        const flag = app.unverified(view, i);
        return atlas.el("tr", { class: layer.id === state.layer ? "current" : null },
          atlas.el("th", { scope: "row" }, atlas.el("button", { type: "button", text: app.say(layer.title), on: { click: () => app.set({ layer: layer.id }) } })),
          atlas.el("td", { class: layer.categories ? "number named" : "number" }, app.printed(i, layer, view), layer.categories ? " " : null, flag ? atlas.el("span", { class: "flag", text: app.t("unverified_short") }) : null),
          atlas.el("td", { class: "number rank", text: view.ranks[i] === null ? "" : view.ranks[i] + "/" + app.ranked(view) }),
          atlas.el("td", { class: "number rank", text: String(year) }),
          atlas.el("td", {}, years.length > 1 ? atlas.spark(series, "#2367ac") : null));
      });
      return atlas.el("table", { class: "values" },
        atlas.el("thead", {}, atlas.el("tr", {}, ["layer", "value", "rank_short", "year", "series"].map((key) => atlas.el("th", { scope: "col", class: key === "value" && "number", text: app.t(key) })))),
        atlas.el("tbody", {}, rows));
    }

    function times(i) {
      if (!data.times) return null;
      const cores = data.cores.filter((j) => j >= 0 && j !== i);
      if (!cores.length) return null;
      const show = (mode, j) => { const v = data.times.minutes[mode][i][j]; return v === null ? app.t("no_path") : app.number(v, 0); };
      const sorted = cores.sort((a, b) => (data.times.minutes[data.times.modes[data.times.modes.length - 1]][i][a] ?? Infinity) - (data.times.minutes[data.times.modes[data.times.modes.length - 1]][i][b] ?? Infinity));
      return atlas.el("table", { class: "values" },
        atlas.el("caption", { text: app.t("times_to_cores") }),
        atlas.el("thead", {}, atlas.el("tr", {}, atlas.el("th", { scope: "col", text: app.t("city") }), data.times.modes.map((mode) => atlas.el("th", { scope: "col", class: "number", text: app.t("by_" + mode) })))),
        atlas.el("tbody", {}, sorted.map((j) => atlas.el("tr", {}, atlas.el("th", { scope: "row", text: app.city(j) }), data.times.modes.map((mode) => atlas.el("td", { class: "number", text: show(mode, j) }))))));
    }

    function partners(i) {
      const mine = data.pairs.filter((pair) => pair.cities.includes(i));
      if (!mine.length) return null;
      return atlas.el("div", {}, atlas.el("h4", { text: app.t("its_pairs") }), mine.map((pair) =>
        atlas.el("p", {}, atlas.el("span", { class: "tag " + pair.class, text: app.t(pair.class + "_short") }), " ",
          atlas.el("button", { type: "button", class: "link", text: pair.names.map((one) => app.say(one)).join(" → "), on: { click: () => app.set({ scheme: pair.scheme[0], pair: pair.id, tab: "pairs", overlays: new Set([...state.overlays, "pairs"]) }) } }))));
    }

    app.on(["pin", "layer", "year", "origin", "lang", "tab"], draw);
    return { draw };
  };
})((window.atlas = window.atlas || {}));
