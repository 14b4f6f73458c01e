r"""A normal form for sums over arrays of symbolic size.

``normal_form(a - b) == 0`` proves a = b for all sizes, because every step is an identity:

1. products and powers are multiplied out: :math:`(\sum_i t_i)(\sum_j u_j) = \sum_{i,j} t_i u_j`;
2. a Kronecker delta is contracted: :math:`\sum_{i=1}^n \delta_{ik} t_i = t_k` for k in 1..n;
3. an index that does not occur is summed: :math:`\sum_{i=1}^n t = n t`;
4. factors without bound indices leave the sum, and bound indices get canonical names.

Arguments of functions, such as the logistic function, are brought to normal form in turn. The converse does not hold:
two equal expressions may have different normal forms, for example if a function satisfies an identity of its own.
"""

import itertools
from collections.abc import Mapping

import sympy as sp
from sympy.core.sorting import default_sort_key

from mathnn.symbolic.arrays import SymbolicError

_Limit = tuple[sp.Symbol, sp.Expr, sp.Expr]


def normal_form(expression: sp.Expr, ranges: Mapping[sp.Symbol, sp.Expr] | None = None) -> sp.Expr:
    r"""Rewrite an expression in the normal form of this module.

    Parameters
    ----------
    expression : sympy.Expr
        Built from array entries, sums, deltas, and functions of them.
    ranges : mapping of sympy.Symbol to sympy.Expr, optional
        For each free index k its range 1..ranges[k]; needed to contract a delta with it.

    Returns
    -------
    sympy.Expr
        An equal expression; equal for all sizes if the result of a difference is zero.

    Raises
    ------
    SymbolicError
        If a delta would be contracted over indices of different or unknown ranges, the range of an index depends on
        another index, or a derivative is left.

    Examples
    --------
    >>> from mathnn.symbolic import array, sizes, total
    >>> n, = sizes("n")
    >>> y = array("y", n)
    >>> mean = total(lambda i: y[i], n) / n
    >>> normal_form(total(lambda i: y[i] - mean, n))
    0
    """
    known = dict(ranges or {})
    expression = sp.sympify(expression)
    if expression.has(sp.Derivative):
        raise SymbolicError("a derivative was left unevaluated, so nothing would be proved")
    return sp.Add(*(_canonical(term, limits, known) for term, limits in _terms(sp.expand_mul(expression), known)))


def _terms(expression: sp.Expr, ranges: Mapping[sp.Symbol, sp.Expr]) -> list[tuple[sp.Expr, list[_Limit]]]:
    """Write an expression as a list of (summand, limits); a product of sums becomes one sum."""
    if isinstance(expression, sp.Add):
        return [term for part in expression.args for term in _terms(part, ranges)]
    power = isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0
    if power or isinstance(expression, sp.Mul):
        factors = [expression.base] * int(expression.exp) if power else expression.args
        return [
            (sp.Mul(*(summand for summand, _ in choice)), [limit for _, limits in choice for limit in limits])
            for choice in itertools.product(*(_terms(factor, ranges) for factor in factors))
        ]
    if isinstance(expression, sp.Sum):
        fresh = {index: sp.Dummy(integer=True, positive=True) for index in expression.variables}
        outer = [(fresh[index], low.xreplace(fresh), high.xreplace(fresh)) for index, low, high in expression.limits]
        inside = {**ranges, **{index: high for index, low, high in outer if low == 1}}
        body = sp.expand_mul(expression.function.xreplace(fresh))
        return [(summand, outer + limits) for summand, limits in _terms(body, inside)]
    if not expression.args or isinstance(expression, sp.Indexed | sp.KroneckerDelta):
        return [(expression, [])]
    # Conditions and limits, which are not numbers, stay as they are.
    arguments = (normal_form(part, ranges) if isinstance(part, sp.Expr) else part for part in expression.args)
    return [(expression.func(*arguments), [])]


def _canonical(summand: sp.Expr, limits: list[_Limit], ranges: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Contract the deltas of one sum, take constants out, and name its indices canonically."""
    bound = {index: (low, high) for index, low, high in limits}
    if any(end.has(*bound) for limit in bound.values() for end in limit):
        raise SymbolicError("the range of an index must not depend on another index")
    summand = _contract(summand, bound, ranges)
    for index in [index for index in bound if index not in summand.free_symbols]:
        low, high = bound.pop(index)
        summand *= high - low + 1
    if not bound:
        return summand
    constant, body = summand.as_independent(*bound, as_Add=False)
    return constant * _renamed(body, bound)


def _contract(
    summand: sp.Expr, bound: dict[sp.Symbol, tuple[sp.Expr, sp.Expr]], ranges: Mapping[sp.Symbol, sp.Expr]
) -> sp.Expr:
    """Apply sum_i delta(i, k) t_i = t_k until no delta has a bound index; removes the index from `bound`."""
    while True:
        found = [
            (delta, index)
            for delta in sp.Mul.make_args(summand)
            if isinstance(delta, sp.KroneckerDelta)
            for index in delta.args
            if index in bound
        ]
        if not found:
            return summand
        delta, index = found[0]
        other = next(argument for argument in delta.args if argument != index)
        if bound[index] != bound.get(other, (1, ranges.get(other))):
            raise SymbolicError(f"{delta} cannot be contracted: its indices must run over the same known range")
        summand = (summand / delta).xreplace({index: other})
        del bound[index]


def _renamed(body: sp.Expr, bound: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]) -> sp.Sum:
    """Choose, among all orders of the indices with equal range, the one whose sum SymPy sorts first."""
    inner = {index.name for inside in body.atoms(sp.Sum) for index in inside.variables}
    depth = 1 + max((int(name.split("_")[1]) for name in inner if name.startswith("i_")), default=-1)
    groups: dict[tuple[sp.Expr, sp.Expr], list[sp.Symbol]] = {}
    for index, limit in bound.items():
        groups.setdefault(limit, []).append(index)
    ordered = sorted(groups, key=default_sort_key)
    candidates = []
    for orders in itertools.product(*(itertools.permutations(groups[limit]) for limit in ordered)):
        names = {
            index: sp.Symbol(f"i_{depth}_{number}", integer=True, positive=True)
            for number, index in enumerate(itertools.chain(*orders))
        }
        limits = [(names[index], *bound[index]) for order in orders for index in order]
        candidates.append(sp.Sum(body.xreplace(names), *limits))
    return min(candidates, key=default_sort_key)
