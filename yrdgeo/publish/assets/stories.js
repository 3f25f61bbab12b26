// Questions that set the whole view and answer in a sentence, with what the answer cannot say.
(function (atlas) {
  "use strict";

  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  // Each story is there only if the run can answer it.
  function all(app) {
    const { data } = app;
    const far = data.layers.find((layer) => layer.better === "low" && layer.topic === "access");
    const fit = data.gradients.find((one) => app.layerById(one.layer));
    const centre = data.cores.find((i) => i >= 0) ?? -1;
    const best = data.times ? data.times.modes[data.times.modes.length - 1] : "";
    return [
      far && { id: "periphery", state: { layer: far.id, tab: "ranking", overlays: new Set(["cores", "hinterlands"]) }, vars: () => periphery(app, far) },
      data.pairs.length && { id: "pairs", state: { tab: "pairs", pair: "", overlays: new Set(["pairs", "cores"]) }, vars: () => twins(app) },
      fit && { id: "gradient", state: { layer: fit.layer, tab: "gradient", overlays: new Set(["cores"]) }, vars: () => ({ core: app.city(fit.core), n: fit.n, r2: app.number(fit.r2, 2) }) },
      data.times && centre >= 0 && { id: "reach", state: { layer: "from:" + best, origin: centre, tab: "ranking", overlays: new Set(["cores"]) }, vars: () => reached(app, best, centre) },
    ].filter(Boolean);
  }

  function periphery(app, layer) {
    const view = app.viewOf(layer, layer.year, "");
    const seen = view.values.map((value, i) => ({ value, i })).filter((one) => one.value !== null).sort((a, b) => b.value - a.value);
    const last = seen.slice(0, 5);
    return {
      names: last.map((one) => app.city(one.i)).join(app.t("comma")), n: last.length,
      mean: app.withUnit(app.number(mean(last.map((one) => one.value)), 0), app.say(layer.unit)),
      best: app.city(seen[seen.length - 1].i), least: app.withUnit(app.number(seen[seen.length - 1].value, 0), app.say(layer.unit)),
    };
  }

  function twins(app) {
    const pairs = app.data.pairs.filter((pair) => pair.scheme[0] === app.state.scheme);
    const km = (kind) => pairs.filter((pair) => pair.class === kind).map((pair) => pair.numbers.seat_km).filter((v) => v !== undefined);
    const [near, apart] = [km("adjacent"), km("leapfrog")];
    return {
      total: pairs.length, adjacent: near.length, leapfrog: apart.length,
      near: near.length ? app.number(mean(near), 0) : "–", far: apart.length ? app.number(mean(apart), 0) : "–",
    };
  }

  function reached(app, mode, centre) {
    const times = app.data.times.minutes[mode][centre];
    const within = (limit) => times.filter((v, i) => i !== centre && v !== null && v <= limit).length;
    return { core: app.city(centre), one: within(60), two: within(120), three: within(180), n: times.length - 1 };
  }

  atlas.stories = function (app) {
    const bar = atlas.byId("stories");
    const box = atlas.byId("story");
    const told = all(app);

    function draw() {
      const current = told.find((story) => story.id === app.state.story);
      bar.setAttribute("aria-label", app.t("stories"));
      atlas.put(bar, told.map((story) => atlas.el("button", {
        type: "button", class: "chip", "aria-pressed": String(story === current), text: app.t("story_" + story.id),
        on: { click: () => app.set(story === current ? { story: "" } : { ...story.state, story: story.id }) },
      })));
      box.hidden = !current;
      if (!current) return;
      atlas.put(box, atlas.el("p", { text: app.t("tell_" + current.id, current.vars()) }),
        atlas.el("p", { class: "limit", text: app.t("limit_" + current.id) }));
    }
    app.on(["story", "lang", "scheme"], draw);
    // A story speaks of its own view: choosing something else ends it.
    app.on(["layer", "tab", "origin"], (changed) => {
      const story = told.find((one) => one.id === app.state.story);
      const still = story && ["layer", "tab", "origin"].every((key) => !(key in story.state) || story.state[key] === app.state[key]);
      if (app.state.story && !still && !changed.includes("story")) app.set({ story: "" });
    });
  };
})((window.atlas = window.atlas || {}));
