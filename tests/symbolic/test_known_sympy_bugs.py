"""What SymPy gets wrong, and why `mathnn.symbolic` is built on sums over entries instead of matrix expressions.

Each test says what is right. Most must fail: when an upgrade of SymPy mends one, it is reported, because here an
unexpected success is a failure. The tests without that mark must hold: they are what we build on.
"""

import numpy as np
import pytest
import sympy as sp

n, m = sp.symbols("n m", integer=True, positive=True)
i, k = sp.symbols("i k", integer=True, positive=True)
A, B, E, W = (sp.MatrixSymbol(name, n, n) for name in "ABEW")
X, y = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("y", m, 1)
w, V = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("V", n, 1)
x = sp.IndexedBase("x", shape=(n,))
residual = X * w - y


def wrong(issue, raises=AssertionError):
    return pytest.mark.xfail(strict=True, raises=raises, reason=issue)


@wrong("sympy#27406: 0, silently")
def test_a_sum_of_traces():
    assert (sp.Trace(A.T * A) + sp.Trace(B.T * B)).diff(A) == 2 * A


@wrong("sympy#26561: 0, silently")
def test_a_trace_plus_a_constant():
    assert (sp.Trace(E) + 1).diff(E) == sp.Identity(n)


@wrong("sympy#17229: 0, silently")
def test_an_entry_by_its_matrix():
    assert not isinstance(E[1, 1].diff(E), sp.ZeroMatrix)


@wrong("0, silently")
def test_a_function_of_a_quadratic_form():
    assert not isinstance(sp.exp(-(w.T * w)[0, 0]).diff(w), sp.ZeroMatrix)


@wrong("0, silently")
def test_the_logarithm_of_a_sum_of_exponentials():
    assert not isinstance(sp.log((sp.OneMatrix(1, m) * (X * w).applyfunc(sp.exp))[0, 0]).diff(w), sp.ZeroMatrix)


@wrong("diagonalizing indices of different dimensions", raises=ValueError)
def test_a_sum_of_squares_by_elementwise_product():
    (sp.OneMatrix(m, 1).T * sp.hadamard_product(residual, residual)).diff(w)


@wrong("sympy#21062: the result has no entries, it cannot be evaluated", raises=AttributeError)
def test_a_hidden_layer():
    output = (X * W).applyfunc(sp.tanh) * V - y
    derivative = (output.T * output).diff(W)
    explicit = derivative.subs({n: 2, m: 3}).as_explicit()
    assert explicit.shape == (2, 2)
    assert explicit.free_symbols


@wrong("elementwise functions are printed as SymPy prints them", raises=SyntaxError)
def test_lambdify_of_an_elementwise_function():
    np.testing.assert_allclose(sp.lambdify(X, X.applyfunc(sp.tanh))(np.ones((2, 2))), np.tanh(np.ones((2, 2))))


@wrong("sympy#21891: sum of 1 = n; hence the fresh indices of mathnn.symbolic")
def test_a_sum_by_an_entry_with_the_same_index():
    assert sp.Sum(x[i], (i, 1, n)).diff(x[i]).doit() != n


@wrong("Heaviside(0) is 1/2; hence Piecewise")
def test_relu_has_derivative_zero_at_zero():
    z = sp.Symbol("z", real=True)
    assert sp.Max(0, z).diff(z).subs(z, 0) == 0


@wrong("the derivative is printed with DiracDelta")
def test_the_derivative_of_the_sign_is_zero_elsewhere():
    z = sp.Symbol("z", real=True)
    assert not sp.sign(z).diff(z).has(sp.DiracDelta)


def test_least_squares_in_matrices_is_right():
    loss = residual.T * residual
    assert loss.diff(w) == 2 * X.T * residual
    assert loss.diff(w).diff(w) == 2 * X.T * X
    assert (loss / (2 * m)).diff(w) == X.T * residual / m


def test_a_single_trace_is_right():
    assert sp.Trace(A.T * A).diff(A) == 2 * A


def test_a_sum_by_an_entry_with_another_index_is_right():
    assert sp.Sum(x[i] ** 2, (i, 1, n)).diff(x[k]) == sp.Sum(2 * x[i] * sp.KroneckerDelta(i, k), (i, 1, n))


def test_nested_sums_are_evaluated_rightly():
    nested = sp.Sum(x[i - 1] * sp.Sum(x[k - 1], (k, 1, i)), (i, 1, n))
    assert sp.lambdify([x, n], nested)([1.0, 2.0, 3.0], 3) == 1 + 2 * 3 + 3 * 6


def test_a_positive_index_is_known_to_differ_from_zero():
    # Hence the delta of our own when indices count from zero.
    assert sp.KroneckerDelta(i, 0) == 0


@wrong("of the family of sympy#27359: the Piecewise is folded out of the inner sum, whose index escapes")
def test_a_piecewise_in_nested_sums():
    a = sp.IndexedBase("a", shape=(m, n))
    inner = sp.Sum(sp.Piecewise((0, a[i, k] <= 0), (a[i, k], True)), (k, 1, n))
    outer = sp.Sum((inner - x[i]) ** 2, (i, 1, m))
    assert k not in outer.free_symbols
