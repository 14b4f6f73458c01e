"""The order of `mathnn`: imports go one way, and every public name says what it does and where the book proves it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import notebooks
import pytest
from homes import MODULES as CHAPTER_MODULES
from homes import chapters_of

PACKAGE = notebooks.ROOT / "mathnn"
LEDGER = notebooks.read_ledger()

# Imports go down this list only (CONTRIBUTING.md).
ORDER = (
    "_validation",
    "calculus",
    "activations",
    "losses",
    "datasets",
    "gradient_descent",
    "linear_regression",
    "logistic_regression",
    "network",
    "_engine",
    "perceptron",
    "training",
    "approximation",
    "exercises",
    "timing",
    "interactive",
    "sklearn",
)
# What a module may import besides the standard library, NumPy and what is above it.
EXTRAS = {"symbolic": {"sympy"}, "sklearn": {"sklearn"}, "training": {"tqdm"}}
STANDARD = frozenset(sys.stdlib_module_names)
LABEL = re.compile(r"``((?:def|thm|prop|lem|cor|ex|rem|alg|exr)-[\w-]+)``")


def modules() -> dict[str, Path]:
    """Return all source files by their dotted names below `mathnn`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


# --- imports ----------------------------------------------------------------------------------------


def imported(name: str, source: str) -> Iterator[str]:
    """Yield the absolute dotted names that a module imports, wherever in its text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = ["mathnn", *name.split(".")][: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_problems(name: str, source: str) -> list[str]:
    """Say which imports of a module go the wrong way. The package itself (name "") may import nothing."""
    top = name.split(".")[0]
    if top not in (*ORDER, "symbolic", ""):
        return [f"mathnn.{name} has no place in the order of modules; add it to ORDER and CONTRIBUTING.md"]
    allowed = STANDARD | {"numpy"} | EXTRAS.get(top, set())
    found = []
    for target in imported(name, source):
        root, *below = target.split(".")
        if root != "mathnn":
            if root not in allowed:
                found.append(f"mathnn.{name} imports {target}; its dependencies are NumPy and no more")
        elif top == "symbolic":
            if below[:1] != ["symbolic"]:
                found.append(f"mathnn.{name} imports {target}; symbolic is an independent oracle")
        elif below[0] == "symbolic" or below[0] not in ORDER or top not in ORDER:
            found.append(f"mathnn.{name} imports {target}, which is not below any module")
        elif below[0] != top and ORDER.index(below[0]) >= ORDER.index(top):
            found.append(f"mathnn.{name} imports {target}; imports go down the list only")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_imports(name: str):
    assert import_problems(name, MODULES[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("calculus", "from mathnn import losses"),
        ("calculus", "from mathnn.losses import squared_error"),
        ("calculus", "import mathnn.losses"),
        ("calculus", "from . import losses"),
        ("calculus", "from .losses import squared_error"),
        ("calculus", "def f():\n    import scipy"),
        ("losses", "from mathnn.symbolic import losses"),
        ("losses", "import sympy"),
        ("symbolic.losses", "from mathnn import losses"),
        ("symbolic.losses", "from .. import losses"),
        ("symbolic.losses", "from mathnn._validation import float_array"),
        ("timing", "import matplotlib.pyplot"),
        ("exercises.losses", "from mathnn import symbolic"),
        ("novelty", ""),
        ("", "from mathnn import calculus"),
    ],
)
def test_wrong_import_is_caught(name: str, source: str):
    assert import_problems(name, source)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("losses", "import numpy as np\nfrom mathnn import activations\nfrom ._validation import check"),
        ("symbolic.losses", "import sympy\nfrom . import _symbols\nfrom mathnn.symbolic import general"),
        ("exercises.losses", "from mathnn import losses\nfrom ._answers import compare"),
        ("", "import importlib.metadata"),
    ],
)
def test_right_import_passes(name: str, source: str):
    assert import_problems(name, source) == []


# --- docstrings -------------------------------------------------------------------------------------


def section(docstring: str, title: str) -> str | None:
    """Return the text of a numpydoc section."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[\w ]*\n-{{3,}}\n|\Z)", docstring, re.M | re.S)
    return found[1] if found else None


def _arguments(function: ast.FunctionDef) -> list[str]:
    args = function.args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [arg.arg for arg in every if arg is not None and arg.arg not in {"self", "cls"}]


def _returns(function: ast.FunctionDef) -> bool:
    silent = function.returns is None or ast.unparse(function.returns) in {"None", "NoReturn"}
    return not silent


def _is_property(function: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def function_problems(name: str, function: ast.FunctionDef, *, needs_example: bool = True) -> list[str]:
    """Say what the docstring of a function lacks."""
    docstring = ast.get_docstring(function)
    if docstring is None:
        return [f"{name} has no docstring"]
    found = []
    if _is_property(function):
        return found
    parameters = section(docstring, "Parameters") or ""
    found += [
        f"{name}: the argument {argument} is not under Parameters"
        for argument in _arguments(function)
        if not re.search(rf"\b{argument}\b", parameters)
    ]
    if _returns(function) and not section(docstring, "Returns") and not section(docstring, "Yields"):
        found.append(f"{name}: no section Returns")
    if needs_example and ">>> " not in (section(docstring, "Examples") or ""):
        found.append(f"{name}: no section Examples with a doctest")
    return found


def class_problems(name: str, definition: ast.ClassDef) -> list[str]:
    """Say what the docstrings of a class lack; one example, in it or in a method, will do."""
    docstring = ast.get_docstring(definition)
    if docstring is None:
        return [f"{name} has no docstring"]
    methods = [node for node in definition.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    found = []
    fields = [
        node.target.id
        for node in definition.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    told = f"{section(docstring, 'Attributes') or ''}\n{section(docstring, 'Parameters') or ''}"
    found += [
        f"{name}: the field {field} is not under Attributes"
        for field in fields
        if not field.startswith("_") and not re.search(rf"\b{field}\b", told)
    ]
    for method in methods:
        found += function_problems(f"{name}.{method.name}", method, needs_example=False)
    text = ast.unparse(definition)
    if any(not _is_property(method) for method in methods) and ">>> " not in text:
        found.append(f"{name}: no example, neither in the class nor in a method")
    return found


def docstring_problems(name: str, source: str, labels: frozenset[str] | None, *, has_chapter: bool = True) -> list[str]:
    """Say what the docstrings of a module's public names lack.

    Every public function of a module that has a chapter names a statement of the book; whoever names one names one of
    `labels`. None stands for a chapter that is not written yet.
    """
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += class_problems(f"{name}.{node.name}", node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            full = f"{name}.{node.name}"
            found += function_problems(full, node)
            cited = LABEL.findall(ast.get_docstring(node) or "")
            if labels is not None and has_chapter and not cited:
                found.append(f"{full}: names no statement of the book; add a note `Book: ``thm-...```")
            if labels is not None:
                found += [f"{full}: the book has no {label}" for label in cited if label not in labels]
    return found


PUBLIC = [name for name in MODULES if not any(part.startswith("_") for part in name.split("."))]


@pytest.mark.parametrize("name", PUBLIC)
def test_docstrings(name: str):
    has_chapter = name in CHAPTER_MODULES
    labels = None if has_chapter and not chapters_of(name) else frozenset(LEDGER.statements)
    source = MODULES[name].read_text(encoding="utf-8")
    problems = docstring_problems(name, source, labels, has_chapter=has_chapter)
    assert not problems, "\n" + "\n".join(problems)


GOOD = '''
def square(t: float) -> float:
    """Square of a number.

    Parameters
    ----------
    t : float
        The number.

    Returns
    -------
    float
        The square.

    Notes
    -----
    Book: ``thm-square``.

    Examples
    --------
    >>> square(2.0)
    4.0
    """
    return t * t


class Fit:
    """A fit.

    Attributes
    ----------
    slope : float
        The slope.
    """

    slope: float

    def predict(self, t: float) -> float:
        """Predict.

        Parameters
        ----------
        t : float
            Where.

        Returns
        -------
        float
            What.

        Examples
        --------
        >>> 1 + 1
        2
        """
'''
LABELS = frozenset({"thm-square"})


def test_good_docstrings():
    assert docstring_problems("good", GOOD, LABELS) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("t : float\n        The number", "s : float\n        The number", "argument t"),
        ("Returns\n    -------", "Gives\n    -----", "no section Returns"),
        ("Examples\n    --------\n    >>> square", "Examples\n    --------\n    square", "no section Examples"),
        ("Book: ``thm-square``.", "See the book.", "names no statement"),
        ("``thm-square``", "``thm-cube``", "has no thm-cube"),
        ('"""A fit.', '_ = """A fit.', "good.Fit has no docstring"),
        ("slope : float\n        The slope", "height : float\n        The height", "field slope"),
        ("t : float\n            Where", "x : float\n            Where", "Fit.predict: the argument t"),
        (">>> 1 + 1", "1 + 1", "neither in the class"),
    ],
)
def test_missing_piece_is_caught(old: str, new: str, expected: str):
    assert old in GOOD
    problems = docstring_problems("good", GOOD.replace(old, new, 1), LABELS)
    assert any(expected in problem for problem in problems), problems


def test_without_a_chapter_no_label_is_needed():
    source = GOOD.replace("Book: ``thm-square``.", "None.")
    assert docstring_problems("good", source, LABELS, has_chapter=False) == []


def test_before_the_chapter_is_written_labels_are_promises():
    assert docstring_problems("good", GOOD, None) == []


def test_without_a_chapter_labels_must_exist():
    assert docstring_problems("good", GOOD, frozenset(), has_chapter=False)


# --- size -------------------------------------------------------------------------------------------


def lines_of_code(source: str) -> int:
    """Count lines that are neither blank nor comment nor docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(1 for number, line in lines if line.strip() and not line.strip().startswith("#") and number not in told)


def test_the_core_is_small_enough_to_be_read():
    core = [path for name, path in MODULES.items() if name.split(".")[0] not in {"symbolic", "exercises"}]
    assert 1000 < sum(lines_of_code(path.read_text(encoding="utf-8")) for path in core) < 2500


def test_lines_are_counted_without_what_is_said():
    assert (
        lines_of_code('"""A module.\n\nIt says more.\n"""\n\n# why\nx = 1\n\n\ndef f():\n    """Do."""\n    return x\n')
        == 3
    )
