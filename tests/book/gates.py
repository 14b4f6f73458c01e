"""The rules that every notebook of the book must keep.

Each gate is a function that returns its objections; every objection names the file, the cell (counted from 0)
and the mend. `test_gates.py` applies them to the book, and shows of each that it catches a planted defect.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable

import cells
from notebooks import (
    CHECKED,
    PREFIXES,
    PROVED,
    Directive,
    Exercise,
    Ledger,
    Notebook,
    parse_blocks,
)

Book = tuple[Notebook, ...]

EXERCISES = 6
# The left side of an equation for a gradient, a Jacobian, a partial derivative or a delta; "= 0" is a condition.
FORMULA = re.compile(
    r"(?:\\nabla(?:\^2)?(?:_[^\s=$]*)?\s*\\?[A-Za-z_]+(?:\([^()=]*\))?|J_\{?\\?\w+\}?\([^()=]*\)"
    r"|\\partial\s*\\?[\w\\]*\}?\{\\partial[^=$]{0,30}\}|\\Delta\^\{\[[^=]{1,8}\]\})\s*&?=(?!\s*0)"
)
# Statements with such an equation that is no formula to be derived.
NO_FORMULA = {
    "prop-zero-one": "J is a cost here",
    "prop-descent-direction": "characterises the points where the step is the gradient's",
    "prop-epoch": "a sum of gradients is the gradient of a sum",
    "prop-gradient-bounds": "names the quantity that is bounded",
}
ALT_LENGTH = 20
SOURCE_ID = re.compile(r"[BGJPRX]-\d{2}[a-z]?")
# What a stored output must not tell: where it was made, and what changes from run to run.
PRIVATE = {
    "a path of somebody's computer": re.compile(
        r"(?<![\w.])/(?:tmp|home|root|work|Users|var/folders)/|[A-Za-z]:\\(?:Users|Temp)\\"
    ),
    "an address of a package index": re.compile(
        r"(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|anaconda\.org|index-url|https?://[^\s/\"]*(?:simple|artifactory|nexus))"
    ),
    "an address in memory": re.compile(r"\b0x[0-9a-f]{6,}\b"),
}


def _at(notebook: Notebook, cell: int) -> str:
    return f"{notebook.path.name}, cell {cell}"


# --- text -------------------------------------------------------------------------------------------


def fences(notebook: Notebook) -> list[str]:
    """Directives are colon fences, closed, and properly nested."""
    found = []
    for directive in notebook.directives:
        where = _at(notebook, directive.cell)
        if not directive.closed:
            found.append(f"{where}: `{directive.fence}` is not closed; close it with the same fence")
        if directive.name and directive.fence[0] != ":":
            found.append(
                f"{where}: {{{directive.name}}} in backticks hides the mathematics in Jupyter; write it with colons"
            )
        if directive.name.startswith("prf:") and "$" in directive.argument:
            found.append(f"{where}: TeX in the title {directive.argument!r}; say it in words")
    for cell in notebook.cells:
        if cell.kind == "markdown":
            found += _stray_fences(notebook, cell.index, parse_blocks(cell.source, cell.index))
    return found


def _stray_fences(notebook: Notebook, cell: int, blocks: Iterable[Directive | str]) -> list[str]:
    found = []
    for block in blocks:
        if isinstance(block, Directive):
            found += _stray_fences(notebook, cell, block.blocks)
        elif stray := re.search(r"^\s*:{3,}.*$", block, re.M):
            found.append(
                f"{_at(notebook, cell)}: {stray[0].strip()!r} opens and closes nothing; "
                "an outer fence needs more colons than those inside it"
            )
    return found


def labels(book: Book, ledger: Ledger) -> list[str]:
    """Labels fit their kind, are unique, and stand in the ledger: those, and no others."""
    found = []
    places: dict[str, list[str]] = {}
    for notebook in book:
        boxes = [(s.kind, s.label, s.cell) for s in notebook.statements]
        boxes += [("exercise", e.label, e.cell) for e in notebook.exercises]
        for kind, label, cell in boxes:
            where = _at(notebook, cell)
            if kind not in PREFIXES:
                found.append(f"{where}: {kind} is not a kind of this book; use one of {[*PREFIXES]}")
            elif not label:
                found.append(f"{where}: this {kind} has no label; add `:label: {PREFIXES[kind]}...`")
            elif not label.startswith(PREFIXES[kind]):
                found.append(f"{where}: the {kind} {label} must begin with {PREFIXES[kind]!r}")
            if label:
                places.setdefault(label, []).append(where)
                if kind != "exercise" and label not in ledger.statements:
                    found.append(f"{where}: {label} is not in ledger.yml; add it under `statements`")
    for label, where in places.items():
        if len(where) > 1:
            found.append(f"{'; '.join(where)}: {label} is used {len(where)} times; rename all but one")
    for section, entries in (("statements", ledger.statements), ("cited", ledger.cited)):
        found += [
            f"ledger.yml: {label} under `{section}` stands in no notebook; remove or rename it"
            for label in entries
            if label not in places
        ]
    return found


def proofs(book: Book, ledger: Ledger) -> list[str]:
    """Every theorem, proposition, lemma and corollary is followed by its proof, or is cited."""
    found = []
    for notebook in book:
        for statement in notebook.statements:
            where = _at(notebook, statement.cell)
            cited = statement.label in ledger.cited
            if statement.kind in PROVED and not statement.has_proof and not cited:
                found.append(
                    f"{where}: no proof follows {statement.label}; add directly after it "
                    f"`::::{{dropdown}} Proof of {{prf:ref}}`{statement.label}`` and write it"
                )
            if cited and statement.has_proof:
                found.append(f"{where}: {statement.label} is proved; remove it from `cited`")
    return found


def foundations(book: Book) -> list[str]:
    """A proof rests on statements that stand before its own, so no reasoning runs in a circle."""
    found = []
    position = {
        statement.label: at
        for at, (_, statement) in enumerate((notebook, s) for notebook in book for s in notebook.statements)
    }
    for notebook in book:
        for statement in notebook.statements:
            where = f"{_at(notebook, statement.cell)}: the proof of {statement.label}"
            for other in statement.rests_on:
                if other not in position:
                    found.append(f"{where} names {other}, which is no statement; correct the label")
                elif position[other] >= position[statement.label]:
                    found.append(f"{where} names {other}, which comes later; prove that first, or move the remark out")
    return found


def derived(book: Book, ledger: Ledger) -> list[str]:
    """Every formula for a derivative is derived by SymPy in a check, and none is left off the list."""
    found = []
    for notebook in book:
        for statement in notebook.statements:
            label = statement.label
            where = _at(notebook, statement.cell)
            if label in ledger.formulas:
                if not any(check.derives for check in notebook.checks_of(label)):
                    found.append(f"{where}: no check of {label} differentiates with SymPy; derive the formula in one")
            elif statement.kind in CHECKED and label not in NO_FORMULA and (hit := FORMULA.search(statement.text)):
                found.append(
                    f"{where}: {label} states the formula {hit[0]!r}; add it to `formulas` in ledger.yml and derive it"
                )
    known = {statement.label for notebook in book for statement in notebook.statements}
    found += [
        f"ledger.yml: {label} under `formulas` stands in no notebook; remove or rename it"
        for label in sorted(ledger.formulas - known)
    ]
    return found


def corrections(notebook: Notebook, ledger: Ledger) -> list[str]:
    """Every defect of the sources is corrected once: by a cell that can fail, or in a table of small matters."""
    found = []
    places: dict[str, list[str]] = {}
    for cell in notebook.cells:
        if cell.corrects and not any(_can_fail(node) for node in ast.walk(ast.parse(cell.source))):
            found.append(f"{_at(notebook, cell.index)}: nothing in this cell can fail; add an `assert`")
        if cell.kind == "code" and not cell.corrects and re.search(r"^\s*#\s*[Cc]orrects\b", cell.source, re.M):
            found.append(f"{_at(notebook, cell.index)}: the first line must read `# corrects: B-05[, B-06]`, exactly")
        # The first column of a table, where it holds ids only; a list of links corrects nothing.
        rows = re.findall(r"^\|([-A-Z0-9a-z, ]*)\|", cell.source, re.M) if cell.kind == "markdown" else []
        for source in (*cell.corrects, *(i for row in rows for i in SOURCE_ID.findall(row))):
            places.setdefault(source, []).append(_at(notebook, cell.index))
    found += [
        f"ledger.yml: {source} under `defects` is not corrected; add a cell `# corrects: {source}` or a row of a table"
        for source in ledger.defects
        if source not in places
    ]
    for source, where in places.items():
        if source not in ledger.defects:
            found.append(f"{where[0]}: corrects {source}, which is not under `defects` in ledger.yml")
        if len(where) > 1:
            found.append(f"{'; '.join(where)}: {source} is corrected {len(where)} times; keep one")
    return found


def sections(notebook: Notebook) -> list[str]:
    """Every chapter measures its speed and translates its notation."""
    return [
        f"{notebook.path.name}: no section {title!r}; add a heading with this text"
        for title in ("How fast", "In other notations")
        if not any(heading.startswith(title) for heading in notebook.headings)
    ]


# --- checks -----------------------------------------------------------------------------------------


def checks(book: Book, ledger: Ledger) -> list[str]:
    """Every statement that needs a check has one, and every check belongs to a statement."""
    found = []
    known = {s.label for notebook in book for s in notebook.statements}
    known |= {e.label for notebook in book for e in notebook.exercises}
    checked = {label for notebook in book for check in notebook.checks for label in check.labels}
    for notebook in book:
        for statement in notebook.statements:
            needed = statement.kind in CHECKED and statement.label not in ledger.cited
            if needed and statement.label not in checked:
                found.append(
                    f"{_at(notebook, statement.cell)}: {statement.label} has no check; add a code cell "
                    f"that begins with `# verifies: {statement.label}`"
                )
        for check in notebook.checks:
            found += [
                f"{_at(notebook, check.cell)}: verifies {label}, which does not exist; correct the label"
                for label in check.labels
                if label not in known
            ]
        for cell in notebook.cells:
            marked = re.search(r"^\s*#\s*[Vv]erif(?:y|ies)\b", cell.source, re.M)
            if cell.kind == "code" and marked and not cell.verifies:
                found.append(
                    f"{_at(notebook, cell.index)}: the first line must read `# verifies: label[, label]`, exactly"
                )
    return found


def vacuous(notebook: Notebook) -> list[str]:
    """A checked cell asserts something, or calls what does."""
    return [
        f"{_at(notebook, check.cell)}: nothing in this checked cell can fail; add an `assert`"
        for check in notebook.checks
        if not any(_can_fail(node) for node in ast.walk(ast.parse(check.source)))
    ]


def _can_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        # A constant is decided before it runs, and a tuple that is not empty is always true.
        return not isinstance(node.test, ast.Constant | ast.Tuple)
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return name.startswith(("check", "assert_", "verify"))
    return False


def runs_alone(notebook: Notebook) -> list[str]:
    """Every cell that checks or corrects runs after the set-up cell alone, without a warning."""
    if notebook.setup is None:
        return []  # `setup` objects to that
    found = []
    for cell in notebook.cells:
        if not (named := cell.verifies or cell.corrects):
            continue
        try:
            cells.run(notebook.setup.source, cell.source)
        except Exception as error:
            found.append(
                f"{_at(notebook, cell.index)}: the cell of {', '.join(named)} fails after the "
                f"set-up cell alone: {type(error).__name__}: {error}; "
                "make in the cell what it needs"
            )
    return found


def sources(ledger: Ledger) -> list[str]:
    """Every source statement went somewhere: no id is misspelt, and none is awaited in vain."""
    found = []
    covered = {i for ids in ledger.statements.values() for i in ids} | set(ledger.remarks)
    for source in sorted({*covered, *ledger.awaited}):
        if not SOURCE_ID.fullmatch(source):
            found.append(f"ledger.yml: {source!r} is no source id; write it like B-05 or P-13a")
    found += [
        f"ledger.yml: {source} is covered, but still under `awaited`; remove it there"
        for source in ledger.awaited
        if source in covered
    ]
    for source, count in Counter(ledger.awaited).items():
        if count > 1:
            found.append(f"ledger.yml: {source} stands {count} times under `awaited`")
    for source, sentence in ledger.remarks.items():
        if len(str(sentence or "").split()) < 3:
            found.append(f"ledger.yml: the remark {source} needs a sentence: where did it go?")
    # Ids are numbered without gaps, so a hole means that somebody dropped one.
    numbers: dict[str, set[int]] = {}
    for source in {*covered, *ledger.awaited}:
        if SOURCE_ID.fullmatch(source):
            numbers.setdefault(source[0], set()).add(int(source[2:4]))
    for letter, seen in sorted(numbers.items()):
        found += [
            f"ledger.yml: {letter}-{number:02d} appears nowhere; add it to a statement or to `remarks`"
            for number in sorted(set(range(1, max(seen) + 1)) - seen)
        ]
    return found


# --- cells ------------------------------------------------------------------------------------------


def setup(notebook: Notebook) -> list[str]:
    """The first code cell is tagged ``setup`` and imports `mathnn`."""
    name = notebook.path.name
    code = [cell for cell in notebook.cells if cell.kind == "code"]
    if not code or "setup" not in code[0].tags:
        return [f"{name}: the first code cell must have the tag `setup`"]
    found = []
    if not notebook.names:
        found.append(f"{_at(notebook, code[0].index)}: the set-up cell must import from `mathnn`")
    if code[0].outputs:
        found.append(f"{_at(notebook, code[0].index)}: the set-up cell must print nothing")
    if sum("setup" in cell.tags for cell in code) > 1:
        found.append(f"{name}: only one cell may have the tag `setup`")
    for cell in code:
        if re.search(r"^\s*[%!]", cell.source, re.M):
            found.append(f"{_at(notebook, cell.index)}: IPython's % and ! are not Python; use `mathnn.timing`")
    return found


def executed(notebook: Notebook) -> list[str]:
    """The notebook was run once, from top to bottom, and nothing complained."""
    found = []
    code = [cell for cell in notebook.cells if cell.kind == "code"]
    counts = [cell.count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        found.append(f"{notebook.path.name}: execution counts are not 1..n; run `make refresh`")
    for cell in code:
        if not cell.source.strip():
            found.append(f"{_at(notebook, cell.index)}: an empty code cell; delete it")
        for output in cell.outputs:
            if output.get("name") == "stderr":
                found.append(f"{_at(notebook, cell.index)}: writes to stderr; mend the warning")
            if output["output_type"] == "error" and "raises-exception" not in cell.tags:
                found.append(f"{_at(notebook, cell.index)}: ended with {output['ename']}; mend it")
    return found


def private(notebook: Notebook) -> list[str]:
    """No output tells where it was made, or changes from run to run."""
    found = []
    for cell in notebook.cells:
        text = _text_of_outputs(cell.outputs)
        found += [
            f"{_at(notebook, cell.index)}: the output contains {what} ({hit[0]}); print less"
            for what, pattern in PRIVATE.items()
            if (hit := pattern.search(text))
        ]
    return found


def _text_of_outputs(outputs: Iterable[dict]) -> str:
    parts: list[str] = []

    def collect(value: object, key: str = "") -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                collect(inner, name)
        elif isinstance(value, list) and all(isinstance(line, str) for line in value):
            parts.append("".join(value))
        elif isinstance(value, list):
            for inner in value:
                collect(inner)
        elif isinstance(value, str) and not key.startswith("image/"):
            parts.append(value)

    for output in outputs:
        collect(output)
    return "\n".join(parts)


def alt_texts(book: Book) -> list[str]:
    """Every picture is described in words, and no two alike."""
    found = []
    count = Counter(figure.alt for notebook in book for figure in notebook.figures)
    for notebook in book:
        for figure in notebook.figures:
            where = _at(notebook, figure.cell)
            if len(figure.alt) < ALT_LENGTH:
                found.append(
                    f"{where}: the alternative text {figure.alt!r} is too short; say what the picture "
                    'shows, in the metadata {"mystnb": {"image": {"alt": ...}}}'
                )
            elif count[figure.alt] > 1:
                found.append(
                    f"{where}: {count[figure.alt]} pictures have the alternative text {figure.alt!r}; "
                    "one picture a cell, and a text of its own for each"
                )
    return found


def _accepted(notebook: Notebook, exercise: Exercise) -> bool:
    return any("Correct." in _text_of_outputs(notebook.cells[cell].outputs) for cell in exercise.solution)


def exercises(notebook: Notebook) -> list[str]:
    """At least six exercises, each complete."""
    found = []
    if len(notebook.exercises) < EXERCISES:
        found.append(
            f"{notebook.path.name}: {len(notebook.exercises)} exercises, but a chapter has "
            f"at least {EXERCISES}; add {EXERCISES - len(notebook.exercises)}"
        )
    for exercise in notebook.exercises:
        mends = {
            "a hint; add `:::{dropdown} Hint` inside it": exercise.has_hint,
            "a starter; add a code cell after its text": exercise.starter is not None,
            "a solution; put code between `{solution-start}` and `{solution-end}`": exercise.solution,
            "a folded solution; add `:class: dropdown` to it": exercise.is_folded,
            "an executed solution; run `make refresh`": exercise.is_executed,
            "a checker; call one of `mathnn.exercises` in the solution": exercise.checkers,
            "a solution that its checker accepts; its last line must show `Correct.`": _accepted(notebook, exercise),
        }
        found += [
            f"{_at(notebook, exercise.cell)}: exercise {exercise.label} lacks {mend}"
            for mend, present in mends.items()
            if not present
        ]
    return found
