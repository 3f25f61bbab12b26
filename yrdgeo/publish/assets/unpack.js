// The content of the page as it was before it was packed; most of it when it is first asked for.
(function (atlas) {
  "use strict";

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const COLUMNS = ["vintage", "source", "note", "noteZh"];
  const MORE = 32; // in a character: five bits of a number, and whether it goes on
  const PLACES = 10 ** 4; // a place has four decimals of a degree
  const codes = new Int8Array(128).fill(-1); // what has no code stands for no number
  [...ALPHABET].forEach((letter, code) => { codes[letter.charCodeAt(0)] = code; });

  // Whole numbers from text, divided by a power of ten; null where there is none.
  function numbers(text, unit) {
    const list = [];
    let sum = 0;
    let place = 1;
    for (let i = 0; i < text.length; i += 1) {
      const code = codes[text.charCodeAt(i)];
      if (code < 0) { list.push(null); continue; }
      sum += (code % MORE) * place;
      if (code >= MORE) { place *= MORE; continue; }
      list.push((sum % 2 ? -(sum + 1) / 2 : sum / 2) / unit);
      sum = 0;
      place = 1;
    }
    return list;
  }

  const unpacked = (cell, unit) => (typeof cell === "string" ? numbers(cell, unit) : cell);

  // Places from their steps.
  function places(text) {
    const line = [];
    let [lat, lng] = [0, 0];
    const steps = numbers(text, 1);
    for (let i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lng += steps[i + 1];
      line.push([lat / PLACES, lng / PLACES]);
    }
    return line;
  }

  function later(object, name, make) {
    const keep = (value) => Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    Object.defineProperty(object, name, { get: () => { const value = make(); keep(value); return value; }, enumerable: true, configurable: true });
  }

  // (lower, upper], as the classes of every layer
  atlas.letters = (values, breaks) => values.map((v) => (v === null ? "-" : String(breaks.filter((b) => v > b).length))).join("");

  // Equal values share the first of their ranks.
  atlas.ranks = (values, lowestFirst) => {
    const sorted = values.filter((v) => v !== null).sort((a, b) => (lowestFirst ? a - b : b - a));
    const first = new Map();
    sorted.forEach((v, k) => { if (!first.has(v)) first.set(v, k + 1); });
    return values.map((v) => (v === null ? null : first.get(v)));
  };

  function view(one, layer, columns) {
    const { values, flags, ranks, classes } = one;
    COLUMNS.forEach((name, k) => { one[name] = columns[one.columns[k]]; });
    delete one.columns;
    later(one, "values", () => unpacked(values, 10 ** layer.decimals));
    later(one, "ranks", () => (ranks === undefined ? atlas.ranks(one.values, layer.better === "low") : numbers(ranks, 1)));
    if (classes === undefined) later(one, "classes", () => atlas.letters(one.values, layer.breaks));
    if (flags.length === 1) later(one, "flags", () => flags.repeat(one.values.length));
  }

  atlas.unpack = (data) => {
    for (const column of data.columns) later(column, "at", ((at) => () => numbers(at, 1))(column.at));
    for (const layer of data.layers) {
      for (const one of Object.values(layer.views)) view(one, layer, data.columns);
      const values = data.differences[layer.id]?.scenario?.values || {};
      for (const [key, cell] of Object.entries(values)) later(values, key, () => unpacked(cell, 10 ** layer.decimals));
    }
    delete data.columns;
    for (const [core, rings] of Object.entries(data.rings)) later(data.rings, core, () => rings.map(([km, text]) => [km, places(text)]));
    for (const [mode, rows] of Object.entries(data.times?.minutes || {})) later(data.times.minutes, mode, () => rows.map((row) => unpacked(row, 1)));
    for (const shapes of [data.map, data.land]) if (shapes) shapes.arcs = shapes.arcs.map((text) => numbers(text, 1));
    for (const line of data.lines) line.lines = line.lines.map((text) => numbers(text, 1));
    for (const one of data.linked.field) one[1] = one[1].map((text) => numbers(text, 1));
    return data;
  };
})((window.atlas = window.atlas || {}));
