"""The normal form of a notebook, and what `make refresh` does."""

import base64
import copy
import io
import json
import warnings
from pathlib import Path

import normalise
import notebooks
import numpy as np
import pytest
import sample
from PIL import Image


@pytest.mark.parametrize("path", notebooks.paths(), ids=lambda path: path.stem)
def test_the_book_is_in_normal_form(path: Path):
    found = normalise.problems(path)
    assert not found, "\n".join(found)


@pytest.fixture
def stored(tmp_path) -> Path:
    """The sample in normal form, as a file."""
    path = tmp_path / "sums.ipynb"
    path.write_text(normalise.to_text(normalise.normal_form(sample.raw())), encoding="utf-8")
    return path


def test_normal_form_is_found_normal(stored: Path):
    assert normalise.problems(stored) == []


def test_normal_form_of_a_normal_form(stored: Path):
    once = json.loads(stored.read_text())
    assert normalise.to_text(normalise.normal_form(once)) == stored.read_text()


def _edit(path: Path, change) -> list[str]:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return normalise.problems(path)


def _set(target: dict, **changes) -> None:
    target.update(changes)


DEFECTS = {
    "time stamps": (
        lambda nb: nb["cells"][3]["metadata"].update(execution={"iopub.execute_input": "now"}),
        "cell 3: metadata",
    ),
    "collapsed": (lambda nb: nb["cells"][3]["metadata"].update(collapsed=True), "cell 3: metadata"),
    "no tags": (lambda nb: nb["cells"][3]["metadata"].update(tags=[]), "cell 3: metadata"),
    "other kernel": (
        lambda nb: nb["metadata"]["kernelspec"].update(name="venv"),
        "metadata of the notebook",
    ),
    "version of Python": (
        lambda nb: nb["metadata"]["language_info"].update(version="3.11.7"),
        "metadata of the notebook",
    ),
    "counts": (lambda nb: _set(nb["cells"][3], execution_count=9), "cell 3: execution_count"),
    "no id": (lambda nb: nb["cells"][3].pop("id"), "cell 3: id"),
    "same id": (lambda nb: _set(nb["cells"][3], id=nb["cells"][4]["id"]), "ids"),
    "blank end": (lambda nb: _set(nb["cells"][3], source="1\n\n"), "cell 3: source"),
    "stream in pieces": (
        lambda nb: nb["cells"][3].update(outputs=[sample.printed("a"), sample.printed("b")]),
        "cell 3: outputs",
    ),
    "full palette": (
        lambda nb: nb["cells"][4].update(outputs=[sample.picture()]),
        "cell 4: outputs",
    ),
    "timed cell was edited": (
        lambda nb: nb["cells"][3]["metadata"].update(tags=["nbval-ignore-output"]),
        "changed since it was timed",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_planted_defect(stored: Path, defect: str):
    change, expected = DEFECTS[defect]
    found = _edit(stored, change)
    assert any(expected in problem for problem in found), found
    assert all("make refresh" in problem for problem in found)


def test_layout(stored: Path):
    stored.write_text(stored.read_text().rstrip("\n"))
    assert "layout" in normalise.problems(stored)[0]


def test_ids():
    """Own ids stay, new ones follow from the source, and repeated cells get different ones."""
    raw = sample.raw()
    raw["cells"] = [sample.markdown("A"), {**sample.markdown("B"), "id": "mine"}, sample.markdown("A")]
    ids = [cell["id"] for cell in normalise.normal_form(raw)["cells"]]
    assert ids[1] == "mine"
    assert len(set(ids)) == 3
    assert ids == [cell["id"] for cell in normalise.normal_form(raw)["cells"]]


def test_argument_is_not_changed():
    raw = sample.raw()
    before = copy.deepcopy(raw)
    normalise.normal_form(raw)
    assert raw == before


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_png(mode: str):
    """128 colours that are close to the true ones, no text inside, and a second time nothing changes."""
    ramp = np.linspace(0, 255, 400).astype(np.uint8).reshape(20, 20)
    alpha = [ramp] if mode == "RGBA" else []
    pixels = np.stack([ramp, ramp.T, ramp[::-1], *alpha], axis=-1)
    raw = io.BytesIO()
    Image.fromarray(pixels, mode).save(raw, "PNG")
    small = normalise.normal_png(raw.getvalue())
    image = Image.open(io.BytesIO(small))
    assert image.mode == "P"
    assert len(image.getcolors()) <= 128
    assert "Software" not in image.info
    close = np.abs(np.asarray(image.convert(mode)).astype(int) - pixels).mean()
    assert close < 12
    assert normalise.normal_png(small) == small == normalise.normal_png(raw.getvalue())


# --- execution --------------------------------------------------------------------------------------

CELLS = [
    sample.code("import os, pathlib, time\n\nimport mathnn", tags=["setup"]),
    sample.code("# verifies: thm-a, thm-b\ntime.sleep(0.3)\nassert True"),
    sample.code("print(time.perf_counter())", tags=["nbval-ignore-output"]),
    sample.code("print('a')\nprint('b')\npathlib.Path('book').exists()"),
]
RAW = {"cells": CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def runs():
    """The same notebook, executed twice. The kernel's own warnings are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, seconds = normalise.execute(RAW)
        first = normalise.keep_timings(RAW, first)
        second, _ = normalise.execute(first)
    return first, second, seconds


def test_execution_is_far_from_the_repository(runs):
    last = runs[0]["cells"][3]["outputs"]
    assert last[0]["text"] == "a\nb\n"
    assert last[1]["data"]["text/plain"] == "False"


def test_second_run_changes_no_byte(runs):
    first, second, _ = runs
    kept = normalise.keep_timings(first, second)
    assert normalise.to_text(kept) == normalise.to_text(first)


def test_timing_is_measured_again_when_its_source_changes(runs):
    first, second, _ = runs
    edited = copy.deepcopy(first)
    edited["cells"][2]["source"] += "  # edited"
    fresh = copy.deepcopy(second)
    fresh["cells"][2]["source"] += "  # edited"
    kept = normalise.keep_timings(edited, fresh)
    assert kept["cells"][2]["outputs"] == second["cells"][2]["outputs"]
    assert kept["cells"][2]["outputs"] != first["cells"][2]["outputs"]


def test_seconds(runs):
    first, _, seconds = runs
    found = normalise.seconds_of_labels(first, seconds)
    assert set(found) == {"thm-a", "thm-b"}
    assert 0.3 <= found["thm-a"] < 3.0


def test_noise_of_the_clock_is_not_stored():
    stored = {"a": 1.0, "b": 0.1, "gone": 2.0}
    fresh = {"a": 1.3, "b": 0.26, "c": 0.04}
    assert normalise.merge_seconds(stored, fresh) == {"a": 1.0, "b": 0.1, "c": 0.0, "gone": 2.0}
    assert normalise.merge_seconds({"a": 1.0}, {"a": 1.66}) == {"a": 1.7}


def test_command(tmp_path, monkeypatch, capsys):
    path = tmp_path / "small.ipynb"
    path.write_text(json.dumps(RAW))
    monkeypatch.setattr(normalise, "SECONDS", tmp_path / "seconds.yml")
    assert normalise.main(["--check", str(path)]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert normalise.main([str(path)]) == 0
    assert normalise.main(["--check", str(path)]) == 0
    assert (tmp_path / "seconds.yml").read_text().endswith("thm-a: 0.3\nthm-b: 0.3\n")
    assert "in normal form" in capsys.readouterr().out


def test_command_names_the_cell_that_fails(tmp_path, monkeypatch, capsys):
    path = tmp_path / "broken.ipynb"
    path.write_text(json.dumps({**RAW, "cells": [sample.code("1 / 0")]}))
    monkeypatch.setattr(normalise, "SECONDS", tmp_path / "seconds.yml")
    before = path.read_text()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert normalise.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "broken.ipynb" in said
    assert "ZeroDivisionError" in said
    assert path.read_text() == before
    assert not (tmp_path / "seconds.yml").exists()


def test_png_of_the_sample_survives():
    raw = sample.raw()
    normal = normalise.normal_form(raw)
    png = base64.b64decode(normal["cells"][4]["outputs"][0]["data"]["image/png"])
    assert Image.open(io.BytesIO(png)).size == (20, 10)
