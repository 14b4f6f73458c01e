"""Linear regression: values by hand, extreme scales, degenerate designs, and block boundaries."""

import dataclasses

import numpy as np
import pytest

from mathnn import datasets, linear_regression

# A few roundings of float64 on small, well-conditioned designs.
ROUNDING = 1e-13
# The condition numbers of the scaled designs below stay under 100.
SCALED = 1e-11
# float32 has 24 bits.
FLOAT32 = 2e-5

# The three points of the chapter: (0, 0), (1, 2), (2, 1); best line 1/2 + x/2, residuals -1/2, 1, -1/2.
POINTS, TARGETS = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 2.0, 1.0])
FITS = {
    "svd": linear_regression.least_squares,
    "qr": lambda X, y, **options: linear_regression.least_squares(X, y, method="qr", **options),
    "normal equations": linear_regression.normal_equations,
    "normal equations, unrefined": lambda X, y, **options: linear_regression.normal_equations(
        X, y, refinements=0, **options
    ),
}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
orthogonal_fit = pytest.mark.parametrize("fit", [FITS["svd"], FITS["qr"]], ids=["svd", "qr"])


def data(n, p, *, seed=0, offset=0.0):
    rng = np.random.default_rng(seed)
    X = offset + rng.standard_normal((n, p))
    y = X @ np.arange(1.0, p + 1) + 4.0 + rng.standard_normal(n)
    X.setflags(write=False)
    y.setflags(write=False)
    return X, y


def test_the_design_matrix_has_the_ones_in_its_last_column():
    np.testing.assert_array_equal(linear_regression.design_matrix([[1, 2], [3, 4]]), [[1, 2, 1], [3, 4, 1]])
    assert linear_regression.design_matrix(np.zeros((0, 2))).shape == (0, 3)
    np.testing.assert_array_equal(linear_regression.design_matrix(np.zeros((2, 0))), [[1], [1]])


def test_rss_and_its_derivatives_by_hand():
    A = linear_regression.design_matrix(POINTS)
    # At beta = (1, 0): residuals 0, -1, 1.
    assert linear_regression.rss([1, 0], A, TARGETS) == 2.0
    np.testing.assert_array_equal(linear_regression.rss_gradient([1, 0], A, TARGETS), [2.0, 0.0])
    np.testing.assert_array_equal(linear_regression.rss_hessian(A), [[10.0, 6.0], [6.0, 6.0]])


def test_rss_without_rows_or_columns_is_the_empty_sum():
    assert linear_regression.rss([], np.zeros((2, 0)), [1, 2]) == 5.0
    assert linear_regression.rss([1], np.zeros((0, 1)), []) == 0.0
    np.testing.assert_array_equal(linear_regression.rss_gradient([1], np.zeros((0, 1)), []), [0.0])
    np.testing.assert_array_equal(linear_regression.rss_hessian(np.zeros((0, 2))), np.zeros((2, 2)))


@every_fit
def test_the_line_through_three_points_by_hand(fit):
    line = fit(POINTS, TARGETS)
    np.testing.assert_allclose(line.weights, [0.5], rtol=ROUNDING)
    assert line.intercept == pytest.approx(0.5, rel=ROUNDING)
    assert line.rss == pytest.approx(1.5, rel=ROUNDING)
    assert line.rank == 2
    np.testing.assert_allclose(line.predict([[4.0], [-1.0]]), [2.5, 0.0], atol=ROUNDING)


@every_fit
def test_the_line_through_the_origin_by_hand(fit):
    line = fit(POINTS, TARGETS, intercept=False)
    np.testing.assert_allclose(line.weights, [0.8], rtol=ROUNDING)
    assert (line.intercept, line.rank) == (0.0, 1)
    assert line.rss == pytest.approx(1.8, rel=ROUNDING)


@every_fit
def test_types_of_a_fit(fit):
    line = fit(POINTS, TARGETS)
    assert (type(line.intercept), type(line.rss), type(line.rank)) == (float, float, int)
    assert line.weights.shape == (1,)
    assert type(linear_regression.rss([1, 0], linear_regression.design_matrix(POINTS), TARGETS)) is float
    with pytest.raises(dataclasses.FrozenInstanceError):
        line.rank = 3


@every_fit
def test_a_fit_shares_no_memory_with_the_data(fit):
    X, y = np.ones((1, 1)), np.ones(1)
    assert not any(np.shares_memory(fit(X, y, intercept=False).weights, data) for data in (X, y))


def test_predictions_of_no_rows_are_no_numbers():
    assert linear_regression.least_squares(POINTS, TARGETS).predict(np.zeros((0, 1))).shape == (0,)


@pytest.mark.parametrize("n", [4095, 4096, 4097, 8192, 8193])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@every_fit
def test_blocks_of_rows_meet_without_a_seam(fit, dtype, intercept, n):
    X, y = data(n, 2)
    # The last row, and those on both sides of a boundary, have a weight of their own.
    y = y.copy()
    y[[-1, 4094, min(4096, n - 1)]] += 100.0
    A = linear_regression.design_matrix(X) if intercept else X
    found = fit(X.astype(dtype), y.astype(dtype), intercept=intercept)
    expected, (rss,) = np.linalg.lstsq(A, y)[:2]
    rtol = SCALED if dtype == np.float64 else FLOAT32
    np.testing.assert_allclose(np.append(found.weights, found.intercept)[: A.shape[1]], expected, rtol=10 * rtol)
    assert found.rss == pytest.approx(rss, rel=rtol)


@every_fit
@pytest.mark.parametrize("intercept", [True, False])
def test_as_many_rows_as_columns_interpolate(fit, intercept):
    X, y = data(4, 4 - intercept)
    found = fit(X, y, intercept=intercept)
    np.testing.assert_allclose(found.predict(X), y, rtol=1e-8)
    assert 0.0 <= found.rss < 1e-16
    assert found.rank == 4


def test_one_example_is_fitted_by_the_shortest_weights():
    found = linear_regression.least_squares([[1.0, 2.0]], [12.0])
    assert (*found.weights, found.intercept, found.rank, found.rss) == (0.0, 0.0, 12.0, 1, 0.0)
    found = linear_regression.least_squares([[1.0, 2.0]], [10.0], intercept=False)
    np.testing.assert_allclose(found.weights, [2.0, 4.0], rtol=ROUNDING)
    assert found.rank == 1


def test_fewer_rows_than_columns_are_interpolated():
    X, y = data(3, 6)
    found = linear_regression.least_squares(X, y)
    np.testing.assert_allclose(found.predict(X), y, rtol=1e-12)
    assert found.rank == 3


# Columns, intercept, rank: all dependent.
_column = np.arange(6.0)[:, None]
DEPENDENT = {
    "zero matrix": (np.zeros((6, 2)), False, 0),
    "zero column": (np.c_[_column, np.zeros(6)], False, 1),
    "constant column and intercept": (np.c_[_column, np.full(6, 0.1)], True, 2),
    "two constant columns": (np.c_[np.full(6, 0.1), np.full(6, 0.3)], False, 1),
    "a column twice": (np.c_[_column, _column], False, 1),
    "a multiple": (np.c_[_column, _column * 0.1], True, 2),
    "a sum": (np.c_[_column, _column**2, _column + _column**2], False, 2),
    "dummy variables and intercept": (np.eye(3)[[0, 1, 2, 0, 1, 2]], True, 3),
    "one row": (np.ones((1, 2)), True, 1),
    "one row, one column": (np.ones((1, 1)), True, 1),
    "fewer rows than columns": (np.vander(np.arange(1.0, 4.0), 5), False, 3),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("X", "intercept", "rank"), DEPENDENT.values(), ids=DEPENDENT)
def test_dependent_columns(X, intercept, rank, dtype):
    X, y = X.astype(dtype), np.arange(1.0, len(X) + 1).astype(dtype) ** 2
    for fit in (FITS["qr"], FITS["normal equations"], FITS["normal equations, unrefined"]):
        with pytest.raises(np.linalg.LinAlgError, match="dependent"):
            fit(X, y, intercept=intercept)
    found = linear_regression.least_squares(X, y, intercept=intercept)
    mean, mean_target = (X.mean(axis=0, dtype=float), y.mean()) if intercept else (np.zeros(X.shape[1]), 0.0)
    # What is left of a constant column is rounding: 1e-6 is between that and the rest.
    shortest = np.linalg.pinv(X - mean, rcond=1e-6) @ (y - mean_target)
    assert found.rank == rank
    assert found.weights.dtype == dtype
    tolerance = 1e-10 if dtype == np.float64 else 1e-3
    np.testing.assert_allclose(found.weights, shortest, rtol=tolerance, atol=tolerance)
    assert found.intercept == pytest.approx(mean_target - mean @ shortest, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("n", [50, 20_000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("offset", [0.0, 5.0, 1000.0])
def test_columns_that_are_dependent_up_to_rounding_do_not_pass_for_independent(n, dtype, offset):
    X = data(n, 4, offset=offset)[0].astype(dtype)
    X[:, 3] = X[:, 0] - dtype(0.7) * X[:, 1] + X[:, 2]
    y = data(n, 4)[1].astype(dtype)
    assert linear_regression.least_squares(X, y, intercept=False).rank == 3
    with pytest.raises(np.linalg.LinAlgError):
        linear_regression.normal_equations(X, y, intercept=False)


def test_the_error_for_dependent_columns_says_what_to_use():
    with pytest.raises(np.linalg.LinAlgError, match=r'0 of 1 are .*; use method="svd"'):
        linear_regression.least_squares([[1.0], [1.0]], [1.0, 2.0], method="qr")
    with pytest.raises(np.linalg.LinAlgError, match='use least_squares, whose method "svd"'):
        linear_regression.normal_equations([[1.0], [1.0]], [1.0, 2.0])


def test_rcond_cuts_at_the_given_ratio_of_singular_values():
    X, y = np.diag([1.0, 0.1, 0.01]), np.ones(3)
    for rcond, rank in [(0, 3), (0.005, 3), (0.05, 2), (0.5, 1), (1.0, 0)]:
        found = linear_regression.least_squares(X, y, intercept=False, rcond=rcond)
        expected = np.where(np.arange(3) < rank, [1.0, 10.0, 100.0], 0.0)
        assert found.rank == rank
        np.testing.assert_allclose(found.weights, expected, atol=ROUNDING)
        assert found.rss == pytest.approx(3 - rank, abs=ROUNDING)
    with pytest.raises(np.linalg.LinAlgError, match="2 of 3 are"):
        linear_regression.least_squares(X, y, intercept=False, rcond=0.05, method="qr")


def test_many_rows_of_float32_keep_their_rank():
    # With a cutoff of n rounding units of float32, 0.036 here, this design would lose two of its four columns.
    X, _ = data(300_000, 3, offset=5.0)
    X = X.astype(np.float32)
    found = linear_regression.least_squares(X, X @ np.array([1, 2, 3], dtype=np.float32) + np.float32(4))
    assert found.rank == 4
    np.testing.assert_allclose([*found.weights, found.intercept], [1, 2, 3, 4], rtol=1e-4)


@every_fit
def test_a_constant_target_is_its_own_fit(fit):
    for value in (0.0, 0.1, -7.0, 1e8):
        found = fit(data(40, 3)[0], np.full(40, value))
        np.testing.assert_allclose(found.weights, 0.0, atol=ROUNDING * max(abs(value), 1.0))
        assert found.intercept == pytest.approx(value, rel=ROUNDING)
        assert found.rss == pytest.approx(0.0, abs=(ROUNDING * value) ** 2 * 40 + 1e-300)


@every_fit
def test_a_target_of_zeros_gives_zeros(fit):
    found = fit(data(9, 2)[0], np.zeros(9), intercept=False)
    np.testing.assert_array_equal(found.weights, [0.0, 0.0])
    assert found.rss == 0.0


@every_fit
@pytest.mark.parametrize("offset", [1e3, 1e5])
def test_a_large_offset_of_the_features(fit, offset):
    X, y = data(500, 2, offset=offset)
    exact = np.linalg.lstsq(np.c_[X - offset, np.ones(500)], y)[0]
    found = fit(X, y)
    # The features have offset / eps different values to a unit: that many digits are in the data.
    tolerance = 1e-15 * offset * 100
    np.testing.assert_allclose(found.weights, exact[:2], rtol=tolerance)
    np.testing.assert_allclose(found.predict(X), X @ exact[:2] + exact[2] - offset * exact[:2].sum(), rtol=tolerance)


@pytest.mark.parametrize(("offset", "dtype", "tolerance"), [(1e8, np.float64, 1e-7), (1e4, np.float32, 1e-3)])
@pytest.mark.parametrize("method", ["normal equations", "svd"])
def test_an_offset_beyond_half_the_digits(method, offset, dtype, tolerance):
    X, y = data(500, 2, offset=offset)
    X = X.astype(dtype)
    moved = X.astype(float) - offset
    y = (moved @ [1.0, 2.0] + 3.0).astype(dtype)
    found = FITS[method](X, y)
    assert found.rank == 3
    np.testing.assert_allclose(found.weights, [1.0, 2.0], rtol=tolerance)
    # The intercept is about -3 offsets; with it, predictions have the digits that the largest summand leaves.
    np.testing.assert_allclose(found.predict(X), y, atol=20 * offset * np.finfo(dtype).eps)


@every_fit
def test_the_intercept_belongs_to_the_weights_as_they_are_rounded(fit):
    X = data(500, 2, offset=1e4)[0].astype(np.float32)
    y = ((X - 1e4) @ [0.123456, 2.3] + 3.0).astype(np.float32)
    found = fit(X, y)
    # In float64, so that nothing but the coefficients is rounded: to 1e-7, times features of up to 3 from their mean.
    np.testing.assert_allclose(X.astype(float) @ found.weights.astype(float) + found.intercept, y, atol=2e-6)


@orthogonal_fit
@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-600, 2.0**600, 2.0**900])
def test_orthogonal_factorisations_work_at_any_scale(fit, scale):
    X, y = data(30, 3)
    expected = fit(X, y, intercept=False)
    both = fit(X * scale, y * scale, intercept=False)
    np.testing.assert_allclose(both.weights, expected.weights, rtol=SCALED)
    assert both.rss == (np.inf if scale > 1 else 0.0)
    one = fit(X * scale, y, intercept=False)
    np.testing.assert_allclose(one.weights * scale, expected.weights, rtol=SCALED)
    assert one.rss == pytest.approx(expected.rss, rel=SCALED)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("scale", [2.0**-400, 2.0**400])
def test_normal_equations_work_while_squares_do(scale, intercept):
    X, y = data(30, 3)
    expected = linear_regression.normal_equations(X, y, intercept=intercept)
    found = linear_regression.normal_equations(X * scale, y / scale, intercept=intercept)
    np.testing.assert_allclose(found.weights * scale**2, expected.weights, rtol=SCALED)
    assert found.intercept * scale == pytest.approx(expected.intercept, rel=SCALED)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("intercept", [True, False])
@every_fit
def test_no_nan_comes_out_of_finite_numbers_however_large_or_small(fit, intercept, dtype):
    rng = np.random.default_rng(0)
    largest = int(np.finfo(dtype).maxexp)
    smallest = int(np.finfo(dtype).minexp) - int(np.finfo(dtype).nmant)
    refusals = set()
    powers = np.linspace(smallest, largest - 2, 12).astype(int)
    for n, p in [(1, 1), (6, 2), (2, 4)]:
        for a in powers:
            for b in powers:
                X = np.ldexp(rng.uniform(-1.9, 1.9, (n, p)), a).astype(dtype)
                y = np.ldexp(rng.uniform(-1.9, 1.9, n), b).astype(dtype)
                try:
                    found = fit(X, y, intercept=intercept)
                except np.linalg.LinAlgError:
                    continue
                except ValueError as error:
                    refusals.add(str(error).rpartition(" ")[2])
                    continue
                assert np.isfinite([*found.weights, found.intercept]).all()
                assert found.rss >= 0.0
    assert refusals <= {"two"}  # ... by a power of two


def test_sums_that_overflow_are_infinite_or_told():
    A, y = np.full((4, 2), 1e200) * [1.0, 2.0], np.ones(4)
    A[0, 0] = 0.0
    assert linear_regression.rss([1.0, 1.0], A, y) == np.inf
    with pytest.raises(ValueError, match=r"2 A\.T @ \(A @ beta - y\) must be finite, got inf"):
        linear_regression.rss_gradient([1.0, 1.0], A, y)
    with pytest.raises(ValueError, match=r"2 A\.T @ A must be finite, got inf"):
        linear_regression.rss_hessian(A)
    with pytest.raises(ValueError, match="A @ beta - y must be finite"):
        linear_regression.rss([1e200, -1e200], A, y)
    with pytest.raises(ValueError, match="too large"):
        linear_regression.normal_equations(A, y)
    with pytest.raises(ValueError, match="too small"):
        linear_regression.normal_equations(np.eye(3) * 1e-150, np.arange(3.0), intercept=False)


@pytest.mark.parametrize("x", [[[1.7e308]], [[np.inf]], [[np.nan]]])
def test_predictions_are_finite_or_told(x):
    steep = linear_regression.least_squares([[0.0], [1.0]], [0.0, 3.0])
    with pytest.raises(ValueError, match=r"X @ weights \+ intercept must be finite, got (inf|nan)"):
        steep.predict(x)


def test_coefficients_that_overflow_are_told():
    with pytest.raises(ValueError, match="the coefficients overflow"):
        linear_regression.least_squares([[1e-300], [2e-300]], [1e300, 1e300], intercept=False)


@pytest.mark.parametrize("refinements", [0, 1, 2, 5, np.int64(1)])
def test_refinement_does_not_spoil_what_is_right(refinements):
    X, y = data(60, 4)
    expected = linear_regression.least_squares(X, y)
    found = linear_regression.normal_equations(X, y, refinements=refinements)
    np.testing.assert_allclose(found.weights, expected.weights, rtol=SCALED)
    assert found.rss == pytest.approx(expected.rss, rel=SCALED)


def test_a_refinement_repairs_what_squaring_the_condition_costs():
    rng = np.random.default_rng(0)
    A = datasets.matrix_with_condition(200, 6, condition=1e6, rng=rng)
    beta = rng.standard_normal(6)
    y = A @ beta
    errors = [
        np.linalg.norm(linear_regression.normal_equations(A, y, intercept=False, refinements=k).weights - beta)
        for k in (0, 1, 2)
    ]
    assert errors[0] > 1e-6
    assert errors[1] < 1e-3 * errors[0]
    assert errors[2] < 2 * errors[1] + 1e-10


def test_one_refinement_is_the_default():
    rng = np.random.default_rng(1)
    A, y = datasets.matrix_with_condition(50, 4, condition=1e6, rng=rng), rng.standard_normal(50)
    one, two, default = (
        linear_regression.normal_equations(A, y, **options).weights
        for options in ({"refinements": 1}, {"refinements": 2}, {})
    )
    np.testing.assert_array_equal(default, one)
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("refinements", [0, 1, 2])
def test_the_rss_is_that_of_the_weights_that_are_returned(refinements):
    rng = np.random.default_rng(2)
    A, y = datasets.matrix_with_condition(50, 4, condition=1e6, rng=rng), rng.standard_normal(50)
    found = linear_regression.normal_equations(A, y, refinements=refinements)
    assert found.rss == pytest.approx(np.sum((found.predict(A) - y) ** 2), rel=1e-9)
