// The one tooltip: beside the pointer, never over it; the live region says the same.
(function (atlas) {
  "use strict";

  const AWAY = 16;

  // Name, value, rank and what must be known about the number, each a line.
  atlas.cityText = (app, i) => {
    const layer = app.layer();
    const view = app.view();
    const lines = [app.fullCity(i)];
    const province = app.say(app.data.cities.provinces[i]);
    if (province && province !== app.fullCity(i)) lines[0] += app.state.lang === 0 ? "（" + province + "）" : ", " + province;
    const two = app.swiped();
    if (two) return lines.concat(between(app, i, layer, two));
    lines.push((layer.midpoint === 0 && layer.base && view.values[i] > 0 ? "+" : "") + app.printed(i, layer, view));
    if (layer.base) return lines.concat(signed(app, i, layer), doubts(app, i, view));
    if (view.ranks[i] !== null) {
      const key = layer.better === "low" ? "rank_low" : "rank";
      lines.push(app.t(key, { rank: view.ranks[i], n: app.ranked(view) }) + " · " + app.t("year_is", { year: app.state.year }));
    }
    return lines.concat(doubts(app, i, view));
  };

  // Of a map in two states: the difference, then both values.
  function between(app, i, layer, two) {
    const step = app.stepsBetween(layer, two)[i];
    return [
      step === null || layer.categories ? "" : app.t("from_to_step", { a: two[0].title, b: two[1].title, v: app.signed(layer, step) }),
      ...two.map((one) => one.title + app.t("colon") + app.printed(i, layer, one.view)),
      ...new Set(two.flatMap((one) => doubts(app, i, one.view))),
    ].filter(Boolean);
  }

  // What must be known about a number.
  function doubts(app, i, view) {
    const there = view.values[i] !== null;
    return [
      there && view.flags[i] === "u" ? app.t("is_unverified") : "", there && view.flags[i] === "l" ? app.t("is_low") : "", app.note(view, i),
    ].filter(Boolean);
  }

  // Beside a difference, the value that it belongs to.
  function signed(app, i, layer) {
    const base = app.layerById(layer.base);
    const view = app.viewOf(base, app.years(layer).includes(app.state.year) ? app.state.year : layer.year, layer.scenario || "");
    return view ? [app.say(base.title) + app.t("colon") + app.printed(i, base, view)] : [];
  }

  atlas.tooltip = function (app) {
    const box = atlas.byId("tip");
    const frame = atlas.byId("frame");
    const live = atlas.byId("live");

    function write(lines) {
      atlas.put(box, atlas.el("strong", { text: lines[0] }),
        lines.slice(1).map((line, k) => atlas.el("span", { class: k ? "more" : "value", text: line })));
      box.hidden = false;
    }

    function at(x, y) {
      const room = frame.getBoundingClientRect();
      box.style.left = box.style.top = "0"; // at the far edge it would be narrower than it needs
      const size = box.getBoundingClientRect();
      const left = x + AWAY + size.width > room.width ? x - AWAY - size.width : x + AWAY;
      const top = y + AWAY + size.height > room.height ? y - AWAY - size.height : y + AWAY;
      box.style.left = Math.max(2, Math.min(left, room.width - size.width - 2)) + "px";
      box.style.top = Math.max(2, Math.min(top, room.height - size.height - 2)) + "px";
    }

    app.tip = (event, lines) => {
      if (!event || !lines) { box.hidden = true; return; }
      write(lines.filter(Boolean));
      const room = frame.getBoundingClientRect();
      at(event.clientX - room.left, event.clientY - room.top);
    };
    app.tipCity = (i, x, y) => { write(atlas.cityText(app, i)); at(x, y); };
    app.announce = (text) => { live.textContent = text; };

    frame.addEventListener("mousemove", (event) => {
      if (!event.target.closest(".leaflet-regions-pane")) return;
      if (app.state.hover >= 0) app.tip(event, atlas.cityText(app, app.state.hover));
    });
    app.on(["hover"], () => { if (app.state.hover < 0) app.tip(null); });
  };
})((window.atlas = window.atlas || {}));
