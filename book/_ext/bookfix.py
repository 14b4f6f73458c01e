"""Sphinx extension: mends what the tools that build the site get wrong.

Each function says what was wrong. When a tool mends it itself, its function here can go.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import descriptions
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx_design.dropdown import dropdown_main, dropdown_title
from sphinx_design.icons import get_octicon
from sphinx_exercise.nodes import solution_node

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0; url={page}">
<link rel="canonical" href="{page}">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{description}</p>
<p><a href="{page}">Open the book</a></p>
</main>
</body>
</html>
"""


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write /index.html: Jupyter Book's own is a bare redirect without language, title or link."""
    if exception or app.builder.name != "html":
        return
    text = INDEX.format(
        title=escape(app.config.html_title),
        description=escape(descriptions.WRITTEN["index"]),
        page=f"{app.config.root_doc}.html",
    )
    Path(app.outdir, "index.html").write_text(text, encoding="utf-8")


def free_statement_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """All statements have the same id, `proof-content`, and so have all exercises and solutions: make it a class.

    Only in the resolved tree: Sphinx numbers the statements with the help of the id.
    """
    for section in doctree.findall(nodes.section):
        for name in {"proof-content", "exercise-content", "solution-content"} & set(section["ids"]):
            section["ids"].remove(name)
            section["classes"].append(name)


BEFORE = re.compile(r"[(\[]*$")
AFTER = re.compile(r"^(?:[-\u2010\u2011–][a-z]+)?[,.;:!?)\]]*")


def keep_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep what touches a formula in its line: a bracket, a comma, the rest of a word like *K-smooth*.

    For browsers a typeset formula is a word of its own.
    """
    for formula in list(doctree.findall(nodes.math)):
        parent, place = formula.parent, formula.parent.index(formula)
        first, last = _cut(parent, place - 1, BEFORE), _cut(parent, place + 1, AFTER)
        if first or last:
            whole = nodes.inline(classes=["no-break"])
            parent[place] = whole
            whole += [nodes.Text(first), formula, nodes.Text(last)]


def _cut(line: nodes.Element, place: int, touching: re.Pattern[str]) -> str:
    """Take from a text beside a formula what touches it."""
    text = line[place] if 0 <= place < len(line) else None
    if not isinstance(text, nodes.Text):
        return ""
    line[place] = nodes.Text(touching.sub("", text, count=1))
    return str(touching.findall(text)[0])


def mark_checkers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give a cell that asks a checker the class `checker`: what it prints is a sentence, which may break."""
    for code in doctree.findall(nodes.literal_block):
        cell = code.parent.parent
        inside = isinstance(cell, nodes.Element) and "cell" in cell["classes"]
        if inside and re.search(r"\bcheck\.\w+\(", code.astext()):
            cell["classes"].append("checker")


def mark_proofs(app: Sphinx, doctree: nodes.document) -> None:
    """Give a dropdown that is titled `Proof ...` the class `proof-fold`, for the end-of-proof sign."""
    for title in doctree.findall(nodes.rubric):
        fold = title.parent
        if fold.get("design_component") == "dropdown" and title.astext().startswith("Proof"):
            fold["container_classes"] = [
                *fold["container_classes"],
                "proof-fold",
            ]


def link_labels(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let a docstring say ``thm-...``, which reads well in a terminal, and the site link to Theorem 1.2."""
    domain = app.env.get_domain("prf")
    for description in doctree.findall(addnodes.desc_content):
        for label in list(description.findall(nodes.literal)):
            if label.astext() in getattr(app.env, "proof_list", {}):
                link = domain.resolve_xref(
                    app.env,
                    docname,
                    app.builder,
                    "ref",
                    label.astext(),
                    addnodes.pending_xref(refdomain="prf"),
                    label,
                )
                label.replace_self(link)


def unlink_fold_titles(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn links in the title of a fold into text: a click opens the fold, it can't also follow a link."""
    titles: list[nodes.Element] = list(doctree.findall(dropdown_title))
    titles += [solution[0] for solution in doctree.findall(solution_node)]
    for title in titles:
        for link in list(title.findall(nodes.reference)):
            link.replace_self(link.children)


def fold_solutions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold solutions as proofs are folded. Sphinx-exercise leaves that to a script, whose buttons all have one name."""
    for solution in list(doctree.findall(solution_node)) if app.builder.format == "html" else ():
        title, *body = solution.children
        fold = dropdown_main(ids=solution["ids"], opened=False, classes=["sd-dropdown", "sd-card", "solution"])
        marker = nodes.raw("", get_octicon("chevron-right", height="1.5em"), format="html")
        fold += dropdown_title("", "", classes=["sd-summary-title", "sd-card-header"])
        fold[0] += nodes.inline("", "", *title.children, classes=["sd-summary-text"])
        fold[0] += nodes.inline("", "", marker, classes=["sd-summary-state-marker", "sd-summary-chevron-right"])
        fold += nodes.container(
            "", *body, is_div=True, design_component="dropdown-body", classes=["sd-summary-content", "sd-card-body"]
        )
        solution.replace_self(fold)


TITLE = r'<div class="(?:proof|exercise) [^>]*>\s*<p class="admonition-title"(?=(?:>\s*<span[^>]*>(?P<named>[^<]*))?)'
FOLD = r'(?P<fold><p class="(?:collapsed|expanded)[^>]*>(?:Show|Hide)[^<]*)'
OTHER = r'<div class="cell |(?P<card><div class="sd-card-title[^>]*)>|(?P<hint><span [^>]*>Hint)</span>'
BOX = re.compile(rf"<h(?P<level>[1-6])\b|(?P<title>{TITLE})|{FOLD}|{OTHER}")


def name_boxes(body: str) -> str:
    """Let a screen reader find statements, exercises and cards as headings below that of their section.

    Code cells, their folds and hints get names.
    """
    level, cells, statement = 1, 0, ""

    def mend(found: re.Match[str]) -> str:
        nonlocal level, cells, statement
        if found["level"]:
            level = int(found["level"])
            return found[0]
        if found["title"]:
            statement = (found["named"] or "").strip()
            return f'{found["title"]} role="heading" aria-level="{level + 1}"'
        if found["card"]:
            return f'{found["card"]} role="heading" aria-level="{level + 1}">'
        if found["fold"]:
            return f'{found["fold"]}<span class="visually-hidden"> of cell {cells}</span>'
        if found["hint"]:
            return f'{found["hint"]}<span class="visually-hidden"> to {statement}</span></span>'
        cells += 1
        return f'<div role="group" aria-label="Code cell {cells}" class="cell '

    return BOX.sub(mend, body)


SIGNATURE = re.compile(r"<dl>\n((?:<dd>.*</dd>\n)+)</dl>")


def mend_page(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Mend what only the finished page has.

    Thebe, which the book doesn't use, is inserted twice: a script error on every page. Nothing is left for
    sphinx-togglebutton to fold. The entries of the bibliography have a role that is deprecated. The folds of code have
    a name that hides what they say. The lines of a long signature are a list of definitions without terms. The title of
    the first page would be the book's, twice.
    """
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context[kind]
            if not re.search("thebe|toggle", str(getattr(file, "filename", "")) + file.attributes.get("body", ""))
        ]
    if "body" in context:
        body = context["body"].replace("doc-biblioentry", "listitem")
        body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
        body = SIGNATURE.sub(lambda found: re.sub("(</?)dd>", r"\1div>", f'<div class="lines">{found[1]}</div>'), body)
        context["body"] = name_boxes(body) if app.builder.name == "html" else body
    if pagename == app.config.root_doc:
        context["docstitle"] = ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the corrections."""
    app.connect("doctree-resolved", free_statement_ids)
    app.connect("doctree-read", mark_proofs)
    app.connect("doctree-resolved", keep_together)
    app.connect("doctree-resolved", mark_checkers)
    app.connect("doctree-resolved", link_labels)
    app.connect("doctree-resolved", unlink_fold_titles)
    app.connect("doctree-resolved", fold_solutions)  # after all that looks for solutions
    app.connect("html-page-context", mend_page)
    app.connect("build-finished", write_index, priority=100)  # before Jupyter Book looks whether there is one
    return {"parallel_read_safe": True, "parallel_write_safe": True}
