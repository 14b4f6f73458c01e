"""Evaluating and verifying: right values, and errors that name what is missing."""

import numpy as np
import pytest
import sympy as sp

from mathnn import linear_regression
from mathnn.symbolic import SymbolicError, Tensor, array, equal, evaluate, gradient, hessian, rss, sizes, total, verify

n, d = sizes("n d")
A, y, beta = array("A", n, d), array("y", n), array("beta", d)
LOSS = rss(beta, A, y)
SUM = total(lambda i: y[i], n)
k, l = (sp.Symbol(name, integer=True, positive=True) for name in "kl")  # noqa: E741
POINT = {"A": [[0, 1], [1, 1], [2, 1]], "beta": [1, 0], "y": [0, 2, 1]}


def rng():
    return np.random.default_rng(0)


def test_values_by_hand():
    assert evaluate(LOSS, **POINT) == 2.0
    np.testing.assert_array_equal(evaluate(gradient(LOSS, beta), **POINT), [2.0, 0.0])
    np.testing.assert_array_equal(evaluate(hessian(LOSS, beta), **POINT), [[10.0, 6.0], [6.0, 6.0]])
    np.testing.assert_array_equal(evaluate(Tensor(A[l, k], (k, l), (d, n)), **POINT), np.transpose(POINT["A"]))


def test_subscripts_count_from_one():
    v = [5.0, 7.0, 11.0]
    assert evaluate(y[1], y=v) == 5.0
    assert evaluate(y[3], y=v) == 11.0
    assert evaluate(y[n], y=v) == 11.0
    assert evaluate(total(lambda i: y[1] * y[i], n), y=v) == 5 * 23
    for number in (1, 2, 3):
        assert evaluate(total(lambda i, number=number: y[i] * sp.KroneckerDelta(i, number), n), y=v) == v[number - 1]
    assert evaluate(total(lambda i: y[i] * sp.KroneckerDelta(i, n), n), y=v) == 11.0


def test_a_sum_over_nothing_is_zero():
    assert evaluate(SUM, y=[]) == 0.0
    assert evaluate(gradient(SUM**2, y), y=[]).shape == (0,)


def test_sizes_and_scalars_are_numbers_too():
    t = sp.Symbol("t", real=True)
    assert evaluate(t * SUM / n, y=[1.0, 3.0], t=4) == 8.0
    assert evaluate(total(lambda i: sp.Integer(2), n), n=5) == 10.0
    np.testing.assert_array_equal(evaluate(gradient(SUM, y), n=2), [1.0, 1.0])


MISSING = [
    (lambda: evaluate(SUM), "numbers are missing for n, y"),
    (lambda: evaluate(LOSS, A=[[1.0]], y=[1.0]), "numbers are missing for beta"),
    (lambda: evaluate(LOSS, A=[[1.0]], Y=[1.0], beta=[1.0]), "numbers are missing for y"),
    (lambda: evaluate(gradient(SUM, y), y=[1.0]), "numbers are missing for n"),
    (lambda: evaluate(SUM, y=[[1.0]]), r"y must have shape \(n,\), got \(1, 1\)"),
    (lambda: evaluate(SUM, y=1.0), r"y must have shape \(n,\), got \(\)"),
    (lambda: evaluate(LOSS, A=np.ones((3, 2)), beta=[1.0, 2.0], y=[1.0]), "y has size 1 where n = 3"),
    (lambda: evaluate(LOSS, A=np.ones((2, 3)), beta=[1.0, 2.0], y=[1.0, 2.0]), "beta has size 2 where d = 3"),
    (lambda: evaluate(SUM / n, y=[1.0, 2.0], n=3), "n = 3.0, where n = 2 is due"),
    (lambda: evaluate(total(lambda i: i * y[i], n), y=[1.0]), "must only occur in subscripts"),
    (lambda: evaluate(Tensor(k * y[k], (k,), (n,)), y=[1.0]), "must only occur in subscripts"),
    (lambda: evaluate(total(lambda i: y[i + 1], n - 1), y=[1.0]), "a subscript must be an index, or a positive"),
    (lambda: evaluate(total(lambda i: y[n + 1 - i], n), y=[1.0]), "a subscript must be an index, or a positive"),
    (lambda: evaluate(y[0], y=[1.0]), "a subscript must be an index, or a positive number or size, got 0"),
    (lambda: evaluate(y[-1], y=[1.0]), "a subscript must be .*, got -1"),
    (lambda: evaluate(sp.Sum(y[k], (k, 2, n)), y=[1.0]), "the sums must start at 1"),
    (lambda: evaluate(sp.IndexedBase("z")[1], z=[1.0]), "z has no shape"),
]


@pytest.mark.parametrize(("call", "message"), MISSING)
def test_what_cannot_be_evaluated_is_told(call, message):
    with pytest.raises(SymbolicError, match=message):
        call()


@pytest.mark.parametrize(
    "value", [["1", "2"], [None, 1.0], [1j], np.array([1j]), np.ma.masked_array([1.0, 2.0], mask=[0, 1]), [{}]]
)
def test_numbers_must_be_real(value):
    with pytest.raises(SymbolicError, match="y must hold real numbers"):
        evaluate(SUM, y=value)


@pytest.mark.parametrize("value", [[1, 2], [True, True], np.array([1.0, 2.0], dtype=np.float32), (1, 2)])
def test_real_numbers_of_every_kind_are_taken(value):
    assert evaluate(SUM, y=value).dtype == np.float64


WRONG = {
    "factor 1.01": lambda beta, A, y: 1.01 * linear_regression.rss_gradient(beta, A, y),
    "rounding in float32": lambda beta, A, y: linear_regression.rss_gradient(beta, A, y).astype(np.float32),
    "sign": lambda beta, A, y: -linear_regression.rss_gradient(beta, A, y),
    "one entry": lambda beta, A, y: linear_regression.rss_gradient(beta, A, y) * (np.arange(len(beta)) > 0),
    "zero": lambda beta, A, y: np.zeros_like(beta),
    "nan": lambda beta, A, y: np.full_like(beta, np.nan),
    "mean for sum": lambda beta, A, y: linear_regression.rss_gradient(beta, A, y) / len(y),
}


@pytest.mark.parametrize("function", WRONG.values(), ids=WRONG)
def test_a_wrong_program_is_told_with_the_sizes(function):
    with pytest.raises(AssertionError, match=r"at d = \d, n = \d the function differs from SymPy by"):
        verify(gradient(LOSS, beta), function, rng=rng())


WRONG_SHAPES = {
    "column": lambda beta, A, y: linear_regression.rss_gradient(beta, A, y)[:, None],
    "number": lambda beta, A, y: 0.0,
    "gradient by y": lambda beta, A, y: 2 * (y - A @ beta),
}


@pytest.mark.parametrize("function", WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_a_wrong_shape_is_told(function):
    with pytest.raises(AssertionError, match=r"at d = \d, n = \d the function returns shape"):
        verify(gradient(LOSS, beta), function, rng=rng())


def test_a_transposed_program_is_told():
    loss = total(lambda i, j: A[i, j] ** 2, n, d)
    verify(gradient(loss, A), lambda A: 2 * A, rng=rng())
    with pytest.raises(AssertionError, match="shape"):
        verify(gradient(loss, A), lambda A: 2 * A.T, rng=rng())
    square = array("W", d, d)
    form = total(lambda i, j: beta[i] * square[i, j] * beta[j], d, d)
    verify(gradient(form, beta), lambda beta, W: W @ beta + W.T @ beta, rng=rng())
    with pytest.raises(AssertionError, match="differs"):
        verify(gradient(form, beta), lambda beta, W: 2 * W @ beta, rng=rng())


def test_the_drawn_sizes_differ_from_one_another_and_between_trials():
    seen = []

    def program(A, beta, y):
        seen.append(A.shape)
        return linear_regression.rss(beta, A, y)

    verify(LOSS, program, rng=rng(), trials=12)
    assert len(seen) == 12
    assert all(rows != columns for rows, columns in seen)
    assert any(rows < columns for rows, columns in seen)
    assert any(rows > columns for rows, columns in seen)


def test_a_program_that_changes_its_arguments_spoils_nothing():
    def program(y):
        value = y.sum()
        y[:] = 0
        return value

    verify(SUM, program, rng=rng())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda A, y: 0.0, "arguments A, beta, y by name.*beta"),
        (lambda A, beta, y, other: 0.0, "missing a required argument: 'other'"),
        (lambda A, beta, y, /: 0.0, "arguments A, beta, y by name"),
    ],
)
def test_a_program_must_take_just_the_arrays(function, message):
    with pytest.raises(SymbolicError, match=message):
        verify(LOSS, function, rng=rng())


def test_nothing_verified_is_an_error():
    with pytest.raises(ValueError, match="trials must be at least 1, got 0"):
        verify(SUM, lambda y: 7.0, rng=rng(), trials=0)
    for wrong in (0, None, np.random):
        with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got .*default_rng"):
            verify(SUM, lambda y: y.sum(), rng=wrong)


def test_the_tolerance_is_relative_to_the_largest_entry():
    def off(y):
        return y.sum() * (1 + 1e-6)

    verify(SUM, off, rng=rng(), rtol=1e-5)
    with pytest.raises(AssertionError):
        verify(SUM, off, rng=rng())


def test_a_formula_may_be_given_without_indices():
    assert equal(SUM, total(lambda j: y[j], n))
    assert equal(SUM - SUM, sp.Integer(0))
    assert not equal(SUM, sp.Integer(0))
    assert equal(gradient(SUM, y), sp.Integer(1))


def test_two_tensors_are_compared_entry_by_entry_whatever_their_indices_are_called():
    derived = gradient(LOSS, beta)
    other = sp.Symbol("other", integer=True, positive=True)

    def residual(i):
        return total(lambda j: A[i, j] * beta[j], d) - y[i]

    def tensor(factor, size):
        return Tensor(factor * total(lambda i: A[i, other] * residual(i), n), (other,), (size,))

    assert equal(derived, tensor(2, d))
    assert not equal(derived, tensor(sp.Rational(202, 100), d))
    with pytest.raises(SymbolicError, match="same shape"):
        equal(derived, tensor(2, n))
