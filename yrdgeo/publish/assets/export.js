// What is shown, as a table a spreadsheet opens without running anything.
(function (atlas) {
  "use strict";

  const FORMULA = /^[\s'\u3000\u200b-\u200f\u2060]*[=+\-@＝＋－＠﹣﹢﹦﹫−]/;
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

  atlas.safeCell = (text) => {
    const clean = String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");
    const safe = FORMULA.test(clean) && !NUMBER.test(clean) ? "'" + clean : clean;
    return /[",\r\n]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  };

  const CONFIDENCE = { h: "high", m: "medium", l: "low", u: "unverified", ".": "" };

  atlas.table = (app) => {
    const layer = app.layer();
    const shown = app.swiped() || [{ year: app.state.year, scenario: app.state.scenario, view: app.view() }];
    const { cities } = app.data;
    const heads = ["adcode", "name_zh", "name_en", "province_zh", "province_en", "layer", "year", "scenario", "value", "unit", "rank", "class", "confidence", "vintage", "source_id", "note"];
    const classOf = (letter) => (letter === "-" ? app.t("no_data") : letter === "x" ? app.t("no_path") : atlas.classText(app, layer, Number(letter)));
    const rows = shown.flatMap(({ year, scenario, view }) => cities.ids.map((id, i) => [
      id, ...cities.names[i], ...cities.provinces[i], app.say(layer.title), year, scenario,
      view.values[i] === null ? (view.classes[i] === "x" ? "inf" : "") : layer.categories ? app.printed(i, layer, view) : view.values[i].toFixed(layer.decimals), app.say(layer.unit),
      view.ranks[i] ?? "", classOf(view.classes[i]), CONFIDENCE[view.flags[i]], app.listed(view.vintage, i), app.listed(view.source, i), app.note(view, i),
    ]));
    return [heads, ...rows];
  };

  atlas.csv = (app) => "\ufeff" + atlas.table(app).map((row) => row.map(atlas.safeCell).join(",")).join("\r\n") + "\r\n";

  atlas.fileName = (app, ending) => [app.data.run.name, app.state.layer.replace(/[^\w-]+/g, "_"), ...(app.swiped() || [app.state]).map((one) => one.year)].join("_").replace(/[^\w.-]+/g, "_") + ending;

  atlas.exportCsv = (app) => atlas.download(atlas.fileName(app, ".csv"), atlas.csv(app), "text/csv;charset=utf-8");
})((window.atlas = window.atlas || {}));
