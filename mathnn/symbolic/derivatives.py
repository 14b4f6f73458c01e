"""Gradients and Hessians of losses on arrays of symbolic size, differentiated by SymPy."""

import sympy as sp

from mathnn.symbolic.arrays import SymbolicError, Tensor
from mathnn.symbolic.normal_form import normal_form

# Names for new indices, in this order, as far as they are not taken.
_NAMES = [*"klpq", *(f"k{number}" for number in range(1, 100))]


def gradient(value: sp.Expr | Tensor, wrt: sp.IndexedBase, *, normalise: bool = True) -> Tensor:
    r"""Differentiate by the entries of an array, for all sizes at once.

    .. math:: G_{k} = \frac{\partial f}{\partial \beta_k}, \qquad \text{or } G_{kl} = \frac{\partial f}{\partial W_{kl}}

    Parameters
    ----------
    value : sympy.Expr or Tensor
        A number such as a loss, or a derivative of one: the gradient of a gradient is the Hessian.
    wrt : sympy.IndexedBase
        The array, made by `array`, that is differentiated by.

    normalise : bool
        Whether to bring the derivative to normal form, which `equal` and display need. For networks with several hidden
        layers it takes minutes, and `evaluate` does not need it.

    Returns
    -------
    Tensor
        The derivative; its new indices come after those of `value`.

    Raises
    ------
    SymbolicError
        If the derivative is zero, or SymPy left it unevaluated: neither is trusted. If `wrt` is not an array.

    Notes
    -----
    Derives ``prop-rss-derivatives``.

    Examples
    --------
    >>> from mathnn.symbolic import array, sizes, total
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> gradient(total(lambda i: y[i] ** 2, n), y)
    2*y[k], k=1..n
    """
    if not isinstance(value, Tensor):
        value = Tensor(value, (), ())
    if not isinstance(wrt, sp.IndexedBase) or not wrt.shape:
        raise SymbolicError(f"wrt must be an array with a shape, got {wrt!r}; make it with mathnn.symbolic.array")
    # A new index must not be mistaken for a size, or for an index that is bound in the expression.
    symbols = sp.Tuple(value.expression, *value.indices, *value.shape, *wrt.shape).atoms(sp.Symbol)
    taken = {symbol.name for symbol in symbols}
    names = [name for name in _NAMES if name not in taken][: len(wrt.shape)]
    new = tuple(sp.Symbol(name, integer=True, positive=True) for name in names)
    indices, shape = value.indices + new, value.shape + tuple(wrt.shape)
    ranges = dict(zip(indices, shape, strict=True))
    result = value.expression.diff(wrt[new])
    if normalise:
        result = normal_form(result, ranges)
    elif result.has(sp.Derivative):
        raise SymbolicError(f"SymPy left the derivative by {wrt} unevaluated")
    if result == 0:
        raise SymbolicError(f"the derivative by {wrt} is identically zero, and a zero from SymPy is not trusted")
    known = value.expression.free_symbols | wrt.free_symbols | set(indices)
    stray = {symbol for symbol in result.free_symbols - known if isinstance(symbol, sp.Symbol)}
    if stray:
        raise SymbolicError(f"the derivative by {wrt} has stray indices {stray}")
    return Tensor(result, indices, shape)


def hessian(value: sp.Expr, first: sp.IndexedBase, second: sp.IndexedBase | None = None) -> Tensor:
    r"""Differentiate twice: :math:`H_{kl} = \partial^2 f / \partial \beta_k \partial \beta_l`.

    Parameters
    ----------
    value : sympy.Expr
        A loss.
    first, second : sympy.IndexedBase
        The arrays that are differentiated by; `second` is `first` if it is left out.

    Returns
    -------
    Tensor
        The second derivative in normal form.

    Raises
    ------
    SymbolicError
        As `gradient`.

    Notes
    -----
    Derives ``prop-rss-derivatives``.

    Examples
    --------
    >>> from mathnn.symbolic import array, sizes, total
    >>> n, d = sizes("n d")
    >>> A, b = array("A", n, d), array("b", d)
    >>> hessian(total(lambda i: total(lambda j: A[i, j] * b[j], d) ** 2, n), b)
    2*Sum(A[i, k]*A[i, l], (i, 1, n)), k=1..d, l=1..d
    """
    return gradient(gradient(value, first), first if second is None else second)
