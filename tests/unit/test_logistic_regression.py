"""Logistic regression: values by hand, fits, and what is said about data without a minimum."""

import numpy as np
import pytest

from mathnn import calculus, linear_regression, logistic_regression, losses
from mathnn.gradient_descent import ConvergenceWarning

CLOSE = 1e-12


def data(n=60, p=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    y = (rng.random(n) < 1 / (1 + np.exp(-(X @ np.arange(1, p + 1) / p + 0.3)))).astype(float)
    return X, y


# --- cost, gradient, Hessian ------------------------------------------------------------------------------


@pytest.mark.parametrize("ridge", [0.0, 0.7])
def test_cost_is_the_mean_cross_entropy_of_the_book(ridge):
    X, y = data()
    theta = np.random.default_rng(1).standard_normal(4)
    value, gradient = logistic_regression.value_and_grad(theta, X, y, ridge=ridge)
    z = X @ theta[:3] + theta[3]
    mean, cotangent = losses.binary_cross_entropy.value_and_grad(y, z)
    assert value == pytest.approx(mean + ridge / 2 * theta[:3] @ theta[:3], rel=CLOSE)
    expected = linear_regression.design_matrix(X).T @ cotangent + ridge * np.append(theta[:3], 0.0)
    np.testing.assert_allclose(gradient, expected, rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("ridge", [0.0, 0.7])
@pytest.mark.parametrize("p", [1, 4])
def test_gradient_and_hessian_are_those_of_the_reported_value(p, ridge):
    X, y = data(p=p)
    y[:5] = [0.1, 0.9, 0.5, 0.25, 0.75]
    theta = np.random.default_rng(2).standard_normal(p + 1)

    def value(t):
        return logistic_regression.value_and_grad(t, X, y, ridge=ridge)[0]

    def gradient(t):
        return logistic_regression.value_and_grad(t, X, y, ridge=ridge)[1]

    assert calculus.check_gradient(value, gradient, theta, rtol=1e-8)
    H = logistic_regression.hessian(theta, X, ridge=ridge)
    np.testing.assert_allclose(H, calculus.numerical_jacobian(gradient, theta), atol=1e-9)
    np.testing.assert_array_equal(H, H.T)
    assert np.linalg.eigvalsh(H)[0] > -1e-15


@pytest.mark.parametrize("n", [4095, 4096, 4097, 8193])
def test_blocks_of_rows_meet_without_a_seam(n):
    X, y = data(n)
    theta = np.array([0.3, -0.2, 0.1, 0.4])
    value, gradient = logistic_regression.value_and_grad(theta, X, y)
    A, z = linear_regression.design_matrix(X), X @ theta[:3] + theta[3]
    s = 1 / (1 + np.exp(-z))
    assert value == pytest.approx(np.mean(np.log1p(np.exp(z)) - y * z), rel=CLOSE)
    np.testing.assert_allclose(gradient, A.T @ (s - y) / n, rtol=1e-10, atol=1e-14)
    H = logistic_regression.hessian(theta, X)
    np.testing.assert_allclose(H, (A * (s * (1 - s))[:, None]).T @ A / n, rtol=1e-11, atol=1e-14)


def test_certain_and_right_costs_nothing_and_nothing_overflows():
    value, gradient = logistic_regression.value_and_grad([1e4, 0.0], [[1.0], [-1.0]], [1, 0])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, 0.0)
    value, gradient = logistic_regression.value_and_grad([1e4, 0.0], [[1.0], [-1.0]], [0, 1])
    assert value == 1e4
    np.testing.assert_allclose(gradient, [1.0, 0.0])
    np.testing.assert_array_equal(logistic_regression.hessian([1e4, 0.0], [[1.0], [-1.0]]), 0.0)


# --- fits ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ridge", [0.0, 0.3])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("method", ["newton", "gradient_descent"])
def test_the_gradient_vanishes_at_the_fit(method, intercept, ridge):
    X, y = data()
    found = logistic_regression.fit(X, y, intercept=intercept, ridge=ridge, method=method)
    theta = np.append(found.weights, found.intercept)
    value, gradient = logistic_regression.value_and_grad(theta, X, y, ridge=ridge)
    assert found.converged
    assert found.separating is None
    assert found.value == pytest.approx(value, rel=CLOSE)
    np.testing.assert_allclose(gradient if intercept else gradient[:-1], 0.0, atol=2e-8)
    assert intercept or found.intercept == 0.0


def test_newton_needs_few_steps_and_both_methods_agree():
    X, y = data()
    newton = logistic_regression.fit(X, y, tol=1e-12)
    descent = logistic_regression.fit(X, y, method="gradient_descent", tol=1e-10)
    assert newton.n_steps <= 8 < descent.n_steps
    np.testing.assert_allclose(newton.weights, descent.weights, rtol=1e-7)


def test_a_table_of_counts_has_its_log_odds():
    # Four of ten at 0 and nine of ten at 1: the fit is exact.
    X, y = np.repeat([0.0, 1.0], 10)[:, None], np.r_[np.ones(4), np.zeros(6), np.ones(9), 0.0]
    found = logistic_regression.fit(X, y)
    assert found.intercept == pytest.approx(np.log(4 / 6), rel=1e-9)
    assert found.weights[0] == pytest.approx(np.log(9) - np.log(4 / 6), rel=1e-9)
    np.testing.assert_allclose(found.probabilities([[0.0], [1.0]]), [0.4, 0.9], rtol=1e-9)
    np.testing.assert_array_equal(found.predict([[0.0], [1.0]]), [0, 1])


def test_probabilities_as_targets_are_met_where_they_can_be():
    X = np.array([[0.0], [1.0], [2.0]])
    y = 1 / (1 + np.exp(-(0.5 * X[:, 0] - 1)))
    found = logistic_regression.fit(X, y)
    np.testing.assert_allclose([found.weights[0], found.intercept], [0.5, -1.0], rtol=1e-6)


@pytest.mark.parametrize("power", [-90, -8, 0, 8, 90])
@pytest.mark.parametrize("method", ["newton", "gradient_descent"])
def test_the_units_of_a_feature_do_not_matter(method, power):
    X, y = data(p=1)
    plain = logistic_regression.fit(X, y, method=method, intercept=False)
    scaled = logistic_regression.fit(X * 10.0**power, y, method=method, intercept=False)
    assert scaled.converged
    np.testing.assert_allclose(scaled.weights * 10.0**power, plain.weights, rtol=1e-6)


def test_dependent_columns_have_a_minimum_all_the_same():
    X, y = data()
    plain = logistic_regression.fit(X, y)
    doubled = logistic_regression.fit(np.column_stack([X, X[:, 0], np.ones(60), np.zeros(60)]), y)
    assert doubled.converged
    assert doubled.value == pytest.approx(plain.value, rel=1e-10)
    np.testing.assert_allclose(doubled.weights[0] + doubled.weights[3], plain.weights[0], rtol=1e-6)
    assert doubled.weights[5] == 0.0


OVERSHOOTS = np.array([[0.03, -0.16], [85.99, -0.61], [-0.64, 1.09], [-0.07, 9.39]]), np.array([0.0, 1.0, 0.0, 0.0])


def newton(X, y, most, damped):
    """Newton's method as it stands in the docstring, without intercept and penalty."""
    w, path = np.zeros(X.shape[1]), []
    for _ in range(most):
        value, gradient = logistic_regression.value_and_grad(np.append(w, 0.0), X, y)
        d = np.linalg.solve(logistic_regression.hessian(np.append(w, 0.0), X)[:-1, :-1], gradient[:-1])
        t = 1.0
        while damped and (
            logistic_regression.value_and_grad(np.append(w - t * d, 0.0), X, y)[0]
            > value - 1e-4 * t * gradient[:-1] @ d
        ):
            t /= 2
        w = w - t * d
        path.append(t)
    return w, path


def test_newton_is_damped_where_its_own_steps_go_too_far():
    X, y = OVERSHOOTS
    found = logistic_regression.fit(X, y, intercept=False)
    assert found.converged
    w, path = newton(X, y, found.n_steps, damped=True)
    assert sorted(set(path)) == [0.0625, 0.5, 1.0]
    np.testing.assert_allclose(found.weights, w, rtol=1e-8)


@pytest.mark.parametrize("ridge", [0.5])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_first_steps_of_newton_are_those_of_the_formula(steps, ridge):
    X, y = data()
    with pytest.warns(ConvergenceWarning):
        found = logistic_regression.fit(X, y, ridge=ridge, max_steps=steps, tol=0.0)
    theta = np.zeros(4)
    for _ in range(steps):
        H, g = (
            logistic_regression.hessian(theta, X, ridge=ridge),
            logistic_regression.value_and_grad(theta, X, y, ridge=ridge)[1],
        )
        theta = theta - np.linalg.solve(H, g)
    np.testing.assert_allclose(np.append(found.weights, found.intercept), theta, rtol=1e-11)
    assert found.value == pytest.approx(logistic_regression.value_and_grad(theta, X, y, ridge=ridge)[0], rel=CLOSE)
    assert (found.n_steps, found.converged) == (steps, False)


@pytest.mark.parametrize("steps", [1, 5])
def test_the_steps_of_gradient_descent_are_those_of_the_formula(steps):
    X, y = data()
    with pytest.warns(ConvergenceWarning):
        found = logistic_regression.fit(X, y, ridge=0.5, method="gradient_descent", max_steps=steps)
    A, theta = linear_regression.design_matrix(X), np.zeros(4)
    L = np.linalg.eigvalsh(A.T @ A)[-1] / (4 * 60) + 0.5
    for _ in range(steps):
        theta = theta - logistic_regression.value_and_grad(theta, X, y, ridge=0.5)[1] / L
    np.testing.assert_allclose(np.append(found.weights, found.intercept), theta, rtol=1e-11)
    assert found.n_steps == steps


def test_gradient_descent_stops_where_the_tolerance_is_met():
    X, y = data()
    found = logistic_regression.fit(X, y, method="gradient_descent", tol=1e-3)
    assert found.converged
    assert found.reason == "the gradient is at most tol"
    assert 3 < found.n_steps < 1000
    units = np.append(np.sqrt((X**2).mean(axis=0)), 1.0)
    gradient = logistic_regression.value_and_grad(np.append(found.weights, found.intercept), X, y)[1]
    assert 0.5e-3 < (np.abs(gradient) / units).max() <= 1e-3


def test_the_reasons_are_told():
    X, y = data()
    assert logistic_regression.fit(X, y).reason == "the gradient is at most tol"
    with pytest.warns(ConvergenceWarning) as warned:
        found = logistic_regression.fit(X, 0 * y)
    assert found.reason == (
        "the classes are separable by a hyperplane, so the cost has no minimum; use a penalty ridge > 0, or more data"
    )
    assert found.converged is False
    assert type(found.n_steps) is int
    assert str(warned[0].message) == f"logistic regression did not converge: {found.reason}"
    assert warned[0].filename == __file__


@pytest.mark.parametrize(("method", "most"), [("newton", 100), ("gradient_descent", 10_000)])
def test_the_largest_number_of_steps_has_a_default(method, most):
    # A tolerance that rounding never meets.
    X, y = data(9, 1, seed=3)
    with pytest.warns(ConvergenceWarning, match=f" = {most} steps are done"):
        found = logistic_regression.fit(X, y, method=method, tol=1e-300)
    assert found.n_steps == most
    assert found.value == pytest.approx(logistic_regression.fit(X, y).value, rel=1e-9)


def test_zero_columns_and_no_columns_are_no_obstacle():
    y = np.array([0.0, 1.0, 1.0])
    for X in (np.zeros((3, 2)), np.zeros((3, 0))):
        for method in ("newton", "gradient_descent"):
            found = logistic_regression.fit(X, y, method=method)
            assert found.converged
            assert found.intercept == pytest.approx(np.log(2), rel=1e-6)
            np.testing.assert_array_equal(found.weights, 0.0)
            assert logistic_regression.fit(X, y, method=method, intercept=False).converged


@pytest.mark.parametrize("single", ["theta", "X", "y"])
def test_one_argument_in_float64_makes_float64(single):
    X, y = data()
    arrays = {"theta": np.ones(4), "X": X, "y": y}
    small = {name: array.astype(np.float32) for name, array in arrays.items()}
    assert logistic_regression.value_and_grad(**small)[1].dtype == np.float32
    assert logistic_regression.value_and_grad(**(small | {single: arrays[single]}))[1].dtype == np.float64
    assert logistic_regression.hessian(small["theta"], small["X"]).dtype == np.float32
    if single != "y":
        theta, rows = ((small | {single: arrays[single]})[name] for name in ("theta", "X"))
        assert logistic_regression.hessian(theta, rows).dtype == np.float64
    if single != "theta":
        rows, labels = ((small | {single: arrays[single]})[name] for name in ("X", "y"))
        assert logistic_regression.fit(rows, labels).weights.dtype == np.float64


def test_what_overflows_is_told():
    with pytest.raises(ValueError, match=r"^the gradient must be finite"):
        logistic_regression.value_and_grad([1e308, 0.0], [[1e300], [1e300]], [0, 1], ridge=1e10)
    with pytest.raises(ValueError, match=r"^the Hessian must be finite"):
        logistic_regression.hessian([0.0, 0.0], [[1e300], [1e300]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    X, y = data()
    found = logistic_regression.fit(X.astype(dtype), y.astype(dtype))
    assert found.weights.dtype == dtype
    assert found.probabilities(X.astype(dtype)).dtype == dtype
    assert type(found.intercept) is type(found.value) is float
    np.testing.assert_allclose(found.weights, logistic_regression.fit(X, y).weights, rtol=1e-4)


def test_scikit_learn_finds_the_same():
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, y = data(200)
    found = logistic_regression.fit(X, y, ridge=0.1)
    theirs = linear_model.LogisticRegression(C=1 / (0.1 * 200), solver="newton-cholesky", tol=1e-12).fit(X, y)
    np.testing.assert_allclose(found.weights, theirs.coef_[0], rtol=1e-7)
    assert found.intercept == pytest.approx(theirs.intercept_[0], rel=1e-7)
    np.testing.assert_allclose(found.probabilities(X), theirs.predict_proba(X)[:, 1], rtol=1e-7)
    np.testing.assert_array_equal(found.predict(X), theirs.predict(X))


# --- no minimum ---------------------------------------------------------------------------------------------


def certificate_holds(found, X, y):
    margins = (2 * y - 1) * (X @ found.separating[:-1] + found.separating[-1])
    return (margins >= -1e-12).all() and margins.max() > 1e-9


@pytest.mark.parametrize("method", ["newton", "gradient_descent"])
def test_separable_data_are_told(method):
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit(X, y, method=method)
    assert not found.converged
    assert "separable" in found.reason
    assert certificate_holds(found, X, y)
    assert np.abs(found.separating).max() == 1.0


def test_a_small_gradient_is_a_rule_and_no_proof():
    # The direction (1, -1) separates, but its column is tiny beside the others: the gradient at zero is within tol.
    y = np.array([0.0, 1.0, 1.0])
    found = logistic_regression.fit([[1e9, 1e9], [1e9, 1e9], [1.0, 0.0]], y, intercept=False)
    assert (found.converged, found.n_steps, found.separating) == (True, 0, None)
    assert found.reason == "the gradient is at most tol"
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit([[10.0, 10.0], [10.0, 10.0], [1.0, 0.0]], y, intercept=False)
    np.testing.assert_allclose(found.separating, [1.0, -1.0, 0.0], atol=1e-9)


def test_quasi_separable_data_are_told():
    # Both labels at 1, so no hyperplane separates strictly.
    X, y = np.array([[0.0], [1.0], [1.0], [2.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit(X, y)
    assert certificate_holds(found, X, y)
    assert found.value == pytest.approx(0.5 * np.log(2), abs=1e-6)


@pytest.mark.parametrize("label", [0.0, 1.0])
@pytest.mark.parametrize("ridge", [0.0, 1.0])
def test_one_class_has_no_minimum_with_an_intercept(label, ridge):
    X, _ = data()
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit(X, np.full(60, label), ridge=ridge)
    assert certificate_holds(found, X, np.full(60, label))


def test_a_penalty_without_an_intercept_always_has_a_minimum():
    X, _ = data()
    assert logistic_regression.fit(X, np.ones(60), ridge=1.0, intercept=False).converged


def test_a_penalty_makes_separable_data_harmless():
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    assert logistic_regression.fit(X, y, ridge=1e-3).converged


def test_far_but_finite_is_no_separation():
    # Ten thousand right and two wrong: large weights, but there is a minimum. With one wrong there is none.
    X = np.r_[np.full(5000, -1.0), np.full(5000, 1.0), 1.0, -1.0][:, None]
    y = np.r_[np.zeros(5000), np.ones(5000), 0.0, 1.0]
    found = logistic_regression.fit(X, y)
    assert found.converged
    assert found.probabilities([[1.0]])[0] == pytest.approx(5000 / 5001, rel=1e-6)


def test_both_answers_are_those_of_linear_programming():
    """Over all kinds of small data: separable if and only if a linear program finds a direction."""
    optimize = pytest.importorskip("scipy.optimize")
    rng, seen = np.random.default_rng(0), {True: 0, False: 0}
    for trial in range(400):
        n, p = int(rng.integers(1, 12)), int(rng.integers(1, 4))
        X = rng.integers(-2, 3, (n, p)).astype(float) if trial % 2 else rng.standard_normal((n, p))
        X *= 10.0 ** rng.integers(-6, 7, p) if trial % 5 == 0 else 1.0
        y = np.where(rng.random(n) < 0.15 * (trial % 3), 0.5, rng.integers(0, 2, n))
        A = linear_regression.design_matrix(X)
        A /= np.where(np.abs(A).max(axis=0) > 0, np.abs(A).max(axis=0), 1.0)
        signed, fixed = (2 * y - 1)[y != 0.5, None] * A[y != 0.5], A[y == 0.5]
        separable = False
        if len(signed):
            equal = {"A_eq": fixed, "b_eq": np.zeros(len(fixed))} if len(fixed) else {}
            program = optimize.linprog(
                -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1, 1)] * (p + 1), **equal
            )
            separable = -program.fun > 1e-7
        seen[separable] += 1
        if separable:
            with pytest.warns(ConvergenceWarning, match="separable"):
                found = logistic_regression.fit(X, y)
            margins = (2 * y - 1) * (X @ found.separating[:-1] + found.separating[-1])
            assert (margins >= -1e-9 * max(1.0, np.abs(X).max())).all()
        else:
            assert logistic_regression.fit(X, y).converged
    assert min(seen.values()) > 100


@pytest.mark.parametrize("method", ["newton", "gradient_descent"])
def test_too_few_steps_are_told(method):
    X, y = data()
    with pytest.warns(ConvergenceWarning, match=r"max_steps = 1 |n_steps = 1 "):
        found = logistic_regression.fit(X, y, method=method, max_steps=1)
    assert not found.converged
    assert found.n_steps == 1
    assert found.separating is None


# --- bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"y": np.full(60, 2.0)}, ValueError, r"y must be in \[0, 1\]"),
        ({"y": np.full(60, -1.0)}, ValueError, r"y must be in \[0, 1\]"),
        ({"y": np.full(60, np.nan)}, ValueError, r"y must be in \[0, 1\]"),
        ({"y": np.ones(59)}, ValueError, "length of y"),
        ({"X": np.full((60, 3), np.nan)}, ValueError, "X must be finite"),
        ({"X": np.full((60, 3), 1e200)}, ValueError, "neither overflow nor underflow"),
        ({"X": np.full((60, 3), 1e-150)}, ValueError, "neither overflow nor underflow"),
        ({"X": np.ones((0, 3)), "y": np.ones(0)}, ValueError, "at least one row"),
        ({"ridge": -1.0}, ValueError, "ridge"),
        ({"tol": -1.0}, ValueError, "tol"),
        ({"max_steps": 0}, ValueError, "max_steps"),
        ({"method": "lbfgs"}, ValueError, "method must be"),
        ({"intercept": 1}, TypeError, "intercept must be"),
    ],
)
def test_bad_input_is_told_by_its_name(change, kind, text):
    X, y = data()
    arguments = {"X": X, "y": y} | change
    with pytest.raises(kind, match=text):
        logistic_regression.fit(arguments.pop("X"), arguments.pop("y"), **arguments)


@pytest.mark.parametrize("theta", [np.zeros(3), np.zeros(5), np.full(4, np.nan)])
def test_theta_must_be_finite_and_of_the_right_length(theta):
    X, y = data()
    for call in (
        lambda: logistic_regression.value_and_grad(theta, X, y),
        lambda: logistic_regression.hessian(theta, X),
    ):
        with pytest.raises(ValueError, match="theta"):
            call()


def test_predictions_need_as_many_columns():
    X, y = data()
    with pytest.raises(ValueError, match="columns of X"):
        logistic_regression.fit(X, y).predict(X[:, :2])


def test_the_certificate_of_one_class_is_the_intercept_alone():
    X, _ = data()
    for label in (0.0, 1.0):
        with pytest.warns(ConvergenceWarning):
            found = logistic_regression.fit(X, np.full(60, label), ridge=1.0)
        np.testing.assert_array_equal(found.separating, [0.0, 0.0, 0.0, 2 * label - 1])
    # One example of the other class, wherever it stands, and there is a minimum.
    for place in (0, 1, 59):
        y = np.zeros(60)
        y[place] = 1.0
        assert logistic_regression.fit(X, y, ridge=1.0).converged
        assert logistic_regression.fit(X, np.where(y, 0.5, 0.0), ridge=1.0).converged


def test_a_log_odds_of_zero_is_label_one():
    found = logistic_regression.fit([[-1.0], [1.0]], [0.0, 1.0], ridge=1.0, intercept=False)
    assert found.predict([[0.0]]).tolist() == [1]
    assert found.predict([[0.0]]).dtype == np.int64


def test_an_intercept_is_not_used_to_separate_where_there_is_none():
    # With an intercept 1 and 2 would be separated from 3; through the origin they are not.
    found = logistic_regression.fit([[1.0], [2.0], [3.0]], [0.0, 0.0, 1.0], intercept=False)
    assert found.converged
    assert found.separating is None
    with pytest.warns(ConvergenceWarning):
        assert logistic_regression.fit([[-1.0], [2.0]], [0.0, 1.0], intercept=False).separating.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("ridge", [0.0, 1.0])
def test_one_example_is_one_class(ridge):
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit([[2.0]], [1.0], ridge=ridge)
    assert found.separating[-1] > 0.0
    assert logistic_regression.fit([[2.0]], [0.25]).converged


def test_one_wrong_label_is_named():
    with pytest.raises(ValueError, match=r"got 3\.0"):
        logistic_regression.fit([[1.0], [2.0], [3.0]], [0.0, 3.0, 1.0])


@pytest.mark.parametrize("tol", [1e-2, 1e-5])
def test_the_hyperplane_is_turned_into_the_examples_that_lie_on_it(tol):
    # Far from the limit the step still has a part that moves those on the hyperplane.
    rng = np.random.default_rng(4)
    v = np.array([1.0, 2.0, -1.0])
    X = rng.standard_normal((40, 3))
    X[:8] -= np.outer(X[:8] @ v, v) / (v @ v)
    y = np.append(np.arange(8) % 2, X[8:] @ v > 0).astype(float)
    with pytest.warns(ConvergenceWarning, match="separable"):
        found = logistic_regression.fit(X, y, intercept=False, tol=tol)
    np.testing.assert_allclose(found.separating[:3] / found.separating[0], v, rtol=1e-9)
