"""The cost of a dense network with numbers for its sizes: every weight is a symbol, and the loss is written with ``@``.

A second derivation beside `network`, which has symbols for the sizes; no sum over an index, and nothing of the other's
code but the activations. SymPy differentiates by one symbol at a time.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mathnn.symbolic.arrays import SymbolicError
from mathnn.symbolic.functions import opened
from mathnn.symbolic.network import ACTIVATIONS

_Symbols = NDArray[np.object_]


# The loss of one example with the targets y and the predictions f, vectors of symbols.
_LOSSES: dict[str, Callable[[_Symbols, _Symbols], sp.Expr]] = {
    "squared_error": lambda y, f: (f - y) @ (f - y),
    "half_squared_error": lambda y, f: (f - y) @ (f - y) / 2,
    "binary_cross_entropy": lambda y, f: sum(
        -a * sp.log(1 / (1 + sp.exp(-z))) - (1 - a) * sp.log(1 - 1 / (1 + sp.exp(-z)))
        for a, z in zip(y, f, strict=True)
    ),
    "categorical_cross_entropy": lambda y, f: (
        -sum(a * sp.log(sp.exp(z) / sum(sp.exp(other) for other in f)) for a, z in zip(y, f, strict=True))
    ),
    "hinge": lambda y, f: sum(sp.Piecewise((1 - m, m < 1), (0, True)) for m in y * f),
    "perceptron": lambda y, f: sum(sp.Piecewise((-m, m <= 0), (0, True)) for m in y * f),
}


@dataclass(frozen=True, eq=False)
class ExplicitNetwork:
    """The cost of a network of given sizes.

    Attributes
    ----------
    cost : sympy.Expr
        Mean loss of the examples.
    X, Y : numpy.ndarray of sympy.Symbol
        Examples and targets.
    parameters : tuple of numpy.ndarray of sympy.Symbol
        Weights and biases W1, b1, W2, b2, ...
    """

    cost: sp.Expr
    X: _Symbols
    Y: _Symbols
    parameters: tuple[_Symbols, ...]


def explicit_network(n: int, sizes: Sequence[int], *, activation: str, loss: str) -> ExplicitNetwork:
    r"""Write down the cost of a network with n examples and widths :math:`d_0, \dots, d_L`.

    .. math:: J = \frac1n \sum_{i=1}^n \ell(Y_i, Z^{[L]}_i), \qquad
       Z^{[l]} = A^{[l-1]} W^{[l]} + \mathbf 1 b^{[l] \mathsf T}, \qquad A^{[l]} = \varphi(Z^{[l]})

    Parameters
    ----------
    n : int
        Number of examples.
    sizes : sequence of int
        The widths.
    activation, loss : str
        Names, as in `mathnn.activations` and `mathnn.losses`.

    Returns
    -------
    ExplicitNetwork
        The cost and its symbols.

    Raises
    ------
    SymbolicError
        If a name is unknown, or there are fewer than two sizes.

    Examples
    --------
    >>> net = explicit_network(1, (1, 1), activation="identity", loss="half_squared_error")
    >>> net.cost.diff(net.parameters[0][0, 0])
    X_0_0*(W1_0_0*X_0_0 - Y_0_0 + b1_0)
    """
    if activation not in ACTIVATIONS or loss not in _LOSSES:
        raise SymbolicError(f"activation and loss must be among {[*ACTIVATIONS]} and {[*_LOSSES]}")
    if len(sizes) < 2 or min(n, *sizes) < 1:
        raise SymbolicError(f"n and at least two sizes must be positive, got {n} and {tuple(sizes)}")
    X, Y = _symbols("X", n, sizes[0]), _symbols("Y", n, sizes[-1])
    parameters: list[_Symbols] = []
    A = X
    for number, (d_in, d_out) in enumerate(itertools.pairwise(sizes), start=1):
        W, b = _symbols(f"W{number}", d_in, d_out), _symbols(f"b{number}", d_out)
        parameters += [W, b]
        Z = A @ W + b
        A = np.vectorize(ACTIVATIONS[activation], otypes=[object])(Z)
    cost = sum(_LOSSES[loss](y, f) for y, f in zip(Y, Z, strict=True)) / n
    return ExplicitNetwork(sp.sympify(cost), X, Y, tuple(parameters))


def to_numpy(net: ExplicitNetwork) -> Callable[..., tuple[float, NDArray[np.float64]]]:
    """Make a NumPy function of the cost and the derivatives that SymPy finds.

    Parameters
    ----------
    net : ExplicitNetwork
        The cost.

    Returns
    -------
    callable
        Takes theta (P,) in the order of `mathnn.network.flatten`, X and Y; returns the cost and its gradient (P,).

    Raises
    ------
    SymbolicError
        If SymPy did not differentiate: a derivative is left standing, has a symbol that the cost does not have, or is
        zero although the cost contains the parameter.

    Examples
    --------
    >>> f = to_numpy(explicit_network(1, (1, 1), activation="identity", loss="squared_error"))
    >>> print(f([2.0, 1.0], [[3.0]], [[5.0]]))
    (4.0, array([12.,  4.]))
    """
    theta = [symbol for part in net.parameters for symbol in part.ravel()]
    known = {*theta, *net.X.ravel(), *net.Y.ravel()}
    derivatives = [net.cost.diff(symbol) for symbol in theta]
    for symbol, derivative in zip(theta, derivatives, strict=True):
        if derivative.has(sp.Derivative) or not derivative.free_symbols <= known:
            raise SymbolicError(f"SymPy did not carry out the derivative by {symbol}: {derivative}")
        if derivative == 0 and symbol in net.cost.free_symbols:
            raise SymbolicError(f"the derivative by {symbol} came out as zero, but the cost contains it")
    arguments = [*theta, *net.X.ravel(), *net.Y.ravel()]
    expressions = [net.cost, *derivatives]
    modules: list[Any] = [opened(sp.Tuple(*expressions)), "math"]
    compute = sp.lambdify(arguments, expressions, modules=modules, cse=True)
    shapes = (len(theta),), net.X.shape, net.Y.shape

    def value_and_grad(*arrays: Any) -> tuple[float, NDArray[np.float64]]:
        numbers = [np.asarray(array, dtype=float) for array in arrays]
        if tuple(number.shape for number in numbers) != shapes:
            raise SymbolicError(f"theta, X and Y must have shapes {shapes}, got {[n.shape for n in numbers]}")
        value, *gradient = compute(*np.concatenate([number.ravel() for number in numbers]).tolist())
        return float(value), np.array(gradient, dtype=float)

    return value_and_grad


def _symbols(name: str, *shape: int) -> _Symbols:
    found = np.empty(shape, dtype=object)
    for index in np.ndindex(*shape):
        found[index] = sp.Symbol("_".join([name, *map(str, index)]), real=True)
    return found
