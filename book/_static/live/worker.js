// Python runs here, in a worker, so that the page stays alive; the page ends the worker to interrupt it.
// Messages in: {start: config} once, then {id, source, name}. Out: {phase}, {bytes}, {id, kind, content}, {id, done}, {failed}.

let python, runner;

// Count what arrives, for the progress bar.
const ask = self.fetch.bind(self);
let bytes = 0;
self.fetch = async (...request) => {
  const answer = await ask(...request);
  if (!answer.ok || !answer.body) return answer;
  const count = new TransformStream({
    transform(chunk, out) {
      postMessage({ bytes: (bytes += chunk.byteLength) });
      out.enqueue(chunk);
    },
  });
  const { status, headers } = answer;
  return new Response(answer.body.pipeThrough(count), { status, headers });
};

async function start({ address, files }) {
  postMessage({ phase: "Loading Python" });
  const { loadPyodide } = await import(new URL("pyodide.mjs", address));
  python = await loadPyodide({ indexURL: address, env: { HOME: "/home/pyodide", MPLBACKEND: "module://live_figures" } });
  await python.loadPackage("numpy", { messageCallback: () => {} });
  const folder = python.runPython("import site; site.getsitepackages()[0]");
  for (const file of files) {
    const answer = await fetch(file, { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${file} is missing`);
    if (file.endsWith(".zip")) python.unpackArchive(await answer.arrayBuffer(), "zip", { extractDir: folder });
    else python.FS.writeFile(folder + "/" + file.split("/").pop(), await answer.text());
  }
  python.runPython("import importlib; importlib.invalidate_caches()");
  runner = python.pyimport("live_runner");
  runner.stand_in_for_ipython();
}

// The packages that the cell imports, if they are not there yet.
async function load(source) {
  const wrong = [];
  const imported = source.replace(/\bIPython\b/g, "sys"); // IPython has a stand-in
  await python.loadPackagesFromImports(imported, {
    messageCallback: (text) => /^Loading/.test(text) && postMessage({ phase: text }),
    errorCallback: (text) => wrong.push(text),
  });
  if (wrong.length) throw new Error(wrong.join("\n"));
}

function run({ id, source, name }) {
  const emit = (kind, content) => {
    const plain = content.toJs ? content.toJs({ dict_converter: Object.fromEntries }) : content;
    postMessage({ id, kind, content: plain });
  };
  return runner.run(source, name, python.globals, emit);
}

onmessage = async ({ data }) => {
  try {
    if (data.start) return await start(data.start), postMessage({ ready: true });
    await load(data.source);
    postMessage({ id: data.id, phase: "Running" });
    postMessage({ id: data.id, done: true, ok: run(data) });
  } catch (error) {
    postMessage({ id: data.id, failed: String(error.message ?? error) });
  }
};
