"""Functions of one variable that SymPy keeps closed, and opens only to differentiate or to compute.

A ``Piecewise`` inside nested sums is not safe in SymPy: to build the outer sum it is folded out of the inner one, and
takes an index of the inner sum with it. A closed function has no such trouble, and keeps expressions small.
"""

import functools
from collections.abc import Callable
from typing import Any

import sympy as sp

_T = sp.Symbol("t", real=True)

# Formulas in t. At a kink the derivative must be the book's, so kinks are written with Piecewise: Max and Abs would
# give other values there.
_FORMULAS = {
    "logistic": 1 / (1 + sp.exp(-_T)),
    "tanh": sp.tanh(_T),
    "relu": sp.Piecewise((0, _T <= 0), (_T, True)),
    "leaky_relu": sp.Piecewise((_T / 100, _T <= 0), (_T, True)),
    "softplus": sp.log(1 + sp.exp(_T)),
    "heaviside": sp.Piecewise((0, _T < 0), (1, True)),
    "hinge_of_margin": sp.Piecewise((1 - _T, _T < 1), (0, True)),
    "perceptron_of_margin": sp.Piecewise((-_T, _T <= 0), (0, True)),
}


@functools.cache
def closed(name: str, order: int = 0) -> Any:
    """Make the closed function of a name, or its derivative of an order; SymPy differentiates the formula.

    Parameters
    ----------
    name : str
        ``"logistic"``, ``"tanh"``, ``"relu"``, ``"leaky_relu"``, ``"softplus"``, ``"heaviside"``,
        ``"hinge_of_margin"`` or ``"perceptron_of_margin"``.
    order : int
        Order of the derivative.

    Returns
    -------
    type
        A SymPy function of one argument, with the attributes `formula` and `variable`.

    Raises
    ------
    KeyError
        If there is no such function.

    Examples
    --------
    >>> t = sp.Symbol("t")
    >>> closed("relu")(t).diff(t), closed("relu", 1).formula
    (relu_1(t), Piecewise((0, t <= 0), (1, True)))
    """

    def fdiff(self: Any, argindex: int = 1) -> sp.Expr:
        return closed(name, order + 1)(self.args[0])

    members = {"nargs": 1, "fdiff": fdiff, "formula": _FORMULAS[name].diff(_T, order), "variable": _T}
    return type(f"{name}_{order}" if order else name, (sp.Function,), members)


def opened(expression: sp.Basic) -> dict[str, Callable[[float], float]]:
    """Make the closed functions of an expression ready for numbers, for ``sympy.lambdify``.

    Parameters
    ----------
    expression : sympy.Basic
        The expression.

    Returns
    -------
    dict of str to callable
        For each closed function its name, and its formula as a function of one float.

    Examples
    --------
    >>> opened(closed("relu")(sp.Symbol("t")))["relu"](3.0)
    3.0
    """
    kinds = {type(node) for node in expression.atoms(sp.Function) if hasattr(node, "formula")}
    return {kind.__name__: sp.lambdify(kind.variable, kind.formula, modules="math") for kind in kinds}
