"""What the book's notebooks contain, as plain records.

The ledger page, the normal form and all gates in ``tests/`` read the notebooks through this module,
so that "statement", "proof", "checked cell" and "exercise" mean the same thing everywhere. It opens
files, but runs nothing.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

# The kinds of sphinx-proof that the book uses, and how the labels of each begin.
PREFIXES = {
    "definition": "def-",
    "theorem": "thm-",
    "proposition": "prop-",
    "lemma": "lem-",
    "corollary": "cor-",
    "example": "ex-",
    "remark": "rem-",
    "algorithm": "alg-",
    "exercise": "exr-",
}
PROVED = frozenset({"theorem", "proposition", "lemma", "corollary"})
CHECKED = PROVED | {"algorithm"}

_OPEN = re.compile(r"^\s*(?P<fence>:{3,}|`{3,}|~{3,})\s*(?:\{(?P<name>[\w:+-]+)\})?[ \t]*(?P<rest>.*)$")
_OPTION = re.compile(r"^:(?P<key>[\w-]+):[ \t]*(?P<value>.*)$")
_REFERENCE = re.compile(r"\{prf:ref\}`(?:[^`<]*<)?([\w-]+)>?`")
_DIFFERENTIATES = re.compile(r"\b(?:sp|sympy)\.(?:diff|hessian|Derivative)\(|(?<!np)\.(?:diff|jacobian)\(")
_CORRECTS = re.compile(r"^# corrects:[ \t]*(?P<ids>[A-Z]-\d{2}[a-z]?(?:[ \t]*,[ \t]*[A-Z]-\d{2}[a-z]?)*)[ \t]*$")
_VERIFIES = re.compile(r"^# verifies:[ \t]*(?P<labels>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*$")


# --- cells ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One cell; `index` counts all cells of the notebook from 0."""

    index: int
    kind: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    outputs: tuple[dict[str, Any], ...] = ()
    count: int | None = None

    @property
    def tags(self) -> frozenset[str]:
        """The cell's tags."""
        return frozenset(self.metadata.get("tags", ()))

    @property
    def verifies(self) -> tuple[str, ...]:
        """The labels after ``# verifies:`` on the first line; none for other cells."""
        found = _VERIFIES.match(self.source.split("\n", 1)[0]) if self.kind == "code" else None
        return tuple(label.strip() for label in found["labels"].split(",")) if found else ()

    @property
    def corrects(self) -> tuple[str, ...]:
        """The source ids after ``# corrects:`` on the first line; none for other cells."""
        found = _CORRECTS.match(self.source.split("\n", 1)[0]) if self.kind == "code" else None
        return tuple(source.strip() for source in found["ids"].split(",")) if found else ()


def text_of(value: str | list[str]) -> str:
    """Join the lines in which the notebook format stores long strings."""
    return value if isinstance(value, str) else "".join(value)


def cells_of(notebook: dict[str, Any]) -> tuple[Cell, ...]:
    """All cells of a notebook that was read as JSON."""
    return tuple(
        Cell(
            index=index,
            kind=raw["cell_type"],
            source=text_of(raw["source"]),
            metadata=raw.get("metadata", {}),
            outputs=tuple(raw.get("outputs", ())),
            count=raw.get("execution_count"),
        )
        for index, raw in enumerate(notebook["cells"])
    )


# --- MyST -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Directive:
    """One fenced block.

    A fence without ``{name}`` is a listing: its name is empty and its body is not parsed.
    """

    name: str
    argument: str
    options: dict[str, str]
    body: str
    cell: int
    fence: str
    closed: bool
    blocks: tuple[Directive | str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it but comments and blank lines."""
        return not re.sub(r"<!--.*?-->|^%.*$", "", self.body, flags=re.S | re.M).strip()


def parse_blocks(text: str, cell: int = 0) -> tuple[Directive | str, ...]:
    """Split MyST Markdown into fenced blocks, nested, and the text between them, unless blank."""
    lines = text.split("\n")
    blocks: list[Directive | str] = []
    plain: list[str] = []

    def end_of_text() -> None:
        if "".join(plain).strip():
            blocks.append("\n".join(plain))
        plain.clear()

    at = 0
    while at < len(lines):
        found = _OPEN.match(lines[at])
        # A bare run of colons closes a block: without a name it opens none.
        if found is None or (found["fence"][0] == ":" and not found["name"]):
            plain.append(lines[at])
            at += 1
            continue
        end_of_text()
        fence = found["fence"]
        closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
        end = next((i for i in range(at + 1, len(lines)) if closing.match(lines[i])), None)
        body = lines[at + 1 : len(lines) if end is None else end]
        options: dict[str, str] = {}
        while found["name"] and body and (option := _OPTION.match(body[0].strip())):
            options[option["key"]] = option["value"].strip()
            body = body[1:]
        content = "\n".join(body)
        blocks.append(
            Directive(
                name=found["name"] or "",
                argument=found["rest"].strip(),
                options=options,
                body=content,
                cell=cell,
                fence=fence,
                closed=end is not None,
                blocks=parse_blocks(content, cell) if found["name"] and fence[0] == ":" else (),
            )
        )
        at = len(lines) if end is None else end + 1
    end_of_text()
    return tuple(blocks)


def directives(blocks: tuple[Directive | str, ...]) -> Iterator[Directive]:
    """All directives among the blocks, outer ones before those inside them."""
    for block in blocks:
        if isinstance(block, Directive):
            yield block
            yield from directives(block.blocks)


def _series(cells: tuple[Cell, ...]) -> Iterator[tuple[Directive | str, ...]]:
    """Yield blocks with no code cell between them, and the same inside each block."""

    def inside(blocks: tuple[Directive | str, ...]) -> Iterator[tuple[Directive | str, ...]]:
        yield blocks
        for block in blocks:
            if isinstance(block, Directive):
                yield from inside(block.blocks)

    run: list[Directive | str] = []
    for cell in cells:
        if cell.kind == "markdown":
            run += parse_blocks(cell.source, cell.index)
        elif run:
            yield from inside(tuple(run))
            run = []
    yield from inside(tuple(run))


# --- what the book is made of ---------------------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    """A numbered box: definition, theorem, ..., algorithm.

    `rests_on` are the labels of the other statements that its proof names.
    """

    kind: str
    label: str
    title: str
    cell: int
    has_proof: bool
    text: str = ""
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """An exercise with what belongs to it.

    `starter` is the index of a cell, `solution` the indices of its code cells.
    """

    label: str
    title: str
    cell: int
    has_hint: bool
    starter: int | None
    solution: tuple[int, ...]
    is_folded: bool
    is_executed: bool
    checkers: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A checked cell: its labels, and what it uses of `mathnn` (``module.function``)."""

    labels: tuple[str, ...]
    cell: int
    source: str
    functions: tuple[str, ...]

    @property
    def derives(self) -> bool:
        """Whether SymPy differentiates in it, for arrays of any size or for expressions."""
        return bool(
            {"symbolic.gradient", "symbolic.hessian"} & {*self.functions} or _DIFFERENTIATES.search(self.source)
        )


@dataclass(frozen=True)
class Figure:
    """A picture among the outputs of a cell."""

    cell: int
    png: bytes
    alt: str
    is_timing: bool


def statements_of(cells: tuple[Cell, ...]) -> tuple[Statement, ...]:
    """All numbered statements, with whether a proof that is not empty follows at once."""
    found = []
    for blocks in _series(cells):
        for block, following in pairwise((*blocks, "")):
            if not isinstance(block, Directive) or not block.name.startswith("prf:"):
                continue
            kind = block.name.removeprefix("prf:")
            if kind == "proof":
                continue
            label = block.options.get("label", "")
            has_proof = (
                isinstance(following, Directive)
                and following.cell - block.cell <= 1
                and following.name == "dropdown"
                and following.argument.startswith("Proof of ")
                and label in _REFERENCE.findall(following.argument)
                and not following.is_empty
            )
            named = _REFERENCE.findall(following.body) if has_proof and isinstance(following, Directive) else ()
            rests_on = tuple(dict.fromkeys(other for other in named if other != label))
            found.append(Statement(kind, label, block.argument, block.cell, has_proof, block.body, rests_on))
    return tuple(sorted(found, key=lambda statement: statement.cell))


def exercises_of(cells: tuple[Cell, ...], names: dict[str, str]) -> tuple[Exercise, ...]:
    """All exercises. An exercise owns what stands between it and the next one.

    The starter is the first code cell before ``{solution-start}``; the solution is the code between
    that and ``{solution-end}``. `names` are the names that the set-up cell imports from `mathnn`.
    """
    events: list[Directive | Cell] = []
    for cell in cells:
        if cell.kind == "code":
            events.append(cell)
        elif cell.kind == "markdown":
            events += directives(parse_blocks(cell.source, cell.index))
    starts = [i for i, e in enumerate(events) if isinstance(e, Directive) and e.name in _EXERCISE]
    found = []
    for begin, end in pairwise([*starts, len(events)]):
        exercise = events[begin]
        assert isinstance(exercise, Directive)
        label = exercise.options.get("label", "")
        hint, folded, inside = False, False, False
        starter: int | None = None
        solution: list[Cell] = []
        for event in events[begin + 1 : end]:
            if isinstance(event, Cell):
                if inside:
                    solution.append(event)
                elif starter is None and not solution:
                    starter = event.index
            elif event.name == "dropdown" and event.argument.startswith("Hint"):
                hint = hint or not event.is_empty
            elif event.name == "solution-start" and event.argument == label:
                inside, folded = True, "dropdown" in event.options.get("class", "")
            elif event.name == "solution-end":
                inside = False
        used = {name for cell in solution for name in functions_used(cell.source, names)}
        found.append(
            Exercise(
                label=label,
                title=exercise.argument,
                cell=exercise.cell,
                has_hint=hint,
                starter=starter,
                solution=tuple(cell.index for cell in solution),
                is_folded=folded,
                is_executed=bool(solution) and all(cell.count for cell in solution),
                checkers=tuple(sorted(name for name in used if name.startswith("exercises."))),
            )
        )
    return tuple(found)


_EXERCISE = frozenset({"exercise", "exercise-start"})


def figures_of(cells: tuple[Cell, ...]) -> tuple[Figure, ...]:
    """All PNG outputs, with the alternative text that the cell's metadata give them."""
    return tuple(
        Figure(
            cell=cell.index,
            png=base64.b64decode(text_of(output["data"]["image/png"])),
            alt=str(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")),
            is_timing="nbval-ignore-output" in cell.tags,
        )
        for cell in cells
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    )


# --- Python ---------------------------------------------------------------------------------------


def mathnn_names(source: str) -> dict[str, str]:
    """Return what imports bind: name in the notebook -> dotted name below `mathnn`.

    `mathnn` itself is the empty string.
    """
    names: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "mathnn":
                    below = alias.name.removeprefix("mathnn").lstrip(".")
                    names[alias.asname or "mathnn"] = below if alias.asname else ""
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mathnn":
            below = (node.module or "").removeprefix("mathnn").lstrip(".")
            for alias in node.names:
                names[alias.asname or alias.name] = f"{below}.{alias.name}".lstrip(".")
    return names


def functions_used(source: str, names: dict[str, str] | None = None) -> tuple[str, ...]:
    """Return the dotted names below `mathnn` that `source` uses, called or passed on.

    `names` are the imports of the set-up cell; those of `source` itself are added. Only the longest
    chains are kept: ``linear_regression.rss``, not ``linear_regression``.
    """
    bound = {**(names or {}), **mathnn_names(source)}
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        chain: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            chain.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in bound:
            dotted = ".".join(part for part in (bound[inner.id], *reversed(chain)) if part)
            if "." in dotted:
                found.add(dotted)
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(source))
    return tuple(sorted(found))


# --- the book -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notebook:
    """One notebook; its name is the chapter's, and its module's where there is one."""

    path: Path
    cells: tuple[Cell, ...]
    is_chapter: bool = True

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @cached_property
    def title(self) -> str:
        """The first heading."""
        for cell in self.cells:
            if cell.kind == "markdown" and (found := re.search(r"^# +(.+)$", cell.source, re.M)):
                return found[1].strip()
        return self.name

    @cached_property
    def setup(self) -> Cell | None:
        """The cell tagged ``setup``."""
        return next((c for c in self.cells if c.kind == "code" and "setup" in c.tags), None)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the set-up cell imports from `mathnn`."""
        return mathnn_names(self.setup.source) if self.setup else {}

    @cached_property
    def directives(self) -> tuple[Directive, ...]:
        """All directives of all Markdown cells."""
        markdown = (cell for cell in self.cells if cell.kind == "markdown")
        return tuple(d for cell in markdown for d in directives(parse_blocks(cell.source, cell.index)))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The numbered statements."""
        return statements_of(self.cells)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises."""
        return exercises_of(self.cells, self.names)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checked cells."""
        return tuple(
            Check(cell.verifies, cell.index, cell.source, functions_used(cell.source, self.names))
            for cell in self.cells
            if cell.verifies
        )

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The pictures."""
        return figures_of(self.cells)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The text of all headings, without the number signs."""
        return tuple(
            heading.strip()
            for cell in self.cells
            if cell.kind == "markdown"
            for block in parse_blocks(cell.source)
            if isinstance(block, str)
            for heading in re.findall(r"^#+ +(.+)$", block, re.M)
        )

    def checks_of(self, label: str) -> tuple[Check, ...]:
        """Return the checked cells that verify `label`."""
        return tuple(check for check in self.checks if label in check.labels)


def read(path: Path, *, is_chapter: bool = True) -> Notebook:
    """Read one notebook."""
    return Notebook(path, cells_of(json.loads(path.read_text(encoding="utf-8"))), is_chapter)


def _toc_files(entry: dict[str, Any], numbered: bool = False) -> Iterator[tuple[str, bool]]:
    numbered = bool(entry.get("numbered", numbered))
    for name in ("root", "file"):
        if name in entry:
            yield entry[name], numbered
    for children in ("parts", "chapters", "sections"):
        for child in entry.get(children) or ():
            yield from _toc_files(child, numbered)


def paths(root: Path = ROOT) -> dict[Path, bool]:
    """Return the notebooks of ``_toc.yml``, in order -> whether each is a numbered chapter."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = {root / f"{file.removesuffix('.ipynb')}.ipynb": numbered for file, numbered in _toc_files(toc)}
    return {path: numbered for path, numbered in files.items() if path.exists()}


def book(root: Path = ROOT) -> tuple[Notebook, ...]:
    """All notebooks of the book, in order."""
    return tuple(read(path, is_chapter=chapter) for path, chapter in paths(root).items())


# --- the ledger -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ledger:
    """What stands in ``book/ledger.yml``."""

    statements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    formulas: frozenset[str] = frozenset()
    remarks: dict[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()
    cited: dict[str, str] = field(default_factory=dict)
    awaited: tuple[str, ...] = ()


def read_ledger(path: Path = ROOT / "book" / "ledger.yml") -> Ledger:
    """Read the ledger; sections without entries may be left empty."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if unknown := set(raw) - {"statements", "formulas", "remarks", "defects", "cited", "awaited"}:
        raise ValueError(f"{path.name} has unknown sections: {', '.join(sorted(unknown))}")
    return Ledger(
        statements={label: tuple(ids or ()) for label, ids in (raw.get("statements") or {}).items()},
        formulas=frozenset(raw.get("formulas") or ()),
        remarks=dict(raw.get("remarks") or {}),
        defects=tuple(raw.get("defects") or ()),
        cited=dict(raw.get("cited") or {}),
        awaited=tuple(raw.get("awaited") or ()),
    )


def coverage(book: tuple[Notebook, ...], ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Count what is proved, checked and derived: name -> (how many are, how many there are to be).

    To be proved are theorems, propositions, lemmas and corollaries; to be checked are these and the algorithms;
    to be derived by SymPy are the statements under `formulas`. What is only cited is counted as missing.
    """
    pairs = [(notebook, statement) for notebook in book for statement in notebook.statements]
    proved = [statement.has_proof for _, statement in pairs if statement.kind in PROVED]
    checked = [bool(notebook.checks_of(s.label)) for notebook, s in pairs if s.kind in CHECKED]
    derived = [
        any(check.derives for check in notebook.checks_of(s.label))
        for notebook, s in pairs
        if s.label in ledger.formulas
    ]
    return {
        "statements proved": (sum(proved), len(proved)),
        "statements checked": (sum(checked), len(checked)),
        "gradient formulas derived by SymPy": (sum(derived), len(derived)),
    }
