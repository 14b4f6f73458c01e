"""The MyST directive ``{ledger-table}``: every statement of the book, and what stands behind it.

The table is read from the notebooks, ``book/ledger.yml`` and ``book/seconds.yml`` whenever the page is
built, so it cannot disagree with the chapters.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import notebooks
import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

HEAD = "| Statement | Proof | Check | Uses | Sources | Seconds |\n|---|---|---|---|---|---:|"
NOTHING = "–"


def row(
    notebook: notebooks.Notebook,
    statement: notebooks.Statement,
    ledger: notebooks.Ledger,
    seconds: dict[str, float],
    page: str,
) -> str:
    """Write one statement as a row of a Markdown table."""
    label = statement.label
    checks = notebook.checks_of(label)
    functions = sorted({name for check in checks for name in check.functions})
    if label in ledger.cited:
        proof = f"cited: {{cite}}`{ledger.cited[label]}`"
    else:
        proof = "yes" if statement.has_proof else NOTHING
    cells = (
        f"{{prf:ref}}`{label}` {statement.title}".replace("|", r"\|"),
        proof,
        f"{{doc}}`{_cells(len(checks))} <{page}>`" if checks else NOTHING,
        ", ".join(f"{{py:obj}}`{name} <mathnn.{name}>`" for name in functions) or NOTHING,
        ", ".join(ledger.statements.get(label, ())) or NOTHING,
        _seconds(seconds[label]) if checks and label in seconds else NOTHING,
    )
    return f"| {' | '.join(cells)} |"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 0.1 else "< 0.1"


def totals(book: tuple[notebooks.Notebook, ...], ledger: notebooks.Ledger) -> str:
    """Count statements, proofs, checks and exercises in one sentence each."""
    pairs = [(notebook, statement) for notebook in book for statement in notebook.statements]
    proved = sum(statement.has_proof for _, statement in pairs)
    checked = sum(bool(notebook.checks_of(statement.label)) for notebook, statement in pairs)
    cells = sum(len(notebook.checks) for notebook in book)
    exercises = sum(len(notebook.exercises) for notebook in book)
    return (
        f"Statements: **{len(pairs)}**, of which **{proved}** are proved in the book and **{len(ledger.cited)}** are "
        f"cited; the rest are definitions, examples, remarks and algorithms, which need no proof. "
        f"Checked: **{checked}**, by {cells} cells. Exercises: **{exercises}**."
    )


class LedgerTable(SphinxDirective):
    """One table a chapter, under its title."""

    def run(self) -> list[nodes.Node]:
        """Build the tables."""
        root = Path(self.env.srcdir)
        ledger_file, seconds_file = (
            root / "book" / "ledger.yml",
            root / "book" / "seconds.yml",
        )
        read = [
            root / "_toc.yml",
            ledger_file,
            seconds_file,
            *notebooks.paths(root),
        ]
        for path in read:
            self.env.note_dependency(str(path))
        ledger = notebooks.read_ledger(ledger_file)
        seconds = yaml.safe_load(seconds_file.read_text("utf-8")) if seconds_file.exists() else None
        book = notebooks.book(root)
        result = self._markdown(totals(book, ledger))
        for notebook in book:
            if not notebook.statements:
                continue
            page = f"/{notebook.path.relative_to(root).with_suffix('').as_posix()}"
            rows = [row(notebook, s, ledger, seconds or {}, page) for s in notebook.statements]
            section = nodes.section(ids=[f"ledger-{notebook.name.replace('_', '-')}"])
            section += nodes.title("", notebook.title)
            section += self._markdown("\n".join([HEAD, *rows]))
            result.append(section)
        return result

    def _markdown(self, text: str) -> list[nodes.Node]:
        box = nodes.container()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(text.split("\n"), source), self.content_offset, box)
        for reference in box.findall(addnodes.pending_xref):
            reference["from-ledger"] = True
        return box.children


class UnlinkUndocumented(SphinxPostTransform):
    """Leave functions without an entry on the API page as mere code, instead of a broken link."""

    default_priority = 5  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Visit the references that the ledger made."""
        known = self.env.get_domain("py").data["objects"]
        for reference in list(self.document.findall(addnodes.pending_xref)):
            ours = reference.get("from-ledger") and reference["refdomain"] == "py"
            if ours and reference["reftarget"] not in known:
                reference.replace_self(reference.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("ledger-table", LedgerTable)
    app.add_post_transform(UnlinkUndocumented)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
