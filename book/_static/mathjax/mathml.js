// TeX to the MathML that browsers and e-readers draw themselves. MathJax reads the formula and knows the spaces of TeX;
// here they and the rest go into the words of MathML Core, the part of MathML that all browsers know.
// It runs when the book is built (book/_ext/mathml.py), and in the page for the formulas that a cell prints.
"use strict";

globalThis.texToMathML = (() => {
  const SPACES = { thinmathspace: 0.167, mediummathspace: 0.222, thickmathspace: 0.278 };

  // The spaces of a sign that browsers know, so that they need not be written: [before, after].
  const KNOWN = new Map([..."=<>≤≥≠≈∈∼"].map((sign) => [sign, [0.278, 0.278]]));
  for (const sign of "+−±×⋅") KNOWN.set(sign, [0.222, 0.222]);
  for (const sign of ",;") KNOWN.set(sign, [0, 0.167]);
  const BRACKETS = "()[]{}⟨⟩⌈⌉⌊⌋";
  const LINES = "|‖∣∥";
  const RELATION = 3; // how MathJax calls a sign like =
  const ACCENTS = { "^": "ˆ", "~": "˜", "¯": "¯", "˙": "˙", "¨": "¨", "―": "¯" }; // as they are called in Unicode
  const SCRIPTS = ["msub", "msup", "msubsup", "munder", "mover", "munderover"];

  // Alphabets: where A, a, capital alpha, alpha and 0 stand in Unicode; 0 where there is none. And the letters that
  // were in Unicode before the alphabets, so that these have holes.
  const ALPHABETS = {
    bold: [0x1d400, 0x1d41a, 0x1d6a8, 0x1d6c2, 0x1d7ce],
    "bold-italic": [0x1d468, 0x1d482, 0x1d71c, 0x1d736, 0],
    "double-struck": [0x1d538, 0x1d552, 0, 0, 0x1d7d8],
    script: [0x1d49c, 0x1d4b6, 0, 0, 0],
    fraktur: [0x1d504, 0x1d51e, 0, 0, 0],
    "sans-serif": [0x1d5a0, 0x1d5ba, 0, 0, 0x1d7e2],
    monospace: [0x1d670, 0x1d68a, 0, 0, 0x1d7f6],
  };
  const RANGES = ["AZ", "az", "ΑΩ", "αω", "09"];
  const OLD = { "double-struck": "CℂHℍNℕPℙQℚRℝZℤ", script: "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ", fraktur: "CℭHℌIℑRℜZℨ" };

  function inAlphabet(text, variant) {
    const letters = [...text].map((letter) => {
      const old = (OLD[variant] ?? "").match(new RegExp(`${letter}(.)`, "u"));
      if (old && /\w/.test(letter)) return old[1];
      const at = RANGES.findIndex(([first, last]) => first <= letter && letter <= last);
      const start = ALPHABETS[variant][at];
      return start && String.fromCodePoint(start + letter.codePointAt(0) - RANGES[at].codePointAt(0));
    });
    return letters.every(Boolean) ? letters.join("") : null;
  }

  // ---------- from MathJax's tree to one of plain nodes: tag, attributes, children, gap (the space that TeX puts before) ----------

  function plain(node) {
    if (node.isKind("text")) return [node.getText()];
    const children = node.childNodes.flatMap((child) => (child ? plain(child) : [])); // TeX has no empty arguments
    if (node.isInferred) return children;
    const tag = node.isKind("TeXAtom") ? "mrow" : node.kind;
    const attributes = { ...node.attributes.getAllAttributes() };
    if (tag === "merror" || attributes.mathcolor === "red") throw new Error(words({ children }).trim());
    if (attributes.linebreak) throw new Error("a new line outside of an environment");
    const small = node.getProperty("useHeight") === false && node.getProperty("scriptlevel");
    for (const name in attributes) if (/^data-|^fence$|^accent$/.test(name)) delete attributes[name];
    const gap = node.parent?.isEmbellished ? 0 : SPACES[node.texSpacing()] ?? 0;
    return simplified({ tag, attributes, children, gap, texClass: node.texClass, small });
  }

  const words = (node) => (typeof node === "string" ? node : node.children.map(words).join(""));

  function simplified(node) {
    const { tag, attributes, children, gap } = node;
    const only = children.length === 1 && typeof children[0] !== "string" ? children[0] : null;
    if (tag === "mrow" && only) {
      if (only.tag === "mo") side(only, node.texClass);
      return [{ ...only, gap }];
    }
    if (tag === "mstyle" && !("displaystyle" in attributes) && children.every((child) => child.tag === "mspace")) return children;
    if (only?.tag === "mrow" && ["mstyle", "msqrt", "mtd", "math"].includes(tag)) node.children = only.children;
    if (["mi", "mn", "mtext", "mo"].includes(tag)) {
      const variant = (attributes.mathvariant ?? "").replace("-tex-", "").replace("calligraphic", "script");
      const letters = variant in ALPHABETS && inAlphabet(words(node), variant);
      if (letters) node.children = [letters];
      if (letters || tag !== "mi" || variant !== "normal" || [...words(node)].length > 1) delete attributes.mathvariant;
    }
    if (tag === "mo") sign(node);
    if (tag === "mtable") table(node);
    if (tag === "mover" && words(children[1]) in ACCENTS) accent(node);
    // A sign grows only in a row.
    if (SCRIPTS.includes(tag) && children[0].attributes.minsize) children[0] = { tag: "mrow", attributes: {}, children: [children[0]], gap: 0 };
    return [node];
  }

  function sign(node) {
    const { attributes, children, texClass } = node;
    const [text] = children;
    if (texClass === RELATION && LINES.includes(text) && !attributes.minsize) attributes.stretchy = false; // the bar of "given"
    node.grows = attributes.stretchy !== false;
    for (const name of ["lspace", "rspace"]) if (attributes[name] in SPACES) attributes[name] = `${SPACES[attributes[name]]}em`;
    const grows = BRACKETS.includes(text) || (LINES.includes(text) && attributes.stretchy !== false) || attributes.minsize;
    if (!grows && !LINES.includes(text)) delete attributes.stretchy;
    if (grows && !BRACKETS.includes(text)) attributes.stretchy = attributes.symmetric = true;
    side({ attributes, children }, texClass);
    // \big and its kin name the size of TeX's glyph; the glyphs of the book's font are a bit smaller.
    if (attributes.minsize) attributes.minsize = attributes.maxsize = `${(0.9 * parseFloat(attributes.minsize)).toFixed(2)}em`;
  }

  // Browsers make no accent of the book's font wider.
  function accent({ attributes, children: [base, mark] }) {
    if (mark.grows && [...words(base)].length > 1) throw new Error("a line or a hat over more than one letter");
    attributes.accent = true;
    mark.children = [ACCENTS[words(mark)]];
    mark.attributes = { stretchy: false, lspace: "0", rspace: "0" };
  }

  // A sign that opens and one that closes can look the same.
  function side({ attributes, children: [text] }, texClass) {
    const form = { 4: "prefix", 5: "postfix" }[texClass];
    if (form && !BRACKETS.includes(text)) attributes.form = form;
  }

  // Browsers do not read how the columns of a table are to be set, but styles.
  function table({ attributes, children, small }) {
    if (small) attributes.scriptlevel = "+1";
    const list = (name) => (attributes[name] ?? "").split(" ");
    const at = (values, index) => values[Math.min(index, values.length - 1)];
    const [sides, across, down] = ["columnalign", "columnspacing", "rowspacing"].map(list);
    const half = (length) => (parseFloat(length) ? `${+(parseFloat(length) / 2).toFixed(3)}${length.replace(/[\d.]+/, "")}` : "0");
    children.forEach((row, line) =>
      row.children.forEach((cell, index) => {
        const last = index === row.children.length - 1;
        const padding = [
          line ? half(at(down, line - 1)) : "0",
          last ? "0" : half(at(across, index)),
          line === children.length - 1 ? "0" : half(at(down, line)),
          index ? half(at(across, index - 1)) : "0",
        ];
        const side = at(sides, index) || "center";
        cell.attributes = { style: `padding:${padding.join(" ")}` };
        // Chromium reads only its own name of the side.
        if (side !== "center") cell.attributes.style += `;text-align:${side};text-align:-webkit-${side}`;
        space(cell.children);
        if (last && !small) cell.children.push({ tag: "mspace", attributes: { height: "0.75em", depth: "0.25em" }, children: [] });
      }));
    for (const name of ["columnalign", "columnspacing", "rowspacing"]) delete attributes[name];
  }

  // ---------- spaces ----------

  // The sign at the heart of a node, whose spaces are those of the node: that of a sum with limits.
  function core(node) {
    if (node.tag === "mo") return node;
    if (SCRIPTS.includes(node.tag) || (node.tag === "mrow" && node.children.length === 1)) return core(node.children[0]);
    return null;
  }

  function space(row) {
    const signs = row.map(core);
    const known = signs.map((mo, at) => {
      const text = mo && words(mo);
      if (BRACKETS.includes(text) || text === "\u2061") return [0, 0];
      return (at && at < row.length - 1 && KNOWN.get(text)) || [-1, -1]; // at an end the sign is not a binary one
    });
    const wanted = signs.map(() => [0, 0]);
    const result = [];
    row.forEach((node, at) => {
      const { gap } = node;
      const left = at && signs[at - 1];
      if (gap && left && (known[at - 1][1] === gap || !signs[at] || known[at][0] !== gap)) wanted[at - 1][1] = gap;
      else if (gap && signs[at]) wanted[at][0] = gap;
      else if (gap) result.push({ tag: "mspace", attributes: { width: `${gap}em` }, children: [] });
      result.push(node);
    });
    const length = (number) => (number ? `${number}em` : "0");
    signs.forEach((mo, at) => {
      if (!mo || "lspace" in mo.attributes) return;
      const [before, after] = wanted[at];
      if (known[at][0] !== before) mo.attributes.lspace = length(before);
      if (known[at][1] !== after) mo.attributes.rspace = length(after);
    });
    row.splice(0, row.length, ...result);
  }

  const ROWS = new Set(["math", "mrow", "mstyle", "msqrt"]);

  function spaced(node) {
    if (typeof node === "string") return;
    node.children.forEach(spaced);
    if (ROWS.has(node.tag)) space(node.children);
    else if (!["mtable", "mtr", "mtd"].includes(node.tag))
      node.children.forEach((child, at) => { if (core(child)?.tag === "mo" && (at || child.tag !== "mo") && !node.attributes.accent) lone(child); });
  }

  // A sign that stands alone, as in x^*, has no spaces.
  function lone(node) {
    Object.assign(core(node).attributes, { lspace: "0", rspace: "0" });
  }

  // ---------- writing ----------

  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => ESCAPES[letter]);

  function written(node) {
    if (typeof node === "string") return escaped(node);
    const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
    return `<${node.tag}${attributes.join("")}>${node.children.map(written).join("")}</${node.tag}>`;
  }

  return (tex, display) => {
    if (!MathJax.startup.document) MathJax.startup.getComponents();
    const tree = MathJax.startup.document.convert(tex, { display, end: MathJax._.core.MathItem.STATE.CONVERT });
    tree.setTeXclass(null);
    const [root] = plain(tree);
    spaced(root);
    return written(root);
  };
})();
