"""The rows of the ledger page say what stands behind a statement."""

from dataclasses import replace

import ledger
import notebooks
import sample

PAGE = "/book/sums"


def cells(changes: sample.Ledger = sample.LEDGER, seconds: float = 0.3) -> list[str]:
    notebook = sample.notebook()
    text = ledger.row(notebook, notebook.statements[0], changes, {"thm-square": seconds}, PAGE)
    return [cell.strip() for cell in text.strip("|").split("|")]


def test_row():
    assert cells() == [
        "{prf:ref}`thm-square` Square of a sum",
        "complete",
        "{doc}`1 cell </book/sums>`, 0.3 s",
        "{py:obj}`calculus.__name__ <mathnn.calculus.__name__>`",
        "[B-02]{.no-break}",
    ]


def test_cited_statement_names_its_source():
    assert cells(replace(sample.LEDGER, cited={"thm-square": "euclid"}))[1] == "cited: {cite}`euclid`"


def test_short_times_are_not_zero():
    assert cells(seconds=0.0)[2].endswith(", < 0.1 s")


def test_a_derivation_is_named():
    content = sample.raw()
    content["cells"][3]["source"] += "\nsp.diff(x**2, x)"
    notebook = sample.notebook(content)
    assert ", SymPy |" in ledger.row(notebook, notebook.statements[0], sample.LEDGER, {}, PAGE)


def test_totals():
    text = ledger.totals((sample.notebook(),), sample.LEDGER)
    assert "The book has **1** numbered statements and **6** exercises." in text
    assert "All **1** theorems, propositions, lemmas and corollaries are proved." in text
    assert "All **1** of these and of the algorithms are checked, and so are 0 definitions" in text
    assert "All **0** formulas for derivatives are also derived by SymPy." in text


def test_totals_of_an_unfinished_book():
    content = sample.raw()
    content["cells"][2]["source"] = content["cells"][2]["source"].split("::::{dropdown}")[0].strip()
    text = ledger.totals((sample.notebook(content),), sample.LEDGER)
    assert "**0** of **1** theorems, propositions, lemmas and corollaries are proved." in text


def test_a_source_that_is_corrected_is_a_link():
    notebook = sample.notebook()
    text = ledger.row(notebook, notebook.statements[0], sample.LEDGER, {}, PAGE, frozenset({"B-02"}))
    assert text.endswith("| [{ref}`B-02 <fix-b-02>`]{.no-break} |")


def two_chapters() -> tuple[notebooks.Notebook, ...]:
    """The sample, and a chapter whose proof names the sample's theorem twice and its own once."""
    content = sample.raw()
    for cell in content["cells"]:
        cell["source"] = (
            cell["source"]
            .replace("thm-square", "thm-again")
            .replace("Expand.", "By {prf:ref}`thm-square`, {prf:ref}`the same <thm-square>` and {prf:ref}`thm-again`.")
        )
    return (sample.notebook(), sample.notebook(content, name="again"))


def test_rests_on():
    first, second = two_chapters()
    assert first.statements[0].rests_on == ()
    assert second.statements[0].rests_on == ("thm-square",)
    text = ledger.row(second, second.statements[0], sample.LEDGER, {}, PAGE)
    assert text.split(" | ")[1] == "from {prf:ref}`thm-square`"


def test_graph_of_the_chapters():
    weights = ledger.edges(two_chapters())
    assert weights == {(1, 0): 1}
    picture = ledger.arcs(["Sums", "A & B"], weights)
    assert 'aria-label="Which chapters the proofs of a chapter rest on. A &amp; B rests on Sums."' in picture
    assert picture.count("<path") == 1
    table = ledger.chapters_table(two_chapters(), weights, ["/book/sums", "/book/again"])
    assert table.splitlines()[2:] == [
        "| {doc}`/book/sums` | no other chapter |",
        "| {doc}`/book/again` | {doc}`/book/sums` (1) |",
    ]
