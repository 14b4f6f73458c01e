"""The constructions of the last chapter: weights and values by hand, and what bad input is told."""

import math

import numpy as np
import pytest

from mathnn import approximation, network
from mathnn.activations import logistic, relu
from mathnn.network import Layer


def run(params, x, activation=relu):
    return network.predict(params, np.reshape(x, (-1, 1)), activation=activation).ravel()


# --- piecewise linear ---------------------------------------------------------------------------------------


def test_the_weights_are_the_changes_of_slope():
    hidden, output = approximation.piecewise_linear([-1.0, 0.0, 2.0, 3.0], [5.0, 6.0, 2.0, 2.0])
    np.testing.assert_array_equal(hidden.W, [[1.0, 1.0, 1.0]])
    np.testing.assert_array_equal(hidden.b, [1.0, 0.0, -2.0])
    np.testing.assert_array_equal(output.W.ravel(), [1.0, -3.0, 2.0])
    np.testing.assert_array_equal(output.b, [5.0])


def test_it_is_constant_on_the_left_and_goes_on_on_the_right():
    params = approximation.piecewise_linear([0.0, 1.0, 2.0], [1.0, 3.0, 2.0])
    np.testing.assert_allclose(run(params, [-9.0, 0.0, 0.5, 1.0, 1.5, 2.0, 4.0]), [1.0, 1.0, 2.0, 3.0, 2.5, 2.0, 0.0])


def test_interpolation_is_at_equidistant_points():
    params = approximation.relu_interpolant(np.exp, -1.0, 2.0, n_pieces=6)
    assert params[0].W.shape == (1, 6)
    x = np.linspace(-1.0, 2.0, 7)
    np.testing.assert_allclose(run(params, x), np.exp(x), rtol=1e-13)
    np.testing.assert_allclose(run(params, x[:-1] + 0.25), (np.exp(x[:-1]) + np.exp(x[1:])) / 2, rtol=1e-13)


def test_the_bound_is_the_smaller_one():
    assert approximation.interpolation_bound(0.5, lipschitz=3.0) == 0.75
    assert approximation.interpolation_bound(0.5, curvature=8.0) == 0.25
    assert approximation.interpolation_bound(0.5, lipschitz=3.0, curvature=8.0) == 0.25
    assert approximation.interpolation_bound(2.0, lipschitz=1.0, curvature=8.0) == 1.0


# --- staircase ----------------------------------------------------------------------------------------------


def test_the_staircase_has_its_steps_in_the_middle():
    hidden, output = approximation.logistic_staircase(np.square, 1.0, 3.0, n_steps=2, steepness=7.0)
    np.testing.assert_array_equal(hidden.W, [[7.0, 7.0]])
    np.testing.assert_array_equal(hidden.b, [-10.5, -17.5])
    np.testing.assert_array_equal(output.W.ravel(), [3.0, 5.0])
    np.testing.assert_array_equal(output.b, [1.0])


def test_a_steep_staircase_interpolates():
    x = np.linspace(-1.0, 2.0, 7)
    params = approximation.logistic_staircase(np.sin, -1.0, 2.0, n_steps=6, steepness=1e3)
    np.testing.assert_allclose(run(params, x, logistic), np.sin(x), atol=1e-14)


def test_the_bound_of_the_staircase_is_its_formula():
    h, q = 0.5, math.exp(-0.5 * 3.0)
    expected = math.sqrt(h / 2) + math.sqrt(h) * (1 + 2 * q / (1 - q))
    assert approximation.staircase_bound(math.sqrt, 0.0, 2.0, n_steps=4, steepness=3.0) == pytest.approx(expected)
    # K h = log 3: at most three times the modulus.
    assert approximation.staircase_bound(
        lambda d: 1.0, 0.0, 1.0, n_steps=5, steepness=5 * math.log(3)
    ) == pytest.approx(3)
    assert approximation.staircase_bound(lambda d: 1.0, 0.0, 1.0, n_steps=1, steepness=1e300) == 2.0


# --- ridges -------------------------------------------------------------------------------------------------


def test_the_fejer_mean_of_a_cosine_is_a_multiple_of_it():
    def f(X):
        return 3.0 + np.cos(np.pi * X[:, 0]) * np.cos(2 * np.pi * X[:, 1])

    found = approximation.ridge_network(f, 2, order=4, piece=1 / 64)
    X = np.random.default_rng(0).uniform(size=(300, 2))
    expected = 3.0 + 0.75 * 0.5 * (f(X) - 3.0)
    polygons = found.coefficient_sum * math.pi**2 / 64**2 / 8
    np.testing.assert_allclose(network.predict(found.params, X, activation=relu).ravel(), expected, atol=polygons)
    # cos cos is four waves of amplitude 1/4: k and -k, (1, 2) and (1, -2).
    assert found.coefficient_sum == pytest.approx(0.75 * 0.5)
    assert len(found.params) == 2


def test_the_coefficients_distinguish_the_variables():
    found = approximation.ridge_network(lambda X: np.cos(np.pi * X[:, 2]), 3, order=2, piece=0.01)
    X = np.random.default_rng(0).uniform(size=(100, 3))
    values = network.predict(found.params, X, activation=relu).ravel()
    np.testing.assert_allclose(values, 0.5 * np.cos(np.pi * X[:, 2]), atol=1e-4)


def test_order_one_is_the_mean():
    found = approximation.ridge_network(lambda X: X[:, 0], 1, order=1, piece=1.0)
    np.testing.assert_allclose(run(found.params, [0.0, 0.3, 1.0]), 0.5)
    assert found.coefficient_sum == 0.0


def test_the_bound_of_the_ridge_network_is_its_formula():
    found = approximation.RidgeNetwork((Layer(np.ones((3, 1)), np.ones(1)),), 8, 32, 0.25, 5.0)
    expected = 2.0 * 3 * ((0.5 + math.log(8)) / 8 + 1 / 32) + math.pi**2 * 0.25**2 / 8 * 5.0
    assert found.bound(2.0) == pytest.approx(expected)


def test_the_number_of_units_is_what_the_pieces_need():
    found = approximation.ridge_network(lambda X: X.sum(axis=1), 2, order=2, piece=0.5)
    # Ridges (0, 1), (1, -1), (1, 0), (1, 1) with lengths 1, 2, 1, 2.
    assert found.params[0].W.shape == (2, 2 + 4 + 2 + 4)


# --- boxes --------------------------------------------------------------------------------------------------


def test_a_box_has_its_height_its_ramps_and_nothing_outside():
    lower, upper = [[0.0, 0.0]], [[2.0, 4.0]]
    X = [[1.0, 2.0], [0.5, 0.5], [0.25, 2.0], [1.0, 3.75], [0.25, 0.25], [0.0, 2.0], [3.0, 2.0], [1.0, -9.0]]
    found = approximation.boxes(X, lower, upper, [4.0], ramp=0.5)
    np.testing.assert_allclose(found, [4.0, 4.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0])


def test_boxes_add_up():
    X = np.linspace(-3, 3, 61)[:, None]
    lower, upper, heights = [[-2.0], [0.0]], [[0.0], [1.0]], [1.0, -3.0]
    both = approximation.boxes(X, lower, upper, heights, ramp=0.25)
    parts = [
        approximation.boxes(X, lower[i : i + 1], upper[i : i + 1], heights[i : i + 1], ramp=0.25) for i in range(2)
    ]
    np.testing.assert_allclose(both, sum(parts))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_narrow_network_has_width_n_plus_4(n):
    lower, upper, heights = approximation.cubes(lambda X: X.sum(axis=1), n, radius=1.0, n_per_axis=2)
    params = approximation.narrow_network(lower, upper, heights, ramp=0.125)
    widths = [layer.W.shape[1] for layer in params]
    assert widths == [n + 4] * ((2 * n + 1) * 2**n + 1) + [1]


def test_cubes_fill_the_big_cube_in_order():
    lower, upper, heights = approximation.cubes(lambda X: X[:, 0] + 10 * X[:, 1], 2, radius=1.0, n_per_axis=2)
    np.testing.assert_array_equal(lower, [[-1, -1], [-1, 0], [0, -1], [0, 0]])
    np.testing.assert_array_equal(upper, lower + 1)
    np.testing.assert_allclose(heights, [-5.5, 4.5, -4.5, 5.5])


def test_the_bound_of_the_narrow_network_is_its_formula():
    found = approximation.narrow_network_bound([2.0, -1.0], 2, side=0.5, ramp=0.1, lipschitz=3.0, tail=0.7)
    expected = 0.7 + 2 * 0.25 * 3.0 * 2 * 0.5 / 4 + 3.0 * 0.25 * (1 - 0.6**2)
    assert found == pytest.approx(expected)


# --- rays ---------------------------------------------------------------------------------------------------


def test_a_dead_network_escapes_anywhere():
    params = (Layer(np.zeros((2, 2)), np.full(2, -1.0)), Layer(np.ones((2, 1)), np.array([5.0])))
    _, v = approximation.escape_ray(params, [0.0, 0.0])
    assert np.linalg.norm(v) == pytest.approx(1.0)


def test_an_affine_network_escapes_along_its_weights():
    params = (Layer(np.array([[3.0], [4.0]]), np.array([-1.0])),)
    y, v = approximation.escape_ray(params, [0.0, 0.0])
    np.testing.assert_allclose(y, 0.0)
    np.testing.assert_allclose(v, [-0.6, -0.8])


# --- bad input ----------------------------------------------------------------------------------------------


def good_boxes(**change):
    arguments = {"lower": [[0.0]], "upper": [[1.0]], "heights": [1.0], "ramp": 0.1} | change
    return arguments.pop("lower"), arguments.pop("upper"), arguments.pop("heights"), arguments


def build(**change):
    lower, upper, heights, options = good_boxes(**change)
    return approximation.narrow_network(lower, upper, heights, **options)


WIDE = (Layer(np.ones((1, 2)), np.zeros(2)), Layer(np.ones((2, 1)), np.zeros(1)))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: approximation.piecewise_linear([0.0], [1.0]), ValueError, "knots must be at least two"),
        (lambda: approximation.piecewise_linear([0.0, 0.0], [1.0, 2.0]), ValueError, "increase strictly"),
        (lambda: approximation.piecewise_linear([1.0, 0.0], [1.0, 2.0]), ValueError, "increase strictly"),
        (lambda: approximation.piecewise_linear([0.0, 1.0], [1.0]), ValueError, "length of values"),
        (lambda: approximation.piecewise_linear([0.0, np.nan], [1.0, 2.0]), ValueError, "knots must be finite"),
        (lambda: approximation.piecewise_linear([0.0, 1.0], [1.0, np.inf]), ValueError, "values must be finite"),
        (lambda: approximation.piecewise_linear([0.0, 1e-300], [0.0, 1e300]), ValueError, "slopes must be finite"),
        (lambda: approximation.relu_interpolant(np.sin, 1.0, 1.0, n_pieces=2), ValueError, "a must be less than b"),
        (lambda: approximation.relu_interpolant(np.sin, 0.0, 1.0, n_pieces=0), ValueError, "n_pieces"),
        (
            lambda: approximation.relu_interpolant(lambda x: 1.0, 0.0, 1.0, n_pieces=2),
            ValueError,
            "one number for each",
        ),
        (lambda: approximation.relu_interpolant(lambda x: 1 / x, 0.0, 1.0, n_pieces=2), ValueError, "must be finite"),
        (lambda: approximation.relu_interpolant(lambda x: "a", 0.0, 1.0, n_pieces=2), TypeError, "f"),
        (lambda: approximation.interpolation_bound(0.0, lipschitz=1.0), ValueError, "width"),
        (lambda: approximation.interpolation_bound(1.0), ValueError, "lipschitz or curvature"),
        (lambda: approximation.interpolation_bound(1.0, lipschitz=-1.0), ValueError, "lipschitz"),
        (lambda: approximation.interpolation_bound(1.0, curvature=-1.0), ValueError, "curvature"),
        (lambda: approximation.logistic_staircase(np.sin, 0.0, 1.0, n_steps=2, steepness=0.0), ValueError, "steepness"),
        (
            lambda: approximation.staircase_bound(lambda d: -1.0, 0.0, 1.0, n_steps=2, steepness=1.0),
            ValueError,
            "modulus",
        ),
        (lambda: approximation.ridge_network(np.sin, 0, order=2, piece=1.0), ValueError, "p must"),
        (lambda: approximation.ridge_network(np.sin, 1, order=0, piece=1.0), ValueError, "order"),
        (lambda: approximation.ridge_network(np.sin, 1, order=2, piece=0.0), ValueError, "piece"),
        (
            lambda: approximation.ridge_network(lambda X: X[:, 0], 1, order=4, piece=1.0, n_quadrature=3),
            ValueError,
            "n_quadrature must be at least 4",
        ),
        (lambda: approximation.ridge_network(lambda X: X, 2, order=2, piece=1.0), ValueError, r"f\(points\)|f must"),
        (lambda: build(ramp=0.6), ValueError, "ramp must be at most half"),
        (lambda: build(ramp=0.0), ValueError, "ramp"),
        (lambda: build(upper=[[1.0, 1.0]]), ValueError, "lower and upper must have the same shape"),
        (lambda: build(lower=np.zeros((0, 1)), upper=np.zeros((0, 1)), heights=[]), ValueError, "at least one box"),
        (lambda: build(heights=[1.0, 2.0]), ValueError, "length of heights"),
        (lambda: build(heights=[np.nan]), ValueError, "heights must be finite"),
        (lambda: build(lower=[[-np.inf]]), ValueError, "lower must be finite"),
        (lambda: approximation.boxes([[0.0, 0.0]], [[0.0]], [[1.0]], [1.0], ramp=0.1), ValueError, "columns of X"),
        (lambda: approximation.cubes(lambda X: X[:, 0], 1, radius=0.0, n_per_axis=2), ValueError, "radius"),
        (lambda: approximation.cubes(lambda X: X[:, 0], 1, radius=1.0, n_per_axis=0), ValueError, "n_per_axis"),
        (
            lambda: approximation.narrow_network_bound([1.0], 1, side=1.0, ramp=0.6, lipschitz=1.0, tail=0.0),
            ValueError,
            "ramp",
        ),
        (lambda: approximation.escape_ray(WIDE, [0.0]), ValueError, "hidden widths of at most n = 1"),
        (lambda: approximation.escape_ray(WIDE[:1], [0.0]), ValueError, "one output"),
        (
            lambda: approximation.escape_ray((Layer(np.ones((1, 1)), np.zeros(1)),), [0.0, 1.0]),
            ValueError,
            "length of x",
        ),
        (lambda: approximation.escape_ray((Layer(np.ones((1, 1)), np.zeros(1)),), [np.nan]), ValueError, "x must be"),
    ],
)
def test_bad_input_is_told_by_its_name(call, kind, text):
    with np.errstate(all="ignore"), pytest.raises(kind, match=text):
        call()


@pytest.mark.parametrize("weight", [0.0, 2.0])
def test_where_the_network_is_zero_any_direction_will_do(weight):
    params = (Layer(np.array([[weight], [0.0]]), np.zeros(1)),)
    y, v = approximation.escape_ray(params, [0.0, 3.0])
    np.testing.assert_array_equal(y, [0.0, 3.0])
    assert np.linalg.norm(v) == 1.0


def test_escape_rays_cross_from_piece_to_piece():
    """Many small pieces around the start, so that the path has to cross them one after the other."""
    rng, moved = np.random.default_rng(6), 0
    for _ in range(300):
        n = int(rng.integers(1, 4))
        params = [Layer(rng.standard_normal((n, n)), 0.05 * rng.standard_normal(n)) for _ in range(4)]
        params.append(Layer(rng.standard_normal((n, 1)), 0.05 * rng.standard_normal(1)))
        x = 0.1 * rng.standard_normal(n)
        y, v = approximation.escape_ray(tuple(params), x)
        moved += bool(np.linalg.norm(y - x) > 1e-3)
        along = y + np.concatenate([np.linspace(0, 1, 50), [10.0, 1e3]])[:, None] * v
        values = np.abs(network.predict(tuple(params), along, activation=relu).ravel())
        start = abs(network.predict(tuple(params), x[None], activation=relu)[0, 0])
        assert values.min() >= start - 1e-6 * (1 + start)
    assert moved > 30
