// Sources with years and licences, warnings, the meaning of the number, the approval line.
(function (atlas) {
  "use strict";

  atlas.footer = function (app) {
    const { data } = app;
    const root = atlas.byId("footer");

    function drawer(name, title, content) {
      return atlas.el("details", { class: name, name: "footer" }, atlas.el("summary", { text: title }), atlas.el("div", { class: "drawer", tabindex: 0, role: "region", "aria-label": title }, content));
    }

    function source(row) {
      const facts = ["publisher", "vintage", "licence"].map((name) => app.sourceText(row, name)).filter(Boolean).join(" · ");
      return atlas.el("li", {}, atlas.el("b", { text: app.sourceTitle(row) }), facts ? " — " + facts : null,
        row.url ? atlas.el("span", { class: "url", text: row.url }) : null);
    }

    // On paper: what, from where, when, and by whose leave.
    function imprint(mine) {
      const approval = data.run.approval ? app.t("approval") + app.t("colon") + data.run.approval : "";
      const first = [app.say(data.run.title), app.t("printed_on", { date: app.today() }), approval, data.basemap ? app.say(data.basemap.credit) : ""];
      atlas.put(atlas.byId("imprint"), [first.filter(Boolean).join(" · "), app.t("source") + app.t("colon") + (mine.join("; ") || app.t("computed_here"))]
        .map((text) => atlas.el("p", { text })));
    }

    // A page with a basemap says where it comes from and what was shifted for it.
    const basemap = () => (data.basemap ? [
      atlas.el("p", { class: "basemap", text: app.t("basemap_says", { host: data.basemap.host.replace(/^\w+:\/\//, "") }) }),
      data.basemap.shifted ? atlas.el("p", { class: "shifted", text: app.t("shifted_says") }) : null,
    ] : []);

    function show() {
      const layer = app.layer();
      const mine = app.sourceLine(...app.viewsShown());
      const warnings = data.run.warnings[app.state.lang];
      const short = mine.slice(0, 2).join("; ");
      imprint(mine);
      const open = [...root.querySelectorAll("details[open]")].map((one) => one.className);
      atlas.put(root,
        atlas.el("p", { class: "current", title: mine.join("; ") }, atlas.el("b", { text: app.t("source") + app.t("colon") }), atlas.el("span", { class: "cut", text: short || app.t("computed_here") }),
          mine.length > 2 ? atlas.el("span", { class: "others", text: app.t("and_more", { n: mine.length - 2 }) }) : null),
        drawer("method", app.t("meaning"), [atlas.el("p", { text: app.say(layer.meaning) }), atlas.el("p", { text: app.t("classes_say", { scheme: app.t("scheme_" + layer.scheme), n: layer.colours.length }) })]),
        drawer("sources", app.t("sources_n", { n: data.sources.length }), [...basemap(), atlas.el("ul", {}, data.sources.map(source))]),
        drawer("warnings", app.t("warnings_n", { n: warnings.length }), warnings.length ? atlas.el("ul", {}, warnings.map((text) => atlas.el("li", { text }))) : atlas.el("p", { text: app.t("no_warnings") })),
        data.run.approval ? atlas.el("p", { class: "approval", text: app.t("approval") + app.t("colon") + data.run.approval }) : null,
        atlas.el("p", { class: "version", text: "yrdgeo " + data.run.version + " · Leaflet " + L.version }));
      for (const one of root.querySelectorAll("details")) if (open.includes(one.className)) one.open = true;
    }

    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const one of root.querySelectorAll("details[open]")) one.open = false;
    });
    window.addEventListener("beforeprint", show); // the date is that of the print
    app.on(["layer", "year", "scenario", "lang", "origin", "before"], show);
  };
})((window.atlas = window.atlas || {}));
