// The row of choices: what, which year, which scenario, which city; and the chips on the map.
(function (atlas) {
  "use strict";

  const PLAY_MS = 1100;

  function layerGroups(app) {
    const topics = new Map();
    for (const layer of app.data.layers) {
      if (!topics.has(layer.topic)) topics.set(layer.topic, { name: app.say(layer.topicName) || layer.topic, items: [] });
      topics.get(layer.topic).items.push({ id: layer.id, text: app.say(layer.title), keys: [layer.title.join(" "), layer.id] });
    }
    const groups = [...topics.values()];
    if (app.data.times) {
      const city = app.city(app.state.origin);
      groups.push({
        name: app.t("topic_from", { city }),
        items: app.data.times.modes.map((mode) => ({ id: "from:" + mode, text: app.t("from_" + mode, { city }), keys: app.data.words.map((words) => words["from_" + mode]) })),
      });
    }
    const made = app.layer();
    if (made.base) groups.unshift({ name: app.t("topic_made"), items: [{ id: made.id, text: app.say(made.title), keys: made.title }] });
    return groups;
  }

  function cityGroups(app) {
    const groups = new Map();
    app.data.cities.names.forEach((name, i) => {
      const province = app.say(app.data.cities.provinces[i]);
      if (!groups.has(province)) groups.set(province, { name: province, items: [] });
      groups.get(province).items.push({ id: String(i), text: app.city(i), keys: [...name, ...app.data.cities.short[i], app.data.cities.ids[i]] });
    });
    return [...groups.values()];
  }

  function yearControl(app) {
    const range = atlas.el("input", { id: "year", type: "range", min: 0, step: 1 });
    const label = atlas.el("label", { for: "year" });
    const output = atlas.el("output", { for: "year" });
    const play = atlas.el("button", { type: "button", class: "play" });
    const root = atlas.el("div", { class: "year" }, label, range, output, play);
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; words(); };
    const words = () => { play.textContent = app.t(timer ? "pause" : "play"); };
    range.addEventListener("input", () => app.set({ year: app.years()[range.value] }));
    play.addEventListener("click", () => {
      if (timer) { stop(); return; }
      timer = setInterval(() => {
        const years = app.years();
        const next = years.indexOf(app.state.year) + 1;
        app.set({ year: years[next % years.length] });
        if (next === years.length - 1) stop();
      }, PLAY_MS);
      words();
    });
    app.on(["layer", "year", "lang"], (changed) => {
      const years = app.years();
      if (timer && changed.includes("layer")) stop();
      root.hidden = years.length < 2;
      range.max = years.length - 1;
      range.value = years.indexOf(app.state.year);
      label.textContent = app.t("year");
      output.textContent = app.state.year;
      range.setAttribute("aria-valuetext", app.state.year);
      words();
    });
    return root;
  }

  function chip(app, name) {
    const marks = { pairs: ["adjacent", "leapfrog"], cores: ["core"], hinterlands: ["hinterland"], circles: ["circle", "circle"], flows: ["flow"], breaks: ["hsr"], field: ["field"] }[name] || [name];
    const samples = marks.map((mark, k) => {
      const shape = name === "breaks" ? atlas.svg("path", { d: "M8 0l5 5-5 5-5-5z", fill: app.data.marks[mark] })
        : name === "cores" ? atlas.svg("circle", { cx: 8, cy: 5, r: 4, fill: app.data.marks[mark] })
        : name === "field" ? atlas.svg("path", { d: "M1 9C3 1 13 1 15 9M5 9C6 5 10 5 11 9", fill: "none", stroke: app.data.marks[mark], "stroke-width": 1.6 })
        : atlas.svg("line", { x1: 0, x2: 16, y1: 5, y2: 5, stroke: app.data.marks[mark], "stroke-width": name === "road" || name === "rail" ? 2 : 3.5, "stroke-dasharray": name === "hinterlands" || (name === "circles" && k) ? "5 3" : null });
      return atlas.svg("svg", { viewBox: "0 0 16 10", class: "sample", "aria-hidden": "true" }, shape);
    });
    const button = atlas.el("button", { type: "button", class: "chip", "data-overlay": name, on: { click: () => {
      const overlays = new Set(app.state.overlays);
      if (!overlays.delete(name)) overlays.add(name);
      app.set({ overlays });
    } } });
    const show = () => {
      button.setAttribute("aria-pressed", String(app.state.overlays.has(name)));
      const texts = name === "pairs" ? [app.t("adjacent"), app.t("leapfrog")] : [app.t("chip_" + name), ...(name === "circles" ? [app.t("chip_found")] : [])];
      atlas.put(button, texts.map((text, k) => [samples[k], atlas.el("span", { text })]).flat());
    };
    app.on(["overlays", "lang"], show);
    return button;
  }

  function languageButton(app) {
    const button = atlas.el("button", { type: "button", class: "language", on: { click: () => app.set({ lang: 1 - app.state.lang }) } });
    app.on(["lang"], () => {
      const other = 1 - app.state.lang;
      button.textContent = ["中文", "English"][other];
      button.lang = ["zh-CN", "en-GB"][other];
    });
    button.hidden = app.data.languages.length < 2;
    return button;
  }

  function action(app, key, act) {
    const button = atlas.el("button", { type: "button", class: "act-" + key, on: { click: () => act(button) } });
    app.on(["lang"], () => { button.textContent = app.t(key); });
    return button;
  }

  atlas.controls = function (app, available) {
    atlas.put(atlas.byId("controls"),
      atlas.picker(app, { id: "what", label: "what", hint: "what_hint", groups: () => layerGroups(app), current: () => app.state.layer, pick: (layer) => app.set({ layer }) }),
      yearControl(app), atlas.scenarioControl(app),
      atlas.picker(app, { id: "find", label: "find", hint: "find_hint", groups: () => cityGroups(app), current: () => (app.state.pin < 0 ? "" : String(app.state.pin)), pick: (i) => { if (app.state.pin !== Number(i)) app.pinCity(Number(i)); } }));
    atlas.put(atlas.byId("actions"), languageButton(app),
      action(app, "export_csv", () => atlas.exportCsv(app)),
      action(app, "export_svg", () => atlas.exportSvg(app)),
      action(app, "export_png", () => atlas.exportPng(app)),
      action(app, "print", () => window.print()));
    const chips = atlas.oneRow(app, atlas.byId("chips"), available.map((name) => chip(app, name)), { several: true });
    app.on(["overlays"], chips.name);
    app.on(["lang"], () => {
      atlas.byId("chips").setAttribute("aria-label", app.t("overlays"));
      atlas.byId("actions").setAttribute("aria-label", app.t("actions"));
      atlas.byId("controls").setAttribute("aria-label", app.t("choices"));
      chips.fit(true);
    });
  };
})((window.atlas = window.atlas || {}));
