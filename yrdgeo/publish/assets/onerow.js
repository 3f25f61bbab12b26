// A row of chips that never becomes two: those that do not fit wait in a menu at its end.
(function (atlas) {
  "use strict";

  const GAP = 5;

  // Put the chips into the box; call fit() when they have their words. A menu of which one is
  // chosen closes then, one of several stays open.
  atlas.oneRow = function (app, box, chips, { several }) {
    const rest = atlas.el("div", { class: "rest", id: box.id + "-rest", role: "group", hidden: true });
    const more = atlas.el("button", { type: "button", class: "chip more", "aria-expanded": "false", "aria-controls": rest.id, hidden: true, on: { click: () => open(rest.hidden) } });
    const row = atlas.el("div", { class: "row" }, chips, more);
    let widths = []; // of the chips, then of the button; measured once a language
    let kept = chips.length;
    let room = -1;
    atlas.put(box, row, rest);

    function open(on) {
      rest.hidden = !on;
      more.setAttribute("aria-expanded", String(on));
    }

    function shut() {
      open(false);
      more.focus();
    }

    function name() {
      const waiting = chips.slice(kept);
      const on = waiting.filter((chip) => chip.getAttribute("aria-pressed") === "true").length;
      more.textContent = app.t(on ? "more_on" : "more_n", { n: waiting.length, on });
      more.setAttribute("aria-pressed", String(on > 0));
    }

    // As many as leave room for the button; one at least.
    function fitting(width) {
      const whole = widths.slice(0, chips.length).reduce((sum, one) => sum + one + GAP, -GAP);
      if (whole <= width) return chips.length;
      let left = width - widths[chips.length];
      let n = 0;
      while (n < chips.length && left - widths[n] - GAP >= 0) { left -= widths[n] + GAP; n += 1; }
      return Math.max(1, n);
    }

    function fit(anew) {
      if (anew) widths = [];
      const width = row.clientWidth;
      if (!width || (width === room && widths.length)) return;
      room = width;
      if (!widths.length) {
        more.hidden = false;
        more.textContent = app.t("more_on", { n: chips.length, on: chips.length });
        row.replaceChildren(...chips, more);
        widths = [...chips, more].map((one) => Math.ceil(one.getBoundingClientRect().width));
      }
      kept = fitting(width);
      row.replaceChildren(...chips.slice(0, kept), more);
      rest.replaceChildren(...chips.slice(kept));
      more.hidden = kept === chips.length;
      if (more.hidden) open(false);
      name();
    }

    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || rest.hidden) return;
      event.stopPropagation(); // it closes the menu and nothing else
      shut();
    });
    if (!several) rest.addEventListener("click", shut);
    document.addEventListener("click", (event) => { if (!box.contains(event.target)) open(false); });
    new ResizeObserver(() => fit(false)).observe(box);
    app.on(["lang"], () => { rest.setAttribute("aria-label", app.t("more")); });
    return { fit, name };
  };
})((window.atlas = window.atlas || {}));
