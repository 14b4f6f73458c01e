"""Activations and losses: what the book proves of them, at random points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathnn import activations
from mathnn.activations import ACTIVATIONS
from mathnn.losses import LOSSES

# Values are of order 1 to 100, sums have at most thirty terms.
CLOSE = 1e-12
# Shifts of up to 1e3 cost three digits of the scores.
SHIFTED = 1e-12 * 1e3

SEEDS = st.integers(0, 2**32 - 1)
# Pre-activations where no derivative is tiny, and far ones.
MODERATE = st.floats(-4, 4)
FAR = st.floats(-1e3, 1e3)

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def targets(name, shape, rng):
    """Random targets of the loss, soft ones and rows of any mass where it takes them."""
    if name in ("hinge", "perceptron"):
        return rng.choice([-1.0, 1.0], shape)
    if name == "binary_cross_entropy":
        return rng.choice([0.0, 1.0, rng.uniform()], shape)
    if name == "categorical_cross_entropy":
        return rng.uniform(0, 2, shape) * rng.integers(0, 2, shape)
    return rng.uniform(-4, 4, shape)


@st.composite
def batch(draw):
    """A shape (n, q) and a generator."""
    shape = draw(st.integers(1, 6)), draw(st.sampled_from([1, 2, 3, 5]))
    return shape, np.random.default_rng(draw(SEEDS))


# --- activations ------------------------------------------------------------------------------------


@given(a=FAR, b=FAR)
@every_activation
def test_activations_are_monotone_with_nonnegative_derivatives(activation, a, b):
    low, high = activation.value([min(a, b), max(a, b)])
    assert low <= high
    assert activation.derivative(a) >= 0.0


@given(z=FAR)
def test_symmetries(z):
    for odd in (activations.identity, activations.tanh):
        assert odd.value(-z) == -odd.value(z)
        assert odd.derivative(-z) == odd.derivative(z)
    logistic, softplus, relu = activations.logistic, activations.softplus, activations.relu
    assert logistic.value(-z) + logistic.value(z) == pytest.approx(1.0, rel=CLOSE)
    assert logistic.derivative(-z) == logistic.derivative(z)
    assert softplus.value(z) - softplus.value(-z) == pytest.approx(z, rel=CLOSE, abs=CLOSE)
    assert relu.value(z) - relu.value(-z) == z


@given(z=MODERATE)
def test_the_differential_equations(z):
    sigma, tanh = float(activations.logistic.value(z)), float(activations.tanh.value(z))
    assert activations.logistic.derivative(z) == pytest.approx(sigma * (1 - sigma), rel=CLOSE)
    assert activations.tanh.derivative(z) == pytest.approx(1 - tanh**2, rel=1e-11)
    assert tanh == pytest.approx(2 * float(activations.logistic.value(2 * z)) - 1, rel=CLOSE, abs=CLOSE)
    assert activations.softplus.derivative(z) == sigma


@given(z=FAR)
def test_ranges_and_bounds(z):
    assert 0.0 <= activations.logistic.value(z) <= 1.0
    assert 0.0 <= activations.logistic.derivative(z) <= 0.25
    assert -1.0 <= activations.tanh.value(z) <= 1.0
    assert 0.0 <= activations.tanh.derivative(z) <= 1.0
    gap = float(activations.softplus.value(z) - activations.relu.value(z))
    assert 0.0 <= gap <= np.log(2.0) + CLOSE


@given(a=FAR, b=FAR, t=st.floats(0, 1))
@pytest.mark.parametrize("name", ["identity", "relu", "leaky_relu", "softplus"])
def test_some_activations_are_convex_and_lie_above_their_tangents(name, a, b, t):
    activation = ACTIVATIONS[name]
    at_a, at_b, between = activation.value([a, b, (1 - t) * a + t * b])
    assert between <= (1 - t) * at_a + t * at_b + CLOSE * (1 + abs(a) + abs(b))
    assert at_b >= at_a + activation.derivative(a) * (b - a) - CLOSE * (1 + abs(a) + abs(b))


# --- softmax ----------------------------------------------------------------------------------------


@given(case=batch(), size=st.sampled_from([1.0, 4.0, 1e3]))
def test_softmax_lies_in_the_simplex(case, size):
    shape, rng = case
    z = size * rng.standard_normal(shape)
    q = activations.softmax(z)
    assert (q >= 0.0).all()
    np.testing.assert_allclose(q.sum(axis=1), 1.0, rtol=CLOSE)
    logarithms = activations.log_softmax(z)
    assert (logarithms <= 0.0).all()
    np.testing.assert_allclose(np.exp(logarithms), q, rtol=SHIFTED, atol=CLOSE)
    np.testing.assert_array_equal(z.argmax(axis=1), q.argmax(axis=1))


@given(case=batch(), size=st.sampled_from([1.0, 1e3]))
def test_a_constant_added_to_a_row_changes_nothing(case, size):
    shape, rng = case
    z, v = rng.uniform(-4, 4, shape), rng.standard_normal(shape)
    moved = z + size * rng.standard_normal((shape[0], 1))
    for function in (
        activations.softmax,
        activations.log_softmax,
        activations.softmax_jacobian,
        lambda s: activations.softmax_vjp(s, v),
        lambda s: activations.log_softmax_vjp(s, v),
    ):
        np.testing.assert_allclose(function(moved), function(z), rtol=SHIFTED, atol=SHIFTED)
    y = targets("categorical_cross_entropy", shape, rng)
    loss = LOSSES["categorical_cross_entropy"]
    value, gradient = loss.value_and_grad(y, moved)
    assert value == pytest.approx(loss.value(y, z), rel=SHIFTED, abs=SHIFTED)
    np.testing.assert_allclose(gradient, loss.value_and_grad(y, z)[1], rtol=SHIFTED, atol=SHIFTED)


@given(case=batch())
def test_rows_do_not_see_each_other_and_classes_have_no_order(case):
    shape, rng = case
    z, v = rng.uniform(-4, 4, shape), rng.standard_normal(shape)
    columns = rng.permutation(shape[1])
    for function in (
        lambda s, _: activations.softmax(s),
        lambda s, _: activations.log_softmax(s),
        activations.softmax_vjp,
        activations.log_softmax_vjp,
    ):
        together = function(z, v)
        for i in range(shape[0]):
            np.testing.assert_allclose(function(z[[i]], v[[i]]), together[[i]], rtol=CLOSE, atol=CLOSE)
        np.testing.assert_allclose(function(z[:, columns], v[:, columns]), together[:, columns], rtol=1e-11, atol=CLOSE)


@given(case=batch())
def test_products_with_the_jacobian(case):
    shape, rng = case
    z, v = rng.uniform(-4, 4, shape), rng.standard_normal(shape)
    jacobian = activations.softmax_jacobian(z)
    np.testing.assert_array_equal(jacobian, jacobian.transpose(0, 2, 1))
    np.testing.assert_allclose(jacobian.sum(axis=2), 0.0, atol=CLOSE)
    assert np.linalg.eigvalsh(jacobian).min() >= -CLOSE
    np.testing.assert_allclose(activations.softmax_vjp(z, v), np.einsum("nj,njk->nk", v, jacobian), atol=CLOSE)
    # The chain rule through the logarithm.
    through = activations.softmax_vjp(z, v / activations.softmax(z))
    np.testing.assert_allclose(activations.log_softmax_vjp(z, v), through, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(activations.log_softmax_vjp(z, v).sum(axis=1), 0.0, atol=CLOSE)


# --- losses -----------------------------------------------------------------------------------------


@given(case=batch(), size=st.sampled_from([1.0, 4.0, 1e3]), t=st.floats(0, 1))
@every_loss
def test_losses_are_nonnegative_and_convex_along_segments(loss, case, size, t):
    shape, rng = case
    y, f, g = targets(loss.name, shape, rng), size * rng.standard_normal(shape), size * rng.standard_normal(shape)
    at_f, at_g = loss.value(y, f), loss.value(y, g)
    assert at_f >= 0.0
    assert loss.value(y, (1 - t) * f + t * g) <= (1 - t) * at_f + t * at_g + CLOSE * (1 + at_f + at_g)


@given(case=batch(), size=st.sampled_from([1.0, 4.0, 1e3]))
@every_loss
def test_no_loss_falls_below_its_tangent(loss, case, size):
    shape, rng = case
    y, f = targets(loss.name, shape, rng), size * rng.standard_normal(shape)
    g = f + size * rng.standard_normal(shape)
    value, gradient = loss.value_and_grad(y, f)
    tangent = value + np.sum(gradient * (g - f))
    scale = 1 + abs(value) + np.abs(gradient * (g - f)).sum()
    assert loss.value(y, g) >= tangent - CLOSE * scale


@given(case=batch(), width=st.sampled_from([1e-3, 1.0, 10.0]))
@pytest.mark.parametrize("name", ["hinge", "perceptron"])
def test_the_subgradient_inequality_holds_at_kinks_and_next_to_them(name, case, width):
    shape, rng = case
    loss, y = LOSSES[name], targets(name, shape, rng)
    margin = loss.kinks[0] + rng.choice([0.0, 0.0, np.finfo(float).eps, -np.finfo(float).eps], shape)
    value, gradient = loss.value_and_grad(y, y * margin)
    for _ in range(5):
        step = width * rng.standard_normal(shape)
        tangent = value + np.sum(gradient * step)
        assert loss.value(y, y * margin + step) >= tangent - CLOSE * (1 + np.abs(step).sum())


@given(case=batch())
@every_loss
def test_the_order_of_the_examples_does_not_matter(loss, case):
    shape, rng = case
    y, f, order = targets(loss.name, shape, rng), rng.uniform(-4, 4, shape), rng.permutation(shape[0])
    value, gradient = loss.value_and_grad(y, f)
    permuted, slopes = loss.value_and_grad(y[order], f[order])
    assert permuted == pytest.approx(value, rel=CLOSE)
    np.testing.assert_allclose(slopes, gradient[order], rtol=CLOSE, atol=CLOSE)


@given(case=batch())
@every_loss
def test_a_batch_is_the_mean_of_its_examples(loss, case):
    shape, rng = case
    y, f = targets(loss.name, shape, rng), rng.uniform(-4, 4, shape)
    value, gradient = loss.value_and_grad(y, f)
    parts = [loss.value_and_grad(y[[i]], f[[i]]) for i in range(shape[0])]
    assert value == pytest.approx(np.mean([part[0] for part in parts]), rel=CLOSE)
    np.testing.assert_allclose(shape[0] * gradient, np.concatenate([p[1] for p in parts]), rtol=CLOSE, atol=CLOSE)


@given(case=batch())
def test_two_classes_are_one_logit(case):
    (n, _), rng = case
    f, y = rng.uniform(-4, 4, (n, 2)), rng.uniform(0, 1, n)
    two, slopes = LOSSES["categorical_cross_entropy"].value_and_grad(np.c_[1 - y, y], f)
    one, slope = LOSSES["binary_cross_entropy"].value_and_grad(y, f[:, 1] - f[:, 0])
    assert two == pytest.approx(one, rel=CLOSE)
    np.testing.assert_allclose(slopes, np.c_[-slope, slope], rtol=1e-9, atol=CLOSE)


@given(case=batch())
def test_cross_entropy_is_least_where_the_probabilities_are_the_targets(case):
    shape, rng = case
    z, f = rng.uniform(-4, 4, shape), rng.uniform(-4, 4, shape)
    for name, y in [
        ("categorical_cross_entropy", activations.softmax(z)),
        ("binary_cross_entropy", activations.logistic.value(z)),
    ]:
        value, gradient = LOSSES[name].value_and_grad(y, z)
        np.testing.assert_allclose(gradient, 0.0, atol=CLOSE)
        assert value <= LOSSES[name].value(y, f) + CLOSE


@given(case=batch())
def test_the_hinge_loss_bounds_the_others(case):
    shape, rng = case
    y, f = targets("hinge", shape, rng), rng.uniform(-4, 4, shape)
    hinge, perceptron = LOSSES["hinge"].value(y, f), LOSSES["perceptron"].value(y, f)
    wrong = np.sum(y * f <= 0) / shape[0]
    assert max(perceptron, wrong) <= hinge + CLOSE
    assert hinge <= perceptron + shape[1] + CLOSE
