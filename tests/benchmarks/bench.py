"""Time `mathnn` beside its peers: ``make bench``, or ``python tests/benchmarks/bench.py -w W1,W6 -e mathnn,bound``.

Every engine has a process of its own, on one core with one thread unless ``--threads`` says more. Runs alternate, with
a rotating start, and ratios are taken within a round: a slow moment of the machine strikes all alike. A ratio is the
time of the engine divided by that of mathnn: above 1, mathnn is faster. Engines whose library is missing are left out.
The settings OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE change what is measured: unset them.
"""

import argparse
import contextlib
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from workloads import WORKLOADS, Linear, Logistic, data

HERE = Path(__file__).resolve()


def worker(name: str, folder: str) -> None:
    """Read commands from standard input, one a line, and answer each with one line of JSON."""
    from engines import ENGINES

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    run = None
    for line in sys.stdin:
        command, _, workload = line.strip().partition(" ")
        answer: dict[str, object] = {}
        if command == "setup":
            run = None
            arrays = {file.stem: np.load(file) for file in Path(folder, workload).glob("*.npy")}
            try:
                run = ENGINES[name](WORKLOADS[workload], arrays)
                result = run()
                run()
                if result is not None:
                    np.save(Path(folder, f"{name}.result.npy"), result)
                answer = {"scale": getattr(run, "scale", 1), "result": result is not None}
                del result
            except (NotImplementedError, ModuleNotFoundError) as error:
                answer = {"skipped": type(error).__name__}
        else:
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            run()
            answer = {"seconds": (time.perf_counter() - start) * getattr(run, "scale", 1)}
            gc.enable()
        answers.write(json.dumps(answer) + "\n")


class Engine:
    """A worker process."""

    def __init__(self, name: str, folder: str, threads: int) -> None:
        environment = {
            **os.environ,
            **{f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")},
            "JAX_ENABLE_X64": "1",
            "JAX_PLATFORMS": "cpu",
            "PYTHONWARNINGS": "ignore",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE), "--worker", name, "--folder", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        if threads == 1 and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {min(os.sched_getaffinity(0))})

    def ask(self, command: str) -> dict:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else {"skipped": "its process died"}

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def agreement(workload: str, arrays: dict[str, np.ndarray], mine: np.ndarray, other: np.ndarray) -> str:
    """Say how right a result is, on its own where that can be measured, or how far it is from that of mathnn."""
    work = WORKLOADS[workload]
    if isinstance(work, Logistic):
        z = arrays["X"] @ other[:-1] + other[-1]
        error = 1 / (1 + np.exp(-z)) - arrays["y"]
        return f"gradient {max(np.abs(error @ arrays['X']).max(), abs(error.sum())) / work.n:.0e}"
    if isinstance(work, Linear):
        exact = exact_fit(arrays)
        return f"error {np.linalg.norm(other - exact) / np.linalg.norm(exact):.0e}"
    return f"difference {np.abs(mine - other).max() / np.abs(mine).max():.0e}"


def exact_fit(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Least squares in long double: refined from a QR factorisation, a block of rows at a time."""
    A = np.column_stack([arrays["X"], np.ones(len(arrays["y"]))])
    R = np.linalg.qr(A, mode="r")
    beta = np.zeros(A.shape[1], np.longdouble)
    for _ in range(6):
        right = np.zeros_like(beta)
        for i in range(0, len(A), 20_000):
            block = A[i : i + 20_000].astype(np.longdouble)
            right += block.T @ (arrays["y"][i : i + 20_000] - block @ beta)
        beta += np.linalg.solve(R, np.linalg.solve(R.T, right.astype(float)))
    return beta.astype(float)


def time_workload(workload: str, names: list[str], folder: str, rounds: int, threads: int) -> dict:
    """Time all engines on one workload, print the table, and return it."""
    arrays = data(WORKLOADS[workload])
    Path(folder, workload).mkdir()
    for key, array in arrays.items():
        np.save(Path(folder, workload, f"{key}.npy"), array)
    engines, told = {}, {}
    for name in names:
        engine = Engine(name, folder, threads)
        told[name] = engine.ask(f"setup {workload}")
        if "skipped" in told[name]:
            engine.close()
        else:
            engines[name] = engine
    seconds = np.empty((rounds, len(engines)))
    order = list(engines)
    for r in range(rounds):
        for place in range(len(order)):
            j = (r + place) % len(order)
            seconds[r, j] = engines[order[j]].ask("run")["seconds"]
    for engine in engines.values():
        engine.close()
    ratios = seconds / seconds[:, [order.index("mathnn")]]
    mine = np.load(Path(folder, "mathnn.result.npy"))
    print(f"\n{workload}: {WORKLOADS[workload]}, {threads} thread(s), {rounds} rounds")
    print(f"{'engine':20}{'median s':>10}{'ratio':>8}  (min to max)")
    table = {}
    for j in np.argsort(np.median(seconds, axis=0)):
        name, ratio = order[j], ratios[:, j]
        remark = ""
        if told[name]["result"]:
            remark = agreement(workload, arrays, mine, np.load(Path(folder, f"{name}.result.npy")).astype(float))
        elif told[name]["scale"] != 1:
            remark = f"a part of the work, times {told[name]['scale']}"
        median = float(np.median(ratio))
        table[name] = {
            "seconds": float(np.median(seconds[:, j])),
            "ratio": median,
            "least": float(ratio.min()),
            "most": float(ratio.max()),
            "remark": remark,
        }
        span = f"({ratio.min():.2f} to {ratio.max():.2f})"
        print(f"{name:20}{np.median(seconds[:, j]):10.4f}{median:8.2f}  {span:18}{remark}", flush=True)
    return table


def main() -> None:
    """Read the options, and time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workloads", default=",".join(WORKLOADS))
    parser.add_argument("-e", "--engines", default="")
    parser.add_argument("-r", "--rounds", type=int, default=5)
    parser.add_argument("-t", "--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker(options.worker, options.folder)
        return
    from engines import ENGINES

    names = options.engines.split(",") if options.engines else list(ENGINES)
    if "mathnn" not in names:
        names.insert(0, "mathnn")
    tables = {}
    for workload in options.workloads.split(","):
        with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
            tables[workload] = time_workload(workload, names, folder, options.rounds, options.threads)
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
