"""Linear regression against NumPy, SciPy, scikit-learn, and exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from mathnn import datasets, linear_regression

# Well conditioned: both programs are right to about 1e-13.
CLOSE = 1e-11
# A backward stable method solves a problem whose entries are off by a small multiple of eps; on a design with condition
# number k and y = A w, that moves w by the multiple of eps k. It is up to 10 here; 100 leaves room for other LAPACKs.
STABLE = 100 * np.finfo(float).eps
# Worst error of `normal_equations` that does not raise: 1e-2 without refinement, and its square with one.
LEAST_DIGITS = {0: 5e-2, 1: 5e-4, 2: 1e-5}

FITS = {
    "svd": linear_regression.least_squares,
    "qr": lambda X, y, **options: linear_regression.least_squares(X, y, method="qr", **options),
    "normal equations": linear_regression.normal_equations,
}
every_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)


def solve_exactly(A, y):
    """Solve the normal equations in rational numbers, by elimination."""
    A = [[Fraction(float(a)) for a in row] for row in A]
    y = [Fraction(float(t)) for t in y]
    d = len(A[0])
    table = [
        [sum(row[j] * row[k] for row in A) for k in range(d)] + [sum(row[j] * t for row, t in zip(A, y, strict=True))]
        for j in range(d)
    ]
    for j in range(d):
        pivot = next(k for k in range(j, d) if table[k][j])
        table[j], table[pivot] = table[pivot], table[j]
        table[j] = [entry / table[j][j] for entry in table[j]]
        for k in range(d):
            if k != j:
                table[k] = [a - table[k][j] * b for a, b in zip(table[k], table[j], strict=True)]
    return np.array([float(row[d]) for row in table])


def data(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X, y = datasets.linear_data(n, rng.standard_normal(p), intercept=2.0, noise_std=0.5, rng=rng)
    X.setflags(write=False)
    y.setflags(write=False)
    return X, y


@every_fit
@pytest.mark.parametrize(("n", "p"), [(5, 1), (30, 4), (200, 20), (5000, 7)])
def test_numpy_finds_the_same(fit, n, p):
    X, y = data(n, p)
    beta, (rss,), rank, _ = np.linalg.lstsq(linear_regression.design_matrix(X), y)
    found = fit(X, y)
    np.testing.assert_allclose(np.append(found.weights, found.intercept), beta, rtol=CLOSE, atol=CLOSE)
    assert found.rss == pytest.approx(rss, rel=CLOSE)
    assert found.rank == rank


@every_fit
@pytest.mark.parametrize("driver", ["gelsd", "gelsy", "gelss"])
def test_scipy_finds_the_same(fit, driver):
    linalg = pytest.importorskip("scipy.linalg")
    X, y = data(50, 6)
    found = fit(X, y, intercept=False)
    np.testing.assert_allclose(found.weights, linalg.lstsq(X, y, lapack_driver=driver)[0], rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("driver", ["gelsd", "gelsy", "gelss"])
@pytest.mark.parametrize(("n", "d", "rank"), [(20, 6, 3), (4, 9, 4), (4, 9, 2), (6, 6, 5)])
def test_scipy_finds_the_same_shortest_minimiser(n, d, rank, driver):
    linalg = pytest.importorskip("scipy.linalg")
    rng = np.random.default_rng(1)
    A, y = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, d)), rng.standard_normal(n)
    for intercept in (False, True):
        centre = A.mean(axis=0) if intercept else np.zeros(d)
        found = linear_regression.least_squares(A, y, intercept=intercept)
        expected = linalg.lstsq(A - centre, y - intercept * y.mean(), cond=1e-12, lapack_driver=driver)
        assert found.rank == expected[2] + intercept
        np.testing.assert_allclose(found.weights, expected[0], rtol=1e-9, atol=1e-9)
        assert found.intercept == pytest.approx(intercept * (y.mean() - centre @ expected[0]), rel=1e-9, abs=1e-9)


@every_fit
@pytest.mark.parametrize("intercept", [True, False])
def test_scikit_learn_finds_the_same(fit, intercept):
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, y = data(80, 5)
    model = linear_model.LinearRegression(fit_intercept=intercept).fit(X, y)
    found = fit(X, y, intercept=intercept)
    np.testing.assert_allclose(found.weights, model.coef_, rtol=CLOSE)
    assert found.intercept == pytest.approx(model.intercept_, rel=CLOSE, abs=CLOSE)
    np.testing.assert_allclose(found.predict(X), model.predict(X), rtol=CLOSE)


@every_fit
def test_scikit_learn_finds_the_same_on_real_data(fit):
    X, y = pytest.importorskip("sklearn.datasets").load_diabetes(return_X_y=True, scaled=False)
    model = pytest.importorskip("sklearn.linear_model").LinearRegression().fit(X, y)
    found = fit(X, y)
    np.testing.assert_allclose(found.weights, model.coef_, rtol=1e-9)
    assert found.intercept == pytest.approx(model.intercept_, rel=1e-9)
    assert 1 - found.rss / np.sum((y - y.mean()) ** 2) == pytest.approx(model.score(X, y), rel=1e-9)


@every_fit
def test_times_in_seconds_since_1970_are_fitted_as_scikit_learn_does(fit):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(2)
    times = 1.7e9 + 86_400.0 * np.sort(rng.uniform(0, 30, 2000))
    y = 20 + (times - 1.7e9) / 1e6 + 0.1 * rng.standard_normal(2000)
    model = linear_model.LinearRegression().fit(times[:, None], y)
    found = fit(times[:, None], y)
    assert found.rank == 2
    np.testing.assert_allclose(found.weights, model.coef_, rtol=1e-9)
    np.testing.assert_allclose(found.predict(times[:, None]), model.predict(times[:, None]), rtol=1e-9)


@pytest.mark.parametrize("method", ["svd", "qr"])
@pytest.mark.parametrize("condition", [1e2, 1e4, 1e6, 1e8, 1e10, 1e12])
@pytest.mark.parametrize("seed", range(3))
def test_orthogonal_methods_lose_digits_with_the_condition_number_only(method, condition, seed):
    rng = np.random.default_rng(seed)
    A = datasets.matrix_with_condition(30, 5, condition=condition, rng=rng)
    y = A @ rng.standard_normal(5)
    exact = solve_exactly(A, y)
    found = FITS[method](A, y, intercept=False)
    assert found.rank == 5
    error = np.linalg.norm(found.weights - exact) / np.linalg.norm(exact)
    assert error <= STABLE * condition
    # The fit itself is right to the last digits, however bad the coefficients.
    assert np.linalg.norm(found.predict(A) - A @ exact) <= STABLE * np.linalg.norm(y)


@pytest.mark.parametrize("method", ["svd", "qr"])
@pytest.mark.parametrize("condition", [1e2, 1e4, 1e6])
def test_a_residual_costs_its_size_times_the_condition_number_squared(method, condition):
    rng = np.random.default_rng(3)
    A = datasets.matrix_with_condition(30, 5, condition=condition, rng=rng)
    y = A @ rng.standard_normal(5)
    y += 0.1 * np.linalg.norm(y) * rng.standard_normal(30)
    exact = solve_exactly(A, y)
    error = np.linalg.norm(FITS[method](A, y, intercept=False).weights - exact)
    residual = np.linalg.norm(y - A @ exact)
    assert error <= STABLE * condition * (np.linalg.norm(exact) + condition * residual)


@pytest.mark.parametrize("method", ["svd", "qr"])
@pytest.mark.parametrize("condition", [1e15, 1e17])
def test_a_design_singular_up_to_rounding_is_not_of_full_rank(method, condition):
    A = datasets.matrix_with_condition(200, 5, condition=condition, rng=np.random.default_rng(4))
    if method == "qr":
        with pytest.raises(np.linalg.LinAlgError, match="4 of 5 are"):
            FITS[method](A, np.ones(200), intercept=False)
    else:
        found = FITS[method](A, np.ones(200), intercept=False)
        assert found.rank == 4
        assert np.linalg.norm(found.weights) < 1e13


@pytest.mark.parametrize("refinements", [0, 1, 2])
@pytest.mark.parametrize("d", [2, 5, 20])
def test_normal_equations_are_right_to_some_digits_or_raise(d, refinements):
    kept, refused = [], []
    for condition in 10.0 ** np.arange(4, 13, 0.5):
        for seed in range(4):
            rng = np.random.default_rng(seed)
            A = datasets.matrix_with_condition(60, d, condition=condition, rng=rng)
            w = rng.standard_normal(d)
            try:
                found = linear_regression.normal_equations(A, A @ w, intercept=False, refinements=refinements)
            except np.linalg.LinAlgError:
                refused.append(condition)
                continue
            kept.append(condition)
            # Scaling the columns helps: it is the condition number after it that counts.
            assert np.linalg.norm(found.weights - w) <= LEAST_DIGITS[refinements] * np.linalg.norm(w)
    # Neither does it refuse what it can do, nor take what nobody can with these equations.
    assert min(refused) > 1e6
    assert max(kept) < 1e9
    assert max(refused) == 10**12.5


@pytest.mark.parametrize("seed", range(3))
def test_one_refinement_brings_back_the_digits_that_the_square_took(seed):
    rng = np.random.default_rng(seed)
    A = datasets.matrix_with_condition(60, 5, condition=1e5, rng=rng)
    w = rng.standard_normal(5)

    def error(refinements):
        found = linear_regression.normal_equations(A, A @ w, intercept=False, refinements=refinements)
        return np.linalg.norm(found.weights - w) / np.linalg.norm(w)

    assert error(0) > 1e-9
    assert error(1) <= STABLE * 1e5


@pytest.mark.parametrize("seed", range(3))
def test_the_rss_belongs_to_the_refined_coefficients(seed):
    rng = np.random.default_rng(seed)
    A = datasets.matrix_with_condition(60, 5, condition=3e6, rng=rng)
    y = A @ rng.standard_normal(5)

    def rss(refinements):
        return linear_regression.normal_equations(A, y, intercept=False, refinements=refinements).rss / (y @ y)

    # The square of eps times the condition number, before and after.
    assert rss(0) > 1e-21
    assert rss(1) < 1e-22


@pytest.mark.parametrize("condition", [1.0, 10.0, 1e6, 1e12])
@pytest.mark.parametrize(("n", "d"), [(2, 2), (7, 3), (40, 8)])
def test_the_condition_number_is_the_one_asked_for(n, d, condition):
    A = datasets.matrix_with_condition(n, d, condition=condition, rng=np.random.default_rng(5))
    singular_values = np.linalg.svd(A, compute_uv=False)
    assert singular_values[0] == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(
        singular_values, np.geomspace(1.0, 1.0 / condition, d), atol=1e-15, rtol=1e-12 if condition < 1e3 else 1e-3
    )
