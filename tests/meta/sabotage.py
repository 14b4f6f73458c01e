"""Spoil a module on purpose, and see whether the checked cells notice.

There are two ways to spoil. `spoilings` change what a function returns: a factor 1.01, another sign, a dropped
transpose, a sum for a mean. `mutants` change its source: plus for minus, 1 for 2, no `.T`. A cell notices if it raises.
"""

import ast
import contextlib
import copy
import dataclasses
import functools
import inspect
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import cells
import numpy as np
import sympy
from notebooks import Check, Notebook

# A spoiled result that is this close to the true one is no spoiling: 1.01 times a gradient that vanishes.
NOTHING = 1e-10
# A cell that takes this much longer than usual has noticed, too: iterations without end.
PATIENCE = 20.0


class HarnessError(BaseException):
    """The harness itself is broken. No `except Exception` may take this for a cell that noticed."""


# --- what a module offers ---------------------------------------------------------------------------


def public_functions(module: ModuleType) -> tuple[str, ...]:
    """Return the names of all public functions, public methods, and records of functions."""
    names = []
    made = _assigned(module)
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            names.append(name)
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            methods = inspect.getmembers(value, inspect.isfunction)
            names += [
                f"{name}.{method}"
                for method, function in methods
                if not method.startswith("_") and function.__module__ == module.__name__
            ]
        elif name in made and _is_record(value) and has_functions(value):
            names.append(name)
    return tuple(names)


def _assigned(module: ModuleType) -> frozenset[str]:
    """Return the names that a module makes, not those that it imports."""
    body = ast.parse(inspect.getsource(module)).body
    return frozenset(
        t.id for node in body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
    )


def uses(module: ModuleType, notebook: Notebook, check: Check) -> tuple[str, ...]:
    """Return the public functions of `module` that a checked cell uses.

    A method counts as used if the cell uses the module, and has an attribute of that name.
    """
    short = module.__name__.removeprefix("mathnn.")
    used = [name for name in check.functions if name.startswith(f"{short}.")]
    plain = {name.removeprefix(f"{short}.").split(".")[0] for name in used}
    attributes = _attributes(check.source, notebook.names)
    return tuple(
        name
        for name in public_functions(module)
        if name in plain or (plain and "." in name and name.split(".")[1] in attributes)
    )


def _attributes(source: str, names: dict[str, str]) -> frozenset[str]:
    """Return the attributes that a cell reads of values, not of modules of `mathnn`."""
    return frozenset(
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in names)
    )


# --- results: spoil a value -------------------------------------------------------------------------


def _is_record(value: object) -> bool:
    is_data = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return is_data or (isinstance(value, tuple) and hasattr(value, "_fields"))


def _children(value: object) -> dict[str, Any]:
    """Return the parts of a record, tuple, list or dictionary; nothing for a plain value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, tuple | list):
        # The entries of a long list are one field: all weights are spoiled together.
        return {str(i) if isinstance(value, tuple) else f"*{i}": v for i, v in enumerate(value)}
    if isinstance(value, dict):
        return {str(key): inner for key, inner in value.items()}
    return {}


def _rebuilt(value: Any, children: dict[str, Any]) -> Any:
    """Put changed parts into a copy. Nothing is validated: that would notice before the cell can."""
    if dataclasses.is_dataclass(value):
        new = copy.copy(value)
        for name, child in children.items():
            object.__setattr__(new, name, child)
        return new
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*children.values())
    if isinstance(value, dict):
        return dict(zip(value, children.values(), strict=True))
    return type(value)(children.values())


def _is_leaf(value: object) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float | complex)


def has_functions(value: object) -> bool:
    """Whether a record contains functions, however deep."""
    children = _children(value)
    return any(map(has_functions, children.values())) if children else callable(value)


def field_of(path: str) -> str:
    """Return the field that a path belongs to: the entries of a list share one."""
    return ".".join("*" if part.startswith("*") else part for part in path.split("."))


def spoil_leaf(leaf: Any, spoiling: str, rows: int) -> Any:
    """Spoil one number or array; what a spoiling does not apply to stays as it is."""
    array = np.asarray(leaf)
    kind = {"b": "truth", "i": "integer", "u": "integer", "f": "real", "c": "real"}.get(array.dtype.kind)
    match kind, spoiling:
        case "real", "times 1.01":
            new = array * 1.01
        case "real", "other sign":
            new = -array
        case "real", "sum for mean":
            new = array * rows
        case (("real" | "integer" | "truth"), "transposed") if array.ndim:
            new = array[::-1] if array.ndim == 1 else array.T
        case "integer", "plus one":
            new = array + 1
        case "truth", "plus one":
            new = ~array
        case _:
            return leaf
    if isinstance(leaf, np.ndarray | np.generic):
        new = new.astype(array.dtype)
        # Not ascontiguousarray: that makes one dimension of none.
        return np.array(new, order="C") if isinstance(leaf, np.ndarray) else new[()]
    return type(leaf)(new)


SPOILINGS = ("times 1.01", "other sign", "transposed", "sum for mean", "plus one")


def differs(old: Any, new: Any) -> bool:
    """Whether a spoiling changed anything that arithmetic can see."""
    if np.shape(old) != np.shape(new):
        return True
    return not np.allclose(old, new, rtol=NOTHING, atol=NOTHING, equal_nan=True)


def _rows(args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """Return the number of rows of the first matrix among the arguments."""
    for value in (*args, *kwargs.values()):
        # Lists of lists are matrices as well; ragged ones are not.
        with contextlib.suppress(Exception):
            if np.ndim(value) == 2:
                return int(np.shape(value)[0])
    return 1


@dataclasses.dataclass
class Seen:
    """What came out of a watched function while a cell ran.

    `effects` has the spoilings that would have changed each field; `read` the fields that the cell itself looked at.
    """

    effects: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    read: set[str] = dataclasses.field(default_factory=set)


@functools.cache
def _telling(cls: type) -> type:
    """Return a subclass of a record's class whose instances tell which fields a cell reads."""
    is_data = dataclasses.is_dataclass(cls)
    names = tuple(f.name for f in dataclasses.fields(cls)) if is_data else cls._fields

    def tell(record: Any, fields: tuple[str, ...]) -> None:
        # Frame 0 is this function, 1 the method below, 2 who asked.
        if cells.is_cell(sys._getframe(2).f_code):
            read, at = object.__getattribute__(record, "_told")
            read.update(field_of(f"{at}.{name}".lstrip(".")) for name in fields)

    class Telling(cls):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            if name in names:
                tell(self, (name,))
            return super().__getattribute__(name)

    class TellingTuple(Telling):  # may also be unpacked
        def __iter__(self) -> Any:
            tell(self, names)
            return super().__iter__()

        def __getitem__(self, key: Any) -> Any:
            tell(self, names)
            return super().__getitem__(key)

    telling = Telling if is_data else TellingTuple
    telling.__name__, telling.__qualname__ = cls.__name__, cls.__qualname__
    return telling


def _listening(value: Any, read: set[str], at: str) -> Any:
    """Copy a record so that it notes in `read` which of its fields a cell looks at; lists are read as a whole."""
    if dataclasses.is_dataclass(value) and hasattr(value, "__dict__"):
        new = copy.copy(value)
        object.__setattr__(new, "__class__", _telling(type(value)))
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        new = tuple.__new__(_telling(type(value)), value)
    else:
        read.update(field_of(f"{at}.{name}".lstrip(".")) for name in _children(value))
        return value
    object.__setattr__(new, "_told", (read, at))
    return new


# The error that a function raises is a field as well, and swallowing it is what can be spoiled about it.
RAISES, SWALLOWED = "(raises)", "no error"
# A function that returns nothing is there for what it does, and not doing it is what can be spoiled.
EFFECT, UNDONE = "(effect)", "left undone"


def watched(function: Callable[..., Any], seen: Seen, at: str = "") -> Callable[..., Any]:
    """Wrap a function so that the fields of its results are noted, and what could be spoiled about them."""

    def note(leaf: Any, field: str, rows: int) -> Any:
        known = seen.effects.setdefault(field, set())
        if leaf is None:
            known.add(UNDONE)
            return leaf
        for spoiling in SPOILINGS:
            if spoiling not in known and differs(leaf, spoil_leaf(leaf, spoiling, rows)):
                known.add(spoiling)
        return leaf

    def raised(error: Exception) -> None:
        seen.effects.setdefault(RAISES, set()).add(SWALLOWED)
        raise error

    def listen(record: Any, where: str) -> Any:
        return _listening(record, seen.read, where)

    return _wrapped(function, Hooks(note, raised, listen), at)


def spoiled(function: Callable[..., Any], field: str, spoiling: str, at: str = "") -> Callable[..., Any]:
    """Wrap a function so that one field of each result is spoiled."""

    def spoil(leaf: Any, where: str, rows: int) -> Any:
        return spoil_leaf(leaf, spoiling, rows) if where == field else leaf

    def raised(error: Exception) -> None:
        if field != RAISES:
            raise error

    return _wrapped(function, Hooks(spoil, raised, lambda record, where: record), at)


def _left_undone(function: Callable[..., Any]) -> Callable[..., None]:
    """Put a function that does nothing in the place of one that returns nothing."""
    return functools.wraps(function)(lambda *args, **kwargs: None)


class Hooks(NamedTuple):
    """What a wrapper does to every leaf of a result, to an error, and to every record."""

    leaf: Callable[[Any, str, int], Any]
    error: Callable[[Exception], None]
    record: Callable[[Any, str], Any]


def _wrapped(value: Any, hooks: Hooks, at: str = "") -> Any:
    """Wrap a function, or the functions in a record."""
    if not inspect.isroutine(value) and not isinstance(value, functools.partial):
        return _changed(value, hooks, 1, at)

    @functools.wraps(value)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            result = value(*args, **kwargs)
        except Exception as error:
            return hooks.error(error)
        try:
            # The result of a function inside a record has a path of its own: `gradient()`.
            with np.errstate(all="ignore"):
                return _changed(result, hooks, _rows(args, kwargs), f"{at}()" if at else "")
        except Exception as error:
            raise HarnessError(f"cannot spoil {value}: {error!r}") from error

    return wrapper


def _changed(value: Any, hooks: Hooks, rows: int, at: str) -> Any:
    if value is None and not at:
        return hooks.leaf(value, EFFECT, rows)
    if isinstance(value, Iterator):
        # The items are one field, and whoever iterates reads it.
        return (_changed(item, hooks, rows, at) for item in value)
    children = _children(value)
    if children:
        new = {n: _changed(c, hooks, rows, f"{at}.{n}".lstrip(".")) for n, c in children.items()}
        unchanged = all(new[name] is child for name, child in children.items())
        return hooks.record(value if unchanged else _rebuilt(value, new), at)
    if _is_leaf(value):
        return hooks.leaf(value, field_of(at), rows)
    if callable(value) and not isinstance(value, type):
        return _wrapped(value, hooks, at)
    return value


@contextlib.contextmanager
def replaced(module: ModuleType, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """Change a function, method or record of the module for a while."""
    *owners, last = name.split(".")
    owner: Any = module
    for part in owners:
        owner = getattr(owner, part)
    original = vars(owner)[last]
    setattr(owner, last, change(original))
    try:
        yield
    finally:
        setattr(owner, last, original)


# --- results: the verdict ---------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of one spoiling: `field` of the result of `function`, in one cell."""

    label: str
    function: str
    field: str
    spoiling: str
    outcome: str  # "noticed", "survived" or "no effect"
    is_read: bool  # whether the cell itself looks at the field

    def __str__(self) -> str:
        field = f", field {self.field}" if self.field else ""
        return f"{self.label}/{self.function}{field}/{self.spoiling}"


def notices(notebook: Notebook, check: Check) -> bool:
    """Run a cell after the set-up cell; whether it raises."""
    setup = notebook.setup
    try:
        with _memory_of_sympy():
            cells.run(setup.source if setup else "", check.source, seconds=PATIENCE)
    except Exception:
        return True
    return False


@functools.cache
def _simplified(expression: Any) -> Any:
    return _SIMPLIFY(expression)


@contextlib.contextmanager
def _memory_of_sympy() -> Iterator[None]:
    """Let SymPy simplify the same expression only once: what it answers does not depend on `mathnn`."""

    def simplify(expression: Any, **options: Any) -> Any:
        hashable = isinstance(expression, sympy.Basic) and not options
        return _simplified(expression) if hashable else _SIMPLIFY(expression, **options)

    sympy.simplify = simplify
    try:
        yield
    finally:
        sympy.simplify = _SIMPLIFY


_SIMPLIFY = sympy.simplify


def verdicts(module: ModuleType, notebook: Notebook, check: Check, function: str) -> tuple[Verdict, ...]:
    """Spoil every field of what one function returns to one cell, in every way."""
    seen = Seen()
    with replaced(module, function, lambda original: watched(original, seen)):
        if notices(notebook, check):
            cells.run(notebook.setup.source if notebook.setup else "", check.source)
            raise HarnessError(f"{check.labels} fails only while {function} is watched")
    found = []
    for field, effective in seen.effects.items():
        steps = [*accumulate(field.split("."), "{}.{}".format)]
        # A plain result has no fields: whoever calls the function reads it.
        is_read = field in {"", RAISES, EFFECT} or all(_is_plain(step) or step in seen.read for step in steps)
        for spoiling in {RAISES: [SWALLOWED], EFFECT: [UNDONE]}.get(field, SPOILINGS):
            outcome = "no effect"
            if spoiling in effective:
                change = _left_undone if field == EFFECT else functools.partial(spoiled, field=field, spoiling=spoiling)
                with replaced(module, function, change):
                    outcome = "noticed" if notices(notebook, check) else "survived"
            label = ", ".join(check.labels)
            found.append(Verdict(label, function, field, spoiling, outcome, is_read))
    return tuple(found)


def _is_plain(step: str) -> bool:
    """Whether the last part of a path is the result of a function, `value()`, and no field of its own."""
    return step.endswith("()")


def unnoticed(found: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return the spoilings that a cell should have noticed and did not: those of fields that it reads."""
    return tuple(verdict for verdict in found if verdict.outcome == "survived" and verdict.is_read)


# --- source -----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of the source of one function."""

    function: str
    change: str
    code: CodeType = dataclasses.field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.function}: {self.change}"


_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_NAMES = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "argmax": "argmin"}


def _alternatives(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what could stand in the place of a node by mistake."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(op)](), right)
        case ast.AugAssign(target, op, value) if type(op) in _OPERATORS:
            yield ast.AugAssign(target, _OPERATORS[type(op)](), value)
            yield ast.Assign([target], value)  # the last block instead of the sum of all
        case ast.Compare(left, [op], comparators) if type(op) in _OPERATORS:
            yield ast.Compare(left, [_OPERATORS[type(op)]()], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(_OPERATORS[type(op)](), values)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield operand
        case ast.Attribute(value, "T", ast.Load()):
            yield value
        case ast.Attribute(value, attr, ast.Load()) if attr in _NAMES:
            yield ast.Attribute(value, _NAMES[attr], ast.Load())
        case ast.Constant(value) if type(value) in (int, float):
            yield ast.Constant(type(value)(1 if value == 2 else value + 1))


def _sites(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield (parent, field, index) of all expressions and statements of the body.

    Guards are left out, ``if ...: raise ...``: that the right inputs are refused is for unit tests to say.
    """

    def visit(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "args"} and isinstance(
                node, ast.FunctionDef | ast.AnnAssign | ast.arg
            ):
                continue
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or isinstance(child, ast.Raise | ast.JoinedStr):
                    continue
                if isinstance(child, ast.If) and isinstance(child.body[-1], ast.Raise):
                    for branch in child.orelse:
                        yield from visit(branch)
                    continue
                yield node, name, index if isinstance(value, list) else None
                yield from visit(child)

    yield from visit(function)


def _definitions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the functions and methods of a module by their qualified names."""
    found: dict[str, ast.FunctionDef] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}": inner for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def reachable(module: ModuleType, functions: set[str]) -> frozenset[str]:
    """Return all functions of the module that these may call, and themselves."""
    definitions = _definitions(ast.parse(inspect.getsource(module)))
    classes = {name.split(".")[0] for name in definitions if "." in name}
    found: set[str] = set()
    todo = [name for name in functions if name in definitions]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        called = {n.id for n in ast.walk(definitions[name]) if isinstance(n, ast.Name)}
        called |= {n.attr for n in ast.walk(definitions[name]) if isinstance(n, ast.Attribute)}
        for other in definitions:
            owner = other.split(".")[0]
            # A class that is named brings its special methods; its other methods must be called.
            special = owner in classes and owner in called and other.split(".")[-1].startswith("__")
            if other.split(".")[-1] in called or special:
                todo.append(other)
    return frozenset(found)


def mutants(module: ModuleType, functions: frozenset[str]) -> tuple[Mutant, ...]:
    """Return all changes of the source of these functions, each compiled."""
    source = inspect.getsource(module)
    filename = inspect.getsourcefile(module) or module.__name__
    found: list[Mutant] = []
    tree = ast.parse(source)
    for name, definition in _definitions(tree).items():
        if name not in functions:
            continue
        count: dict[str, int] = {}
        for parent, field, index in list(_sites(definition)):
            child = getattr(parent, field) if index is None else getattr(parent, field)[index]
            for new in _alternatives(child):
                # A bare number says little: show what it stands in.
                shown = isinstance(child, ast.Constant) and isinstance(parent, ast.expr)
                ast.copy_location(new, child)
                before = ast.unparse(parent if shown else child)
                _put(parent, field, index, ast.fix_missing_locations(new))
                change = f"{before} -> {ast.unparse(parent if shown else new)}"
                code = compile(tree, filename, "exec", dont_inherit=True)
                _put(parent, field, index, child)
                count[change] = count.get(change, 0) + 1
                if count[change] > 1:
                    change += f" (number {count[change]})"
                found.append(Mutant(name, change, _code_of(code, name)))
    return tuple(found)


def _put(parent: ast.AST, field: str, index: int | None, child: ast.AST) -> None:
    if index is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[index] = child


def _code_of(code: CodeType, name: str) -> CodeType:
    """Find the code of a function in that of its module."""
    for part in name.split("."):
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
    return code


@contextlib.contextmanager
def mutated(module: ModuleType, mutant: Mutant) -> Iterator[None]:
    """Give a function the code of the mutant for a while, for everybody who has imported it."""
    function: Any = module
    for part in mutant.function.split("."):
        function = vars(function)[part]
    function = inspect.unwrap(getattr(function, "__func__", getattr(function, "fget", function)))
    assert isinstance(function, FunctionType)
    original = function.__code__
    function.__code__ = mutant.code
    try:
        yield
    finally:
        function.__code__ = original


@dataclasses.dataclass
class Jury:
    """The checked cells that answer for one module, each with the functions it uses."""

    module: ModuleType
    members: list[tuple[Notebook, Check, tuple[str, ...]]]

    @functools.cached_property
    def _by_speed(self) -> list[tuple[Notebook, Check, frozenset[str]]]:
        timed = []
        for notebook, check, used in self.members:
            begin = time.perf_counter()
            # A cell that fails anyway is no witness. Other tests say that it fails.
            if not notices(notebook, check):
                reach = reachable(self.module, set(used))
                timed.append((time.perf_counter() - begin, len(timed), notebook, check, reach))
        return [(notebook, check, reach) for _, _, notebook, check, reach in sorted(timed, key=lambda t: t[:2])]

    @functools.cached_property
    def reach(self) -> frozenset[str]:
        """All functions of the module that some cell may call."""
        return reachable(self.module, {name for _, _, used in self.members for name in used})

    def notices(self, mutant: Mutant) -> bool:
        """Whether some cell that reaches the mutated function notices; the fastest are asked first."""
        concerned = [(n, c) for n, c, reach in self._by_speed if mutant.function in reach]
        with mutated(self.module, mutant):
            return any(notices(notebook, check) for notebook, check in concerned)


def jury(module: ModuleType, book: tuple[Notebook, ...]) -> Jury:
    """Call all checked cells of these notebooks that use a function of the module."""
    return Jury(
        module,
        [
            (notebook, check, used)
            for notebook in book
            for check in notebook.checks
            if (used := uses(module, notebook, check))
        ],
    )
