// The page's one state and what follows from it: the layer, its view, words, numbers.
(function (atlas) {
  "use strict";

  const LOCALES = ["zh-CN", "en-GB"];
  const LANGUAGES = ["zh", "en"];
  const FROM = "from:"; // layers of travel time from a chosen city: from:rail, from:road, from:best

  atlas.create = function (data) {
    const listeners = [];
    let told = 0;
    const first = data.layers[0];
    const state = {
      lang: LANGUAGES.indexOf(data.languages[0]),
      layer: first ? first.id : "",
      year: first ? first.year : data.run.year,
      scenario: "",
      pin: -1,
      hover: -1,
      group: "",
      origin: data.cores.length ? data.cores[0] : 0,
      tab: "ranking",
      pair: "", // the one that was clicked
      link: "", // the one under the pointer
      scheme: "",
      story: "",
      other: -1,
      brush: [], // cities chosen by their values
      overlays: new Set(["pairs", "cores"]),
      // Choices inside the tabs and on the map, as text; "" leaves them to the page.
      core: "", by: "", form: "", log: "", x: "", y: "", logs: "", box: "", compare: "", rows: "", sort: "",
      measure: "", trial: "", part: "", against: "", plan: "", ring: "", index: "", of: "", before: "", at: "",
    };
    const app = { data, state, count: data.cities.ids.length };

    // Call back when one of the named parts of the state has changed.
    app.on = (keys, act) => listeners.push([keys, act]);
    app.set = (patch) => {
      const changed = Object.keys(patch).filter((key) => state[key] !== patch[key]);
      Object.assign(state, patch);
      if (changed.includes("layer") || changed.includes("origin")) settleYear();
      if (changed.length) tell(changed);
    };
    app.restoring = false; // an address is being read: it says every choice itself
    // Call every listener that has not been called so far.
    app.refresh = () => {
      const fresh = listeners.slice(told);
      told = listeners.length;
      for (const [, act] of fresh) act(Object.keys(state));
    };

    function tell(changed) {
      for (const [keys, act] of listeners) if (keys.some((key) => changed.includes(key))) act(changed);
    }

    function settleYear() {
      if (!app.scenarios().includes(state.scenario)) state.scenario = "";
      const years = app.years();
      if (years.includes(state.year)) return;
      const wanted = app.layer().year;
      state.year = years.includes(wanted) ? wanted : years[years.length - 1];
    }

    // Words and numbers in the chosen language.
    app.t = (key, vars) => {
      const text = data.words[state.lang][key];
      if (text === undefined) throw new Error("no word " + key);
      return text.replace(/\{(\w+)\}/g, (_, name) => String(vars[name]));
    };
    // A word that not every name has.
    app.word = (key, other) => data.words[state.lang][key] ?? other; // as it is: a user's own may hold braces
    app.say = (pair) => pair[state.lang];
    // A title inside an English sentence begins small, but for what is always written large.
    app.within = (title) => title.replace(/^[A-Z](?=[a-z]+(?: |,|$))/, (first) => first.toLowerCase());
    app.locale = () => LOCALES[state.lang];
    const formats = {}; // making one is slow
    app.number = (value, decimals) => {
      const format = (formats[state.lang + "|" + decimals] ||= new Intl.NumberFormat(LOCALES[state.lang], {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      }));
      return format.format(value);
    };
    app.withUnit = (text, unit) => {
      if (!unit) return text;
      if (/^\d/.test(unit)) return text + " × " + unit; // 6,402 × 100 million yuan
      return text + (unit === "%" || (state.lang === 0 && !/^[A-Za-z]/.test(unit)) ? "" : " ") + unit;
    };
    const places = new Map(data.cities.ids.map((id, i) => [id, i]));
    app.placeOf = (id) => places.get(id) ?? -1;
    app.today = () => new Intl.DateTimeFormat(LOCALES[state.lang], { dateStyle: "long" }).format(new Date());
    app.city = (i) => app.say(data.cities.short[i]);
    app.coreName = (i) => (i < 0 ? app.t("nearest_core") : app.city(i)); // below zero: whichever is nearest
    app.fullCity = (i) => app.say(data.cities.names[i]);

    // The layer on show; travel times from a city are a layer too.
    app.isFrom = () => state.layer.startsWith(FROM);
    app.layer = () => (app.isFrom() ? fromLayer(state.layer.slice(FROM.length)) : app.layerById(state.layer));
    app.layerById = (id) => data.layers.find((layer) => layer.id === id) || made(id);

    // Layers that are worked out from others: an id of parts, kind first → make(the other parts).
    app.makers = new Map();
    const cache = new Map();
    function made(id) {
      if (!cache.has(id)) {
        const [kind, ...parts] = id.split("~");
        cache.set(id, app.makers.get(kind)?.(...parts));
      }
      return cache.get(id);
    }
    // The layer that one was worked out from, or itself.
    app.base = (layer = app.layer()) => (layer.base ? app.layerById(layer.base) : layer);

    function fromLayer(mode) {
      const names = data.cities.short[state.origin];
      const title = [0, 1].map((i) =>
        data.words[i]["from_" + mode].replace("{city}", names[i]));
      return {
        id: FROM + mode, title, unit: [data.words[0].minutes, data.words[1].minutes],
        meaning: [data.words[0].from_meaning, data.words[1].from_meaning],
        topic: "access", decimals: 0, better: "low", sources: [], year: data.run.year,
        breaks: data.times.breaks, colours: data.times.colours, scheme: "manual", midpoint: null,
        views: { [data.run.year + "|"]: fromView(mode) },
      };
    }

    function fromView(mode) {
      const values = data.times.minutes[mode][state.origin];
      const blank = { texts: [""], at: values.map(() => 0) };
      const sorted = values.filter((v) => v !== null).sort((a, b) => a - b);
      return {
        values, classes: data.times.classes[mode][state.origin],
        ranks: values.map((v) => (v === null ? null : sorted.indexOf(v) + 1)),
        flags: ".".repeat(values.length), vintage: blank, source: blank, note: blank, noteZh: blank,
      };
    }

    app.viewOf = (layer, year, scenario) => layer.views[year + "|" + scenario] || layer.views[year + "|"] || null;
    app.view = () => app.viewOf(app.layer(), state.year, state.scenario);
    app.years = (layer) => {
      const keys = Object.keys((layer || app.layer()).views);
      return [...new Set(keys.map((key) => Number(key.split("|")[0])))].sort((a, b) => a - b);
    };
    app.scenarios = () => [...new Set(Object.keys(app.layer().views).map((key) => key.slice(key.indexOf("|") + 1)))];

    app.listed = (column, i) => column.texts[column.at[i]];
    app.note = (view, i) => app.listed(state.lang === 0 ? view.noteZh : view.note, i) || app.listed(view.note, i);
    // The sources of the values on show, as rows of the source table.
    app.sourcesOf = (...views) => {
      const ids = new Set(views.flatMap((view) => view.source.texts).flatMap((text) => text.split(";").map((id) => id.trim())));
      return data.sources.filter((row) => ids.has(row.source_id));
    };
    // Sources may give Chinese texts beside their own.
    app.sourceText = (row, name) => (state.lang === 0 && row[name + "_zh"] ? row[name + "_zh"] : row[name] || "");
    app.sourceTitle = (row) => app.sourceText(row, "title") || row.source_id;
    app.sourceLine = (...views) => app.sourcesOf(...views).map((row) => {
      const title = app.sourceTitle(row);
      const vintage = app.sourceText(row, "vintage");
      return !vintage || title.includes(vintage) ? title : title + (state.lang === 0 ? "，" : ", ") + vintage;
    });

    // One city's value, as printed everywhere.
    app.printed = (i, layer = app.layer(), view = app.view()) => {
      const value = view.values[i];
      if (value !== null && layer.categories) return app.say(layer.categories[value]);
      if (value !== null) return app.withUnit(app.number(value, layer.decimals), app.say(layer.unit));
      return app.t(view.classes[i] === "x" ? "no_path" : "no_data");
    };
    app.colour = (letter, layer = app.layer()) =>
      letter === "-" ? "url(#hatch)" : letter === "x" ? "url(#cross)" : layer.colours[Number(letter)];
    app.unverified = (view, i) => view.flags[i] === "u" && view.values[i] !== null;
    app.allUnverified = (view) => view.values.some((v) => v !== null) && view.values.every((v, i) => v === null || view.flags[i] === "u");
    app.ranked = (view = app.view()) => view.values.filter((v) => v !== null).length;
    app.flat = (letter, layer = app.layer()) => (letter === "-" || letter === "x" ? "#ffffff" : layer.colours[Number(letter)]);

    app.point = (i) => { if (state.hover !== i) app.set({ hover: i }); };
    app.pinCity = (i) => {
      const pin = state.pin === i ? -1 : i;
      app.set(app.isFrom() && pin >= 0 ? { pin, origin: pin } : { pin });
    };
    return app;
  };
})((window.atlas = window.atlas || {}));
