// Elements made from data; text only ever becomes a text node.
(function (atlas) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, props, children) {
    for (const [name, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "text") node.textContent = value;
      else if (name === "on") for (const [type, act] of Object.entries(value)) node.addEventListener(type, act);
      else if (name === "style") for (const [key, css] of Object.entries(value)) node.style.setProperty(key, css);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  // el("button", {class: "chip", text: name, on: {click: act}}, child, …)
  atlas.el = (tag, props, ...children) => fill(document.createElement(tag), props, children);
  atlas.svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

  // Put children in the place of whatever is there.
  atlas.put = (node, ...children) => {
    node.replaceChildren(...children.flat(Infinity).filter(Boolean));
    return node;
  };

  atlas.byId = (id) => document.getElementById(id);

  atlas.calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // Save text as a file, without a request.
  atlas.download = (name, content, type) => {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = atlas.el("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
})((window.atlas = window.atlas || {}));
