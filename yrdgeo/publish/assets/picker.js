// A searchable list in groups (a combobox with a listbox): for layers and for cities.
(function (atlas) {
  "use strict";

  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[\s'’·-]+/g, "");

  // groups(): [{name, items: [{id, text, keys}]}]; pick(id); label and hint are words.
  atlas.picker = function (app, { id, groups, pick, label, hint, current }) {
    const input = atlas.el("input", {
      id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-expanded": "false", "aria-controls": id + "-list", "aria-autocomplete": "list",
    });
    const list = atlas.el("div", { id: id + "-list", class: "options", role: "listbox", hidden: true });
    const words = atlas.el("label", { for: id });
    const root = atlas.el("div", { class: "picker " + id }, words, atlas.el("div", { class: "field" }, input, list));
    let options = [];
    let active = -1;

    function matching(query) {
      const wanted = fold(query);
      return groups()
        .map((group) => ({ name: group.name, items: group.items.filter((item) => fold([item.text, ...item.keys].join(" ")).includes(wanted)) }))
        .filter((group) => group.items.length);
    }

    function open(query) {
      const found = matching(query);
      options = [];
      atlas.put(list, found.length ? found.map((group, g) => section(group, g)) : atlas.el("div", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false", text: app.t("no_match") }));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      const chosen = options.findIndex((one) => one.item.id === current());
      // "hangzhou" means Hangzhou, though Changzhou holds it too.
      const begins = options.findIndex((one) => [one.item.text, ...one.item.keys].some((text) => fold(text).startsWith(fold(query))));
      move(query ? Math.max(0, begins) : chosen, true);
    }

    function section(group, g) {
      const name = `${id}-group-${g}`;
      return atlas.el("div", { role: "group", "aria-labelledby": name },
        atlas.el("div", { id: name, class: "group", role: "presentation", text: group.name }),
        group.items.map((item) => {
          const at = options.length;
          const node = atlas.el("div", {
            role: "option", id: `${id}-option-${at}`, text: item.text, "data-id": item.id,
            "aria-selected": String(item.id === current()),
            on: { mousedown: (event) => { event.preventDefault(); choose(at); }, mousemove: () => move(at, false) },
          });
          options.push({ item, node });
          return node;
        }));
    }

    function move(to, scroll) {
      options[active]?.node.classList.remove("active");
      active = options.length ? Math.max(-1, Math.min(options.length - 1, to)) : -1;
      const node = options[active]?.node;
      if (node) { node.classList.add("active"); if (scroll) node.scrollIntoView({ block: "nearest" }); }
      if (node) input.setAttribute("aria-activedescendant", node.id);
      else input.removeAttribute("aria-activedescendant");
    }

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      name();
    }

    function choose(at) {
      const one = options[at];
      if (!one) return;
      close();
      pick(one.item.id);
      name();
    }

    function name() {
      const all = groups().flatMap((group) => group.items);
      const item = all.find((one) => one.id === current());
      input.value = item ? item.text : "";
      input.title = input.value;
    }

    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => { if (list.hidden) open(""); });
    input.addEventListener("input", () => open(input.value));
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) {
        event.preventDefault();
        if (list.hidden) open(""); else move(active + steps[event.key], true);
      } else if (event.key === "Enter" && !list.hidden) { event.preventDefault(); choose(Math.max(0, active)); }
      else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); close(); }
    });
    const speak = () => { words.textContent = app.t(label); input.placeholder = app.t(hint); name(); };
    app.on(["lang", "layer", "pin", "origin"], speak);
    return root;
  };
})((window.atlas = window.atlas || {}));
