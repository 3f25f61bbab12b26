// Questions that set the whole view and answer in a sentence, with what the answer cannot say.
(function (atlas) {
  "use strict";

  const KEYS = ["layer", "tab", "origin"]; // what a story speaks of

  atlas.stories = function (app) {
    const bar = atlas.byId("stories");
    const box = atlas.byId("story");
    const told = atlas.tales(app);

    function ask(story) {
      if (story.id === app.state.story) { app.set({ story: "" }); return; }
      app.set({ ...story.state, overlays: new Set(story.state.overlays), scenario: "", before: "", story: story.id });
      if (story.state.layer) app.set({ year: app.layer().year });
    }

    const chips = told.map((story) => atlas.el("button", { type: "button", class: "chip", "data-story": story.id, on: { click: () => ask(story) } }));
    const row = atlas.oneRow(app, bar, chips, { several: false });

    function draw(changed) {
      const current = told.find((story) => story.id === app.state.story);
      if (app.state.story && !current) { app.set({ story: "" }); return; } // of an address
      bar.setAttribute("aria-label", app.t("stories"));
      told.forEach((story, k) => {
        chips[k].setAttribute("aria-pressed", String(story === current));
        chips[k].textContent = story.title ? story.title() : app.t("story_" + story.id);
      });
      if (changed.includes("lang")) row.fit(true); else row.name();
      box.hidden = !current;
      if (!current) return;
      atlas.put(box, atlas.el("p", { text: current.tell() }),
        atlas.el("p", { class: "limit", text: app.t(current.limit || "limit_" + current.id) }));
    }
    app.on(["story", "lang", "scheme"], draw);
    // Choosing something else ends it.
    app.on(KEYS, (changed) => {
      const story = told.find((one) => one.id === app.state.story);
      const still = story && KEYS.every((key) => !(key in story.state) || story.state[key] === app.state[key]);
      if (app.state.story && !still && !changed.includes("story")) app.set({ story: "" });
    });
  };
})((window.atlas = window.atlas || {}));
