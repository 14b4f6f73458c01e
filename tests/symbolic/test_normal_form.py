"""The normal form: every step is an identity, and what it cannot do it refuses."""

import itertools

import numpy as np
import pytest
import sympy as sp
from random_expressions import ARRAYS, D, Draw, N, numbers

from mathnn import symbolic
from mathnn.symbolic import SymbolicError, array, equal, evaluate, normal_form, sizes, tidy, total

# Sums of a few dozen terms of order 1, with products up to the sixth degree.
ROUNDING = 1e-11
A, W, x, y = (ARRAYS[name] for name in "AWxy")
k, l, m = (sp.Symbol(name, integer=True, positive=True) for name in "klm")  # noqa: E741


def values(expression, seed=0, sides=((2, 3), (4, 1), (1, 2))):
    return [evaluate(expression, **numbers(seed, n, d)) for n, d in sides]


@pytest.mark.parametrize("seed", range(80))
def test_the_normal_form_has_the_same_values(seed):
    expression = Draw(seed).expression()
    before, after = values(expression), values(normal_form(expression))
    for left, right in zip(before, after, strict=True):
        np.testing.assert_allclose(right, left, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("seed", range(40))
def test_the_normal_form_of_a_tensor_has_the_same_values(seed):
    expression = Draw(1000 + seed).expression(free=((k, N), (l, D)))
    before = symbolic.Tensor(expression, (k, l), (N, D))
    after = symbolic.Tensor(normal_form(expression, {k: N, l: D}), (k, l), (N, D))
    for left, right in zip(values(before), values(after), strict=True):
        np.testing.assert_allclose(right, left, rtol=ROUNDING, atol=ROUNDING)


def test_the_random_expressions_are_worth_testing():
    expressions = [Draw(seed).expression() for seed in range(80)]
    assert sum(expression.has(sp.KroneckerDelta) for expression in expressions) > 5
    assert sum(len(expression.atoms(sp.Sum)) > 2 for expression in expressions) > 20
    assert sum(normal_form(expression) != expression for expression in expressions) > 40
    assert sum(bool(np.ptp(values(expression))) for expression in expressions) > 40


@pytest.mark.parametrize("seed", range(20))
def test_the_normal_form_is_its_own_normal_form(seed):
    once = normal_form(Draw(seed).expression())
    assert normal_form(once) == once
    assert equal(once, once)


@pytest.mark.parametrize("seed", range(20))
def test_tidying_changes_names_only(seed):
    expression = Draw(seed).expression()
    assert equal(expression, tidy(expression))


IDENTITIES = {
    "a square is a double sum": (total(lambda i: x[i], D) ** 2, total(lambda i, j: x[i] * x[j], D, D)),
    "the names of indices do not matter": (
        total(lambda i, j, r: x[i] * W[i, j] * W[j, r], D, D, D),
        total(lambda r, j, i: x[j] * W[j, i] * W[i, r], D, D, D),
    ),
    "sums may be exchanged": (
        total(lambda i: total(lambda j: A[i, j], D), N),
        total(lambda j: total(lambda i: A[i, j], N), D),
    ),
    "an index that does not occur is counted": (total(lambda i, j: x[j], N, D), N * total(lambda j: x[j], D)),
    "constants leave the sum": (total(lambda i: y[k] * x[i], D), y[k] * total(lambda i: x[i], D)),
    "a chain of deltas": (
        total(lambda i, j, r: sp.KroneckerDelta(i, j) * sp.KroneckerDelta(j, r) * W[i, r] * x[j], D, D, D),
        total(lambda i: W[i, i] * x[i], D),
    ),
    "a trace is cyclic": (
        total(lambda i, j, r: W[i, j] * A[r, i] * A[r, j], D, D, N),
        total(lambda r, i, j: A[r, j] * W[i, j] * A[r, i], N, D, D),
    ),
    "inside of a function": (
        total(lambda i: sp.exp(total(lambda j: A[i, j] * (x[j] + 1), D)), N),
        total(lambda i: sp.exp(total(lambda j: x[j] * A[i, j], D) + total(lambda j: A[i, j], D)), N),
    ),
    "deviations from the mean add up to zero": (
        total(lambda i: y[i] - total(lambda j: y[j], N) / N, N),
        sp.Integer(0),
    ),
}


@pytest.mark.parametrize(("left", "right"), IDENTITIES.values(), ids=IDENTITIES)
def test_identities_are_proved(left, right):
    assert equal(left, right)


# Pairs that differ, each by one typical mistake.
DIFFERENT = {
    "range": (total(lambda i: x[k], N), total(lambda i: x[k], D)),
    "bound index": (total(lambda i: W[i, k], D), total(lambda i: W[k, i], D)),
    "diagonal": (total(lambda i, j: W[i, j], D, D), total(lambda i: W[i, i], D)),
    "square of a sum": (total(lambda i: x[i], D) ** 2, total(lambda i: x[i] ** 2, D)),
    "factor": (total(lambda i: x[i], D), 2 * total(lambda i: x[i], D)),
    "sign": (total(lambda i: x[i], D), -total(lambda i: x[i], D)),
    "mean for sum": (total(lambda i: y[i], N), total(lambda i: y[i], N) / N),
    "function of a sum": (sp.exp(total(lambda i: x[i], D)), total(lambda i: sp.exp(x[i]), D)),
    "transposed in a chain": (
        total(lambda i, j: x[i] * W[i, j] * W[j, k], D, D),
        total(lambda i, j: x[i] * W[j, i] * W[j, k], D, D),
    ),
    "an index for a size": (k * x[k], D * x[k]),
}


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_expressions_are_not_proved_equal(left, right):
    tensor = symbolic.Tensor(left, (k,), (D,))
    assert not equal(tensor, lambda index: right.subs(k, index))


@pytest.mark.parametrize("known", [{}, {k: D}])
def test_a_delta_is_contracted_over_equal_known_ranges_only(known):
    with pytest.raises(SymbolicError, match="cannot be contracted"):
        normal_form(total(lambda i: sp.KroneckerDelta(i, k) * y[i], N), known)
    with pytest.raises(SymbolicError, match="cannot be contracted"):
        normal_form(total(lambda i, j: sp.KroneckerDelta(i, j) * y[i], N, D), known)
    assert normal_form(total(lambda i: sp.KroneckerDelta(i, k) * y[i], N), {k: N}) == y[k]


def test_a_delta_with_a_number_is_not_contracted():
    with pytest.raises(SymbolicError, match="cannot be contracted"):
        normal_form(total(lambda i: sp.KroneckerDelta(i, 7) * y[i], N))


def test_a_range_that_depends_on_an_index_is_refused():
    # Else the index i would leave its sum.
    triangle = total(lambda i: total(lambda j: y[j], i), N)
    for expression in (triangle, 2 * triangle + 1, sp.exp(triangle), total(lambda i: y[i] * triangle, N)):
        with pytest.raises(SymbolicError, match="range of an index must not depend"):
            normal_form(expression)


def test_a_derivative_that_was_left_is_refused():
    f = sp.Function("f")
    with pytest.raises(SymbolicError, match="derivative was left"):
        normal_form(sp.Derivative(f(x[k]), x[k]))


def test_conditions_and_products_stay_as_they_are():
    relu = total(lambda i: sp.Piecewise((x[i], x[i] > 0), (0, True)), D)
    assert equal(2 * relu, relu + relu)
    assert not equal(relu, total(lambda i: x[i], D))
    product = sp.Product(x[k], (k, 1, D))
    assert equal(product + total(lambda i: x[i], D), total(lambda j: x[j], D) + product)


def test_sums_of_sums_keep_their_indices_apart():
    inner = total(lambda j: x[j], D)
    for power in (2, 3):
        expression = total(lambda i, power=power: sp.sin(x[i] * inner) * inner**power, D)
        np.testing.assert_allclose(values(normal_form(expression)), values(expression), rtol=ROUNDING)


@pytest.mark.parametrize(("name", "size"), list(itertools.product(["i", "j", "r", "n"], repeat=2)))
def test_tidying_takes_no_name_that_is_taken(name, size):
    ends = {end: sizes(end)[0] for end in {name, size}}
    u, v = array("u", ends[name]), array("v", ends[size])
    expression = total(lambda a, b, c: u[a] * u[b] * v[c], ends[name], ends[name], ends[size])
    shown = tidy(expression)
    free = {symbol for symbol in shown.free_symbols if isinstance(symbol, sp.Symbol)}
    assert free == {symbol for symbol in expression.free_symbols if isinstance(symbol, sp.Symbol)}
    assert not {index.name for index in shown.variables} & {name, size, "u", "v"}


def test_tidying_does_not_run_out_of_names():
    expression = total(lambda *indices: sp.Mul(*(x[i] for i in indices)), *[D] * 15)
    assert len({index.name for index in tidy(expression).variables}) == 15


@pytest.mark.parametrize("name", ["n,", "n,d", "2n", "lambda", "a-b", ""])
def test_names_that_cannot_be_passed_by_are_refused(name):
    with pytest.raises(SymbolicError, match="a name must be a Python identifier"):
        array(name, N)
    if name:
        with pytest.raises(SymbolicError, match="a name must be a Python identifier"):
            sizes(name)
