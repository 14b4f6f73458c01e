"""Activations and losses against SciPy, scikit-learn and PyTorch."""

import numpy as np
import pytest

from mathnn import activations, losses

# Both programs are right to a few roundings, and exp carries the rounding of an argument of up to 700.
CLOSE = 1e-12
# Means of some hundred numbers.
MEANS = 1e-13

# Moderate arguments, both tails, and what is near to zero.
Z = np.concatenate([np.linspace(-4, 4, 81), np.linspace(-700, 700, 141), [-1e-9, 0.0, 1e-9, -1e4, 1e4]])


def scores(n=50, k=4, *, size=4.0, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.uniform(-size, size, (n, k))
    z.setflags(write=False)
    return z


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_scipy_has_the_same_logistic_and_softplus(dtype):
    special = pytest.importorskip("scipy.special")
    z = Z.astype(dtype)
    # Below the smallest normal number digits are lost: the tail of float32 ends at -87.
    close = {"rtol": CLOSE if dtype is np.float64 else 1e-5, "atol": float(np.finfo(dtype).tiny)}
    np.testing.assert_allclose(activations.logistic.value(z), special.expit(z), **close)
    np.testing.assert_allclose(activations.softplus.derivative(z), special.expit(z), **close)
    np.testing.assert_allclose(activations.logistic.derivative(z), special.expit(z) * special.expit(-z), **close)
    np.testing.assert_allclose(activations.softplus.value(z), -special.log_expit(-z), **close)


@pytest.mark.parametrize("size", [4.0, 700.0, 1e4])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_scipy_has_the_same_softmax(k, size):
    special = pytest.importorskip("scipy.special")
    z = scores(k=k, size=size)
    np.testing.assert_allclose(activations.softmax(z), special.softmax(z, axis=1), rtol=CLOSE, atol=1e-300)
    np.testing.assert_allclose(activations.log_softmax(z), special.log_softmax(z, axis=1), rtol=CLOSE, atol=CLOSE)
    total = special.logsumexp(z, axis=1, keepdims=True)
    np.testing.assert_allclose(activations.log_softmax(z), z - total, rtol=CLOSE, atol=CLOSE * size)


@pytest.mark.parametrize("size", [4.0, 700.0])
def test_scipy_has_the_same_cross_entropies(size):
    special = pytest.importorskip("scipy.special")
    f, rng = scores(size=size), np.random.default_rng(1)
    y = rng.uniform(0, 1, f.shape)
    expected = -(y * special.log_expit(f) + (1 - y) * special.log_expit(-f)).sum() / len(f)
    value, gradient = losses.binary_cross_entropy.value_and_grad(y, f)
    assert value == pytest.approx(expected, rel=MEANS)
    np.testing.assert_allclose(gradient, (special.expit(f) - y) / len(f), rtol=CLOSE, atol=CLOSE)
    expected = (y.sum(axis=1) * special.logsumexp(f, axis=1) - (y * f).sum(axis=1)).mean()
    value, gradient = losses.categorical_cross_entropy.value_and_grad(y, f)
    assert value == pytest.approx(expected, rel=MEANS * 10)
    expected = (y.sum(axis=1, keepdims=True) * special.softmax(f, axis=1) - y) / len(f)
    np.testing.assert_allclose(gradient, expected, rtol=CLOSE, atol=CLOSE)


def test_scikit_learn_has_the_same_cross_entropy_of_two_classes():
    metrics = pytest.importorskip("sklearn.metrics")
    f = scores(k=1)[:, 0]
    y = np.random.default_rng(1).integers(0, 2, len(f))
    expected = metrics.log_loss(y, activations.logistic.value(f))
    assert losses.binary_cross_entropy.value(y, f) == pytest.approx(expected, rel=MEANS)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_scikit_learn_has_the_same_cross_entropy_of_many_classes(k):
    metrics = pytest.importorskip("sklearn.metrics")
    f = scores(k=k)
    y = np.random.default_rng(1).integers(0, k, len(f))
    expected = metrics.log_loss(y, activations.softmax(f), labels=range(k))
    assert losses.categorical_cross_entropy.value(y, f) == pytest.approx(expected, rel=MEANS)
    assert losses.categorical_cross_entropy.value(np.eye(k)[y], f) == pytest.approx(expected, rel=MEANS)


def test_scikit_learn_has_the_same_hinge_loss_and_share_of_errors():
    metrics = pytest.importorskip("sklearn.metrics")
    f = scores(k=1)[:, 0]
    y = np.random.default_rng(1).choice([-1, 1], len(f))
    assert losses.hinge.value(y, f) == pytest.approx(metrics.hinge_loss(y, f), rel=MEANS)
    assert losses.zero_one(y, np.sign(f)) == pytest.approx(metrics.zero_one_loss(y, np.sign(f)), rel=MEANS)


def test_scikit_learn_has_the_same_squared_error_up_to_the_number_of_outputs():
    metrics = pytest.importorskip("sklearn.metrics")
    f, y = scores(k=3), scores(k=3, seed=1)
    # Theirs is the mean over the outputs as well.
    expected = 3 * metrics.mean_squared_error(y, f)
    assert losses.squared_error.value(y, f) == pytest.approx(expected, rel=MEANS)
    assert losses.half_squared_error.value(y, f) == pytest.approx(expected / 2, rel=MEANS)


ACTIVATIONS_OF_TORCH = {
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "softplus": "softplus",
}


@pytest.mark.parametrize("name", ACTIVATIONS_OF_TORCH)
def test_torch_has_the_same_activations_and_derivatives(name):
    torch = pytest.importorskip("torch")
    function = getattr(torch.nn.functional, ACTIVATIONS_OF_TORCH[name])
    # Beyond 20 its softplus is the identity.
    z = torch.tensor(np.linspace(-4, 4, 81), requires_grad=True)
    function(z).sum().backward()
    activation = activations.ACTIVATIONS[name]
    np.testing.assert_allclose(activation.value(z.detach().numpy()), function(z).detach().numpy(), rtol=CLOSE)
    np.testing.assert_allclose(activation.derivative(z.detach().numpy()), z.grad.numpy(), rtol=CLOSE)


LOSSES_OF_TORCH = {
    "squared_error": lambda F, f, y: F.mse_loss(f, y, reduction="sum"),
    "binary_cross_entropy": lambda F, f, y: F.binary_cross_entropy_with_logits(f, y, reduction="sum"),
    "categorical_cross_entropy": lambda F, f, y: F.cross_entropy(f, y, reduction="sum"),
}


@pytest.mark.parametrize("name", LOSSES_OF_TORCH)
def test_torch_has_the_same_losses_and_gradients(name):
    torch = pytest.importorskip("torch")
    f, y = torch.tensor(scores().copy(), requires_grad=True), np.random.default_rng(1).uniform(0, 1, (50, 4))
    expected = LOSSES_OF_TORCH[name](torch.nn.functional, f, torch.tensor(y)) / len(y)
    expected.backward()
    value, gradient = losses.LOSSES[name].value_and_grad(y, f.detach().numpy())
    assert value == pytest.approx(expected.item(), rel=MEANS)
    np.testing.assert_allclose(gradient, f.grad.numpy(), rtol=CLOSE, atol=CLOSE)
