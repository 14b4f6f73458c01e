"""Every derivative of an activation, and every gradient of a loss, against the value that is reported."""

import numpy as np
import pytest

from mathnn import activations, calculus
from mathnn.activations import ACTIVATIONS
from mathnn.losses import LOSSES

# Central differences in float64 reach 1e-10; a wrong factor is seen from 1e-7 on.
DIFFERENCES = 1e-7
# The complex step has the error of one evaluation; the formulas written out here cancel some digits at |z| = 4.
EXACT = 1e-12
# Steps of the differences at |z| <= 4, and ten of them: nearer to a kink the quotient is not the derivative.
STEP = 4 * np.finfo(float).eps ** (1 / 3)
AWAY = 10 * STEP

SEEDS = range(3)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def away_from(z, kinks):
    """Move points that are too near to a kink, to the side on which they are."""
    for kink in kinks:
        near = np.abs(z - kink) <= AWAY
        z = np.where(near, kink + np.copysign(2 * AWAY, z - kink), z)
    return z


# --- activations ------------------------------------------------------------------------------------

# Written without mathnn, and analytic, so that they can be evaluated at complex numbers.
ANALYTIC = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
}


@pytest.mark.parametrize("seed", SEEDS)
@every_activation
def test_derivatives_are_limits_of_difference_quotients(activation, seed):
    z = away_from(np.random.default_rng(seed).uniform(-4, 4, (20, 3)), activation.kinks)
    numerical = calculus.numerical_gradient(lambda x: activation.value(x).sum(), z)
    # A sum of sixty values: its rounding is sixty times that of one.
    np.testing.assert_allclose(activation.derivative(z), numerical, rtol=1e-6, atol=1e-8)
    if activation.name != "heaviside":
        assert np.abs(activation.derivative(z)).max() > 0.1


@pytest.mark.parametrize("z", np.linspace(-3.9, 3.9, 14))
@every_activation
def test_the_derivative_of_one_number(activation, z):
    numerical = calculus.numerical_gradient(lambda x: float(activation.value(x)), z)
    np.testing.assert_allclose(activation.derivative(z), numerical, rtol=DIFFERENCES, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ANALYTIC)
def test_values_and_derivatives_are_those_of_the_analytic_function(name, seed):
    z = np.random.default_rng(seed).uniform(-4, 4, 30)
    exact = calculus.complex_step_gradient(lambda x: ANALYTIC[name](x).sum(), z)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(z), exact, rtol=EXACT)
    np.testing.assert_allclose(ACTIVATIONS[name].value(z), ANALYTIC[name](z), rtol=EXACT, atol=EXACT)


# --- softmax ----------------------------------------------------------------------------------------


def rows(function):
    """Let a function of matrices take one row."""
    return lambda z: function(z[None, :])[0]


@pytest.mark.parametrize("k", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_jacobian_of_softmax_is_the_numerical_one_in_every_row(seed, k):
    z = np.random.default_rng(seed).uniform(-4, 4, (4, k))
    for row, jacobian in zip(z, activations.softmax_jacobian(z), strict=True):
        numerical = calculus.numerical_jacobian(rows(activations.softmax), row)
        np.testing.assert_allclose(jacobian, numerical, atol=DIFFERENCES * 1e-2)
    assert k == 1 or np.abs(activations.softmax_jacobian(z)).max() > 1e-2


@pytest.mark.parametrize(
    ("function", "vjp"),
    [
        (activations.softmax, activations.softmax_vjp),
        (activations.log_softmax, activations.log_softmax_vjp),
    ],
    ids=["softmax", "log_softmax"],
)
@pytest.mark.parametrize("k", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", SEEDS)
def test_products_are_the_cotangent_times_the_numerical_jacobian(seed, k, function, vjp):
    rng = np.random.default_rng(seed)
    z, v = rng.uniform(-4, 4, (4, k)), rng.standard_normal((4, k))
    expected = [
        cotangent @ calculus.numerical_jacobian(rows(function), row) for row, cotangent in zip(z, v, strict=True)
    ]
    np.testing.assert_allclose(vjp(z, v), expected, atol=DIFFERENCES * 1e-1)
    assert k == 1 or np.abs(expected).max() > 1e-2


# --- losses -----------------------------------------------------------------------------------------


def logistic_of(f):
    return 1 / (1 + np.exp(-f))


# The loss of one output, or of one row, written without mathnn.
ANALYTIC_LOSSES = {
    "squared_error": lambda y, f: (f - y) ** 2,
    "half_squared_error": lambda y, f: (f - y) ** 2 / 2,
    "binary_cross_entropy": lambda y, f: -y * np.log(logistic_of(f)) - (1 - y) * np.log(1 - logistic_of(f)),
    "categorical_cross_entropy": lambda y, f: -y * np.log(np.exp(f) / np.exp(f).sum(axis=1, keepdims=True)),
}


def targets(name, shape, rng):
    """Random targets of each kind that a loss takes: {kind: y}."""
    if name in ("hinge", "perceptron"):
        return {"signs": rng.choice([-1.0, 1.0], shape)}
    if name == "binary_cross_entropy":
        return {"labels": rng.integers(0, 2, shape), "probabilities": rng.uniform(0, 1, shape)}
    if name == "categorical_cross_entropy":
        n, k = shape
        mass = rng.uniform(0.5, 3.0, shape)
        return {
            "labels": rng.integers(0, k, n),
            "one-hot": np.eye(k)[rng.integers(0, k, n)],
            "probabilities": mass / mass.sum(axis=1, keepdims=True),
            "general rows": mass,
            "rows with zeros": mass * rng.integers(0, 2, shape),
        }
    return {"numbers": rng.uniform(-4, 4, shape)}


def cases(names):
    return [
        pytest.param(name, shape, kind, id=f"{name}, {kind}, {shape}")
        for name in names
        for shape in [(6,), (6, 1), (6, 3), (1, 3)]
        if name != "categorical_cross_entropy" or len(shape) == 2
        for kind in targets(name, (6, 3), np.random.default_rng(0))
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "shape", "kind"), cases(LOSSES))
def test_the_gradient_is_that_of_the_reported_value_in_every_coordinate(name, shape, kind, seed):
    rng = np.random.default_rng(seed)
    loss, y, f = LOSSES[name], targets(name, shape, rng)[kind], rng.uniform(-4, 4, shape)
    if loss.kinks:
        f = y * away_from(y * f, loss.kinks)
    value, gradient = loss.value_and_grad(y, f)
    assert loss.value(y, f) == value
    numerical = calculus.numerical_gradient(lambda x: loss.value(y, x), f)
    np.testing.assert_allclose(gradient, numerical, rtol=DIFFERENCES, atol=DIFFERENCES * 1e-1)
    # With one column there is nothing to choose, and a right answer has slope zero: there the test could not fail.
    if shape == (6, 3):
        assert np.abs(gradient).max() > 1e-2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "shape", "kind"), cases(ANALYTIC_LOSSES))
def test_value_and_gradient_are_those_of_the_analytic_formula(name, shape, kind, seed):
    rng = np.random.default_rng(seed)
    y, f = targets(name, shape, rng)[kind], rng.uniform(-4, 4, shape)
    value, gradient = LOSSES[name].value_and_grad(y, f)
    rows_of_y = np.eye(shape[-1])[y] if (name, kind) == ("categorical_cross_entropy", "labels") else y

    def formula(x):
        return ANALYTIC_LOSSES[name](rows_of_y, x).sum() / shape[0]

    assert value == pytest.approx(formula(f), rel=EXACT, abs=EXACT)
    exact = calculus.complex_step_gradient(formula, f)
    np.testing.assert_allclose(gradient, exact, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_one_hot_rows_in_value_and_gradient(seed):
    rng = np.random.default_rng(seed)
    loss, f, labels = LOSSES["categorical_cross_entropy"], rng.uniform(-4, 4, (8, 4)), rng.integers(0, 4, 8)
    value, gradient = loss.value_and_grad(labels, f)
    expected, slope = loss.value_and_grad(np.eye(4)[labels], f)
    assert value == pytest.approx(expected, rel=EXACT)
    np.testing.assert_allclose(gradient, slope, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("name", ["hinge", "perceptron"])
def test_at_its_kink_a_loss_has_one_of_the_two_one_sided_slopes(name):
    loss = LOSSES[name]
    for y in (-1.0, 1.0):
        f = y * loss.kinks[0]
        right = (loss.value([y], [f + STEP]) - loss.value([y], [f])) / STEP
        left = (loss.value([y], [f]) - loss.value([y], [f - STEP])) / STEP
        slope = loss.value_and_grad([y], [f])[1][0]
        assert min(abs(slope - left), abs(slope - right)) < DIFFERENCES
        assert slope == {"hinge": 0.0, "perceptron": -y}[name]
