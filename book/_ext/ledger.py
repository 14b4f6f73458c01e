"""The MyST directives ``{ledger-table}`` and ``{chapter-graph}``: every statement, and what stands behind it.

Both are read from the notebooks, ``book/ledger.yml`` and ``book/seconds.yml`` whenever the page is built, so
they cannot disagree with the chapters.
"""

from __future__ import annotations

from collections import Counter
from html import escape
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

HEAD = "| Statement | Proof | Check | Functions | Sources |\n|---|---|---|---|---|"
NOTHING = "–"


def row(
    notebook: notebooks.Notebook,
    statement: notebooks.Statement,
    ledger: notebooks.Ledger,
    seconds: dict[str, float],
    page: str,
    corrected: frozenset[str] = frozenset(),
) -> str:
    """Write one statement as a row of a Markdown table.

    The source ids in `corrected` have an entry on the page of corrections.
    """
    label = statement.label
    checks = notebook.checks_of(label)
    functions = sorted({name for check in checks for name in check.functions if not name.startswith("symbolic.")})
    cells = (
        f"{{prf:ref}}`{label}` {statement.title}".replace("|", r"\|"),
        _proof(statement, ledger),
        _check(checks, page, seconds.get(label)) if checks else NOTHING,
        ", ".join(f"{{py:obj}}`{name} <mathnn.{name}>`" for name in functions) or NOTHING,
        ", ".join(_source(i, i in corrected) for i in ledger.statements.get(label, ())) or NOTHING,
    )
    return f"| {' | '.join(cells)} |"


def _proof(statement: notebooks.Statement, ledger: notebooks.Ledger) -> str:
    if statement.label in ledger.cited:
        return f"cited: {{cite}}`{ledger.cited[statement.label]}`"
    if not statement.has_proof:
        return NOTHING
    named = ", ".join(f"{{prf:ref}}`{other}`" for other in statement.rests_on)
    return f"from {named}" if named else "complete"


def _check(checks: tuple[notebooks.Check, ...], page: str, seconds: float | None) -> str:
    parts = [f"{{doc}}`{'1 cell' if len(checks) == 1 else f'{len(checks)} cells'} <{page}>`"]
    if any(check.derives for check in checks):
        parts.append("SymPy")
    if seconds is not None:
        parts.append(f"{seconds:.1f} s" if seconds >= 0.1 else "< 0.1 s")
    return ", ".join(parts)


def _source(source: str, corrected: bool) -> str:
    # Ids do not break at their hyphen.
    return f"[{{ref}}`{source} <fix-{source.lower()}>`]{{.no-break}}" if corrected else f"[{source}]{{.no-break}}"


def edges(book: tuple[notebooks.Notebook, ...]) -> Counter[tuple[int, int]]:
    """Count, for each pair of chapters, how often a proof of the first names a result of the second."""
    home = {statement.label: at for at, notebook in enumerate(book) for statement in notebook.statements}
    return Counter(
        (at, home[other])
        for at, notebook in enumerate(book)
        for statement in notebook.statements
        for other in statement.rests_on
        if home.get(other, at) != at
    )


def arcs(titles: list[str], weights: Counter[tuple[int, int]]) -> str:
    """Draw the chapters below each other, and an arc from each to those that its proofs rest on."""
    step, left, right = 34, 300, 190
    height = step * len(titles)
    middle = [step * at + step // 2 for at in range(len(titles))]
    described = "; ".join(
        f"{titles[above]} rests on {', '.join(titles[b] for a, b in sorted(weights) if a == above)}"
        for above in sorted({a for a, _ in weights})
    )
    parts = [
        f'<svg class="chapter-graph" viewBox="0 0 {left + right} {height}" role="img" '
        f'aria-label="{escape("Which chapters the proofs of a chapter rest on. " + described)}.">'
    ]
    for (above, below), weight in sorted(weights.items()):
        y, z = middle[above], middle[below]
        reach = left + 16 + 1.3 * (right - 24) * (y - z) / height
        parts.append(
            f'<path d="M{left} {y} C{reach:.0f} {y} {reach:.0f} {z} {left} {z}" stroke-width="{weight**0.5:.1f}">'
            f"<title>{escape(titles[above])}: {weight} times {escape(titles[below])}</title></path>"
        )
    for at, title in enumerate(titles):
        parts.append(f'<circle cx="{left}" cy="{middle[at]}" r="4" fill="currentColor"/>')
        parts.append(
            f'<text x="{left - 12}" y="{middle[at] + 5}" text-anchor="end" font-size="15" fill="currentColor">'
            f"{at + 1}. {escape(title)}</text>"
        )
    return "".join([*parts, "</svg>"])


def chapters_table(book: tuple[notebooks.Notebook, ...], weights: Counter[tuple[int, int]], pages: list[str]) -> str:
    """Write the same as a table: a chapter, and how often its proofs name results of which others."""
    rows = ["| Chapter | Its proofs name results of |", "|---|---|"]
    for at in range(len(book)):
        used = sorted((below for above, below in weights if above == at), key=lambda b: (-weights[at, b], b))
        named = ", ".join(f"{{doc}}`{pages[b]}` ({weights[at, b]})" for b in used)
        rows.append(f"| {{doc}}`{pages[at]}` | {named or 'no other chapter'} |")
    return "\n".join(rows)


def _page(notebook: notebooks.Notebook, root: Path) -> str:
    return f"/{notebook.path.relative_to(root).with_suffix('').as_posix()}"


def totals(book: tuple[notebooks.Notebook, ...], ledger: notebooks.Ledger) -> str:
    """Count statements, proofs, checks, derivations and exercises in one sentence each."""
    pairs = [(notebook, statement) for notebook in book for statement in notebook.statements]
    covered = notebooks.coverage(book, ledger)
    (proved, to_prove), (checked, to_check), (derived, to_derive) = covered.values()
    also = sum(bool(notebook.checks_of(statement.label)) for notebook, statement in pairs) - checked
    cells = sum(len(notebook.checks) for notebook in book)
    exercises = sum(len(notebook.exercises) for notebook in book)
    return (
        f"The book has **{len(pairs)}** numbered statements and **{exercises}** exercises. "
        f"{_share(proved, to_prove)} theorems, propositions, lemmas and corollaries are proved. "
        f"{_share(checked, to_check)} of these and of the algorithms are checked, and so are {also} definitions and "
        f"examples, by {cells} cells. {_share(derived, to_derive)} formulas for derivatives are also derived by SymPy."
    )


def _share(done: int, whole: int) -> str:
    return f"All **{whole}**" if done == whole else f"**{done}** of **{whole}**"


class _FromNotebooks(SphinxDirective):
    """What both directives need: the book, and Markdown."""

    def _read(self, root: Path) -> tuple[notebooks.Notebook, ...]:
        for path in (root / "_toc.yml", *notebooks.paths(root)):
            self.env.note_dependency(str(path))
        return notebooks.book(root)

    def _markdown(self, text: str) -> list[nodes.Node]:
        box = nodes.container()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(text.split("\n"), source), self.content_offset, box)
        for reference in box.findall(addnodes.pending_xref):
            reference["from-ledger"] = True
        return box.children


class ChapterGraph(_FromNotebooks):
    """A picture, and the same as a table."""

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        root = Path(self.env.srcdir)
        chapters = tuple(notebook for notebook in self._read(root) if notebook.is_chapter)
        weights = edges(chapters)
        picture = nodes.raw("", arcs([chapter.title for chapter in chapters], weights), format="html")
        return [
            picture,
            *self._markdown(chapters_table(chapters, weights, [_page(chapter, root) for chapter in chapters])),
        ]


class LedgerTable(_FromNotebooks):
    """One table a chapter, under its title."""

    def run(self) -> list[nodes.Node]:
        """Build the tables."""
        root = Path(self.env.srcdir)
        book = self._read(root)
        ledger_file, seconds_file = root / "book" / "ledger.yml", root / "book" / "seconds.yml"
        for path in (ledger_file, seconds_file):
            self.env.note_dependency(str(path))
        ledger = notebooks.read_ledger(ledger_file)
        seconds = yaml.safe_load(seconds_file.read_text("utf-8")) if seconds_file.exists() else None
        corrected = frozenset(source for notebook in book for cell in notebook.cells for source in cell.corrects)
        result = self._markdown(totals(book, ledger))
        for notebook in book:
            if not notebook.statements:
                continue
            page = _page(notebook, root)
            rows = [row(notebook, s, ledger, seconds or {}, page, corrected) for s in notebook.statements]
            section = nodes.section(ids=[f"ledger-{notebook.name.replace('_', '-')}"])
            section += nodes.title("", notebook.title)
            section += self._markdown("\n".join([HEAD, *rows]))
            result.append(section)
        return result


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
    """Register the directives."""
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("chapter-graph", ChapterGraph)
    app.add_post_transform(UnlinkUndocumented)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
