"""The fast path computes what `network.value_and_grad` computes, for everything that it can be asked."""

import itertools

import numpy as np
import pytest

from mathnn import _engine, losses, network
from mathnn.activations import ACTIVATIONS, Activation

# Both sum the same numbers in another order.
CLOSE = {np.float64: 1e-13, np.float32: 2e-5}
OWN = Activation("square", (), lambda z: z * z, lambda z: 2.0 * z)


def data(loss, q, dtype, labels, rng, n=6):
    X = rng.standard_normal((n, 3)).astype(dtype)
    if labels:
        return X, rng.integers(0, q, n)
    if loss.kinks:
        return X, np.where(rng.random((n, q)) < 0.5, -1.0, 1.0).astype(dtype)
    return X, rng.random((n, q)).astype(dtype)


CASES = [
    (loss, labels)
    for loss in losses.LOSSES.values()
    for labels in ((False, True) if loss is losses.categorical_cross_entropy else (False,))
]


@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize(("q", "depth", "ridge"), list(itertools.product((1, 3), (1, 2, 4), (0.0, 0.3))))
@pytest.mark.parametrize(("loss", "labels"), CASES, ids=lambda case: getattr(case, "name", str(case)))
@pytest.mark.parametrize("activation", [*ACTIVATIONS.values(), OWN], ids=lambda a: a.name)
def test_fast_path_is_the_public_function(activation, loss, labels, q, depth, ridge, dtype):
    rng = np.random.default_rng([q, depth])
    params = network.init((3, *(4, 5, 3)[: depth - 1], q), rng=rng, dtype=dtype)
    params = tuple(network.Layer(W, rng.standard_normal(b.shape).astype(dtype)) for W, b in params)
    engine = _engine.Engine(params, activation=activation, loss=loss, ridge=ridge)
    close = CLOSE[dtype]
    # Several sizes of batches, and the first again: memory that is used again must not remember.
    batches = [data(loss, q, dtype, labels, rng, n) for n in (6, 1, 4)]
    for X, y in (*batches, batches[0]):
        value, gradient = network.value_and_grad(params, X, y, activation=activation, loss=loss, ridge=ridge)
        kept = X.copy(), y.copy()
        found = engine.value_and_grad(X, y)
        expected = network.flatten(gradient)
        assert engine.gradient.dtype == dtype
        np.testing.assert_allclose(found, value, rtol=close, atol=close)
        np.testing.assert_allclose(engine.gradient, expected, rtol=close, atol=close * (1 + np.abs(expected).max()))
        np.testing.assert_array_equal(X, kept[0])
        np.testing.assert_array_equal(y, kept[1])
    np.testing.assert_array_equal(engine.theta, network.flatten(params))


@pytest.mark.parametrize("size", [40.0, 1e4])
@pytest.mark.parametrize(("loss", "labels"), CASES, ids=lambda case: getattr(case, "name", str(case)))
def test_extreme_logits(loss, labels, size):
    rng = np.random.default_rng(0)
    params = (network.Layer(size * rng.standard_normal((3, 4)), size * rng.standard_normal(4)),)
    X, y = data(loss, 4, np.float64, labels, rng, 20)
    value, gradient = network.value_and_grad(params, X, y, activation=ACTIVATIONS["tanh"], loss=loss)
    engine = _engine.Engine(params, activation=ACTIVATIONS["tanh"], loss=loss, ridge=0.0)
    np.testing.assert_allclose(engine.value_and_grad(X, y), value, rtol=1e-13)
    np.testing.assert_allclose(engine.gradient, network.flatten(gradient), rtol=1e-12, atol=1e-13 * size)


def test_certain_and_right_costs_nothing():
    params = (network.Layer(np.array([[800.0]]), np.zeros(1)),)
    engine = _engine.Engine(params, activation=ACTIVATIONS["tanh"], loss=losses.binary_cross_entropy, ridge=0.0)
    assert engine.value_and_grad(np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]])) == 0.0


def test_another_loss_of_the_same_name_is_not_taken_for_ours():
    def rows(y, f):
        return 3.0 * (f - y) ** 2, 6.0 * (f - y)

    own = losses.Loss("squared_error", (), losses._same_shape, rows)
    params = network.init((2, 1), rng=np.random.default_rng(0))
    X, y = np.ones((2, 2)), np.zeros((2, 1))
    engine = _engine.Engine(params, activation=ACTIVATIONS["relu"], loss=own, ridge=0.0)
    expected = network.value_and_grad(params, X, y, activation=ACTIVATIONS["relu"], loss=own)[0]
    assert engine.value_and_grad(X, y) == pytest.approx(expected)
