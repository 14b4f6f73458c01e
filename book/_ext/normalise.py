"""Execute the notebooks and store them in one normal form: ``make refresh``.

``python book/_ext/normalise.py [--check] [--timings] [notebook ...]``; default: all in ``_toc.yml``.
``--check`` writes and executes nothing: it reports what is not in normal form.

The normal form has nothing in it that depends on when, where or how often a notebook was run: no
time stamps, one kernel specification, stable cell ids, counts 1, 2, 3, ..., pictures with a palette
of 128 colours. So a second run changes no byte: a difference in git is a difference in the book.
Cells tagged ``nbval-ignore-output`` are the exception: what they measured stands until their source
changes or ``--timings`` asks for more.
"""

from __future__ import annotations

import argparse
import base64
import copy
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import notebooks
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image
from traitlets.config import Config

SECONDS = notebooks.ROOT / "book" / "seconds.yml"
SECONDS_HEADER = "# Label: seconds of its checked cells. Written by `make refresh`.\n"
CELL_TIMEOUT = 120
COLOURS = 128
IGNORED = "nbval-ignore-output"
# Only what a viewer needs: a patch version of Python would change the file on every machine.
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE_INFO = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}
Json = dict[str, Any]


# --- the normal form ------------------------------------------------------------------------------


def normal_png(png: bytes) -> bytes:
    """Reduce a picture to a palette of 128 colours, without any text inside."""
    image = Image.open(io.BytesIO(png))
    image.load()
    if image.mode == "P" and _is_plain(image):
        return png
    image = image.convert("RGBA")
    if image.getextrema()[3] == (255, 255):
        reduced = image.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT)
    else:
        reduced = image.quantize(COLOURS, Image.Quantize.FASTOCTREE)
    stored = io.BytesIO()
    reduced.save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _is_plain(image: Image.Image) -> bool:
    """Whether a palette picture is as `normal_png` writes it."""
    return set(image.info) <= {"transparency"} and len(image.getcolors() or ()) <= COLOURS


def _normal_outputs(outputs: list[Json], count: int) -> list[Json]:
    normal: list[Json] = []
    for output in outputs:
        new: Json = {"output_type": output["output_type"]}
        match output["output_type"]:
            case "stream":
                text = notebooks.text_of(output["text"])
                # In how many pieces a stream arrives is a matter of luck.
                same = [o for o in normal[-1:] if o.get("name") == output["name"]]
                if same:
                    same[0]["text"] += text
                    continue
                new |= {"name": output["name"], "text": text}
            case "error":
                new |= {key: output[key] for key in ("ename", "evalue", "traceback")}
            case kind:
                data = {
                    mime: value if mime.endswith("json") else notebooks.text_of(value)
                    for mime, value in output["data"].items()
                }
                if "image/png" in data:
                    png = normal_png(base64.b64decode(data["image/png"]))
                    data["image/png"] = base64.b64encode(png).decode()
                kept = {k: v for k, v in output.get("metadata", {}).items() if k == "scrapbook"}
                new |= {"data": data, "metadata": kept}
                if kind == "execute_result":
                    new["execution_count"] = count
        normal.append(new)
    return normal


def _cell_id(cell: Json, source: str, taken: set[str]) -> str:
    """Return the cell's own id if valid and still free, else one that follows from its source."""
    own = cell.get("id", "")
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", own) and own not in taken:
        return own
    stem = hashlib.sha256(source.encode()).hexdigest()[:8]
    candidates = (stem if n == 0 else f"{stem}-{n}" for n in range(len(taken) + 1))
    return next(candidate for candidate in candidates if candidate not in taken)


def normal_form(notebook: Json) -> Json:
    """Return the notebook in normal form. Nothing is executed; the argument is not changed."""
    taken: set[str] = set()
    cells: list[Json] = []
    count = 0
    for cell in copy.deepcopy(notebook["cells"]):
        source = notebooks.text_of(cell["source"]).rstrip()
        new: Json = {
            "cell_type": cell["cell_type"],
            "id": _cell_id(cell, source, taken),
            "metadata": {
                key: value for key, value in cell.get("metadata", {}).items() if key in {"tags", "mystnb"} and value
            },
            "source": source,
        }
        taken.add(new["id"])
        if cell["cell_type"] == "code":
            executed = cell.get("execution_count") is not None
            count += executed
            new["execution_count"] = count if executed else None
            new["outputs"] = _normal_outputs(cell.get("outputs", []), count)
        cells.append(new)
    metadata: Json = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    if measured := notebook.get("metadata", {}).get("measured"):
        metadata["measured"] = measured
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def to_text(notebook: Json) -> str:
    """Write a notebook as Jupyter itself would."""
    return nbformat.writes(nbformat.from_dict(notebook)).rstrip("\n") + "\n"


# --- execution ------------------------------------------------------------------------------------


def execute(notebook: Json) -> tuple[Json, dict[str, float]]:
    """Run all cells in a fresh kernel, far from the repository.

    Returns the executed notebook in normal form, and the seconds of each code cell by its id.
    """
    prepared = nbformat.from_dict(normal_form(notebook))
    with tempfile.TemporaryDirectory() as folder:
        options = {
            # No folder of specifications: what is left is the kernel of this interpreter.
            "KernelSpecManager": {"kernel_dirs": []},
            "AsyncKernelManager": {
                "connection_file": str(Path(folder, "kernel.json")),
                # Sockets in that folder are private; a port can be heard by everyone on the machine.
                "transport": "tcp" if os.name == "nt" else "ipc",
            },
        }
        client = NotebookClient(
            prepared,
            kernel_name="python3",
            timeout=CELL_TIMEOUT,
            record_timing=True,
            config=Config(options),
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    seconds = {
        cell["id"]: _seconds(cell["metadata"].get("execution", {}))
        for cell in prepared["cells"]
        if cell["cell_type"] == "code"
    }
    return normal_form(json.loads(nbformat.writes(prepared))), seconds


def _seconds(stamps: dict[str, str]) -> float:
    try:
        begin, end = (
            datetime.fromisoformat(stamps[key].replace("Z", "+00:00"))
            for key in ("iopub.execute_input", "iopub.status.idle")
        )
    except KeyError:  # an empty cell
        return 0.0
    return (end - begin).total_seconds()


def _measured(notebook: Json) -> dict[str, str]:
    """Fingerprint the sources of all cells whose outputs are timings."""
    return {
        cell["id"]: hashlib.sha256(notebooks.text_of(cell["source"]).encode()).hexdigest()[:12]
        for cell in notebook["cells"]
        if IGNORED in cell["metadata"].get("tags", ())
    }


def keep_timings(stored: Json, fresh: Json) -> Json:
    """Put the stored outputs of measuring cells into `fresh` where the source has not changed."""
    before = stored.get("metadata", {}).get("measured", {})
    now = _measured(fresh)
    outputs = {
        cell["id"]: cell["outputs"]
        for cell in normal_form(stored)["cells"]
        if cell["id"] in now and before.get(cell["id"]) == now[cell["id"]]
    }
    result = copy.deepcopy(fresh)
    for cell in result["cells"]:
        if cell["id"] in outputs:
            cell["outputs"] = _normal_outputs(outputs[cell["id"]], cell["execution_count"])
    result["metadata"].pop("measured", None)
    if now:
        result["metadata"]["measured"] = now
    return result


# --- seconds of the statements --------------------------------------------------------------------


def seconds_of_labels(notebook: Json, seconds: dict[str, float]) -> dict[str, float]:
    """Add up, for each label, the seconds of the cells that verify it."""
    total: dict[str, float] = {}
    for raw, cell in zip(notebook["cells"], notebooks.cells_of(notebook), strict=True):
        for label in cell.verifies:
            total[label] = total.get(label, 0.0) + seconds[raw["id"]]
    return total


def merge_seconds(stored: dict[str, float], fresh: dict[str, float]) -> dict[str, float]:
    """Take over fresh seconds that differ: the clock is noisy, the file need not be."""
    merged = dict(stored)
    for label, value in fresh.items():
        old = stored.get(label)
        if old is None or abs(value - old) > max(0.2, 0.5 * old):
            merged[label] = round(value, 1)
    return dict(sorted(merged.items()))


# --- the command ----------------------------------------------------------------------------------


def problems(path: Path) -> list[str]:
    """Say what is not in normal form, without executing anything."""
    text = path.read_text(encoding="utf-8")
    stored = json.loads(text)
    normal = normal_form(stored)
    found = []
    if stored["metadata"] != normal["metadata"]:
        found.append("metadata of the notebook")
    if stored["metadata"].get("measured", {}) != _measured(normal):
        found.append("a timed cell has changed since it was timed")
    if len({cell.get("id") for cell in stored["cells"]}) < len(stored["cells"]):
        found.append("missing or repeated cell ids")
    for index, (raw, cell) in enumerate(zip(stored["cells"], normal["cells"], strict=True)):
        parts = [key for key in cell if key != "outputs" and _joined(raw, key) != cell[key]]
        outputs = copy.deepcopy(raw.get("outputs", []))
        for output in outputs:
            if "text" in output:
                output["text"] = notebooks.text_of(output["text"])
            for mime, value in output.get("data", {}).items():
                if not mime.endswith("json"):
                    output["data"][mime] = notebooks.text_of(value)
        if outputs != cell.get("outputs", []):
            parts.append("outputs")
        if parts:
            found.append(f"cell {index}: {', '.join(parts)}")
    if not found and text != to_text(normal):
        found.append("layout of the file")
    return [f"{path.name}: not in normal form ({what}); run `make refresh`" for what in found]


def _joined(raw: Json, key: str) -> object:
    return notebooks.text_of(raw["source"]) if key == "source" else raw.get(key)


def refresh(path: Path, *, timings: bool = False) -> dict[str, float]:
    """Execute one notebook and store it; returns the seconds of its labels."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    fresh, seconds = execute(stored)
    text = to_text(keep_timings({"cells": [], "metadata": {}} if timings else stored, fresh))
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
    return seconds_of_labels(fresh, seconds)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("notebook", nargs="*", type=Path, help="default: all of _toc.yml")
    parser.add_argument("--check", action="store_true", help="report, and change nothing")
    parser.add_argument("--timings", action="store_true", help="measure anew what is only timed")
    options = parser.parse_args(arguments)
    chosen = options.notebook or list(notebooks.paths())
    if options.check:
        found = [problem for path in chosen for problem in problems(path)]
        print("\n".join(found) or f"{len(chosen)} notebooks are in normal form.")
        return bool(found)
    fresh: dict[str, float] = {}
    failed = False
    for path in chosen:
        try:
            fresh |= refresh(path, timings=options.timings)
            print(f"refreshed {path.name}", flush=True)
        except CellExecutionError as error:
            failed = True
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            print(f"{path.name} is left as it was, because a cell fails:\n{plain}", flush=True)
    if failed:
        return 1
    stored = yaml.safe_load(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else None
    merged = merge_seconds(stored or {}, fresh)
    if not options.notebook:  # the whole book was run: what was not seen is gone
        merged = {label: merged[label] for label in sorted(fresh)}
    SECONDS.write_text(SECONDS_HEADER + yaml.safe_dump(merged), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
