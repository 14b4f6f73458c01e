"""Proofs of equality for all sizes, and comparison with numbers at random sizes."""

import inspect
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from mathnn.symbolic.arrays import SymbolicError, Tensor
from mathnn.symbolic.functions import opened
from mathnn.symbolic.normal_form import normal_form

_SAME = sp.Function("same_index")


def equal(left: Tensor | sp.Expr, right: Tensor | Callable[..., sp.Expr] | sp.Expr) -> bool:
    """Decide by normal forms whether two expressions agree for all sizes and all values.

    Parameters
    ----------
    left : Tensor or sympy.Expr
        What SymPy derived, or an expression without free indices.
    right : Tensor, callable or sympy.Expr
        The printed formula. For a tensor, a tensor, or a function of its free indices that returns the entry.

    Returns
    -------
    bool
        True only if the difference has normal form zero, which proves equality. False means: not proved.

    Raises
    ------
    SymbolicError
        As `normal_form`.

    Notes
    -----
    Proves the formulas of ``prop-rss-derivatives``.

    Examples
    --------
    >>> from mathnn.symbolic import array, gradient, sizes, total
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> derived = gradient(total(lambda i: y[i] ** 2, n), y)
    >>> equal(derived, lambda k: 2 * y[k]), equal(derived, lambda k: y[k])
    (True, False)
    """
    if not isinstance(left, Tensor):
        left = Tensor(left, (), ())
    if isinstance(right, Tensor):
        if right.shape != left.shape:
            raise SymbolicError(f"the tensors must have the same shape, got {left.shape} and {right.shape}")
        formula = right.expression.xreplace(dict(zip(right.indices, left.indices, strict=True)))
    else:
        formula = right(*left.indices) if callable(right) else right
    ranges = dict(zip(left.indices, left.shape, strict=True))
    return bool(normal_form(left.expression - formula, ranges) == 0)


def evaluate(expression: Tensor | sp.Expr, **arrays: ArrayLike) -> NDArray[np.float64]:
    """Compute an expression from numbers, with plain loops and no formula but its own.

    Parameters
    ----------
    expression : Tensor or sympy.Expr
        What to compute.
    **arrays : array_like
        Numbers for every array and every scalar symbol, by name. Sizes are read off the shapes; a size that no array
        in the expression has is passed by name, too.

    Returns
    -------
    numpy.ndarray
        All entries of the tensor, or an array without axes.

    Raises
    ------
    SymbolicError
        If numbers are missing or not real, shapes contradict each other, or an index is used otherwise than alone as
        a subscript.

    Examples
    --------
    >>> from mathnn.symbolic import array, gradient, sizes, total
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> print(evaluate(gradient(total(lambda i: y[i] ** 2, n), y), y=[1.0, 3.0]))
    [2. 6.]
    """
    if not isinstance(expression, Tensor):
        expression = Tensor(expression, (), ())
    bases = _bases(expression.expression)
    numbers = {name: _numbers(value, name) for name, value in arrays.items()}
    shifted = _from_zero(expression.expression, set(expression.indices))
    size_of = _match_sizes(bases, numbers)
    ends = set().union(*(_symbols(size) for size in expression.shape))
    symbols = {symbol for symbol in _symbols(shifted) | ends if symbol.name not in bases} - set(expression.indices)
    for symbol in symbols | set(size_of):
        if symbol.is_integer and symbol.name in numbers:
            size = int(numbers[symbol.name])
            if size_of.setdefault(symbol, size) != numbers[symbol.name]:
                raise SymbolicError(f"{symbol} = {numbers[symbol.name]}, where {symbol} = {size_of[symbol]} is due")
    scalars = {symbol.name: symbol for symbol in symbols - set(size_of)}
    inputs: dict[str, sp.Basic] = {**bases, **scalars}
    missing = sorted(set(inputs) - set(numbers))
    if missing:
        raise SymbolicError(f"numbers are missing for {', '.join(missing)}; pass them by name")
    entry = sp.lambdify(
        [*expression.indices, *inputs.values()],
        shifted.subs(size_of),
        modules=[{"same_index": lambda k, m: float(k == m)}, opened(shifted), "numpy"],
    )
    shape = tuple(int(sp.sympify(size).subs(size_of)) for size in expression.shape)
    result = np.empty(shape)
    for index in itertools.product(*map(range, shape)):
        result[index] = entry(*index, *(numbers[name] for name in inputs))
    return result


def verify(
    derived: Tensor | sp.Expr,
    function: Callable[..., Any],
    *,
    rng: np.random.Generator,
    trials: int = 5,
    rtol: float = 1e-11,
) -> None:
    """Compare what SymPy derived with a NumPy function, in every entry, at random sizes and random numbers.

    Parameters
    ----------
    derived : Tensor or sympy.Expr
        The expression.
    function : callable
        Takes the arrays of the expression as keyword arguments, by the same names.
    rng : numpy.random.Generator
        Draws the sizes, all different from one another, and standard normal entries.
    trials : int
        Number of comparisons.
    rtol : float
        Largest difference allowed, relative to the largest entry.

    Raises
    ------
    AssertionError
        If shapes or entries differ; the message gives the sizes.
    SymbolicError
        If the function does not take just the arrays of the expression.
    TypeError, ValueError
        If `rng` is not a generator, or there is no trial.

    Notes
    -----
    Ties the programs of ``prop-rss-derivatives`` to the formulas.

    Examples
    --------
    >>> from mathnn.symbolic import array, gradient, sizes, total
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> derived = gradient(total(lambda i: y[i] ** 2, n), y)
    >>> verify(derived, lambda y: 2 * y, rng=np.random.default_rng(0))
    """
    expression = derived.expression if isinstance(derived, Tensor) else derived
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {rng!r}; use rng=np.random.default_rng(0)")
    if trials < 1:
        raise ValueError(f"trials must be at least 1, got {trials}: nothing would be compared")
    bases = _bases(expression)
    try:
        inspect.signature(function).bind(**bases)
    except TypeError as reason:
        raise SymbolicError(f"the function must take the arguments {', '.join(bases)} by name: {reason}") from None
    size_symbols = sorted(set().union(*(_symbols(size) for base in bases.values() for size in base.shape)), key=str)
    for _ in range(trials):
        # Different sizes, so that a transposed result cannot have the right shape by accident.
        drawn = rng.permutation(np.arange(2, 2 + max(4, len(size_symbols))))[: len(size_symbols)]
        size_of = dict(zip(size_symbols, (int(size) for size in drawn), strict=True))
        arrays = {
            name: rng.standard_normal([int(sp.sympify(size).subs(size_of)) for size in base.shape])
            for name, base in bases.items()
        }
        expected = evaluate(derived, **arrays)
        found = np.asarray(function(**arrays))
        where = ", ".join(f"{symbol} = {size}" for symbol, size in size_of.items())
        if found.shape != expected.shape:
            raise AssertionError(f"at {where} the function returns shape {found.shape}, SymPy {expected.shape}")
        scale = np.max(np.abs(expected), initial=0.0)
        error = np.max(np.abs(found - expected), initial=0.0)
        if not error <= rtol * scale:
            raise AssertionError(
                f"at {where} the function differs from SymPy by {error:.2g}, entries up to {scale:.2g}"
            )


def _numbers(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return real numbers as float64; text, missing values and masks are not made into numbers."""
    found = np.asarray(value)
    if found.dtype.kind not in "biuf" or isinstance(value, np.ma.MaskedArray):
        raise SymbolicError(f"{name} must hold real numbers, got {type(value).__name__} of dtype {found.dtype}")
    return found.astype(np.float64)


def _symbols(expression: sp.Expr) -> set[sp.Symbol]:
    """Free symbols without the array entries that SymPy counts among them."""
    return {symbol for symbol in sp.sympify(expression).free_symbols if isinstance(symbol, sp.Symbol)}


def _bases(expression: sp.Expr) -> dict[str, sp.IndexedBase]:
    """Return the arrays of an expression by name."""
    bases = {entry.base.name: entry.base for entry in sp.sympify(expression).atoms(sp.Indexed)}
    shapeless = sorted(name for name, base in bases.items() if base.shape is None)
    if shapeless:
        raise SymbolicError(f"{', '.join(shapeless)} has no shape; make it with mathnn.symbolic.array")
    return dict(sorted(bases.items()))


def _match_sizes(
    bases: Mapping[str, sp.IndexedBase], numbers: Mapping[str, NDArray[np.float64]]
) -> dict[sp.Symbol, int]:
    """Read the sizes off the shapes of the numbers, or raise if they contradict each other."""
    size_of: dict[sp.Symbol, int] = {}
    for name, base in bases.items():
        if name not in numbers:
            continue
        if numbers[name].ndim != len(base.shape):
            raise SymbolicError(f"{name} must have shape {base.shape}, got {numbers[name].shape}")
        for symbol, size in zip(base.shape, numbers[name].shape, strict=True):
            expected = size_of.setdefault(symbol, size) if isinstance(symbol, sp.Symbol) else int(symbol)
            if expected != size:
                raise SymbolicError(f"{name} has size {size} where {symbol} = {expected}")
    return size_of


def _from_zero(expression: sp.Expr, indices: set[sp.Symbol]) -> sp.Expr:
    """Let the sums run over 0..n-1, as NumPy counts; allowed because indices occur in subscripts and deltas only."""
    if isinstance(expression, sp.Indexed):
        return expression.base[tuple(_subscript(part, indices) for part in expression.indices)]
    if isinstance(expression, sp.KroneckerDelta):
        # SymPy's own delta would know that an index, which is positive for it, is not 0.
        return _SAME(*(_subscript(part, indices) for part in expression.args))
    if isinstance(expression, sp.Sum):
        if any(low != 1 for _, low, _ in expression.limits):
            raise SymbolicError(f"the sums must start at 1, got {expression.limits}")
        body = _from_zero(expression.function, indices | set(expression.variables))
        return sp.Sum(body, *((index, 0, high - 1) for index, _, high in expression.limits))
    if expression in indices:
        raise SymbolicError(f"the index {expression} must only occur in subscripts")
    if not expression.args:
        return expression
    return expression.func(*(_from_zero(argument, indices) for argument in expression.args))


def _subscript(subscript: sp.Expr, indices: set[sp.Symbol]) -> sp.Expr:
    """Count from zero: indices do so already; a number or a size is lowered by one."""
    if subscript in indices:
        return subscript
    if subscript.has(*indices) or subscript.is_positive is False:
        raise SymbolicError(f"a subscript must be an index, or a positive number or size, got {subscript}")
    return subscript - 1
