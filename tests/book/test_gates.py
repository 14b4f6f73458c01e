"""The book keeps its rules, and every rule catches what it forbids."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gates
import notebooks
import pytest
import sample
from notebooks import Ledger, Notebook

ALL = notebooks.book()
CHAPTERS = tuple(notebook for notebook in ALL if notebook.is_chapter)
LEDGER = notebooks.read_ledger()

EVERY_NOTEBOOK = (gates.fences, gates.setup, gates.executed, gates.private)
EVERY_CHAPTER = (gates.sections, gates.vacuous, gates.exercises, gates.runs_alone)


def report(objections: list[str]) -> None:
    assert not objections, "\n" + "\n".join(objections)


# --- the book ---------------------------------------------------------------------------------------


def test_there_are_chapters():
    assert CHAPTERS


@pytest.mark.parametrize("gate", EVERY_NOTEBOOK, ids=lambda gate: gate.__name__)
@pytest.mark.parametrize("notebook", ALL, ids=lambda notebook: notebook.name)
def test_notebook(notebook: Notebook, gate: Callable[[Notebook], list[str]]):
    report(gate(notebook))


@pytest.mark.parametrize("gate", EVERY_CHAPTER, ids=lambda gate: gate.__name__)
@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda notebook: notebook.name)
def test_chapter(notebook: Notebook, gate: Callable[[Notebook], list[str]]):
    report(gate(notebook))


@pytest.mark.parametrize("gate", [gates.labels, gates.proofs, gates.checks, gates.derived])
def test_book_and_ledger(gate: Callable[[gates.Book, Ledger], list[str]]):
    report(gate(ALL, LEDGER))


def test_foundations():
    report(gates.foundations(ALL))


def test_corrections():
    for notebook in ALL:
        if notebook.name == "corrections":
            report(gates.corrections(notebook, LEDGER) + gates.runs_alone(notebook))


def test_alt_texts():
    report(gates.alt_texts(ALL))


def test_sources():
    report(gates.sources(LEDGER))


# --- the gates: a chapter without defects -----------------------------------------------------------


def objections(book: gates.Book, ledger: Ledger = sample.LEDGER) -> list[str]:
    """Ask all gates but the one that executes, as the sample has no checkers to import."""
    gates_of_one = (*EVERY_NOTEBOOK, gates.sections, gates.vacuous, gates.exercises)
    found = [o for notebook in book for gate in gates_of_one for o in gate(notebook)]
    for gate in (gates.labels, gates.proofs, gates.checks):
        found += gate(book, ledger)
    return [*found, *gates.alt_texts(book), *gates.sources(ledger)]


def test_the_sample_keeps_every_rule():
    report(objections((sample.notebook(),)))


# --- the gates: planted defects ---------------------------------------------------------------------


def changed(old: str, new: str, *, count: int = 1) -> dict[str, Any]:
    """The sample with `old` replaced by `new` in the first `count` cells that contain it."""
    content = sample.raw()
    left = count
    for cell in content["cells"]:
        if left and old in cell["source"]:
            cell["source"] = cell["source"].replace(old, new)
            left -= 1
    assert left == 0, f"{old!r} is not in the sample"
    return content


def with_cell(index: int, **changes: Any) -> dict[str, Any]:
    content = sample.raw()
    content["cells"][index] |= changes
    return content


def without(old: str) -> dict[str, Any]:
    content = sample.raw()
    kept = [cell for cell in content["cells"] if old not in cell["source"]]
    assert len(kept) < len(content["cells"])
    return {**content, "cells": kept}


def with_proof(proof: str) -> dict[str, Any]:
    box = sample.THEOREM.split("::::{dropdown}")[0]
    return with_cell(2, source=f"{box}\n{proof}".strip())


def between_theorem_and_proof(*between: dict[str, Any]) -> dict[str, Any]:
    box, proof = sample.THEOREM.split("::::{dropdown}")
    content = sample.raw()
    content["cells"][2:3] = [
        sample.markdown(box),
        *between,
        sample.markdown(f"::::{{dropdown}}{proof}"),
    ]
    return content


PROOF = "::::{dropdown} Proof of {prf:ref}`thm-square`"
DEFECTS = {
    # fences
    "backtick directive": (
        changed(":::{math}\n", "```{math}\n"),
        "backticks",
    ),
    "fence not closed": (changed("b^2$.\n:::", "b^2$.\n"), "not closed"),
    "fence closed twice": (changed("b^2$.\n:::", "b^2$.\n:::\n\n:::"), "opens and closes nothing"),
    "inner fence as long": (changed("Hint\nCount.\n:::", "Hint\nCount.\n::::"), "closed"),
    "TeX in a title": (changed("Square of a sum", "Square of $a+b$"), "TeX in the title"),
    # labels
    "no label": (changed(":label: thm-square\n", ""), "has no label"),
    "prefix of another kind": (changed("{prf:theorem}", "{prf:lemma}"), "must begin with 'lem-'"),
    "prefix of an exercise": (changed("exr-number-3", "number-3"), "must begin with 'exr-'"),
    "unknown kind": (changed("{prf:theorem}", "{prf:axiom}"), "not a kind of this book"),
    "label used twice": (changed("exr-number-3", "exr-number-2", count=2), "is used 2 times"),
    "label not in the ledger": (changed("thm-square", "thm-sum", count=2), "not in ledger.yml"),
    # proofs
    "no proof": (with_proof(""), "no proof follows thm-square"),
    "empty proof": (with_proof(f"{PROOF}\n\n::::"), "no proof follows thm-square"),
    "proof of comments": (
        with_proof(f"{PROOF}\n% to do\n<!-- later -->\n::::"),
        "no proof follows thm-square",
    ),
    "proof of something else": (
        with_proof("::::{dropdown} Proof of {prf:ref}`thm-sum`\nAbc.\n::::"),
        "no proof follows thm-square",
    ),
    "text before the proof": (
        between_theorem_and_proof(sample.markdown("Let us wait.")),
        "no proof follows thm-square",
    ),
    "code before the proof": (
        between_theorem_and_proof(sample.code("1", execution_count=9)),
        "no proof follows thm-square",
    ),
    # checks
    "no check": (changed("# verifies: thm-square\n", ""), "thm-square has no check"),
    "check of nothing": (changed("# verifies: thm-square", "# verifies: thm-x"), "does not exist"),
    "marker misspelt": (changed("# verifies:", "#verifies:"), "the first line must read"),
    "marker not first": (changed("# verifies:", "1\n# verifies:"), "the first line must read"),
    "vacuous check": (changed("assert np.isclose(", "print("), "can fail"),
    "constant assert": (with_cell(3, source="# verifies: thm-square\nassert True"), "can fail"),
    "assert of a tuple": (
        with_cell(3, source="# verifies: thm-square\nassert (1 == 2, 'never')"),
        "can fail",
    ),
    # set-up and execution
    "no set-up cell": (with_cell(1, metadata={}), "must have the tag `setup`"),
    "set-up without mathnn": (with_cell(1, source="import numpy"), "must import from `mathnn`"),
    "set-up prints": (with_cell(1, outputs=[sample.printed("1")]), "must print nothing"),
    "set-up twice": (with_cell(3, metadata={"tags": ["setup"]}), "only one cell"),
    "magic": (changed("plt.show()", "%matplotlib inline\nplt.show()"), "not Python"),
    "not executed": (with_cell(3, execution_count=None), "not 1..n"),
    "executed twice": (with_cell(3, execution_count=7), "not 1..n"),
    "empty cell": (with_cell(3, source=" "), "empty code cell"),
    "stderr": (with_cell(3, outputs=[sample.printed("Warning", "stderr")]), "stderr"),
    "error": (
        with_cell(
            3,
            outputs=[{"output_type": "error", "ename": "NameError", "evalue": "a", "traceback": []}],
        ),
        "ended with NameError",
    ),
    # outputs
    "path": (with_cell(3, outputs=[sample.printed("/home/ada/x.py")]), "path of somebody"),
    "index": (with_cell(3, outputs=[sample.printed("https://" + "pypi" + ".org/x")]), "package index"),
    "memory": (with_cell(3, outputs=[sample.printed("<f at 0x7f0011223344>")]), "in memory"),
    "path in HTML": (
        with_cell(
            3,
            outputs=[
                {
                    "output_type": "display_data",
                    "data": {"text/html": ["<b>", "/tmp/x</b>"]},
                    "metadata": {},
                }
            ],
        ),
        "path of somebody",
    ),
    # pictures
    "no alt text": (with_cell(4, metadata={}), "too short"),
    "short alt text": (with_cell(4, metadata={"mystnb": {"image": {"alt": "A plot"}}}), "too short"),
    "two pictures in a cell": (
        with_cell(4, outputs=[sample.picture(), sample.picture()]),
        "2 pictures",
    ),
    # exercises
    "five exercises": (without("umber-5"), "add 1"),
    "no hint": (changed("Hint", "Remark"), "lacks a hint"),
    "empty hint": (changed("Hint\nCount.", "Hint\n"), "lacks a hint"),
    "no starter": (without("number = None"), "lacks a starter"),
    "no solution": (without("number = 2"), "lacks a solution"),
    "solution to another": (
        changed("{solution-start} exr-number-2", "{solution-start} exr-number-1"),
        "lacks a solution",
    ),
    "open solution": (changed(":class: dropdown\n", ""), "lacks a folded solution"),
    "no checker": (changed("checkers.check_number(number)", "number"), "lacks a checker"),
    "solution that is wrong": (
        with_cell(10, outputs=[sample.shown("Not yet. That is another number.")]),
        "lacks a solution that its checker accepts",
    ),
    # sections
    "no measurement": (changed("How fast", "Speed"), "'How fast'"),
    "no other notations": (changed("In other notations", "Notations"), "'In other notations'"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_planted_defect(defect: str):
    content, expected = DEFECTS[defect]
    found = objections((sample.notebook(content),))
    assert any(expected in objection for objection in found), found
    assert all("sums.ipynb" in o or "ledger.yml" in o for o in found)


LEDGER_DEFECTS = {
    "label that is nowhere": (
        replace(sample.LEDGER, statements={**sample.LEDGER.statements, "thm-gone": ()}),
        "stands in no notebook",
    ),
    "cited label that is nowhere": (
        replace(sample.LEDGER, cited={"thm-gone": "key"}),
        "stands in no notebook",
    ),
    "cited and proved": (replace(sample.LEDGER, cited={"thm-square": "key"}), "is proved"),
    "no such source": (replace(sample.LEDGER, remarks={"Q-01": "Went away."}), "no source id"),
    "one digit": (replace(sample.LEDGER, awaited=("B-3",)), "no source id"),
    "still awaited": (replace(sample.LEDGER, awaited=("B-02",)), "still under `awaited`"),
    "awaited twice": (replace(sample.LEDGER, awaited=("B-03", "B-03")), "stands 2 times"),
    "remark without words": (replace(sample.LEDGER, remarks={"B-01": ""}), "needs a sentence"),
    "dropped source": (replace(sample.LEDGER, remarks={}), "B-01 appears nowhere"),
}


@pytest.mark.parametrize("defect", LEDGER_DEFECTS)
def test_planted_defect_in_the_ledger(defect: str):
    ledger, expected = LEDGER_DEFECTS[defect]
    found = objections((sample.notebook(),), ledger)
    assert any(expected in objection for objection in found), found


def test_one_label_in_two_notebooks():
    book = (sample.notebook(), sample.notebook(name="again"))
    assert any("used 2 times" in o for o in gates.labels(book, sample.LEDGER))


def test_one_alt_text_in_two_notebooks():
    book = (sample.notebook(), sample.notebook(name="again"))
    assert len(gates.alt_texts(book)) == 2


def test_a_proof_may_stand_in_the_next_cell():
    found = gates.proofs((sample.notebook(between_theorem_and_proof()),), sample.LEDGER)
    assert found == []


def test_a_cited_theorem_needs_neither_proof_nor_check():
    content = with_proof("")
    del content["cells"][3]
    book = (sample.notebook(content),)
    ledger = replace(sample.LEDGER, cited={"thm-square": "key"})
    assert gates.proofs(book, ledger) == gates.checks(book, ledger) == []


def naming(other: str) -> Notebook:
    """A chapter of its own, whose proof names `other`."""
    content = sample.raw()
    for cell in content["cells"]:
        own = cell["source"].replace("thm-square", "thm-again")
        cell["source"] = own.replace("Expand.", f"By {{prf:ref}}`{other}`.")
    return sample.notebook(content, name="again")


def test_a_proof_may_rest_on_what_stands_before():
    assert gates.foundations((sample.notebook(), naming("thm-square"))) == []


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        ((naming("thm-square"), sample.notebook()), "comes later"),
        ((sample.notebook(), naming("thm-gone")), "is no statement"),
    ],
)
def test_a_proof_that_rests_on_nothing(book: gates.Book, expected: str):
    (objection,) = gates.foundations(book)
    assert expected in objection


FORMULA = changed("$(a+b)^2 = a^2 + 2ab + b^2$", r"$\nabla J(\beta)=2\beta$")


def test_a_formula_that_is_not_on_the_list():
    (objection,) = gates.derived((sample.notebook(FORMULA),), sample.LEDGER)
    assert "add it to `formulas`" in objection
    condition = changed("$(a+b)^2 = a^2 + 2ab + b^2$", r"$\nabla J(\beta)=0$")
    assert gates.derived((sample.notebook(condition),), sample.LEDGER) == []


def test_a_formula_that_nobody_derives():
    listed = replace(sample.LEDGER, formulas=frozenset({"thm-square"}))
    (objection,) = gates.derived((sample.notebook(FORMULA),), listed)
    assert "no check of thm-square differentiates" in objection
    content = changed("rng = ", "sp.diff(x**2, x)\nrng = ")
    assert gates.derived((sample.notebook(content),), listed) == []
    (objection,) = gates.derived(
        (sample.notebook(content),), replace(listed, formulas=frozenset({"thm-square", "thm-gone"}))
    )
    assert "thm-gone under `formulas`" in objection


CORRECTED = replace(sample.LEDGER, defects=("B-02", "B-03"))
TABLE = "| Entry | It says |\n|---|---|\n| B-03 | a misprint, as in B-07 |"
CORRECTIONS = {
    "complete": ("# corrects: B-02\nassert x", TABLE, None),
    "missing": ("# corrects: B-02\nassert x", "", "B-03 under `defects` is not corrected"),
    "twice": ("# corrects: B-02, B-03\nassert x", TABLE, "B-03 is corrected 2 times"),
    "unknown": ("# corrects: B-02, B-04\nassert x", TABLE, "B-04, which is not under `defects`"),
    "vacuous": ("# corrects: B-02\nx", TABLE, "can fail"),
    "misspelt": ("# Corrects B-02\nassert x", TABLE, "the first line must read"),
}


@pytest.mark.parametrize("case", CORRECTIONS)
def test_page_of_corrections(case: str):
    source, table, expected = CORRECTIONS[case]
    cells = [sample.code(source), sample.markdown(table)]
    found = gates.corrections(sample.notebook({"cells": cells}), CORRECTED)
    assert any(expected in o for o in found) if expected else found == []


SETUP = "import numpy as np\nimport warnings\nfrom mathnn import calculus"
ALONE = {
    "uses another cell": ("assert other == 1", "NameError"),
    "is false": ("assert 1 == 2", "AssertionError"),
    "warns": ("warnings.warn('no')\nassert True", "UserWarning"),
    "divides by zero": ("np.float64(1) / np.float64(0)", "RuntimeWarning"),
}


@pytest.mark.parametrize("defect", ALONE)
def test_a_cell_that_does_not_run_alone(defect: str):
    source, expected = ALONE[defect]
    content = with_cell(1, source=SETUP)
    content["cells"][2:4] = [
        sample.code("other = 1"),
        sample.code(f"# verifies: thm-square\n{source}"),
    ]
    (objection,) = gates.runs_alone(sample.notebook(content))
    assert expected in objection
    assert "cell 3" in objection


def test_a_cell_that_runs_alone():
    assert gates.runs_alone(sample.notebook(with_cell(1, source=SETUP))) == []
