"""Every loss x activation x output count x depth x penalty: the gradient is that of the value which is reported."""

import functools
import itertools

import numpy as np
import pytest

from mathnn import calculus, network
from mathnn.activations import ACTIVATIONS
from mathnn.losses import LOSSES

# Central differences in float64 are good to about eps^(2/3) = 4e-11 times the third derivative.
RTOL = 1e-6
N = 5

SMOOTH = [name for name in ACTIVATIONS if name != "heaviside"]
CASES = list(itertools.product(LOSSES, SMOOTH, (1, 3), (1, 2, 3, 4), (0.0, 0.3)))


def case(loss, activation, q, depth, seed=0):
    """A network with random biases, and data at which no kink is near."""
    for attempt in itertools.count():
        rng = np.random.default_rng([seed, q, depth, attempt])
        sizes = (3, *(4, 5, 3)[: depth - 1], q)
        params = tuple(
            network.Layer(layer.W, rng.standard_normal(layer.b.shape)) for layer in network.init(sizes, rng=rng)
        )
        X = rng.standard_normal((N, 3))
        if loss.kinks:
            y = np.where(rng.random((N, q)) < 0.5, -1.0, 1.0)
        elif loss.name == "categorical_cross_entropy":
            y = rng.random((N, q)) + 0.1
        else:
            y = rng.random((N, q))
        trace = network.forward(params, X, activation=activation)
        kinked = [np.abs(Z - kink).min() for Z in trace.outputs[:-1] for kink in activation.kinks]
        kinked += [np.abs(y * trace.outputs[-1] - kink).min() for kink in loss.kinks]
        if min(kinked, default=1.0) > 1e-3:
            return params, X, y
    raise AssertionError


@pytest.mark.parametrize(("loss", "activation", "q", "depth", "ridge"), CASES)
def test_gradient_is_that_of_the_reported_value(loss, activation, q, depth, ridge):
    loss, activation = LOSSES[loss], ACTIVATIONS[activation]
    params, X, y = case(loss, activation, q, depth)
    cost = functools.partial(network.value_and_grad, X=X, y=y, activation=activation, loss=loss, ridge=ridge)

    def value(theta):
        return cost(network.unflatten(theta, params))[0]

    def gradient(theta):
        return network.flatten(cost(network.unflatten(theta, params))[1])

    theta = network.flatten(params)
    # One class has the probability 1 whatever the logit: the gradient is zero, and that is all there is to see.
    if loss.name == "categorical_cross_entropy" and q == 1 and ridge == 0.0:
        np.testing.assert_allclose(gradient(theta), 0.0, atol=1e-14)
        return
    report = calculus.check_gradient(value, gradient, theta, rtol=RTOL)
    assert report.passed, (report.error, report.index)


@pytest.mark.parametrize("activation", ["logistic", "tanh", "identity"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_gradient_agrees_with_a_complex_step_to_rounding(activation, depth):
    params, X, y = case(LOSSES["squared_error"], ACTIVATIONS[activation], 3, depth)
    functions = {"logistic": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "identity": lambda z: z}

    def value(theta):
        A, start = X.astype(complex), 0
        for number, layer in enumerate(params):
            W = theta[start : start + layer.W.size].reshape(layer.W.shape)
            start += layer.W.size
            A = A @ W + theta[start : start + layer.b.size]
            start += layer.b.size
            if number < depth - 1:
                A = functions[activation](A)
        return np.sum((A - y) ** 2) / N

    theta = network.flatten(params)
    gradient = network.value_and_grad(params, X, y, activation=ACTIVATIONS[activation], loss=LOSSES["squared_error"])[1]
    exact = calculus.complex_step_gradient(value, theta)
    np.testing.assert_allclose(network.flatten(gradient), exact, rtol=1e-10, atol=1e-12 * np.abs(exact).max())


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_vjp_is_the_transpose_of_jvp(activation, depth):
    activation = ACTIVATIONS[activation]
    params, X, _ = case(LOSSES["squared_error"], activation, 3, depth)
    rng = np.random.default_rng(1)
    tangent = network.unflatten(rng.standard_normal(network.flatten(params).shape), params)
    cotangent = rng.standard_normal((N, 3))
    forwards = np.sum(cotangent * network.jvp(params, X, tangent, activation=activation))
    backwards = network.flatten(tangent) @ network.flatten(network.vjp(params, X, cotangent, activation=activation))
    assert abs(forwards) > 1e-3
    np.testing.assert_allclose(forwards, backwards, rtol=1e-11)


@pytest.mark.parametrize("activation", SMOOTH)
def test_jvp_is_the_derivative_of_the_output(activation):
    activation = ACTIVATIONS[activation]
    params, X, _ = case(LOSSES["squared_error"], activation, 3, 3)
    tangent = network.unflatten(np.random.default_rng(2).standard_normal(network.flatten(params).shape), params)

    def output(t):
        moved = network.flatten(params) + t[0] * network.flatten(tangent)
        return network.predict(network.unflatten(moved, params), X, activation=activation)

    found = network.jvp(params, X, tangent, activation=activation)
    expected = calculus.numerical_jacobian(output, [0.0])[..., 0]
    np.testing.assert_allclose(found, expected, rtol=RTOL, atol=RTOL * np.abs(expected).max())


@pytest.mark.parametrize(("loss", "depth"), list(itertools.product(LOSSES, (1, 2, 3))))
def test_per_example_gradients_are_the_gradients_of_the_examples(loss, depth):
    loss, activation = LOSSES[loss], ACTIVATIONS["tanh"]
    params, X, y = case(loss, activation, 3, depth)
    rows = network.per_example_gradients(params, X, y, activation=activation, loss=loss)
    for i in range(N):
        alone = network.value_and_grad(params, X[[i]], y[[i]], activation=activation, loss=loss)[1]
        np.testing.assert_allclose(rows[i], network.flatten(alone), rtol=1e-12, atol=1e-14)
    together = network.value_and_grad(params, X, y, activation=activation, loss=loss)[1]
    np.testing.assert_allclose(rows.mean(axis=0), network.flatten(together), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_taylor_remainder_has_slope_two(depth):
    loss, activation = LOSSES["categorical_cross_entropy"], ACTIVATIONS["tanh"]
    params, X, y = case(loss, activation, 3, depth)
    cost = functools.partial(network.value_and_grad, X=X, y=y, activation=activation, loss=loss, ridge=0.3)
    slope = calculus.taylor_slope(
        lambda theta: cost(network.unflatten(theta, params))[0],
        lambda theta: network.flatten(cost(network.unflatten(theta, params))[1]),
        network.flatten(params),
        rng=np.random.default_rng(3),
    )
    assert slope == pytest.approx(2.0, abs=0.05)
