"""Optimizers against their textbook loops, the line search, schedules, and how `minimize` stops."""

import math

import numpy as np
import pytest

from mathnn import gradient_descent as gd

# Some ten steps, a few roundings each.
CLOSE = 1e-13


def textbook(name, theta, gradients, rate, **options):
    """The formulas of the docstrings, one coordinate at a time, in Python's own floats."""
    points = []
    for coordinate, x in enumerate(theta):
        v = s = m = 0.0
        path = []
        for t, gradient in enumerate(gradients, start=1):
            g, eta = float(gradient[coordinate]), rate(t)
            if name == "gradient_descent":
                x -= eta * g
            elif name == "momentum":
                v = options["beta"] * v + g
                x -= eta * v
            elif name == "nesterov":
                v = options["beta"] * v + g
                x -= eta * (g + options["beta"] * v)
            elif name == "rmsprop":
                s = options["beta"] * s + (1 - options["beta"]) * g**2
                x -= eta * g / (math.sqrt(s) + options["epsilon"])
            else:
                m = options["beta1"] * m + (1 - options["beta1"]) * g
                s = options["beta2"] * s + (1 - options["beta2"]) * g**2
                m_hat, s_hat = m / (1 - options["beta1"] ** t), s / (1 - options["beta2"] ** t)
                x -= eta * m_hat / (math.sqrt(s_hat) + options["epsilon"])
            path.append(x)
        points.append(path)
    return np.array(points).T


RULES = {
    "gradient_descent": {},
    "momentum": {"beta": 0.7},
    "nesterov": {"beta": 0.7},
    "rmsprop": {"beta": 0.8, "epsilon": 0.3},
    "adam": {"beta1": 0.7, "beta2": 0.8, "epsilon": 0.3},
}
RATES = {
    "constant": 0.2,
    "inverse_time": gd.inverse_time(0.2, decay=0.5),
    "exponential": gd.exponential(0.2, decay=0.9),
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("name", RULES)
def test_each_rule_is_its_formula(name, rate):
    rng = np.random.default_rng(0)
    theta, gradients = rng.standard_normal(3), rng.standard_normal((10, 3))
    rule = getattr(gd, name)(rate, **RULES[name])
    expected = textbook(name, theta, gradients, rate if callable(rate) else lambda t: rate, **RULES[name])
    state = rule.init(theta)
    for gradient, point in zip(gradients, expected, strict=True):
        theta, state = rule.step(theta, gradient, state)
        np.testing.assert_allclose(theta, point, rtol=CLOSE, atol=CLOSE)
    assert state.n_steps == 10


def test_defaults_are_those_of_the_literature():
    gradients = np.array([[0.5], [-0.25], [1.0]])
    for name, rate, options in [
        ("momentum", 0.1, {"beta": 0.9}),
        ("nesterov", 0.1, {"beta": 0.9}),
        ("rmsprop", 1e-3, {"beta": 0.99, "epsilon": 1e-8}),
        ("adam", 1e-3, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    ]:
        make = getattr(gd, name)
        rule = make() if name in ("rmsprop", "adam") else make(rate)
        theta, state = np.array([1.0]), rule.init([1.0])
        for gradient in gradients:
            theta, state = rule.step(theta, gradient, state)
        expected = textbook(name, [1.0], gradients, lambda t, rate=rate: rate, **options)[-1]
        np.testing.assert_allclose(theta, expected, rtol=1e-14)


def test_adam_works_on_in_blocks_without_a_seam(monkeypatch):
    rng = np.random.default_rng(1)
    theta, gradient = rng.standard_normal(50), rng.standard_normal(50)
    rule = gd.adam(0.1)
    whole, _ = rule.step(theta, gradient, rule.init(theta))
    monkeypatch.setattr(gd, "_BLOCK", 7)
    np.testing.assert_array_equal(rule.step(theta, gradient, rule.init(theta))[0], whole)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", RULES)
def test_a_step_changes_nothing_that_is_passed_and_keeps_the_dtype(name, dtype):
    rule = getattr(gd, name)(0.1, **RULES[name])
    theta, gradient = np.array([1.0, 2.0], dtype), np.array([0.5, -0.5], dtype)
    theta.setflags(write=False)
    gradient.setflags(write=False)
    first, state = rule.step(theta, gradient, rule.init(theta))
    before = [slot.copy() for slot in state.slots]
    for slot in state.slots:
        slot.setflags(write=False)
    second, later = rule.step(first, gradient, state)
    assert second.dtype == dtype
    assert all(slot.dtype == dtype for slot in later.slots)
    assert not np.array_equal(first, second)
    for slot, old in zip(state.slots, before, strict=True):
        np.testing.assert_array_equal(slot, old)


@pytest.mark.parametrize("name", RULES)
def test_float64_gradients_do_not_promote_float32(name):
    rule = getattr(gd, name)(0.1)
    theta = np.ones(2, np.float32)
    assert rule.step(theta, np.ones(2), rule.init(theta))[0].dtype == np.float32


def test_integers_count_as_float64():
    rule = gd.gradient_descent(0.5)
    moved = rule.step([1, 2], [1, 1], rule.init([1, 2]))[0]
    assert moved.dtype == np.float64
    np.testing.assert_array_equal(moved, [0.5, 1.5])


@pytest.mark.parametrize(
    ("theta", "gradient", "state"),
    [
        ([1.0, 2.0], [1.0], gd.State(0, (np.zeros(2),))),
        ([1.0, 2.0], [1.0, 1.0], gd.State(0, (np.zeros(3),))),
        ([1.0, 2.0], [1.0, 1.0], gd.State(0, ())),
        ([1.0, 2.0], [1.0, 1.0], gd.State(0, (np.zeros(2), np.zeros(2)))),
        ([[1.0], [2.0]], [1.0, 1.0], gd.State(0, (np.zeros(2),))),
    ],
)
def test_shapes_that_do_not_fit_are_refused(theta, gradient, state):
    with pytest.raises(ValueError, match="shape"):
        gd.momentum(0.1).step(theta, gradient, state)


def test_huge_gradients_leak_no_warning():
    for name in RULES:
        rule = getattr(gd, name)(1e10)
        rule.step([1.0], [1e300], rule.init([1.0]))


# --- numbers out of their range -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: gd.gradient_descent(0.0), ValueError, "learning_rate"),
        (lambda: gd.gradient_descent(-1.0), ValueError, "learning_rate"),
        (lambda: gd.gradient_descent(math.nan), ValueError, "learning_rate"),
        (lambda: gd.gradient_descent("0.1"), TypeError, "learning_rate"),
        (lambda: gd.momentum(0.1, beta=1.0), ValueError, "beta must be less than 1"),
        (lambda: gd.momentum(0.1, beta=-0.1), ValueError, "beta"),
        (lambda: gd.nesterov(0.1, beta=1.0), ValueError, "beta"),
        (lambda: gd.rmsprop(beta=1.0), ValueError, "beta"),
        (lambda: gd.rmsprop(epsilon=0.0), ValueError, "epsilon"),
        (lambda: gd.adam(beta1=1.0), ValueError, "beta1"),
        (lambda: gd.adam(beta2=1.0), ValueError, "beta2"),
        (lambda: gd.adam(epsilon=0.0), ValueError, "epsilon"),
        (lambda: gd.inverse_time(0.0, decay=1.0), ValueError, "learning_rate"),
        (lambda: gd.inverse_time(1.0, decay=-1.0), ValueError, "decay"),
        (lambda: gd.exponential(1.0, decay=0.0), ValueError, "decay"),
        (lambda: gd.exponential(1.0, decay=1.1), ValueError, "decay must be at most 1"),
        (lambda: gd.momentum(gd.Backtracking(f=np.sum)), TypeError, "line search"),
        (lambda: gd.Backtracking(f=np.sum, initial=0.0), ValueError, "initial"),
        (lambda: gd.Backtracking(f=np.sum, shrink=1.0), ValueError, "shrink"),
        (lambda: gd.Backtracking(f=np.sum, shrink=0.0), ValueError, "shrink"),
        (lambda: gd.Backtracking(f=np.sum, slope=1.0), ValueError, "slope"),
    ],
)
def test_a_number_out_of_its_range_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_a_schedule_that_returns_nonsense_is_refused():
    rule = gd.gradient_descent(lambda t: -1.0)
    with pytest.raises(ValueError, match=r"learning_rate\(t\)"):
        rule.step([1.0], [1.0], rule.init([1.0]))


def test_schedules_count_from_one():
    assert [gd.inverse_time(2.0, decay=1.0)(t) for t in (1, 2, 4)] == [2.0, 1.0, 0.5]
    assert [gd.exponential(2.0, decay=0.5)(t) for t in (1, 2, 4)] == [2.0, 1.0, 0.25]
    assert gd.exponential(2.0, decay=1.0)(7) == 2.0


# --- line search ----------------------------------------------------------------------------------------


def quartic(x):
    return float(np.sum(x**4) / 4 + x @ x)


def quartic_and_gradient(x):
    return quartic(x), x**3 + 2 * x


@pytest.mark.parametrize("shrink", [0.5, 0.8])
@pytest.mark.parametrize("slope", [1e-4, 0.4])
def test_backtracking_takes_the_first_step_that_gains_enough(shrink, slope):
    x = np.array([3.0, -1.0])
    gradient = quartic_and_gradient(x)[1]
    search = gd.Backtracking(f=quartic, initial=2.0, shrink=shrink, slope=slope)
    t = search.step_size(x, gradient, -gradient)
    k = round(math.log(t / 2.0) / math.log(shrink))
    assert k >= 1
    assert t == pytest.approx(2.0 * shrink**k)
    gains = [quartic(x - s * gradient) <= quartic(x) - slope * s * gradient @ gradient for s in (t, t / shrink)]
    assert gains == [True, False]


def test_backtracking_takes_functions_that_return_pairs():
    x = np.array([3.0, -1.0])
    g = quartic_and_gradient(x)[1]
    assert gd.Backtracking(f=quartic).step_size(x, g, -g) == gd.Backtracking(f=quartic_and_gradient).step_size(x, g, -g)


def test_backtracking_refuses_to_climb():
    x = np.array([1.0])
    with pytest.raises(ValueError, match="direction must go down"):
        gd.Backtracking(f=quartic).step_size(x, 3 * x, 3 * x)


def test_backtracking_gives_up_where_nothing_gains():
    assert gd.Backtracking(f=lambda x: 0.0).step_size(np.ones(1), np.ones(1), -np.ones(1)) == 0.0
    assert gd.Backtracking(f=quartic).step_size(np.zeros(1), np.zeros(1), np.zeros(1)) == 0.0


def test_descent_with_backtracking_never_goes_up_and_arrives():
    rule = gd.gradient_descent(gd.Backtracking(f=quartic))
    found = gd.minimize(quartic_and_gradient, [30.0, -1.0], rule, n_steps=200, tol=1e-10)
    assert found.converged
    assert (np.diff(found.values) <= 0.0).all()
    np.testing.assert_allclose(found.theta, 0.0, atol=1e-10)


# --- Newton ---------------------------------------------------------------------------------------------


def test_newton_solves_a_quadratic_in_one_step():
    H, c = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])
    found = gd.minimize(
        lambda x: (0.5 * x @ H @ x - c @ x, H @ x - c), [7.0, -5.0], gd.newton(lambda x: H), n_steps=1, tol=1e-12
    )
    assert found.converged
    np.testing.assert_allclose(found.theta, np.linalg.solve(H, c), rtol=1e-13)


def test_damped_newton_arrives_where_the_pure_one_does_not():
    # log cosh: Newton's own step from 2 goes further and further away.
    def f(x):
        return float(np.logaddexp(x, -x).sum()), np.tanh(x)

    def hessian(x):
        return np.diag(1 / np.cosh(x) ** 2)

    found = gd.minimize(f, [2.0], gd.newton(hessian, learning_rate=gd.Backtracking(f=f)), n_steps=30, tol=1e-12)
    assert found.converged
    pure = gd.newton(hessian)
    theta, state = np.array([2.0]), pure.init([2.0])
    theta, state = pure.step(theta, np.tanh(theta), state)
    assert abs(theta[0]) > 2.0


def test_newton_refuses_a_hessian_of_another_shape_or_not_finite():
    rule = gd.newton(lambda x: np.eye(3))
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        rule.step([1.0, 1.0], [1.0, 1.0], rule.init([1.0, 1.0]))
    rule = gd.newton(lambda x: np.full((1, 1), np.nan))
    with pytest.raises(ValueError, match="finite"):
        rule.step([1.0], [1.0], rule.init([1.0]))
    rule = gd.newton(lambda x: np.zeros((1, 1)))
    with pytest.raises(np.linalg.LinAlgError):
        rule.step([1.0], [1.0], rule.init([1.0]))


# --- minimize -------------------------------------------------------------------------------------------


def bowl(x):
    return float(x @ x), 2 * x


def test_history_has_the_value_and_the_norm_before_each_step_and_at_the_end():
    found = gd.minimize(bowl, [3.0, 4.0], gd.gradient_descent(0.25), n_steps=3)
    np.testing.assert_allclose(found.values, [25.0, 25 / 4, 25 / 16, 25 / 64])
    np.testing.assert_allclose(found.gradient_norms, [10.0, 5.0, 2.5, 1.25])
    np.testing.assert_allclose(found.theta, [3 / 8, 4 / 8])
    np.testing.assert_allclose(found.gradient, [3 / 4, 4 / 4])
    assert (found.value, found.n_steps, found.converged) == (25 / 64, 3, False)
    assert found.reason == "n_steps = 3 steps are done"


def test_the_tolerance_bounds_the_largest_entry():
    found = gd.minimize(bowl, [3.0, 4.0], gd.gradient_descent(0.25), n_steps=10, tol=2.0)
    assert found.n_steps == 2
    assert found.converged
    assert gd.minimize(bowl, [3.0, 4.0], gd.gradient_descent(0.25), n_steps=10, tol=8.0).n_steps == 0


def test_no_step_is_allowed():
    assert gd.minimize(bowl, [3.0], gd.gradient_descent(0.25), n_steps=0).values.tolist() == [9.0]


def test_a_tolerance_that_is_not_reached_is_told():
    with pytest.warns(gd.ConvergenceWarning, match="n_steps = 2 steps are done"):
        found = gd.minimize(bowl, [3.0], gd.gradient_descent(0.25), n_steps=2, tol=1e-9)
    assert not found.converged


def test_an_exactly_zero_gradient_converges_without_a_tolerance():
    found = gd.minimize(bowl, [3.0], gd.gradient_descent(0.5), n_steps=9)
    assert found.converged
    assert found.n_steps == 1


@pytest.mark.parametrize("tol", [0.0, 1e-6])
def test_divergence_is_told(tol):
    with pytest.warns(gd.ConvergenceWarning, match="not finite at step"):
        found = gd.minimize(bowl, [1e100], gd.gradient_descent(1e100), n_steps=50, tol=tol)
    assert not found.converged
    assert found.n_steps < 5


def test_a_gradient_that_is_not_finite_stops_too():
    with pytest.warns(gd.ConvergenceWarning, match="not finite at step 0"):
        gd.minimize(lambda x: (1.0, np.array([np.nan])), [1.0], gd.gradient_descent(0.1), n_steps=5)


def test_the_callback_sees_every_point_and_can_stop():
    seen = []

    def callback(step, theta, value):
        seen.append((step, theta.tolist(), value))
        return step == 2

    found = gd.minimize(bowl, [4.0], gd.gradient_descent(0.25), n_steps=9, tol=1e-9, callback=callback)
    assert seen == [(0, [4.0], 16.0), (1, [2.0], 4.0), (2, [1.0], 1.0)]
    assert not found.converged
    assert "callback" in found.reason


def test_a_callback_that_returns_something_else_does_not_stop():
    found = gd.minimize(bowl, [4.0], gd.gradient_descent(0.25), n_steps=3, callback=lambda *_: 1)
    assert found.n_steps == 3


def test_the_point_is_read_only_and_the_start_is_not_touched():
    def careless(x):
        x *= 2.0
        return 0.0, x

    start = np.array([1.0])
    with pytest.raises(ValueError, match="read-only"):
        gd.minimize(careless, start, gd.gradient_descent(0.1), n_steps=1)
    gd.minimize(bowl, start, gd.gradient_descent(0.1), n_steps=1)
    assert start.tolist() == [1.0]
    start *= 2.0


def test_a_gradient_in_a_buffer_of_the_caller_is_copied():
    buffer = np.empty(1)

    def f(x):
        buffer[:] = 2 * x
        return float(x @ x), buffer

    found = gd.minimize(f, [1.0], gd.momentum(0.1), n_steps=2)
    kept = found.gradient.copy()
    f(np.array([9.0]))
    np.testing.assert_array_equal(found.gradient, kept)


def test_float32_stays_float32():
    found = gd.minimize(lambda x: (float(x @ x), 2 * x), np.ones(2, np.float32), gd.adam(), n_steps=3)
    assert found.theta.dtype == np.float32
    assert found.values.dtype == np.float64


@pytest.mark.parametrize(
    ("f", "kind", "text"),
    [
        (lambda x: 1.0, TypeError, "pair"),
        (lambda x: (np.ones(2), x), TypeError, "one real number"),
        (lambda x: (1j, x), TypeError, "one real number"),
        (lambda x: (1.0, np.ones(3)), ValueError, "shape of theta"),
        (lambda x: (1.0, "x"), TypeError, "gradient"),
    ],
)
def test_a_function_of_another_kind_is_refused(f, kind, text):
    with pytest.raises(kind, match=text):
        gd.minimize(f, [1.0, 2.0], gd.gradient_descent(0.1), n_steps=1)


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"theta0": [np.nan]}, ValueError, "theta0"),
        ({"theta0": [[1.0]]}, ValueError, "theta0"),
        ({"optimizer": 0.1}, TypeError, "optimizer"),
        ({"n_steps": -1}, ValueError, "n_steps"),
        ({"n_steps": 1.5}, TypeError, "n_steps"),
        ({"tol": -1.0}, ValueError, "tol"),
    ],
)
def test_arguments_of_another_kind_are_refused(change, kind, text):
    arguments = {"theta0": [1.0], "optimizer": gd.gradient_descent(0.1), "n_steps": 1} | change
    with pytest.raises(kind, match=text):
        gd.minimize(bowl, **arguments)


def test_no_parameters_are_minimised_at_once():
    assert gd.minimize(lambda x: (0.0, x), np.zeros(0), gd.adam(), n_steps=5).converged


def test_the_same_function_works_in_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    H = np.diag([1.0, 10.0])

    def f(x):
        return 0.5 * x @ H @ x - x.sum(), H @ x - 1.0

    ours = gd.minimize(f, [5.0, 5.0], gd.momentum(0.05, beta=0.5), n_steps=2000, tol=1e-10)
    theirs = optimize.minimize(f, np.array([5.0, 5.0]), jac=True, tol=1e-10)
    np.testing.assert_allclose(ours.theta, theirs.x, rtol=1e-7)
    np.testing.assert_allclose(ours.theta, [1.0, 0.1], rtol=1e-8)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_goes_down_on_a_bowl(name):
    found = gd.minimize(bowl, [1.0, -2.0], getattr(gd, name)(1e-3), n_steps=100)
    assert found.values[-1] < 0.9 * found.values[0]


def test_names_and_slots():
    rules = {name: getattr(gd, name)(0.1) for name in RULES} | {"newton": gd.newton(lambda x: np.eye(1))}
    slots = {"gradient_descent": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1, "adam": 2, "newton": 0}
    for name, rule in rules.items():
        assert rule.name == name
        assert rule.n_slots == slots[name] == len(rule.init([1.0]).slots)


def test_newton_solves_in_float64_whatever_the_data():
    # The system is too ill-conditioned for float32.
    H = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-5]])
    g = (H @ [1.0, 2.0]).astype(np.float32)
    rule = gd.newton(lambda x: H.astype(np.float32))
    moved = rule.step(np.zeros(2, np.float32), g, rule.init(np.zeros(2, np.float32)))[0]
    assert moved.dtype == np.float32
    exact = -np.linalg.solve(H.astype(np.float32).astype(float), g.astype(float))
    np.testing.assert_allclose(moved, exact, rtol=1e-6)


def test_the_function_of_newton_may_not_touch_the_point():
    def hessian(theta):
        theta *= 0.0
        return [[2.0]]

    rule = gd.newton(hessian)
    assert rule.step([3.0], [2.0], rule.init([3.0]))[0].tolist() == [2.0]
    rule = gd.newton(lambda x: [[2.0]], learning_rate=0.5)
    assert rule.step([3.0], [2.0], rule.init([3.0]))[0].tolist() == [2.5]


def test_the_search_stops_at_tiny_steps_relative_to_the_first():
    calls = []

    def f(x):
        calls.append(x)
        return 0.0

    for initial in (1e-3, 1e3):
        calls.clear()
        gd.Backtracking(f=f, initial=initial).step_size(np.ones(1), np.ones(1), -np.ones(1))
        assert len(calls) == 1 + 67  # 2^-66 is the last power of two above 1e-20


def test_equality_is_enough_gain():
    # f falls with slope exactly c of the prediction: the first step is taken.
    search = gd.Backtracking(f=lambda x: 0.25 * float(x[0]), slope=0.25)
    assert search.step_size(np.ones(1), np.ones(1), -np.ones(1)) == 1.0


def test_a_scalar_of_any_real_kind_is_a_value():
    for value in (1, 1.0, np.float32(1), np.int64(1), np.array(1.0), True):
        assert gd.minimize(lambda x, value=value: (value, x), [1.0], gd.adam(), n_steps=0).value == 1.0


def test_the_reason_of_success_and_the_place_of_the_warning():
    assert gd.minimize(bowl, [3.0], gd.gradient_descent(0.5), n_steps=9).reason == "the gradient is at most tol"
    with pytest.warns(gd.ConvergenceWarning) as warned:
        gd.minimize(bowl, [3.0], gd.gradient_descent(0.1), n_steps=2, tol=1e-9)
    assert str(warned[0].message) == "gradient_descent did not converge: n_steps = 2 steps are done"
    assert warned[0].filename == __file__


def test_a_gradient_in_float64_does_not_change_the_precision_of_the_history():
    found = gd.minimize(lambda x: (0.0, np.full(2, 1 / 3)), np.ones(2, np.float32), gd.adam(), n_steps=1)
    assert found.gradient.dtype == found.theta.dtype == np.float32
