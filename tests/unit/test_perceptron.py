"""One neuron, Rosenblatt's rule against its textbook loop, Novikoff's bound, and XOR."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathnn import datasets, network, perceptron
from mathnn.activations import heaviside, identity, logistic, relu
from mathnn.gradient_descent import ConvergenceWarning

CORNERS = np.array(list(itertools.product([0.0, 1.0], repeat=2)))


def separable(seed, n=40, p=3):
    rng = np.random.default_rng(seed)
    w, b = rng.standard_normal(p), rng.standard_normal()
    X = rng.standard_normal((10 * n, p))
    z = X @ w + b
    X, z = X[np.abs(z) > 0.3][:n], z[np.abs(z) > 0.3][:n]
    return X, np.sign(z), w, b


def textbook(X, y, epochs):
    w, b, updates = np.zeros(X.shape[1]), 0.0, 0
    for epoch in range(1, epochs + 1):
        mistakes = 0
        for x, label in zip(X, y, strict=True):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        updates += mistakes
        if not mistakes:
            return w, b, updates, epoch, True
    return w, b, updates, epochs, False


def test_a_neuron_is_an_activation_of_an_affine_function():
    X, w = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0.5, 2.0])
    np.testing.assert_allclose(perceptron.neuron(X, w, -1.0, activation=identity), [3.5, -1.5])
    np.testing.assert_allclose(perceptron.neuron(X, w, -1.0, activation=relu), [3.5, 0.0])
    np.testing.assert_allclose(
        perceptron.neuron(X, w, -1.0, activation=logistic), 1 / (1 + np.exp([-3.5, 1.5])), rtol=1e-14
    )


@pytest.mark.parametrize(("b", "table"), [(-1.5, [0, 0, 0, 1]), (-0.5, [0, 1, 1, 1])], ids=["and", "or"])
def test_and_and_or_are_one_neuron_each(b, table):
    np.testing.assert_array_equal(perceptron.neuron(CORNERS, [1.0, 1.0], b, activation=heaviside), table)


@pytest.mark.parametrize("n", [1, 5, 255, 256, 257, 600])
def test_the_rule_is_the_textbook_loop(n):
    X, y, *_ = separable(n, n)
    w, b, updates, epochs, converged = textbook(X, y, 200)
    found = perceptron.rosenblatt(X, y, max_epochs=200)
    np.testing.assert_allclose(found.weights, w, rtol=1e-12, atol=1e-12)
    assert (found.intercept, found.n_updates, found.n_epochs, found.converged) == (b, updates, epochs, converged)
    np.testing.assert_array_equal(found.predict(X), y)
    assert found.reason == "a pass without a mistake"


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_novikoff_bounds_the_updates(seed, p):
    X, y, w, b = separable(seed, p=p)
    if not len(X):
        return
    bound = perceptron.novikoff_bound(X, y, w, b)
    R = max(np.sqrt(x @ x + 1) for x in X)
    gamma = min(label * (x @ w + b) for x, label in zip(X, y, strict=True)) / np.sqrt(w @ w + b * b)
    assert bound == pytest.approx((R / gamma) ** 2, rel=1e-10)
    assert 1 <= perceptron.rosenblatt(X, y, max_epochs=100_000).n_updates <= bound


def test_the_bound_is_met_by_one_example():
    # R = gamma: one update, and the bound is 1.
    assert perceptron.novikoff_bound([[2.0]], [1], [2.0], 1.0) == pytest.approx(1.0)
    assert perceptron.rosenblatt([[2.0]], [1]).n_updates == 1


@pytest.mark.parametrize("scale", [1e-300, 1e-10, 1e300])
def test_the_bound_does_not_feel_the_length_of_the_weights(scale):
    X, y, w, b = separable(0)
    expected = perceptron.novikoff_bound(X, y, w, b)
    assert perceptron.novikoff_bound(X, y, w * scale, b * scale) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("w", "b"), [([0.0], 0.0), ([1.0], 0.0), ([-1.0], 0.0), ([1.0], -3.0)])
def test_the_bound_needs_a_separating_hyperplane(w, b):
    with pytest.raises(ValueError, match="separate the data strictly"):
        perceptron.novikoff_bound([[0.0], [1.0]], [-1, 1], w, b)


def test_no_pass_is_enough_for_xor():
    X, y = datasets.xor()
    with pytest.warns(ConvergenceWarning, match="max_epochs = 50 passes"):
        found = perceptron.rosenblatt(X, 2 * y - 1, max_epochs=50)
    assert not found.converged
    assert found.n_epochs == 50
    assert found.reason == "max_epochs = 50 passes are done"


def test_zero_on_the_hyperplane_is_a_mistake():
    # Every example is on the hyperplane of the zero weights; 0 must count as wrong, or nothing would ever start.
    assert perceptron.rosenblatt([[1.0]], [-1]).n_updates == 1
    X, y = np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    assert perceptron.rosenblatt(X, y).n_updates == textbook(X, y, 9)[2] == 2


def test_the_xor_network_is_that_of_the_book():
    X, y = datasets.xor()
    params = perceptron.xor_network()
    np.testing.assert_array_equal(network.predict(params, X, activation=relu).ravel(), y)
    grid = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    s = grid.sum(axis=1)
    expected = np.maximum(s, 0) - 2 * np.maximum(s - 1, 0)
    np.testing.assert_allclose(network.predict(params, grid, activation=relu).ravel(), expected, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    X, y, *_ = separable(1)
    found = perceptron.rosenblatt(X.astype(dtype), y)
    assert found.weights.dtype == dtype
    assert type(found.intercept) is float
    assert perceptron.neuron(X.astype(dtype), np.ones(3, dtype), 1.0, activation=relu).dtype == dtype


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: perceptron.neuron(CORNERS, [1.0], 0.0, activation=relu), ValueError, "length of weights"),
        (lambda: perceptron.neuron(CORNERS, [1.0, 1.0], np.nan, activation=relu), ValueError, "intercept"),
        (lambda: perceptron.neuron(CORNERS, [1.0, 1.0], 0.0, activation="relu"), TypeError, "activation"),
        (lambda: perceptron.rosenblatt(CORNERS, [0, 1, 1, 1]), ValueError, "y must be -1 or 1, got 0"),
        (lambda: perceptron.rosenblatt(CORNERS, [np.nan, 1, 1, 1]), ValueError, "y must be -1 or 1, got nan"),
        (lambda: perceptron.rosenblatt(CORNERS, [1, 1]), ValueError, "length of y"),
        (lambda: perceptron.rosenblatt(np.zeros((0, 2)), []), ValueError, "at least one row"),
        (lambda: perceptron.rosenblatt([[np.inf]], [1]), ValueError, "X must be finite"),
        (lambda: perceptron.rosenblatt([[1e308], [1e308]], [1, 1], max_epochs=0), ValueError, "max_epochs"),
        (lambda: perceptron.novikoff_bound(CORNERS, [1, 1, 1, 1], [1.0], 1.0), ValueError, "length of weights"),
        (lambda: perceptron.rosenblatt(CORNERS, [1, 1, 1, -1]).predict([[1.0]]), ValueError, "columns of X"),
    ],
)
def test_bad_input_is_told_by_its_name(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_on_the_hyperplane_the_prediction_is_one():
    found = perceptron.rosenblatt([[1.0], [-1.0]], [1, -1])
    boundary = -found.intercept / found.weights[0]
    assert found.predict([[boundary], [boundary + 1e-9], [boundary - 1e-9]]).tolist() == [1.0, 1.0, -1.0]


def test_the_prediction_is_that_of_the_neuron_with_the_step_function():
    found = perceptron.Perceptron(np.array([3.0, -4.0]), 2.0, 0, 1, True, "by hand")
    X = [[2.0, 2.0], [-2.0, -1.0], [2.0, 1.0], [2.0, 3.0]]  # two of them on the line 3 x1 - 4 x2 + 2 = 0
    answer = perceptron.neuron(X, found.weights, found.intercept, activation=heaviside)
    assert answer.tolist() == [1.0, 1.0, 1.0, 0.0]
    np.testing.assert_array_equal(found.predict(X), 2 * answer - 1)
