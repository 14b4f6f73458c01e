"""Networks by hand, their shapes, dtypes, and what they refuse."""

import numpy as np
import pytest

from mathnn import network
from mathnn.activations import identity, relu, tanh
from mathnn.losses import categorical_cross_entropy, squared_error
from mathnn.network import Layer


@pytest.fixture
def params():
    """A network 2-2-1 with small whole numbers."""
    return (
        Layer(np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.5, 1.0])),
        Layer(np.array([[3.0], [-2.0]]), np.array([0.25])),
    )


def test_forward_pass_by_hand(params):
    trace = network.forward(params, [[1.0, -1.0]], activation=relu)
    # z = (1 - 2 + 0.5, -1 - 0.5 + 1) = (-0.5, -0.5): both units are off.
    np.testing.assert_array_equal(trace.outputs[0], [[-0.5, -0.5]])
    np.testing.assert_array_equal(trace.inputs[1], [[0.0, 0.0]])
    np.testing.assert_array_equal(trace.outputs[1], [[0.25]])


def test_gradient_by_hand(params):
    # z = (1 + 2 + 0.5, -1 + 0.5 + 1) = (3.5, 0.5), f = 10.5 - 1 + 0.25 = 9.75, loss 0.75^2, and its derivative 1.5.
    value, (first, second) = network.value_and_grad(params, [[1.0, 1.0]], [[9.0]], activation=relu, loss=squared_error)
    assert value == 0.5625
    np.testing.assert_array_equal(second.W, [[5.25], [0.75]])
    np.testing.assert_array_equal(second.b, [1.5])
    np.testing.assert_array_equal(first.W, [[4.5, -3.0], [4.5, -3.0]])
    np.testing.assert_array_equal(first.b, [4.5, -3.0])


def test_ridge_is_half_the_squares_of_the_weights_and_spares_the_biases(params):
    plain, gradient = network.value_and_grad(params, [[1.0, 1.0]], [[9.0]], activation=relu, loss=squared_error)
    value, penalised = network.value_and_grad(
        params, [[1.0, 1.0]], [[9.0]], activation=relu, loss=squared_error, ridge=2.0
    )
    assert value == plain + (1 + 1 + 4 + 0.25) + (9 + 4)
    for old, new, layer in zip(gradient, penalised, params, strict=True):
        np.testing.assert_array_equal(new.W, old.W + 2.0 * layer.W)
        np.testing.assert_array_equal(new.b, old.b)


def test_rows_are_examples(params):
    X = np.array([[1.0, 1.0], [1.0, -1.0], [0.0, 2.0]])
    together = network.predict(params, X, activation=tanh)
    for row, expected in zip(X, together, strict=True):
        np.testing.assert_allclose(network.predict(params, [row], activation=tanh)[0], expected, rtol=1e-15)


def test_flatten_goes_layer_by_layer_weights_before_biases(params):
    theta = network.flatten(params)
    np.testing.assert_array_equal(theta, [1, -1, 2, 0.5, 0.5, 1, 3, -2, 0.25])
    for old, new in zip(params, network.unflatten(theta, params), strict=True):
        np.testing.assert_array_equal(old.W, new.W)
        np.testing.assert_array_equal(old.b, new.b)


def test_unflatten_does_not_share_memory(params):
    theta = network.flatten(params)
    network.unflatten(theta, params)[0].W[:] = 7.0
    assert theta[0] == 1.0


@pytest.mark.parametrize(("scheme", "variance"), [("he", 2 / 400), ("xavier", 2 / 700)])
def test_initial_variance(scheme, variance):
    layer, _ = network.init((400, 300, 1), rng=np.random.default_rng(0), scheme=scheme)
    # 120,000 draws: the relative standard deviation of their variance is 0.4 %.
    assert layer.W.var() == pytest.approx(variance, rel=0.02)
    assert not layer.b.any()


def test_both_dtypes_draw_the_same_network():
    single = network.init((3, 4, 2), rng=np.random.default_rng(0), dtype=np.float32)
    double = network.init((3, 4, 2), rng=np.random.default_rng(0))
    for a, b in zip(single, double, strict=True):
        np.testing.assert_array_equal(a.W, b.W.astype(np.float32))


@pytest.mark.parametrize("labels", [np.array([0, 2, 1]), np.eye(3)[[0, 2, 1]]])
def test_float32_is_kept(labels):
    params = network.init((4, 5, 3), rng=np.random.default_rng(0), dtype=np.float32)
    X = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
    arguments = {"activation": tanh, "loss": categorical_cross_entropy}
    value, gradient = network.value_and_grad(params, X, labels, ridge=0.1, **arguments)
    assert type(value) is float
    assert {part.dtype for layer in gradient for part in layer} == {np.dtype(np.float32)}
    assert network.per_example_gradients(params, X, labels, **arguments).dtype == np.float32
    assert network.jvp(params, X, params, activation=tanh).dtype == np.float32


def test_inputs_are_not_changed(params):
    X, y = np.array([[1.0, 1.0]]), np.array([[9.0]])
    for array in (X, y, *(part for layer in params for part in layer)):
        array.setflags(write=False)
    network.value_and_grad(params, X, y, activation=identity, loss=squared_error, ridge=0.5)
    network.per_example_gradients(params, X, y, activation=identity, loss=squared_error)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"X": [[1.0]]}, ValueError, "columns of X and rows of W of layer 1"),
        ({"X": [1.0, 2.0]}, ValueError, r"X must have shape \(n, d_0\), got \(2,\)"),
        ({"y": [9.0]}, ValueError, r"\(1,\) and \(1, 1\)"),
        ({"activation": "relu"}, TypeError, "activation must be an Activation"),
        ({"ridge": -1.0}, ValueError, "ridge must be"),
        ({"params": ()}, TypeError, "at least one Layer"),
        ({"params": (Layer(np.ones((2, 3)), np.ones(2)),)}, ValueError, "length of b of layer 1"),
        (
            {"params": (Layer(np.ones((2, 3)), np.ones(3)), Layer(np.ones((2, 1)), np.ones(1)))},
            ValueError,
            "rows of W of layer 2",
        ),
        ({"params": (Layer(np.ones((2, 1), complex), np.ones(1)),)}, TypeError, "W of layer 1 must hold real numbers"),
    ],
)
def test_bad_input_is_named(params, change, error, text):
    arguments = {"params": params, "X": [[1.0, 1.0]], "y": [[9.0]], "activation": relu, "loss": squared_error, **change}
    first = [arguments.pop(name) for name in ("params", "X", "y")]
    with pytest.raises(error, match=text):
        network.value_and_grad(*first, **arguments)


@pytest.mark.parametrize(
    ("sizes", "options", "error"),
    [
        ((3,), {}, ValueError),
        ((3, 0), {}, ValueError),
        ((3, 2.0), {}, TypeError),
        ((3, 2), {"scheme": "zeros"}, ValueError),
        ((3, 2), {"dtype": int}, TypeError),
        ((3, 2), {"rng": 0}, TypeError),
    ],
)
def test_init_refuses(sizes, options, error):
    with pytest.raises(error):
        network.init(sizes, **{"rng": np.random.default_rng(0), **options})


def test_vectors_of_the_wrong_length_are_refused(params):
    with pytest.raises(ValueError, match="got 3 and 9"):
        network.unflatten(np.zeros(3), params)
    with pytest.raises(ValueError, match="shape of the output"):
        network.vjp(params, [[1.0, 1.0]], [[1.0, 1.0]], activation=relu)
    with pytest.raises(ValueError, match="tangent"):
        network.jvp(params, [[1.0, 1.0]], params[:1], activation=relu)


def test_the_trace_has_one_input_and_one_output_a_layer():
    params = network.init((2, 3, 4, 1), rng=np.random.default_rng(0))
    X = np.ones((5, 2))
    trace = network.forward(params, X, activation=relu)
    assert [A.shape for A in trace.inputs] == [(5, 2), (5, 3), (5, 4)]
    assert [Z.shape for Z in trace.outputs] == [(5, 3), (5, 4), (5, 1)]
