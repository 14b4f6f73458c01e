"""The parts of the book on paper that need neither TeX nor Java: `make test-paper` builds the whole."""

import re

import notebooks
import paper
import pdf
import pytest
from docutils import nodes


def test_picture_stands_alone():
    html = (
        "<div data-frames='[1]'><svg viewBox='0 0 1 1'></svg>"
        '<svg viewBox="0 0 600 400" aria-label="Steps" width="100%">'
        '<path stroke="var(--book-theorem, #2c5f9f)" fill="var(--a, rgb(1, 2, 3))"/></svg><script>1</script></div>'
    ).replace("<svg viewBox='0 0 1 1'></svg>", "")
    svg, alt = paper.picture(html)
    assert alt == "Steps"
    assert 'width="600" height="400"' in svg
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert 'stroke="#2c5f9f" fill="rgb(1, 2, 3)"' in svg
    assert "script" not in svg
    assert "100%" not in svg


@pytest.mark.parametrize("page", ["index", "how_to_read"])
def test_what_introduces_the_book_is_true_on_paper_too(page: str):
    text = (notebooks.ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    text = re.sub(r"^::::\{grid\}.*?^::::$", "", text, flags=re.S | re.M)  # the doors of the site: not on paper
    assert not re.findall(r"\bclick\b|\bthis site\b|\bside ?bar\b|\bthis page\b|^Here\b", text, re.M)
    for line in re.findall(r"^.*\bfold(?:ed|s)\b.*$", text, re.M):
        assert "website" in line, line


def test_no_picture():
    assert paper.picture("<p>nothing</p>") is None


def test_long_sum_is_broken_between_summands():
    summand = r"\frac{\sum_{i=1}^{n} \left(x_{i} + y_{i}\right) a_{i} - b}{n}"
    broken = pdf.broken_sum(r"\displaystyle - " + summand + " + " + summand * 3 + " - " + summand)
    lines = broken.split(r"\\")
    assert len(lines) == 3
    assert all(line.count("{") == line.count("}") for line in lines)
    assert all("&" in line for line in lines)
    assert pdf.broken_sum("a + b") == "a + b"


def table(*rows: tuple[str, ...]) -> nodes.table:
    group = nodes.tgroup(cols=len(rows[0]))
    body = nodes.tbody()
    for row in rows:
        body += nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in row))
    group += body
    return nodes.table("", group)


def test_narrow_table_keeps_its_columns():
    short = table(("a", "b"), ("c", "d"))
    pdf.set_widths(short)
    assert "colspec" not in short


def test_wide_table_gets_lines_that_break():
    wide = table(("Statement", "Proof"), ("one word after the other " * 6, "yes"))
    pdf.set_widths(wide)
    assert wide["colspec"].count(r"\X") == 2


def test_long_table_breaks_over_pages():
    long = table(*[("a", "b")] * 30)
    pdf.set_widths(long)
    assert "longtable" in long["classes"]
