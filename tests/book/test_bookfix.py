"""What is mended in the pages: lines that must not break, and names for those who hear them."""

import re
from typing import Any

import bookfix
import pytest
from docutils import nodes
from docutils.utils import new_document

APP: Any = None  # what is tested does not look at it


def mended(*parts: str) -> list[str]:
    """Return a line as it is cut. Formulas are between dollar signs; what stays together is between bars."""
    document, line = new_document("test"), nodes.paragraph()
    line += [nodes.math(part, part.strip("$")) if part[0] == "$" else nodes.Text(part) for part in parts]
    document += line
    bookfix.keep_together(APP, document, "test")
    shown = {nodes.inline: "|{}|", nodes.math: "${}$", nodes.Text: "{}"}
    return [shown[type(part)].format(part.astext()) for part in line if part.astext()]


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        (["for ", "$K$", "-smooth, if"], ["for ", "|K-smooth,|", " if"]),
        (["see (", "$x$", ") and"], ["see ", "|(x)|", " and"]),
        (["[", "$a$", ", ", "$b$", "]"], ["|[a,|", " ", "|b]|"]),
        (["()", "$x$"], ["()", "$x$"]),
        (["$n$", "-1 is"], ["$n$", "-1 is"]),
        (["$x$", " (", "$y$"], ["$x$", " ", "|(y|"]),
        (["a ", "$x$", " b"], ["a ", "$x$", " b"]),
    ],
)
def test_what_touches_a_formula_stays_in_its_line(line: list[str], cut: list[str]):
    assert mended(*line) == cut


def test_names_for_those_who_hear_the_page():
    fold = '<p class="{0} admonition-title">{1} the check</p>'
    cell = f'<div class="cell docutils">{fold.format("collapsed", "Show")}{fold.format("expanded", "Hide")}</div>'
    title = '<p class="admonition-title"><span class="caption-number">Exercise {} </span></p>'
    exercise = f'<div class="exercise admonition">\n{title}</div><span class="sd-summary-text">Hint</span>'
    page = f'<h2>A</h2><div class="sd-card-title">Read</div>{cell}{exercise.format(1)}{cell}{exercise.format(2)}'
    body = bookfix.name_boxes(page)
    said = re.sub(r"<span class=\"visually-hidden\">([^<]*)</span>", r"\1", body)
    assert re.findall(r">([^<>]+)</(?:p|span)>", said)[:3] == [
        "Show the check of cell 1",
        "Hide the check of cell 1",
        "Exercise 1 ",
    ]
    assert [f">Hint to Exercise {k}</span>" in said for k in (1, 2, 3)] == [True, True, False]
    assert "Show the check of cell 2" in said
    assert re.findall(r'aria-label="Code cell (\d)"', said) == ["1", "2"]
    assert re.findall(r'role="heading" aria-level="(\d)"', said) == ["3", "3", "3"]
    assert '<div class="sd-card-title" role="heading" aria-level="3">Read' in said
