// The map as a picture: title, legend, scale, north, source and approval line go with it.
(function (atlas) {
  "use strict";

  const EDGE = 16;
  const HEAD = 74;
  const FOOT = 40;
  const INK = "#1f2328";
  // What no XML may hold, though a name may: one such sign, and no program opens the picture.
  const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

  function words(text, x, y, size, more) {
    return atlas.svg("text", { x, y, "font-size": size, fill: INK, "font-family": atlas.font, text, ...more });
  }

  function measure(text, size) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = size + "px " + atlas.font;
    return pen.measureText(text).width;
  }

  // As much of a text as the width holds.
  function cut(text, width, size) {
    let shown = text;
    while (shown && measure(shown + "…", size) > width - 2 * EDGE) shown = shown.slice(0, -1);
    return shown === text ? text : shown + "…";
  }

  // The panes of the map as they stand, without what only the pointer needs.
  function mapPart(app, map) {
    const group = atlas.svg("g", {});
    const frame = map.getContainer().getBoundingClientRect();
    const halves = app.swipePicture(); // of a map in two states
    const panes = ["land", "grid", "regions", "dots", "before", "borders", "edges", "lines", "before-lines", "after-lines", "hand", "arcs", "labels"];
    for (const pane of panes.filter((name) => map.getPane(name) && (halves || !(name in app.sides)))) {
      const to = pane in app.sides ? group.appendChild(atlas.svg("g", { "clip-path": `url(#${halves.ids[app.sides[pane]]})` })) : group;
      if (pane === "regions" && app.regions.many) to.append(app.regions.many.svg());
      if (pane === "before" && halves.svg) to.append(halves.svg);
      for (const sheet of map.getPane(pane).querySelectorAll("svg")) {
        const copy = sheet.cloneNode(true);
        const box = sheet.getBoundingClientRect();
        const view = sheet.viewBox.baseVal;
        const at = pane === "labels"
          ? map.layerPointToContainerPoint([0, 0])
          : L.point(box.left - frame.left - view.x, box.top - frame.top - view.y);
        for (const path of copy.querySelectorAll("path")) if (path.getAttribute("stroke-opacity") === "0") path.remove();
        for (const text of copy.querySelectorAll("text")) {
          const core = text.classList.contains("core");
          for (const [name, value] of Object.entries({ "font-family": atlas.font, "font-size": core ? 13 : 12, "font-weight": core ? "bold" : "normal", "text-anchor": "middle", "dominant-baseline": "central", fill: INK, stroke: "#ffffff", "stroke-width": 3, "paint-order": "stroke" })) text.setAttribute(name, value);
        }
        to.append(atlas.svg("g", { transform: `translate(${at.x} ${at.y})` }, ...copy.childNodes));
      }
    }
    if (halves) group.append(...halves.marks);
    const beside = atlas.byId("inset");
    if (beside && beside.style.display !== "none") {
      const box = beside.getBoundingClientRect();
      group.append(atlas.svg("g", { transform: `translate(${box.left - frame.left} ${box.top - frame.top})`, "font-family": atlas.font }, ...beside.cloneNode(true).childNodes));
    }
    return group;
  }

  function legendPart(app, height) {
    const rows = atlas.legendRows(app);
    const layer = app.layer();
    const y0 = height - FOOT - 16 - rows.length * 20;
    const unit = app.say(layer.unit);
    const wide = Math.max(...rows.map((row) => row.text.length)) * 8 + 90;
    const box = atlas.svg("g", {}, atlas.svg("rect", { x: EDGE - 6, y: y0 - 26, width: Math.max(170, wide), height: rows.length * 20 + 36, fill: "#ffffff", stroke: "#c9d0d4" }),
      words(unit, EDGE + 2, y0 - 8, 12));
    rows.forEach((row, k) => {
      if (row.key === "u") box.append(atlas.svg("rect", { x: EDGE + 2, y: y0 + k * 20, width: 24, height: 14, fill: "#c9d3d6", stroke: "#5b6166" }));
      box.append(atlas.svg("rect", { x: EDGE + 2, y: y0 + k * 20, width: 24, height: 14, fill: row.fill, stroke: "#5b6166" }),
        words(row.text, EDGE + 34, y0 + k * 20 + 12, 12), words("(" + row.count + ")", Math.max(170, wide) + EDGE - 14, y0 + k * 20 + 12, 12, { "text-anchor": "end" }));
    });
    return box;
  }

  // What the chips that are on draw: a picture has no chips.
  function keyPart() {
    const samples = [...atlas.byId("chips").querySelectorAll('[aria-pressed="true"] > .sample')];
    const texts = samples.map((sample) => sample.nextSibling.textContent);
    if (!samples.length) return null;
    const wide = Math.max(...texts.map((text) => measure(text, 12))) + 46;
    return atlas.svg("g", { class: "key" }, atlas.svg("rect", { x: EDGE - 6, y: HEAD + 10, width: wide, height: samples.length * 20 + 8, fill: "#ffffff", stroke: "#c9d0d4" }),
      ...samples.flatMap((sample, k) => [
        atlas.svg("g", { transform: `translate(${EDGE + 2} ${HEAD + 19 + k * 20})` }, ...sample.cloneNode(true).childNodes),
        words(texts[k], EDGE + 26, HEAD + 28 + k * 20, 12)]));
  }

  function scalePart(app, width, height) {
    const { length, text } = app.scale();
    const x = width - EDGE - length;
    const y = height - FOOT - 14;
    return atlas.svg("g", {}, atlas.svg("path", { d: `M${x} ${y - 6}V${y}H${x + length}V${y - 6}`, fill: "none", stroke: INK, "stroke-width": 1.5 }),
      words(text, x + length / 2, y - 8, 12, { "text-anchor": "middle" }),
      atlas.svg("path", { d: `M${width - EDGE - 12} ${HEAD + 34}l6 16l-6 -4l-6 4z`, fill: INK }),
      words(app.t("north"), width - EDGE - 12, HEAD + 28, 12, { "text-anchor": "middle" }));
  }

  atlas.picture = function (app) {
    const map = app.map;
    const size = map.getSize();
    const width = size.x;
    const height = size.y + HEAD + FOOT;
    const clip = atlas.svg("clipPath", { id: "frame" }, atlas.svg("rect", { width: size.x, height: size.y }));
    const source = app.t("source") + app.t("colon") + (app.sourceLine(...app.viewsShown()).join("; ") || app.t("computed_here"));
    const approval = app.data.run.approval ? " · " + app.t("approval") + app.t("colon") + app.data.run.approval : "";
    const root = atlas.svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
      atlas.svg("defs", {}, clip), atlas.svg("rect", { width, height, fill: "#ffffff" }),
      words([...atlas.byId("title").childNodes].map((node) => node.textContent).join(" · "), EDGE, 28, 20, { "font-weight": "bold" }),
      words(cut(atlas.byId("subtitle").textContent, width, 12), EDGE, 52, 12),
      atlas.svg("g", { transform: `translate(0 ${HEAD})` }, atlas.svg("rect", { width: size.x, height: size.y, fill: "#e9eff3" }), atlas.svg("g", { "clip-path": "url(#frame)" }, mapPart(app, map))),
      legendPart(app, height), keyPart(), scalePart(app, width, height),
      words(cut(source, width, 11), EDGE, height - 20, 11),
      words(cut([app.say(app.data.run.title), app.t("printed_on", { date: app.today() })].join(" · ") + approval, width, 11), EDGE, height - 5, 11));
    return new XMLSerializer().serializeToString(root).replace(ILLEGAL, "\ufffd");
  };

  atlas.exportSvg = (app) => atlas.download(atlas.fileName(app, ".svg"), atlas.picture(app), "image/svg+xml");

  atlas.exportPng = function (app) {
    const size = app.map.getSize();
    const url = URL.createObjectURL(new Blob([atlas.picture(app)], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const sheet = atlas.el("canvas", { width: size.x * 2, height: (size.y + HEAD + FOOT) * 2 });
      sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
      URL.revokeObjectURL(url);
      sheet.toBlob((blob) => atlas.download(atlas.fileName(app, ".png"), blob, "image/png"), "image/png");
    };
    image.src = url;
  };
})((window.atlas = window.atlas || {}));
