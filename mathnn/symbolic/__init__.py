"""Derivations for general sizes with SymPy: an oracle that shares no formula with the numeric modules.

Losses are sums over arrays of symbolic size. `gradient` and `hessian` let SymPy differentiate them; `equal` proves a
printed formula for all sizes; `verify` compares a NumPy function with the derivation at random sizes.
"""

from mathnn.symbolic.arrays import SymbolicError, Tensor, array, sizes, tidy, total
from mathnn.symbolic.derivatives import gradient, hessian
from mathnn.symbolic.equality import equal, evaluate, verify
from mathnn.symbolic.explicit import ExplicitNetwork, explicit_network, to_numpy
from mathnn.symbolic.losses import rss
from mathnn.symbolic.network import SymbolicNetwork, network
from mathnn.symbolic.normal_form import normal_form

__all__ = [
    "ExplicitNetwork",
    "SymbolicError",
    "SymbolicNetwork",
    "Tensor",
    "array",
    "equal",
    "evaluate",
    "explicit_network",
    "gradient",
    "hessian",
    "network",
    "normal_form",
    "rss",
    "sizes",
    "tidy",
    "to_numpy",
    "total",
    "verify",
]
