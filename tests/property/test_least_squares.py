"""Least squares: what the theorems say, on random designs."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mathnn import calculus, linear_regression

# The designs of `design` have condition numbers of up to a few hundred, and entries of order 1.
CLOSE = 1e-9
# float32 has 24 bits, of which the condition number takes up to eight.
FLOAT32 = 1e-3
# Central differences are exact on quadratics up to rounding: eps^(2/3) times the size of the value.
DIFFERENCES = 1e-7

SEEDS = st.integers(0, 2**32 - 1)
FITS = {
    "svd": linear_regression.least_squares,
    "qr": lambda X, y, **options: linear_regression.least_squares(X, y, method="qr", **options),
    "normal equations": linear_regression.normal_equations,
}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


def orthonormal(n, d, rng):
    return np.linalg.qr(rng.standard_normal((n, d)))[0]


def read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)
    return arrays


@st.composite
def design(draw, rows=12, columns=5):
    """A of full rank with singular values between 0.1 and 10, and y."""
    d = draw(st.integers(1, columns))
    n = draw(st.integers(d + 1, d + rows))
    rng = np.random.default_rng(draw(SEEDS))
    A = orthonormal(n, d, rng) * 10.0 ** rng.uniform(-1, 1, d) @ orthonormal(d, d, rng)
    return *read_only(A, rng.standard_normal(n)), rng


@st.composite
def deficient(draw):
    """A whose rank is smaller than its number of columns, y, and the rank."""
    d = draw(st.integers(1, 6))
    n = draw(st.integers(1, 10))
    rank = draw(st.integers(0, min(n, d - 1)))
    rng = np.random.default_rng(draw(SEEDS))
    A = orthonormal(n, rank, rng) * 10.0 ** rng.uniform(-1, 1, rank) @ orthonormal(d, rank, rng).T
    return *read_only(A, rng.standard_normal(n)), rank, rng


def coefficients(found):
    return np.append(found.weights, found.intercept)


@every_fit
@given(case=design())
def test_the_residual_is_orthogonal_to_the_columns(fit, case):
    A, y, _ = case
    residual = y - fit(A, y, intercept=False).predict(A)
    np.testing.assert_allclose(A.T @ residual, 0, atol=CLOSE)


@every_fit
@given(case=design())
def test_with_an_intercept_the_residuals_also_add_up_to_zero(fit, case):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    residual = y - fit(X, y).predict(X)
    assert abs(residual.sum()) < CLOSE
    np.testing.assert_allclose(X.T @ residual, 0, atol=CLOSE)


@every_fit
@given(case=design(), size=st.sampled_from([1e-3, 1.0, 1e3]))
def test_rss_of_other_coefficients_exceeds_by_the_squared_distance_of_the_fits(fit, case, size):
    A, y, rng = case
    found = fit(A, y, intercept=False)
    other = found.weights + size * rng.standard_normal(A.shape[1])
    price = np.sum((A @ (other - found.weights)) ** 2)
    assert linear_regression.rss(other, A, y) == pytest.approx(found.rss + price, rel=CLOSE)
    assert found.rss == pytest.approx(linear_regression.rss(found.weights, A, y), rel=CLOSE, abs=CLOSE)


@every_fit
@given(case=design())
def test_pythagoras(fit, case):
    A, y, _ = case
    found = fit(A, y, intercept=False)
    assert y @ y == pytest.approx(np.sum(found.predict(A) ** 2) + found.rss, rel=CLOSE)


@every_fit
@given(case=design())
def test_an_invertible_change_of_columns_changes_no_prediction(fit, case):
    A, y, rng = case
    d = A.shape[1]
    M = orthonormal(d, d, rng) * rng.uniform(0.5, 2.0, d) @ orthonormal(d, d, rng)
    found, changed = fit(A, y, intercept=False), fit(A @ M, y, intercept=False)
    np.testing.assert_allclose(changed.predict(A @ M), found.predict(A), atol=CLOSE)
    np.testing.assert_allclose(M @ changed.weights, found.weights, rtol=CLOSE, atol=CLOSE)
    assert changed.rss == pytest.approx(found.rss, rel=CLOSE)


@every_fit
@given(case=design(), intercept=st.booleans(), exponent=st.floats(-3, 3), sign=st.sampled_from([-1, 1]), data=st.data())
def test_a_feature_in_other_units_has_its_weight_in_other_units(fit, case, intercept, exponent, sign, data):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    j = data.draw(st.integers(0, X.shape[1] - 1))
    unit = np.ones(X.shape[1])
    unit[j] = sign * 10.0**exponent
    found, changed = fit(X, y, intercept=intercept), fit(X / unit, y, intercept=intercept)
    np.testing.assert_allclose(changed.weights, found.weights * unit, rtol=1e-7, atol=1e-7 * np.abs(unit).max())
    np.testing.assert_allclose(changed.predict(X / unit), found.predict(X), atol=1e-7)


@every_fit
@given(case=design(), shift=st.floats(-1e3, 1e3), factor=st.floats(-1e3, 1e3))
def test_an_affine_change_of_the_target_shifts_the_intercept_and_scales_all(fit, case, shift, factor):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    found, changed = fit(X, y), fit(X, factor * y + shift)
    size = abs(factor) + abs(shift)
    np.testing.assert_allclose(changed.weights, factor * found.weights, rtol=CLOSE, atol=CLOSE * size)
    assert changed.intercept == pytest.approx(factor * found.intercept + shift, rel=CLOSE, abs=CLOSE * size)


@every_fit
@given(case=design(), shift=st.floats(-1e3, 1e3))
def test_a_shift_of_the_features_changes_the_intercept_only(fit, case, shift):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    found, changed = fit(X, y), fit(X + shift, y)
    np.testing.assert_allclose(changed.weights, found.weights, rtol=1e-7, atol=1e-7)
    expected = found.intercept - shift * found.weights.sum()
    assert changed.intercept == pytest.approx(expected, rel=1e-7, abs=1e-7 * (1 + abs(shift)))


@every_fit
@given(case=design(), intercept=st.booleans())
def test_the_order_of_the_examples_does_not_matter(fit, case, intercept):
    X, y, rng = case
    assume(len(y) > X.shape[1] + 1)
    order = rng.permutation(len(y))
    found, changed = fit(X, y, intercept=intercept), fit(X[order], y[order], intercept=intercept)
    np.testing.assert_allclose(coefficients(changed), coefficients(found), rtol=CLOSE, atol=CLOSE)


@given(case=design(), intercept=st.booleans())
def test_the_three_methods_find_the_same(case, intercept):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    first, *others = [fit(X, y, intercept=intercept) for fit in FITS.values()]
    for other in others:
        np.testing.assert_allclose(coefficients(other), coefficients(first), rtol=CLOSE, atol=CLOSE)
        assert other.rank == first.rank == X.shape[1] + intercept
        assert other.rss == pytest.approx(first.rss, rel=CLOSE)


@every_fit
@given(case=design())
def test_an_intercept_is_the_coefficient_of_a_column_of_ones(fit, case):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 1)
    with_one, explicit = fit(X, y), fit(linear_regression.design_matrix(X), y, intercept=False)
    np.testing.assert_allclose(coefficients(with_one), explicit.weights, rtol=CLOSE, atol=CLOSE)
    assert (with_one.rank, explicit.intercept) == (explicit.rank, 0.0)
    assert with_one.rss == pytest.approx(explicit.rss, rel=CLOSE)


@given(case=deficient())
def test_the_shortest_minimiser(case):
    A, y, rank, rng = case
    found = linear_regression.least_squares(A, y, intercept=False)
    kernel = np.linalg.svd(A)[2][rank:].T
    assert found.rank == rank
    np.testing.assert_allclose(A.T @ (A @ found.weights - y), 0, atol=CLOSE)
    np.testing.assert_allclose(kernel.T @ found.weights, 0, atol=CLOSE)
    other = found.weights + kernel @ rng.standard_normal(kernel.shape[1])
    assert linear_regression.rss(other, A, y) == pytest.approx(found.rss, rel=CLOSE, abs=CLOSE)
    assert np.linalg.norm(found.weights) <= np.linalg.norm(other)


@given(case=deficient(), offset=st.floats(-100, 100))
def test_with_an_intercept_the_weights_are_the_shortest_whatever_the_offset(case, offset):
    X, y, _, _ = case
    found, moved = linear_regression.least_squares(X, y), linear_regression.least_squares(X + offset, y)
    centred = X - X.mean(axis=0)
    rank = np.linalg.matrix_rank(centred, tol=1e-9)
    kernel = np.linalg.svd(centred)[2][rank:].T
    residual = y - found.predict(X)
    assert found.rank == moved.rank == rank + 1
    np.testing.assert_allclose(kernel.T @ found.weights, 0, atol=CLOSE)
    np.testing.assert_allclose(X.T @ residual, 0, atol=CLOSE)
    assert abs(residual.sum()) < CLOSE
    np.testing.assert_allclose(moved.weights, found.weights, rtol=1e-6, atol=1e-6)


@given(case=deficient(), intercept=st.booleans())
def test_methods_that_need_full_rank_refuse_less(case, intercept):
    X, y, _, _ = case
    for fit in (FITS["qr"], FITS["normal equations"]):
        with pytest.raises(np.linalg.LinAlgError, match="dependent"):
            fit(X, y, intercept=intercept)


@given(case=design(), size=st.sampled_from([1e-3, 1.0, 1e3]))
def test_the_gradient_agrees_with_complex_step_and_differences(case, size):
    A, y, rng = case
    beta = size * rng.standard_normal(A.shape[1])
    gradient = linear_regression.rss_gradient(beta, A, y)
    exact = calculus.complex_step_gradient(lambda b: np.sum((A @ b - y) ** 2), beta)
    np.testing.assert_allclose(gradient, exact, rtol=CLOSE, atol=CLOSE * np.abs(exact).max())
    differences = calculus.numerical_gradient(lambda b: linear_regression.rss(b, A, y), beta)
    value = linear_regression.rss(beta, A, y)
    np.testing.assert_allclose(gradient, differences, atol=DIFFERENCES * (np.abs(exact).max() + value))


@given(case=design())
def test_the_hessian_is_the_jacobian_of_the_gradient(case):
    A, y, rng = case
    hessian = linear_regression.rss_hessian(A)
    beta = rng.standard_normal(A.shape[1])
    jacobian = calculus.numerical_jacobian(lambda b: linear_regression.rss_gradient(b, A, y), beta)
    np.testing.assert_allclose(hessian, jacobian, atol=DIFFERENCES * np.abs(hessian).max())
    assert np.linalg.eigvalsh(hessian)[0] > 0
    np.testing.assert_array_equal(hessian, hessian.T)


@given(case=design(), step=st.floats(-10, 10))
def test_rss_is_its_second_taylor_polynomial(case, step):
    A, y, rng = case
    beta, h = rng.standard_normal(A.shape[1]), step * rng.standard_normal(A.shape[1])
    taylor = (
        linear_regression.rss(beta, A, y)
        + linear_regression.rss_gradient(beta, A, y) @ h
        + h @ linear_regression.rss_hessian(A) @ h / 2
    )
    assert linear_regression.rss(beta + h, A, y) == pytest.approx(taylor, rel=CLOSE, abs=CLOSE)


@every_fit
@given(case=design(), intercept=st.booleans())
def test_float32_is_close_to_float64(fit, case, intercept):
    X, y, _ = case
    assume(len(y) > X.shape[1] + 3)
    X, y = X.astype(np.float32), y.astype(np.float32)
    try:
        single = fit(X, y, intercept=intercept)
    except np.linalg.LinAlgError:
        # Condition numbers from about 300 / sqrt(d) are beyond the normal equations in float32.
        assert fit is FITS["normal equations"]
        assert np.linalg.cond(X) > 20
        return
    double = fit(X.astype(float), y.astype(float), intercept=intercept)
    assert single.weights.dtype == np.float32
    size = np.abs(coefficients(double)).max()
    np.testing.assert_allclose(coefficients(single), coefficients(double), atol=FLOAT32 * size)
    assert single.rss == pytest.approx(double.rss, rel=FLOAT32)


@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 4)),
    seed=SEEDS,
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    zeros=st.booleans(),
    intercept=st.booleans(),
    data=st.data(),
)
@pytest.mark.parametrize("fit", [FITS["svd"], FITS["normal equations"]], ids=["svd", "normal equations"])
def test_one_entry_that_is_not_finite_is_found(fit, shape, seed, value, zeros, intercept, data):
    rng = np.random.default_rng(seed)
    # Zeros too: factorisations skip them.
    X = np.zeros(shape) if zeros else rng.standard_normal(shape)
    y = np.zeros(shape[0])
    i, j = data.draw(st.integers(0, shape[0] - 1)), data.draw(st.integers(0, shape[1]))
    if j == shape[1]:
        y[i], told = value, rf"^y must be finite, got {value} at index \({i},\)"
    else:
        X[i, j], told = value, rf"^X must be finite, got {value} at index \({i}, {j}\)"
    with pytest.raises(ValueError, match=told):
        fit(X, y, intercept=intercept)
