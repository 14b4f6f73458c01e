"""What runs a cell in the reader's browser, here without a browser; and the files that the site gets for it."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import live
import own_python
import pytest

FOLDER = live.ROOT / "book" / "_ext"
# In a process of its own, as the runner changes `display` and the streams.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import live_runner
live_runner.stand_in_for_ipython()
names, ran = {}, []
for number, source in enumerate(json.loads(sys.argv[2]), 1):
    said = []
    ok = live_runner.run(source, f"<cell {number}>", names, lambda *pair: said.append(pair))
    ran.append([ok, said])
print(json.dumps(ran))
"""


def run(*cells: str) -> list[tuple[bool, list[tuple[str, object]]]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(FOLDER), json.dumps(cells)],
        capture_output=True,
        text=True,
        check=True,
        env={"MPLBACKEND": "module://live_figures", "MPLCONFIGDIR": "/tmp"},
    )
    return json.loads(done.stdout)


def only(source: str) -> list[list[object]]:
    """What one cell says; neighbouring texts are one, as on the page."""
    [[_, said]] = run(source)
    whole: list[list[object]] = []
    for kind, content in said:
        if whole and whole[-1][0] == kind == "text":
            whole[-1][1] += content
        else:
            whole.append([kind, content])
    return whole


def test_prints_and_shows_the_last_value():
    assert only("print(1)\n2 + 3\n'last'") == [["text", "1\n'last'\n"]]


def test_a_warning_does_not_cut_lines_or_change_the_order():
    source = "import warnings\nprint('a', 'b')\nprint('c')\nwarnings.warn('careful')\nprint('d', 'e')\n1 / 0"
    said = only(source)
    assert [kind for kind, _ in said] == ["text", "warning", "text", "error"]
    assert [said[0][1], said[2][1]] == ["a b\nc\n", "d e\n"]
    assert "careful" in str(said[1][1])


def test_the_first_line_is_said_at_once_and_half_a_line_not():
    [[_, said]] = run("print('a', 'b')\nprint('half', end='')")
    assert said == [["text", "a b\n"], ["text", "half"]]


@pytest.mark.parametrize("source", ["", "# nothing", "x = 1", "1;", "None"])
def test_shows_nothing(source: str):
    assert only(source) == []


def test_keeps_names_and_classes():
    cells = ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int", "p = P(2)", "p.x", "_ + 1"]
    assert [said for _, said in run(*cells)] == [[], [], [["text", "2\n"]], [["text", "3\n"]]]


def test_shows_mathematics_and_html():
    [[kind, latex]] = only("import sympy\nsympy.Symbol('x') / 2")
    assert (kind, latex) == ("latex", r"$\displaystyle \frac{x}{2}$")
    assert only("display({'text/html': '<b>', 'text/plain': 'b'}, raw=True)") == [["html", "<b>"]]
    assert only("display({'text/plain': 'b'}, raw=True)") == [["text", "b\n"]]
    shown = only("from IPython.display import HTML, Math, display\ndisplay(HTML('<i>'), 1)\nMath('x')")
    assert shown == [["html", "<i>"], ["text", "1\n"], ["latex", "x"]]


def test_keeps_the_order_of_what_is_shown():
    html = "display({'text/html': '<b>', 'text/plain': 'b'}, raw=True)"
    expected = [["text", "a\n1\n2\n"], ["html", "<b>"], ["text", "b\n"]]
    assert only(f"print('a')\ndisplay(1, 2)\n{html}\nprint('b')") == expected


def test_breaks_long_lists():
    [[_, text]] = only("['abcdefghijklmnop'] * 9")
    assert max(map(len, text.splitlines())) < 80


@pytest.mark.parametrize("end", ["plt.show()", "", "fig;", "x = 1"])
def test_shows_every_figure_once(end: str):
    said = only(f"import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n{end}")
    assert [kind for kind, _ in said] == ["png"]
    assert said[0][1].startswith("iVBOR")


def test_warnings_are_told_apart():
    assert [kind for kind, _ in only("import warnings\nwarnings.warn('careful')\nprint(1)")] == ["warning", "text"]


def test_an_endless_print_is_cut():
    [[_, text]] = only("for i in range(40000): print('0123456789')")
    assert len(text) < 101_000
    assert text.endswith("more than the page can show.\n")


def test_an_error_says_where():
    [[ok, said]] = run("x = 1\n\ndef f(a):\n    return a / 0\n\nf(x)\n")
    assert not ok
    error = said[-1][1]
    assert error["kind"] == "ZeroDivisionError"
    assert (error["line"], error["code"]) == (4, "return a / 0")
    assert "live_runner" not in error["traceback"]


def test_an_error_inside_a_library_is_told_by_the_line_of_the_cell():
    error = only("import json\n\njson.loads('{')")[-1][1]
    assert (error["line"], error["code"]) == (3, "json.loads('{')")
    assert "decoder.py" in error["traceback"]


def test_a_syntax_error_says_where():
    error = only("x = 1\ny = (\n")[-1][1]
    assert (error["kind"], error["line"]) == ("SyntaxError", 2)


def test_a_missing_name_is_named():
    error = only("1 + nowhere")[-1][1]
    assert (error["kind"], error["name"]) == ("NameError", "nowhere")


@pytest.mark.parametrize("source", ["raise SystemExit(1)", "raise KeyboardInterrupt", "exit()"])
def test_nothing_ends_python(source: str):
    [[ok, said], [after, _]] = run(source, "1")
    assert (ok, said[-1][0], after) == (False, "error", True)


def test_the_package_is_whole(tmp_path: Path):
    live.write_package(tmp_path / "a.zip")
    live.write_package(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    program = "import mathnn.network, mathnn.exercises.losses as m; print(m.__file__)"
    path = {"PYTHONPATH": str(tmp_path / "a.zip")}
    found = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True, env=path)
    assert "a.zip" in found.stdout
    assert "mathnn/book.mplstyle" in zipfile.ZipFile(tmp_path / "a.zip").namelist()


def test_the_size_that_is_told_is_named_by_imports():
    assert set(live.MEGABYTES) == {"python", "sympy", "matplotlib", "scipy", "sklearn"}


def test_a_file_with_another_hash_is_refused(tmp_path: Path):
    (tmp_path / "a.whl").write_bytes(b"a")
    package = {"file_name": "a.whl", "sha256": hashlib.sha256(b"a").hexdigest(), "depends": []}
    lock = {"packages": dict.fromkeys(own_python.ROOTS, package)}
    assert own_python.wrong(lock, tmp_path) == []
    (tmp_path / "a.whl").write_bytes(b"b")
    assert own_python.wrong(lock, tmp_path) == ["a.whl"]
