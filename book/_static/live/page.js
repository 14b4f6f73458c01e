// Run in the page: every code cell can be edited and run, by Python in the reader's browser (Pyodide, in worker.js).
// Until the reader asks, nothing is loaded but this file. live.json, which book/_ext/live.py writes, says where Python is.
(() => {
  "use strict";

  const here = document.currentScript.src;
  const cells = [];
  const FROM_A_FILE = `Python can't start in a page that was opened as a file. Serve the folder of the book:
    python -m http.server --directory _build/html, and open http://localhost:8000`;

  const AFRESH = "Python begins afresh at the next run.";
  const TIMES = " The text speaks of times outside a browser, where linear algebra is faster and comparisons can end otherwise.";

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function button(text, label, action) {
    const made = make("button", { type: "button", className: "live-button", onclick: action }, text);
    made.setAttribute("aria-label", label);
    return made;
  }

  // ---------- colours of the code that is edited, by the classes that Pygments uses ----------

  const WORDS = "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield";
  const PARTS = [
    /(?<c1>#.*)/,
    /(?<s1>(?:\b[rbfuRBFU]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /\b(?<kc>False|None|True)\b/,
    new RegExp(`\\b(?<k>${WORDS.replaceAll(" ", "|")})\\b`),
    /\b(?<mi>\d[\w.]*)/,
  ];
  const TOKENS = new RegExp(PARTS.map((part) => part.source).join("|"), "g");

  function colour(code) {
    const pieces = [];
    let end = 0;
    for (const found of code.matchAll(TOKENS)) {
      const kind = Object.keys(found.groups).find((key) => found.groups[key] !== undefined);
      pieces.push(code.slice(end, found.index), make("span", { className: kind }, found[0]));
      end = found.index + found[0].length;
    }
    return [...pieces, code.slice(end) + "\n"];
  }

  // ---------- formulas: MathJax is loaded for the first one ----------

  let mathjax;

  async function formula(tex) {
    window.MathJax ??= { startup: { typeset: false } };
    mathjax ??= ["mathjax.js", "mathml.js"].reduce((before, name) => before.then(() => new Promise((resolve, reject) => {
      document.head.append(make("script", { src: new URL(`../mathjax/${name}`, here), onload: resolve, onerror: reject }));
    })), Promise.resolve());
    await mathjax;
    return texToMathML(tex, true);
  }

  // ---------- a cell: its code, its bar of controls, its output ----------

  class Cell {
    constructor(element) {
      this.element = element;
      this.number = cells.length + 1;
      this.pre = element.querySelector(".cell_input pre");
      this.printed = [...this.pre.childNodes];
      this.original = this.source = this.pre.textContent.replace(/\n$/, "");
      const name = `cell ${this.number}`;
      this.runButton = button("Run", `Run ${name}`, () => run(this));
      this.stopButton = button("Stop", `Stop ${name}`, () => endPython("Stopped."));
      this.editButton = button("Edit", `Edit ${name}`, () => this.edit());
      this.resetButton = button("Reset", `Reset ${name}`, () => this.reset());
      this.restartButton = button("Restart Python", `Restart Python, at ${name}`, () => {
        endPython("");
        this.runButton.focus();
        this.say(AFRESH);
      });
      this.stopButton.hidden = this.resetButton.hidden = this.restartButton.hidden = true;
      this.status = make("span", { className: "live-status" });
      this.status.setAttribute("role", "status");
      this.progress = make("progress", { hidden: true });
      this.progress.setAttribute("aria-label", "Python loads");
      this.bar = element.querySelector(".live-bar");
      this.bar.append(this.runButton, this.stopButton, this.editButton, this.resetButton, this.restartButton, this.progress, this.status);
    }

    say(...content) {
      this.status.replaceChildren(...content);
    }

    loaded(megabytes, all) {
      this.progress.hidden = false;
      this.progress.max = all;
      this.progress.value = Math.min(megabytes, all);
    }

    // The code, in a text area that lies exactly on the coloured code.
    edit() {
      if (!this.area) {
        this.area = make("textarea", { className: "live-code", value: this.source, spellcheck: false, wrap: "off" });
        for (const [key, value] of [["aria-label", `Code of cell ${this.number}`], ["autocapitalize", "off"], ["autocomplete", "off"]])
          this.area.setAttribute(key, value);
        const style = getComputedStyle(this.pre);
        for (const key of ["font", "lineHeight", "letterSpacing", "padding", "tabSize"]) this.area.style[key] = style[key];
        this.area.oninput = () => {
          this.source = this.area.value;
          this.pre.replaceChildren(...colour(this.source));
          this.resetButton.hidden = false;
        };
        this.area.onscroll = () => (this.pre.scrollLeft = this.area.scrollLeft);
        this.area.onkeydown = (event) => this.key(event);
        this.pre.setAttribute("aria-hidden", "true");
        this.pre.removeAttribute("tabindex");
        this.pre.after(this.area);
        this.area.setSelectionRange(0, 0); // else a browser goes to the end of long code
        this.resetButton.hidden = false;
      }
      this.area.focus();
    }

    key(event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (event.shiftKey || event.ctrlKey || event.metaKey) return run(this);
      const line = this.area.value.slice(0, this.area.selectionStart).split("\n").pop();
      const more = /:\s*(#.*)?$/.test(line) ? "    " : "";
      document.execCommand("insertText", false, "\n" + line.match(/^ */)[0] + more); // keeps what can be undone
    }

    reset() {
      this.source = this.original;
      this.area?.remove();
      this.area = undefined;
      this.pre.removeAttribute("aria-hidden");
      this.pre.replaceChildren(...this.printed);
      this.pre.scrollLeft = 0;
      if (this.stored) this.output.replaceChildren(...this.stored);
      if (this.made) this.output.remove();
      this.stored = this.output = this.made = undefined;
      this.say("As printed again.");
      this.resetButton.hidden = true;
      this.runButton.focus();
      dispatchEvent(new Event("resize")); // book.js looks which boxes scroll
    }

    // What a screen reader is told when a run has ended: a short output itself, else what there is.
    heard() {
      const all = (selector) => [...(this.output?.querySelectorAll(`:scope > ${selector}`) ?? [])];
      const error = this.output?.querySelector(".live-error p")?.textContent ?? "";
      const text = all(".stream").map((box) => box.textContent).join("").trim();
      const told = text.length < 200 ? text : `${text.split("\n").length} lines of output.`;
      const others = { ".live-png": "A figure.", ".live-latex": "A formula.", ".live-html": "A figure or a table." };
      const rest = Object.entries(others).filter(([selector]) => all(selector).length).map(([, name]) => name);
      return [error, told, ...rest].filter(Boolean).join(" ");
    }

    begin(text) {
      this.busy = true;
      this.stale = true; // what stood there stays until there is something new
      this.runButton.setAttribute("aria-disabled", "true");
      this.stopButton.hidden = false;
      this.restartButton.hidden = true;
      this.say(text);
    }

    end(...content) {
      if (this.stopButton === document.activeElement) this.runButton.focus();
      this.busy = false;
      this.runButton.removeAttribute("aria-disabled");
      this.stopButton.hidden = this.progress.hidden = true;
      this.restartButton.hidden = !worker;
      this.say(...content);
      dispatchEvent(new Event("resize"));
    }

    // ---------- output ----------

    // While a cell runs and has shown nothing, what stands there is not of this run.
    age(old) {
      const output = this.element.querySelector(".cell_output");
      if (output) output.inert = old;
    }

    clear() {
      if (!this.stale) return;
      this.stale = false;
      this.age(false);
      this.output ??= this.element.querySelector(".cell_output");
      if (!this.output) {
        this.made = this.output = make("div", { className: "cell_output docutils container" });
        this.element.append(this.output);
      }
      this.stored ??= [...this.output.childNodes];
      this.alt ??= this.output.querySelector("img")?.alt;
      this.output.replaceChildren();
      this.resetButton.hidden = false;
    }

    show(kind, content) {
      this.clear();
      if (kind === "text" || kind === "warning") return this.print(kind, content);
      const box = make("div", { className: `output live-${kind}` });
      this.output.append(box);
      if (kind === "html") box.append(document.createRange().createContextualFragment(content)); // runs its scripts too
      if (kind === "png") box.append(make("img", { src: "data:image/png;base64," + content, alt: this.describe() }));
      if (kind === "error") box.append(...this.explain(content));
      if (kind === "latex") {
        const tex = content.replace(/^\$+(\\displaystyle)?|\$+$/g, "");
        formula(tex).then((written) => {
          box.classList.add("math");
          box.append(make("div", { innerHTML: written }));
        }, () => box.append(make("code", {}, tex))).then(() => dispatchEvent(new Event("resize")));
      }
    }

    print(kind, text) {
      let last = this.output.lastElementChild;
      if (!last?.classList.contains(`live-${kind}`)) {
        last = make("div", { className: `output stream live-${kind}` }, make("div", { className: "highlight" }, make("pre")));
        this.output.append(last);
      }
      last.querySelector("pre").append(text);
    }

    describe() {
      if (this.source === this.original && this.alt) return this.alt;
      const number = this.output.querySelectorAll(".live-png").length; // its own box stands there already
      const drew = `that the edited code of cell ${this.number} drew.`;
      if (number > 1) return `Figure ${number} ${drew}`;
      return this.alt ? `Figure ${drew} The printed figure: ${this.alt}` : `Figure ${drew}`;
    }

    explain({ kind, message, line, code, name, traceback }) {
      const where = line ? [make("p", {}, `In line ${line} of this cell: `, make("code", {}, code))] : [];
      const parts = [make("p", {}, make("strong", {}, kind), message ? `: ${message}` : ""), ...where];
      const source = kind === "NameError" && this.maker(name);
      if (source) {
        const both = async () => {
          this.runButton.focus(); // this button goes when the cell runs
          return (await run(source)) && run(this);
        };
        const label = `Run cell ${source.number}, then this one`;
        parts.push(make("p", {}, `${name} comes from cell ${source.number}. `, button(label, label, both)));
      }
      const whole = make("div", { className: "highlight" }, make("pre", {}, traceback));
      return [...parts, make("details", {}, make("summary", {}, "The whole traceback"), whole)];
    }

    // The last cell before this one that gives the name a value.
    maker(name) {
      const many = "(?:\\s*,\\s*\\w+)*\\s*";
      const gives = new RegExp(
        `^\\s*(?:\\w+\\s*,\\s*)*${name}${many}=(?!=)|^\\s*(?:def|class)\\s+${name}\\b|^\\s*for\\b[^:]*\\b${name}\\b.*\\bin\\b|\\bas ${name}\\b|\\bimport\\b.*\\b${name}\\b`, "m");
      return cells.slice(0, this.number - 1).findLast((cell) => gives.test(cell.source));
    }
  }

  // ---------- Python: one worker a page, one cell at a time ----------

  let config, worker, active;
  let era = 0; // of a worker, so that what waited for an ended one is not run by the next
  let line = Promise.resolve();

  function size() {
    const code = cells.map((cell) => cell.source).join("\n");
    const parts = Object.entries(config.megabytes).filter(([name]) => new RegExp(`^\\s*(from|import) ${name}\\b`, "m").test(code));
    return Math.round(parts.reduce((sum, [, megabytes]) => sum + megabytes, config.megabytes.python));
  }

  // Ask once in a session, before anything is loaded.
  function agreed(cell) {
    const host = new URL(config.address).host;
    if (worker || sessionStorage.getItem("live") === host) return true;
    const from = host === location.host ? "this site" : host;
    return new Promise((resolve) => {
      const answer = (yes) => () => {
        if (yes) sessionStorage.setItem("live", host);
        cell.say("");
        cell.runButton.focus();
        resolve(yes);
      };
      const yes = button("Load and run", "Load and run", answer(true));
      const text = `Python will run in your browser, and your code stays there. Loads about ${size()} MB from ${from}, once. `;
      cell.say(text, yes, " ", button("Not now", "Not now", answer(false)));
      yes.focus();
    });
  }

  async function run(cell) {
    if (cell.busy) return false;
    if (location.protocol === "file:") return cell.say(FROM_A_FILE);
    if (!config) {
      const address = new URL("live.json", here);
      config = await (await fetch(address, { cache: "no-cache" })).json();
      config.address = new URL(config.address, address).href;
      config.files = config.files.map((file) => new URL(file, address).href);
    }
    if (!(await agreed(cell)) || cell.busy) return false;
    const mine = era;
    cell.begin(cells.some(({ busy }) => busy) ? "Waiting for the other cells" : "");
    line = line.then(() => (mine === era ? work(cell) : (cell.end("Not run."), false))).catch((error) => (cell.end(`Failed: ${error}`), false));
    return line;
  }

  function ask(cell, question) {
    return new Promise((resolve) => {
      active = { cell, resolve };
      worker.postMessage(question);
    });
  }

  function hear({ data }) {
    if (data.kind) cells[data.id].show(data.kind, data.content);
    else if (data.bytes) active.cell.loaded(data.bytes / 1e6, size());
    else if (data.phase) active.cell.say(data.phase.replace(/^Loading .*,.*/, "Loading packages") + " …");
    else active.resolve(data);
  }

  async function execute(cell, target) {
    target.age(true);
    const answer = await ask(cell, { id: cells.indexOf(target), source: target.source, name: `<cell ${target.number}>` });
    target.age(false);
    return answer;
  }

  async function work(cell) {
    const setup = cells.find(({ element }) => element.classList.contains("tag_setup"));
    let answer = {};
    if (!worker) {
      worker = new Worker(new URL("worker.js", here), { type: "module" });
      worker.onmessage = hear;
      worker.onerror = (event) => active.resolve({ failed: event.message || "the worker did not start" });
      answer = await ask(cell, { start: config });
      if (answer.failed) {
        worker.terminate();
        worker = undefined;
        cell.end(`Python could not be loaded from ${new URL(config.address).host}. (${answer.failed})`);
        return false;
      }
      if (setup && setup !== cell && !answer.ended) {
        setup.stale = true;
        cell.say("Running the set-up cell first …");
        answer = await execute(cell, setup);
        if (!answer.ended) setup.say(answer.ok ? "Was run." : "Did not run to its end.");
        if (!answer.ended && !answer.ok) {
          endPython(""); // so that the next run begins with the set-up cell again
          cell.end(`Not run, because the set-up cell failed. ${answer.failed ?? ""}`);
          return false;
        }
      }
    }
    const start = performance.now();
    if (!answer.ended) {
      answer = await execute(cell, cell);
      cell.clear(); // if it printed nothing, or was stopped before it did
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (answer.ended) cell.end(`${answer.ended} ${AFRESH}`);
    else if (answer.failed) cell.end(`Failed: ${answer.failed}`);
    else {
      const heard = make("span", { className: "visually-hidden" }, ` ${cell.heard()}`);
      const slow = answer.ok && /\btiming\./.test(cell.source) ? TIMES : "";
      cell.end(answer.ok ? `Done in ${seconds} s.${slow}` : "Ended with an error.", heard);
      setTimeout(() => heard.remove(), 20_000); // it was heard; who reads on finds the output itself
    }
    return Boolean(answer.ok);
  }

  // The one way to interrupt WebAssembly that every host allows: end the worker, and with it all that was computed.
  function endPython(text) {
    worker?.terminate();
    worker = undefined;
    era += 1;
    for (const cell of cells) cell.restartButton.hidden = true;
    active?.resolve({ ended: text });
  }

  for (const element of document.querySelectorAll("div.cell:has(.live-bar)")) cells.push(new Cell(element));
})();
