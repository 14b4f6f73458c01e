"""The proved bounds, met by measured errors; and that no smaller constant would do."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathnn import approximation, network
from mathnn.activations import logistic, relu
from mathnn.network import Layer

SEEDS = st.integers(0, 2**32 - 1)
ROUNDING = 1e-12


def run(params, X, activation=relu):
    X = np.asarray(X, dtype=float)
    return network.predict(params, X[:, None] if X.ndim == 1 else X, activation=activation).ravel()


def zigzag(seed, L, a, b):
    """A random function with Lipschitz constant L exactly: slopes of +L and -L."""
    rng = np.random.default_rng(seed)
    knots = np.sort(np.concatenate([[a, b], rng.uniform(a, b, 8)]))
    slopes = L * rng.choice([-1.0, 1.0], 9)
    values = np.concatenate([[0.0], np.cumsum(slopes * np.diff(knots))])
    return lambda x: np.interp(x, knots, values)


# --- one variable -------------------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 9))
def test_a_piecewise_linear_function_is_met_everywhere(seed, m):
    rng = np.random.default_rng(seed)
    knots = np.cumsum(rng.uniform(0.1, 1.0, m + 1)) - 2.0
    values = rng.standard_normal(m + 1)
    x = np.concatenate([knots, rng.uniform(knots[0], knots[-1], 50)])
    np.testing.assert_allclose(
        run(approximation.piecewise_linear(knots, values), x), np.interp(x, knots, values), atol=1e-11
    )


@given(SEEDS, st.floats(0.1, 10.0), st.integers(1, 40))
def test_lipschitz_functions_stay_within_the_bound(seed, L, m):
    f = zigzag(seed, L, -1.0, 2.0)
    x = np.linspace(-1.0, 2.0, 1001)
    error = np.abs(run(approximation.relu_interpolant(f, -1.0, 2.0, n_pieces=m), x) - f(x)).max()
    assert error <= approximation.interpolation_bound(3.0 / m, lipschitz=L) + ROUNDING * L


@given(st.floats(0.2, 8.0), st.floats(0.0, 6.0), st.integers(1, 40))
def test_smooth_functions_stay_within_the_bound(w, phase, m):
    x = np.linspace(-1.0, 2.0, 1001)
    params = approximation.relu_interpolant(lambda s: np.sin(w * s + phase), -1.0, 2.0, n_pieces=m)
    bound = approximation.interpolation_bound(3.0 / m, lipschitz=w, curvature=w * w)
    assert np.abs(run(params, x) - np.sin(w * x + phase)).max() <= bound + ROUNDING


@pytest.mark.parametrize("m", [1, 4, 7])
def test_both_constants_of_interpolation_are_sharp(m):
    x = np.linspace(0.0, 1.0, 2 * m + 1)
    square = run(approximation.relu_interpolant(np.square, 0.0, 1.0, n_pieces=m), x) - x**2
    assert np.abs(square).max() == pytest.approx(approximation.interpolation_bound(1 / m, curvature=2.0), rel=1e-10)

    def roof(s):
        return np.abs((s * m) % 1.0 - 0.5) / m

    error = np.abs(run(approximation.relu_interpolant(roof, 0.0, 1.0, n_pieces=m), x) - roof(x)).max()
    assert error == pytest.approx(approximation.interpolation_bound(1 / m, lipschitz=1.0), rel=1e-10)


@given(SEEDS, st.floats(0.1, 10.0), st.integers(1, 40), st.floats(0.05, 20.0))
def test_staircases_stay_within_the_bound(seed, L, m, steepness):
    f, a, b = zigzag(seed, L, -1.0, 2.0), -1.0, 2.0
    K = steepness * m / (b - a)
    x = np.linspace(a, b, 1001)
    error = np.abs(run(approximation.logistic_staircase(f, a, b, n_steps=m, steepness=K), x, logistic) - f(x)).max()
    assert error <= approximation.staircase_bound(lambda d: L * d, a, b, n_steps=m, steepness=K) + ROUNDING * L * m


def test_the_bound_of_the_staircase_is_of_the_right_size():
    """Gentle steps on f(x) = x: no bound of a quarter of it would hold. One steep step attains a half of w(h) twice."""
    x = np.linspace(0.0, 1.0, 20001)
    params = approximation.logistic_staircase(lambda s: s, 0.0, 1.0, n_steps=512, steepness=51.2)
    error = np.abs(run(params, x, logistic) - x).max()
    bound = approximation.staircase_bound(lambda d: d, 0.0, 1.0, n_steps=512, steepness=51.2)
    assert 0.25 * bound < error <= bound
    # A jump right of the middle: the function is 0 until there, the step is half up already.
    params = approximation.logistic_staircase(lambda s: 1.0 * (s > 0.75), 0.0, 1.0, n_steps=1, steepness=1e6)
    assert np.abs(run(params, [0.5], logistic))[0] == 0.5


# --- p variables --------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 3), st.integers(1, 7), st.sampled_from([1, 2, 8]), st.floats(0.05, 1.0))
def test_ridge_networks_stay_within_the_bound(seed, p, N, factor, piece):
    if p == 3:
        N = min(N, 4)
    rng = np.random.default_rng(seed)
    centres, signs = rng.uniform(-0.2, 1.2, (3, p)), rng.choice([-1.0, 1.0], 3)

    def f(X):
        # Maxima and minima of cones of slope 1 in the 1-norm: Lipschitz with constant 1.
        return np.max([s * np.abs(X - c).sum(axis=1) for s, c in zip(signs, centres, strict=True)], axis=0)

    found = approximation.ridge_network(f, p, order=N, piece=piece, n_quadrature=factor * N)
    X = rng.uniform(size=(300, p))
    X[:50] = rng.integers(0, 2, (50, p))
    assert np.abs(run(found.params, X) - f(X)).max() <= found.bound(1.0)


def test_the_ridge_bound_is_of_the_right_size():
    """Its logarithm is real: for |x - 1/2| at high order no bound without it, of half the size, would hold."""
    x = np.linspace(0.0, 1.0, 201)
    for N in (16, 48):
        found = approximation.ridge_network(lambda X: np.abs(X[:, 0] - 0.5), 1, order=N, piece=0.02)
        error = np.abs(run(found.params, x) - np.abs(x - 0.5)).max()
        assert 0.3 * found.bound(1.0) < error * 2 <= 2 * found.bound(1.0)


# --- narrow networks ----------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(SEEDS, st.integers(1, 3), st.integers(1, 5))
def test_the_narrow_network_is_the_sum_of_boxes_on_the_whole_space(seed, n, K):
    rng = np.random.default_rng(seed)
    lower = rng.uniform(-3.0, 3.0, (K, n))
    upper = lower + rng.uniform(0.5, 2.0, (K, n))
    heights = rng.standard_normal(K)
    params = approximation.narrow_network(lower, upper, heights, ramp=0.2)
    X = np.concatenate(
        [
            rng.uniform(-6.0, 6.0, (200, n)),
            0.5 * (lower + upper),
            lower + rng.uniform(0.0, 1.0, (K, n)) * (upper - lower),
            lower,
            upper,
            1e6 * rng.standard_normal((20, n)),
        ]
    )
    expected = approximation.boxes(X, lower, upper, heights, ramp=0.2)
    assert np.abs(expected).max() > 0.0
    np.testing.assert_allclose(run(params, X), expected, atol=1e-10)
    np.testing.assert_array_equal(run(params, X[-20:]), 0.0)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("m", [2, 5, 12])
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_the_error_of_the_narrow_network_stays_within_the_bound(n, m, share):
    R, side = 2.0, 4.0 / m

    def f(X):
        return np.maximum(1.5 - np.abs(X - 0.3).sum(axis=1), -0.5) * (np.abs(X).max(axis=1) <= R)

    lower, upper, heights = approximation.cubes(f, n, radius=R, n_per_axis=m)
    params = approximation.narrow_network(lower, upper, heights, ramp=share * side)
    k = 2000 if n == 1 else 240
    axis = -R + 2 * R * (np.arange(k) + 0.5) / k
    X = np.stack(np.meshgrid(*[axis] * n), axis=-1).reshape(-1, n)
    error = np.abs(run(params, X) - f(X)).mean() * (2 * R) ** n
    bound = approximation.narrow_network_bound(heights, n, side=side, ramp=share * side, lipschitz=1.0, tail=0.0)
    assert 0.1 * bound < error <= bound * (1 + 1e-2)


def test_the_terms_of_the_narrow_bound_are_sharp():
    """The ramps alone, in one variable, cost exactly half of their term; the steps alone exactly theirs."""
    # f = x on one cube, ramps next to nothing: the integral of |x| over [-1, 1] is 1.
    bound = approximation.narrow_network_bound([0.0], 1, side=2.0, ramp=1e-9, lipschitz=1.0, tail=0.0)
    assert bound == pytest.approx(1.0, rel=1e-8)
    # f = 1 on one cube: what the ramps miss is d in all.
    x = (np.arange(100_000) + 0.5) / 50_000 - 1.0
    error = np.mean(1.0 - approximation.boxes(x[:, None], [[-1.0]], [[1.0]], [1.0], ramp=0.1)) * 2.0
    bound = approximation.narrow_network_bound([1.0], 1, side=2.0, ramp=0.1, lipschitz=0.0, tail=0.0)
    assert error == pytest.approx(0.5 * bound, rel=1e-3)


# --- width n ------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(SEEDS, st.integers(1, 3), st.integers(0, 5))
def test_a_network_of_width_n_does_not_come_back_along_its_ray(seed, n, depth):
    rng = np.random.default_rng(seed)
    params, before = [], n
    for _ in range(depth):
        width = int(rng.integers(1, n + 1))
        params.append(Layer(rng.standard_normal((before, width)), rng.standard_normal(width)))
        before = width
    params.append(Layer(rng.standard_normal((before, 1)), rng.standard_normal(1)))
    x = 2.0 * rng.standard_normal(n)
    y, v = approximation.escape_ray(tuple(params), x)
    assert np.linalg.norm(v) == pytest.approx(1.0)
    start = abs(run(params, x[None])[0])
    t = np.concatenate([np.linspace(0.0, 50.0, 200), [1e3, 1e5]])
    along = np.abs(run(params, y + t[:, None] * v))
    assert along.min() >= start - 1e-5 * (1.0 + start)


def test_a_network_of_width_n_plus_4_does_come_back():
    params = approximation.narrow_network([[-1.0]], [[1.0]], [1.0], ramp=0.1)
    assert run(params, [0.0, 50.0, -50.0]).tolist() == [1.0, 0.0, 0.0]
    assert math.isclose(max(layer.W.shape[1] for layer in params), 5)
