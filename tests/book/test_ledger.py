"""The rows of the ledger page say what stands behind a statement."""

from dataclasses import replace

import ledger
import sample

PAGE = "/book/sums"


def cells(changes: sample.Ledger = sample.LEDGER, seconds: float = 0.3) -> list[str]:
    notebook = sample.notebook()
    text = ledger.row(notebook, notebook.statements[0], changes, {"thm-square": seconds}, PAGE)
    return [cell.strip() for cell in text.strip("|").split("|")]


def test_row():
    assert cells() == [
        "{prf:ref}`thm-square` Square of a sum",
        "yes",
        "{doc}`1 cell </book/sums>`",
        "{py:obj}`calculus.__name__ <mathnn.calculus.__name__>`",
        "B-02",
        "0.3",
    ]


def test_cited_statement_names_its_source():
    assert cells(replace(sample.LEDGER, cited={"thm-square": "euclid"}))[1] == "cited: {cite}`euclid`"


def test_short_times_are_not_zero():
    assert cells(seconds=0.0)[-1] == "< 0.1"


def test_totals():
    text = ledger.totals((sample.notebook(),), sample.LEDGER)
    assert "Statements: **1**, of which **1** are proved in the book and **0** are cited" in text
    assert "Checked: **1**, by 1 cells. Exercises: **6**." in text
