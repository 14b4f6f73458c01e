"""Arrays of symbolic size, and sums over them.

An array is a SymPy ``IndexedBase`` that knows its shape; ``A[i, j]`` is an entry. Indices run from 1, as in the book.
"""

import keyword
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.printing.latex import LatexPrinter


class SymbolicError(ValueError):
    """An expression is outside of what this package can prove or evaluate."""


def sizes(names: str) -> tuple[sp.Symbol, ...]:
    """Make symbols for positive whole numbers: the sizes of arrays.

    Parameters
    ----------
    names : str
        Names, separated by blanks.

    Returns
    -------
    tuple of sympy.Symbol
        One symbol a name.

    Examples
    --------
    >>> sizes("n d")
    (n, d)
    """
    return tuple(sp.Symbol(_identifier(name), integer=True, positive=True) for name in names.split())


def _identifier(name: str) -> str:
    """Return the name, or raise if numbers could not be passed by it."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise SymbolicError(f"a name must be a Python identifier, got {name!r}; names are separated by blanks only")
    return name


def array(name: str, *shape: sp.Expr) -> sp.IndexedBase:
    """Make an array of real entries.

    Parameters
    ----------
    name : str
        Its name; by this name `evaluate` asks for the numbers.
    *shape : sympy.Expr
        Its sizes, symbols or numbers.

    Returns
    -------
    sympy.IndexedBase
        ``array("A", n, d)[i, j]`` is the entry in row i and column j.

    Examples
    --------
    >>> n, d = sizes("n d")
    >>> array("A", n, d).shape
    (n, d)
    """
    return sp.IndexedBase(sp.Symbol(_identifier(name), real=True), shape=shape)


def total(summand: Callable[..., sp.Expr], *ranges: sp.Expr) -> sp.Expr:
    r"""Sum over indices of their own: :math:`\sum_{i=1}^{n} t(i)`, or a double sum for two ranges.

    Each call makes new indices. With indices shared between sums SymPy differentiates wrongly.

    Parameters
    ----------
    summand : callable
        Takes as many indices as there are ranges and returns the term.
    *ranges : sympy.Expr
        The upper ends; every index runs from 1.

    Returns
    -------
    sympy.Sum
        The sum, not evaluated.

    Examples
    --------
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> str(tidy(total(lambda i: y[i] ** 2, n)))
    'Sum(y[i]**2, (i, 1, n))'
    """
    indices = [sp.Dummy("i", integer=True, positive=True) for _ in ranges]
    return sp.Sum(summand(*indices), *((i, 1, end) for i, end in zip(indices, ranges, strict=True)))


class _NestedSums(LatexPrinter):
    """Print a double sum with two signs, the outer one first; SymPy prints one sign with two conditions."""

    def _print_Sum(self, expression: sp.Sum) -> str:
        signs = "".join(
            rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}} "
            for index, low, high in reversed(expression.limits)
        )
        summand = self._print(expression.function)
        return signs + (rf"\left({summand}\right)" if isinstance(expression.function, sp.Add) else summand)


@dataclass(frozen=True)
class Tensor:
    """An expression with free indices: entry (k, l, ...) of an array that SymPy derived.

    Attributes
    ----------
    expression : sympy.Expr
        The entry.
    indices : tuple of sympy.Symbol
        The free indices.
    shape : tuple of sympy.Expr
        Their ranges: index number a runs from 1 to ``shape[a]``.
    """

    expression: sp.Expr
    indices: tuple[sp.Symbol, ...]
    shape: tuple[sp.Expr, ...]

    def __repr__(self) -> str:
        """Show the entry and the ranges of its indices."""
        ranges = ", ".join(f"{k}=1..{end}" for k, end in zip(self.indices, self.shape, strict=True))
        return f"{tidy(self.expression, avoid=self.indices)}, {ranges}"

    def _repr_latex_(self) -> str:
        """Show the entry in a notebook."""
        return f"$\\displaystyle {_NestedSums().doprint(tidy(self.expression, avoid=self.indices))}$"


def tidy(expression: sp.Expr, *, avoid: tuple[sp.Symbol, ...] = ()) -> sp.Expr:
    """Give the bound indices short names, for display.

    Parameters
    ----------
    expression : sympy.Expr
        Anything with sums.
    avoid : tuple of sympy.Symbol
        Names that are taken by free indices.

    Returns
    -------
    sympy.Expr
        The same expression; indices of nested sums are i, j, r, s, ... from the outside in.

    Examples
    --------
    >>> n, d = sizes("n d")
    >>> A = array("A", n, d)
    >>> str(tidy(total(lambda a: total(lambda b: A[a, b], d), n)))
    'Sum(A[i, j], (j, 1, d), (i, 1, n))'
    """
    expression = sp.sympify(expression)
    taken = {symbol.name for symbol in expression.free_symbols.union(avoid) if isinstance(symbol, sp.Symbol)}
    letters = [*"ijrstuvwghab", *(f"i{number}" for number in range(1, 100))]
    names = [name for name in letters if name not in taken]

    def rename(node: sp.Basic, depth: int) -> sp.Basic:
        if isinstance(node, sp.Sum):
            new = [sp.Symbol(name, integer=True, positive=True) for name in names[depth:]]
            # SymPy lists the innermost index first.
            pairs = dict(zip(reversed(node.variables), new, strict=False))
            limits = [(pairs[i], low, high) for i, low, high in node.limits]
            inner = rename(node.function.xreplace(pairs), depth + len(pairs))
            return sp.Sum(inner, *limits)
        if not node.args or isinstance(node, sp.Indexed):
            return node
        return node.func(*(rename(argument, depth) for argument in node.args))

    return rename(expression, 0)
