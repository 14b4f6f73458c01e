"""Derivatives for general sizes, against explicit sizes, numbers, and the programs."""

import itertools

import numpy as np
import pytest
import sympy as sp
from random_expressions import ARRAYS, D, Draw, N, numbers

from mathnn import calculus, linear_regression
from mathnn.symbolic import SymbolicError, array, equal, evaluate, gradient, hessian, rss, sizes, total, verify

# Both sides are evaluated in float64, from sums of a few dozen terms of order 1.
ROUNDING = 1e-12
# Central differences of random expressions of order 1.
DIFFERENCES = 1e-6

A, y, beta = array("A", N, D), array("y", N), array("beta", D)
LOSS = rss(beta, A, y)
W = array("W", D, D)


def residual(i):
    return total(lambda j: A[i, j] * beta[j], D) - y[i]


def test_the_printed_formulas_of_rss_are_proved():
    assert equal(gradient(LOSS, beta), lambda k: 2 * total(lambda i: A[i, k] * residual(i), N))
    assert equal(hessian(LOSS, beta), lambda k, m: 2 * total(lambda i: A[i, k] * A[i, m], N))
    assert equal(gradient(LOSS, y), lambda k: -2 * residual(k))
    assert equal(gradient(LOSS, A), lambda k, m: 2 * residual(k) * beta[m])
    assert equal(hessian(LOSS, beta, y), lambda k, m: -2 * A[m, k])
    assert equal(hessian(LOSS, y), lambda k, m: 2 * sp.KroneckerDelta(k, m))


WRONG = {
    "factor 2 missing": lambda k: total(lambda i: A[i, k] * residual(i), N),
    "sign": lambda k: -2 * total(lambda i: A[i, k] * residual(i), N),
    "sign of y": lambda k: 2 * total(lambda i: A[i, k] * (residual(i) + 2 * y[i]), N),
    "transposed": lambda k: 2 * total(lambda i: A[k, i] * residual(i), N),
    "mean": lambda k: 2 * total(lambda i: A[i, k] * residual(i), N) / N,
    "range d for n": lambda k: 2 * total(lambda i: A[i, k] * residual(i), D),
    "summed over k": lambda k: 2 * total(lambda i, j: A[i, j] * residual(i), N, D),
    "residual of one row": lambda k: 2 * total(lambda i: A[i, k], N) * residual(k),
    "without y": lambda k: 2 * total(lambda i, j: A[i, k] * A[i, j] * beta[j], N, D),
    "zero": lambda k: sp.Integer(0),
}


@pytest.mark.parametrize("formula", WRONG.values(), ids=WRONG)
def test_planted_wrong_formulas_are_not_proved(formula):
    assert not equal(gradient(LOSS, beta), formula)


def test_a_wrong_hessian_is_not_proved():
    derived = hessian(LOSS, beta)
    for wrong in (
        lambda k, m: total(lambda i: A[i, k] * A[i, m], N),
        lambda k, m: 2 * total(lambda i: A[i, k] ** 2, N),
        lambda k, m: 2 * total(lambda i: A[k, i] * A[m, i], D),
        lambda k, m: 2 * total(lambda i: A[i, k] * A[i, m], N) * sp.KroneckerDelta(k, m),
    ):
        assert not equal(derived, wrong)


def explicit(loss, shapes):
    """Write a loss with SymPy symbols in NumPy arrays: ordinary matrix products, no sums and no deltas."""
    arrays = {
        name: np.array([sp.Symbol(f"{name}_{'_'.join(map(str, index))}") for index in np.ndindex(shape)]).reshape(shape)
        for name, shape in shapes.items()
    }
    return loss(**arrays), arrays


LOSSES = {
    "rss": (
        LOSS,
        lambda A, beta, y: (A @ beta - y) @ (A @ beta - y),
        {"A": (3, 2), "beta": (2,), "y": (3,)},
    ),
    "quadratic form": (
        total(lambda i, j: beta[i] * W[i, j] * beta[j], D, D),
        lambda beta, W: beta @ W @ beta,
        {"beta": (3,), "W": (3, 3)},
    ),
    "trace of a product": (
        total(lambda i, j: (W[i, j] + W[j, i]) * total(lambda r: W[i, r] * W[r, j], D), D, D),
        lambda W: np.sum((W + W.T) * (W @ W)),
        {"W": (2, 2)},
    ),
    "logistic": (
        total(lambda i: sp.log(1 + sp.exp(-y[i] * total(lambda j: A[i, j] * beta[j], D))), N),
        lambda A, beta, y: sum(sp.log(1 + sp.exp(-margin)) for margin in y * (A @ beta)),
        {"A": (3, 2), "beta": (2,), "y": (3,)},
    ),
    "logarithm of a sum of exponentials": (
        sp.log(total(lambda i: sp.exp(total(lambda j: A[i, j] * beta[j], D)), N)),
        lambda A, beta: sp.log(sum(sp.exp(z) for z in A @ beta)),
        {"A": (3, 2), "beta": (2,)},
    ),
    "hyperbolic tangents": (
        total(lambda i: sp.tanh(total(lambda j: W[i, j] * sp.tanh(beta[j]), D)) * beta[i], D),
        lambda W, beta: sum(sp.tanh(z) * b for z, b in zip(W @ [sp.tanh(b) for b in beta], beta, strict=True)),
        {"W": (2, 2), "beta": (2,)},
    ),
}


@pytest.mark.parametrize(("general", "loss", "shapes"), LOSSES.values(), ids=LOSSES)
def test_general_sizes_agree_with_explicit_sizes(general, loss, shapes):
    written_out, arrays = explicit(loss, shapes)
    rng = np.random.default_rng(0)
    point = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
    at_point = {
        symbol: value for name in shapes for symbol, value in zip(arrays[name].flat, point[name].flat, strict=True)
    }
    assert evaluate(general, **point) == pytest.approx(float(written_out.subs(at_point)), rel=ROUNDING)
    bases = {entry.base.name: entry.base for entry in general.atoms(sp.Indexed)}
    for name, symbols in arrays.items():
        expected = [float(written_out.diff(symbol).subs(at_point)) for symbol in symbols.flat]
        found = evaluate(gradient(general, bases[name]), **point)
        np.testing.assert_allclose(found, np.reshape(expected, symbols.shape), rtol=ROUNDING, atol=ROUNDING)
    first = next(iter(shapes))
    for second in shapes:
        try:
            derived = hessian(general, bases[first], bases[second])
        except SymbolicError:
            assert all(written_out.diff(a, b) == 0 for a in arrays[first].flat for b in arrays[second].flat)
            continue
        # No array in the second derivative need have the sizes.
        found = evaluate(derived, **point, n=3, d=shapes.get("beta", (2,))[0])
        expected = [
            float(written_out.diff(a, b).subs(at_point))
            for a, b in itertools.product(arrays[first].flat, arrays[second].flat)
        ]
        np.testing.assert_allclose(found.ravel(), expected, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("seed", range(25))
def test_derivatives_of_random_expressions_agree_with_differences(seed):
    expression = Draw(seed).expression()
    point = numbers(seed, 3, 2)
    for name in sorted({entry.base.name for entry in expression.atoms(sp.Indexed)}):
        differences = calculus.numerical_gradient(
            lambda v, name=name: evaluate(expression, **point | {name: v}), point[name]
        )
        try:
            derived = gradient(expression, ARRAYS[name])
        except SymbolicError as reason:
            told, found = str(reason), np.zeros(differences.shape)
            assert told.endswith("a zero from SymPy is not trusted")
        else:
            found = evaluate(derived, **point)
        np.testing.assert_allclose(
            found, differences, rtol=DIFFERENCES, atol=DIFFERENCES * (1 + abs(evaluate(expression, **point)))
        )


def test_the_programs_agree_with_the_derivations():
    verify(LOSS, linear_regression.rss, rng=np.random.default_rng(0))
    verify(gradient(LOSS, beta), linear_regression.rss_gradient, rng=np.random.default_rng(0))
    verify(hessian(LOSS, beta), linear_regression.rss_hessian, rng=np.random.default_rng(0))


def test_a_zero_is_not_trusted():
    with pytest.raises(SymbolicError, match="derivative by W is identically zero"):
        gradient(LOSS, W)
    with pytest.raises(SymbolicError, match="identically zero"):
        hessian(total(lambda i: y[i], N), y)


def test_a_derivative_left_unevaluated_is_refused():
    f = sp.Function("f")
    with pytest.raises(SymbolicError, match="derivative was left"):
        gradient(total(lambda i: f(y[i]), N), y)


@pytest.mark.parametrize("wrt", ["beta", beta[1], sp.Symbol("beta"), sp.IndexedBase("beta"), None, array("c")])
def test_one_differentiates_by_an_array(wrt):
    with pytest.raises(SymbolicError, match="wrt must be an array with a shape"):
        gradient(LOSS, wrt)


@pytest.mark.parametrize("name", ["k", "l", "p", "q", "k1"])
def test_a_size_is_not_mistaken_for_an_index(name):
    (size,) = sizes(name)
    v = array("v", size)
    # The size is also a factor, and the last entry is also named.
    loss = size * total(lambda i: v[i] ** 2, size) + v[1] * v[size]
    derived = hessian(loss, v)
    assert size not in derived.indices
    found = evaluate(derived, v=[1.0, 2.0, 3.0], **{name: 3})
    np.testing.assert_allclose(found, 6 * np.eye(3) + np.eye(3)[::-1] * [1, 0, 1])
    assert not equal(gradient(loss, v), lambda index: 2 * index * v[index])


def test_an_index_that_is_bound_already_is_not_taken():
    # SymPy differentiates a sum over k by v[k] as if both were the same k.
    for name in "klpq":
        index = sp.Symbol(name, integer=True, positive=True)
        derived = gradient(sp.Sum(y[index] ** 2, (index, 1, N)), y)
        np.testing.assert_array_equal(evaluate(derived, y=[1.0, 3.0]), [2.0, 6.0])


def test_derivatives_of_any_order_have_indices_of_their_own():
    cubic = total(lambda i: total(lambda j: W[i, j], D) ** 3, D)
    third = gradient(gradient(gradient(cubic, W), W), W)
    assert len(set(third.indices)) == len(third.shape) == 6
    found = evaluate(third, d=2)
    for index in np.ndindex(2, 2, 2, 2, 2, 2):
        assert found[index] == (6.0 if index[0] == index[2] == index[4] else 0.0)
