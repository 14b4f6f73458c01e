"""The cost of a dense network, written out with sums for arrays of any size."""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from mathnn.symbolic.arrays import SymbolicError, array, sizes, total
from mathnn.symbolic.functions import closed

_Row = Callable[[sp.Expr], sp.Expr]

ACTIVATIONS: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "identity": lambda z: z,
    **{name: closed(name) for name in ("logistic", "tanh", "relu", "leaky_relu", "softplus", "heaviside")},
}


def _squared_error(y: _Row, f: _Row, q: sp.Expr) -> sp.Expr:
    return total(lambda j: (f(j) - y(j)) ** 2, q)


def _binary_cross_entropy(y: _Row, f: _Row, q: sp.Expr) -> sp.Expr:
    return total(lambda j: closed("softplus")(f(j)) - y(j) * f(j), q)


def _categorical_cross_entropy(y: _Row, f: _Row, q: sp.Expr) -> sp.Expr:
    return total(lambda j: y(j) * (sp.log(total(lambda k: sp.exp(f(k)), q)) - f(j)), q)


# The loss of one example with targets y(1), ..., y(q) and predictions f(1), ..., f(q), by the names of mathnn.losses.
LOSSES: dict[str, Callable[[_Row, _Row, sp.Expr], sp.Expr]] = {
    "squared_error": _squared_error,
    "half_squared_error": lambda y, f, q: _squared_error(y, f, q) / 2,
    "binary_cross_entropy": _binary_cross_entropy,
    "categorical_cross_entropy": _categorical_cross_entropy,
    "hinge": lambda y, f, q: total(lambda j: closed("hinge_of_margin")(y(j) * f(j)), q),
    "perceptron": lambda y, f, q: total(lambda j: closed("perceptron_of_margin")(y(j) * f(j)), q),
}


@dataclass(frozen=True)
class SymbolicNetwork:
    """The cost of a network, and what it depends on.

    Attributes
    ----------
    cost : sympy.Expr
        Mean loss of n examples, a function of X (n, d0), Y (n, dL) and the parameters.
    parameters : tuple of sympy.IndexedBase
        The weights and biases W1, b1, W2, b2, ...
    """

    cost: sp.Expr
    parameters: tuple[sp.IndexedBase, ...]


def network(n_hidden: int, *, activation: str, loss: str) -> SymbolicNetwork:
    r"""Write down the cost of a network with general sizes n, d0, ..., dL.

    .. math:: J = \frac1n \sum_{i=1}^n \ell(Y_i, Z^{[L]}_i), \qquad
       Z^{[l]}_{ij} = \sum_k A^{[l-1]}_{ik} W^{[l]}_{kj} + b^{[l]}_j, \qquad A^{[l]}_{ij} = \varphi(Z^{[l]}_{ij})

    No formula for a gradient stands here: `gradient` lets SymPy differentiate.

    Parameters
    ----------
    n_hidden : int
        Number of hidden layers, at least 0.
    activation, loss : str
        Names, as in `mathnn.activations` and `mathnn.losses`.

    Returns
    -------
    SymbolicNetwork
        The cost and its parameters.

    Raises
    ------
    SymbolicError
        If a name is unknown, or the number of layers negative.

    Examples
    --------
    >>> from mathnn.symbolic import gradient
    >>> net = network(0, activation="identity", loss="half_squared_error")
    >>> W, b = net.parameters
    >>> gradient(net.cost, W).shape
    (d0, d1)
    """
    if activation not in ACTIVATIONS or loss not in LOSSES:
        raise SymbolicError(f"activation and loss must be among {[*ACTIVATIONS]} and {[*LOSSES]}")
    if n_hidden < 0:
        raise SymbolicError(f"n_hidden must be at least 0, got {n_hidden}")
    n, *widths = sizes(" ".join(["n", *(f"d{number}" for number in range(n_hidden + 2))]))
    X, Y = array("X", n, widths[0]), array("Y", n, widths[-1])
    layers = [
        (array(f"W{number}", widths[number - 1], widths[number]), array(f"b{number}", widths[number]))
        for number in range(1, n_hidden + 2)
    ]

    def pre_activation(i: sp.Expr, j: sp.Expr, number: int) -> sp.Expr:
        """Entry (i, j) of Z of layer `number`; each use makes summation indices of its own."""
        W, b = layers[number - 1]

        def below(k: sp.Expr) -> sp.Expr:
            return X[i, k] if number == 1 else ACTIVATIONS[activation](pre_activation(i, k, number - 1))

        return total(lambda k: below(k) * W[k, j], widths[number - 1]) + b[j]

    def example(i: sp.Expr) -> sp.Expr:
        return LOSSES[loss](lambda j: Y[i, j], lambda j: pre_activation(i, j, n_hidden + 1), widths[-1])

    return SymbolicNetwork(total(example, n) / n, tuple(base for layer in layers for base in layer))
