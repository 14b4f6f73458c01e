"""The parser finds what the gates and the ledger ask it for."""

import notebooks
import pytest
import sample

SETUP = """
import mathnn
import mathnn.calculus as c
import numpy as np
from mathnn import linear_regression, symbolic
from mathnn.exercises import linear_regression as checkers
from mathnn.losses import squared_error as loss
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("linear_regression.rss(1)", {"linear_regression.rss"}),
        ("f(linear_regression.rss_gradient, x.T)", {"linear_regression.rss_gradient"}),
        ("c.check_gradient(loss)", {"calculus.check_gradient", "losses.squared_error"}),
        ("mathnn.network.forward(1)", {"network.forward"}),
        ("checkers.check_it(2)", {"exercises.linear_regression.check_it"}),
        ("symbolic.losses.rss(2).value", {"symbolic.losses.rss"}),
        ("from mathnn.datasets import xor\nxor()", {"datasets.xor"}),
        ("linear_regression.least_squares(X, y).predict(X)", {"linear_regression.least_squares"}),
        ("linear_regression.rss(1); np.linalg.norm(2); linear_regression", {"linear_regression.rss"}),
    ],
)
def test_functions_used(source: str, expected: set[str]):
    used = notebooks.functions_used(source, notebooks.mathnn_names(SETUP))
    assert expected <= {*used, *(name.rsplit(".", 1)[0] for name in used)}
    assert all(name.startswith(tuple(expected)) for name in used)


@pytest.mark.parametrize(
    ("first", "labels"),
    [
        ("# verifies: thm-a", ("thm-a",)),
        ("# verifies: thm-a, alg-b", ("thm-a", "alg-b")),
        ("#  verifies: thm-a", ()),
        ("# verifies thm-a", ()),
        ("# verifies: thm-a and lem-b", ()),
    ],
)
def test_verifies(first: str, labels: tuple[str, ...]):
    assert notebooks.Cell(0, "code", f"{first}\nassert x").verifies == labels
    assert notebooks.Cell(0, "markdown", first).verifies == ()


def test_listings_are_not_parsed():
    text = "```text\n:::{prf:theorem} No\n:label: thm-no\n:::\n```\n\n:::{prf:lemma} Yes\n:::"
    listing, lemma = notebooks.parse_blocks(text)
    assert isinstance(listing, notebooks.Directive)
    assert isinstance(lemma, notebooks.Directive)
    assert (listing.name, listing.blocks, lemma.name) == ("", (), "prf:lemma")


def test_nested_directives():
    text = "::::{admonition} Outside\n:class: note\n\n:::{math}\na\n:::\nText.\n::::\nMore."
    outer, more = notebooks.parse_blocks(text)
    assert isinstance(outer, notebooks.Directive)
    assert outer.options == {"class": "note"}
    assert [d.name for d in notebooks.directives((outer,))] == ["admonition", "math"]
    assert str(more).strip() == "More."


def test_the_sample():
    chapter = sample.notebook()
    (statement,) = chapter.statements
    assert (statement.label, statement.kind, statement.has_proof) == ("thm-square", "theorem", True)
    (check,) = chapter.checks
    assert check.labels == ("thm-square",)
    assert chapter.setup is not None
    assert chapter.setup.index == 1
    assert chapter.title == "Sums"
    assert [e.checkers for e in chapter.exercises] == [("exercises.sample.check_number",)] * 6
    assert [(figure.cell, figure.alt) for figure in chapter.figures] == [(4, sample.ALT)]


def test_a_notebook_without_exercises():
    assert sample.notebook({"cells": [sample.markdown("# Nothing"), sample.code("1")]}).exercises == ()


def test_toc(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n"
        "  - {numbered: true, chapters: [{file: book/b}, {file: book/a, sections: [{file: book/c}]}]}\n"
        "  - {chapters: [{file: book/d}, {file: book/text}]}\n"
    )
    (tmp_path / "book").mkdir()
    for name in "abcd":
        (tmp_path / "book" / f"{name}.ipynb").write_text('{"cells": []}')
    found = [(n.name, n.is_chapter) for n in notebooks.book(tmp_path)]
    assert found == [("b", True), ("a", True), ("c", True), ("d", False)]


def test_ledger_sections(tmp_path):
    path = tmp_path / "ledger.yml"
    path.write_text("statements:\n  thm-a: [B-01]\n  thm-b:\nremarks:\n")
    ledger = notebooks.read_ledger(path)
    assert ledger.statements == {"thm-a": ("B-01",), "thm-b": ()}
    path.write_text("statments: {}")
    with pytest.raises(ValueError, match="statments"):
        notebooks.read_ledger(path)
