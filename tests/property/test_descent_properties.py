"""What is proved about descent on quadratics, met at random ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mathnn import gradient_descent as gd


def quadratic(seed, smallest):
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    eigenvalues = np.array([smallest, *rng.uniform(smallest, 10.0, 2), 10.0])
    H, minimiser = (Q * eigenvalues) @ Q.T, rng.standard_normal(4)

    def f(x):
        return 0.5 * (x - minimiser) @ H @ (x - minimiser), H @ (x - minimiser)

    return f, minimiser, eigenvalues, rng.standard_normal(4)


SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.floats(0.01, 0.19))
def test_gradient_descent_goes_down_below_two_over_L(seed, rate):
    f, _, eigenvalues, start = quadratic(seed, 0.0)
    assert rate < 2 / eigenvalues[-1]
    values = gd.minimize(f, start, gd.gradient_descent(rate), n_steps=50).values
    assert (np.diff(values) <= 1e-14 * values[0]).all()


@given(SEEDS, st.floats(0.3, 2.0))
def test_gradient_descent_contracts_at_the_rate_of_the_condition_number(seed, smallest):
    f, minimiser, eigenvalues, start = quadratic(seed, smallest)
    rate = 2 / (eigenvalues[0] + eigenvalues[-1])
    factor = (eigenvalues[-1] - eigenvalues[0]) / (eigenvalues[-1] + eigenvalues[0])
    found = gd.minimize(f, start, gd.gradient_descent(rate), n_steps=30)
    bound = factor**found.n_steps * np.linalg.norm(start - minimiser)
    assert np.linalg.norm(found.theta - minimiser) <= bound * (1 + 1e-9) + 1e-13


@given(SEEDS, st.floats(0.3, 2.0), st.floats(0.1, 0.9), st.floats(0.01, 0.4))
def test_armijo_holds_where_the_search_stops(seed, smallest, shrink, slope):
    f, _, _, start = quadratic(seed, smallest)
    value, gradient = f(start)
    t = gd.Backtracking(f=f, shrink=shrink, slope=slope).step_size(start, gradient, -gradient)
    assert 0.0 < t <= 1.0
    assert f(start - t * gradient)[0] <= value - slope * t * gradient @ gradient
    assert t == 1.0 or f(start - t / shrink * gradient)[0] > value - slope * t / shrink * gradient @ gradient


@given(SEEDS, st.sampled_from(["gradient_descent", "momentum", "nesterov"]), st.floats(-3.0, 3.0))
def test_linear_rules_commute_with_scaling_the_function(seed, name, power):
    """A function times c and a rate over c give the same path, for the rules that are linear in the gradient."""
    f, _, _, start = quadratic(seed, 0.5)
    c = 10.0**power
    one = gd.minimize(f, start, getattr(gd, name)(0.01), n_steps=20).theta
    other = gd.minimize(lambda x: (c * f(x)[0], c * f(x)[1]), start, getattr(gd, name)(0.01 / c), n_steps=20).theta
    np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)


@given(SEEDS, st.floats(-3.0, 3.0))
def test_adam_does_not_feel_the_scale_of_the_function(seed, power):
    f, _, _, start = quadratic(seed, 0.5)
    c = 10.0**power
    one = gd.minimize(f, start, gd.adam(0.01, epsilon=1e-30), n_steps=20).theta
    other = gd.minimize(lambda x: (c * f(x)[0], c * f(x)[1]), start, gd.adam(0.01, epsilon=1e-30), n_steps=20).theta
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


@given(SEEDS, st.floats(0.0, 0.95))
def test_nesterov_evaluates_where_the_velocity_leads(seed, beta):
    f, _, _, start = quadratic(seed, 0.5)
    found = gd.minimize(f, start, gd.nesterov(0.02, beta=beta), n_steps=15).theta
    x, y = start, start
    for _ in range(15):
        ahead = y - 0.02 * f(y)[1]
        x, y = ahead, ahead + beta * (ahead - x)
    np.testing.assert_allclose(found, y, rtol=1e-11, atol=1e-11)
