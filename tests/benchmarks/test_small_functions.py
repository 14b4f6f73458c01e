"""Times of the small functions beside SciPy's and scikit-learn's, by pytest-benchmark: ``make bench``."""

import numpy as np
import pytest
from scipy import special
from sklearn.metrics import log_loss

from mathnn import activations, losses, network

Z = np.random.default_rng(0).standard_normal((1000, 10))
LABELS = np.random.default_rng(1).integers(0, 10, 1000)
NET = network.init((10, 64, 10), rng=np.random.default_rng(2))

FUNCTIONS = {
    "logistic": lambda: activations.logistic.value(Z),
    "logistic, scipy.special.expit": lambda: special.expit(Z),
    "softmax": lambda: activations.softmax(Z),
    "softmax, scipy.special": lambda: special.softmax(Z, axis=1),
    "log_softmax": lambda: activations.log_softmax(Z),
    "log_softmax, scipy.special": lambda: special.log_softmax(Z, axis=1),
    "softmax_jacobian": lambda: activations.softmax_jacobian(Z),
    "softmax_vjp": lambda: activations.softmax_vjp(Z, Z),
    "cross-entropy with gradient": lambda: losses.categorical_cross_entropy.value_and_grad(LABELS, Z),
    "cross-entropy, sklearn.metrics": lambda: log_loss(LABELS, special.softmax(Z, axis=1), labels=range(10)),
    "squared error with gradient": lambda: losses.squared_error.value_and_grad(Z, 2 * Z),
    "forward": lambda: network.forward(NET, Z, activation=activations.tanh),
    "value and gradient of a network": lambda: network.value_and_grad(
        NET, Z, LABELS, activation=activations.tanh, loss=losses.categorical_cross_entropy
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_time(benchmark, name):
    assert benchmark(FUNCTIONS[name]) is not None
