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
from sphinx_design.dropdown import dropdown_title
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
    """Sphinx-proof gives every statement the same id, `proof-content`: make it a class.

    Only in the resolved tree: Sphinx numbers the statements with the help of the id.
    """
    for section in doctree.findall(nodes.section):
        if "proof-content" in section["ids"]:
            section["ids"].remove("proof-content")
            section["classes"].append("proof-content")


def keep_punctuation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep a comma in the line of its formula: for browsers a typeset formula is a word of its own."""
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        place = parent.index(formula) + 1
        after = parent[place] if place < len(parent) else None
        found = isinstance(after, nodes.Text) and re.match(r"[,.;:!?)]+", after.astext())
        if found:
            parent[place] = nodes.Text(after.astext()[found.end() :])
            pair = nodes.inline(classes=["no-break"])
            parent[place - 1] = pair
            pair += [formula, nodes.Text(found.group())]


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


def mend_page(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Mend what only the finished page has.

    Thebe, which the book doesn't use, is inserted twice: a script error on every page. The entries of the bibliography
    have a role that is deprecated. The title of the first page would be the book's, twice.
    """
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "thebe" not in str(getattr(script, "filename", "")) + script.attributes.get("body", "")
    ]
    if "body" in context:
        context["body"] = context["body"].replace("doc-biblioentry", "listitem")
    if pagename == app.config.root_doc:
        context["docstitle"] = ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the corrections."""
    app.connect("doctree-resolved", free_statement_ids)
    app.connect("doctree-read", mark_proofs)
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("doctree-resolved", link_labels)
    app.connect("doctree-resolved", unlink_fold_titles)
    app.connect("html-page-context", mend_page)
    app.connect("build-finished", write_index, priority=100)  # before Jupyter Book looks whether there is one
    return {"parallel_read_safe": True, "parallel_write_safe": True}
