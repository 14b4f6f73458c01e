"""Activations and softmax: values by hand, tails, kinks, extreme and wrong arguments."""

import dataclasses

import mpmath
import numpy as np
import pytest

from mathnn import activations
from mathnn.activations import ACTIVATIONS

# A few roundings of float64.
ROUNDING = 1e-15
# exp carries the rounding of its argument: 700 times eps, and as much again for other libraries.
TAIL = 4e-13
# float32 has 24 bits.
FLOAT32 = 1e-6

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
every_method = pytest.mark.parametrize("method", ["value", "derivative"])
every_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SCORES = np.array([[0.3, -1.2, 2.0], [4.0, 4.0, -4.0]])
COTANGENTS = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
ON_ROWS = {
    "softmax": activations.softmax,
    "log_softmax": activations.log_softmax,
    "softmax_jacobian": activations.softmax_jacobian,
    "softmax_vjp": lambda z: activations.softmax_vjp(z, cotangents_of(z)),
    "log_softmax_vjp": lambda z: activations.log_softmax_vjp(z, cotangents_of(z)),
}
on_rows = pytest.mark.parametrize("function", ON_ROWS.values(), ids=ON_ROWS)
VJPS = [activations.softmax_vjp, activations.log_softmax_vjp]


def cotangents_of(z):
    """Numbers that differ along rows and columns, in the shape of the scores if these are a matrix."""
    shape = np.shape(z) if isinstance(z, np.ndarray) else (1, 1)
    return np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)


def read_only(values, dtype=np.float64):
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


# --- one variable -----------------------------------------------------------------------------------

BY_HAND = [
    ("identity", [-2.0, 0.0, 3.0], [-2.0, 0.0, 3.0], [1.0, 1.0, 1.0]),
    ("logistic", [-np.log(3), 0.0, np.log(3)], [0.25, 0.5, 0.75], [3 / 16, 0.25, 3 / 16]),
    ("tanh", [-np.log(2), 0.0, np.log(2)], [-0.6, 0.0, 0.6], [0.64, 1.0, 0.64]),
    ("relu", [-2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 1.0]),
    ("leaky_relu", [-2.0, 0.0, 3.0], [-0.02, 0.0, 3.0], [0.01, 0.01, 1.0]),
    ("softplus", [0.0, np.log(3), -np.log(3)], [np.log(2), np.log(4), np.log(4 / 3)], [0.5, 0.75, 0.25]),
    ("heaviside", [-2.0, 0.0, 3.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
]


@pytest.mark.parametrize(("name", "z", "value", "derivative"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_values_and_derivatives_by_hand(name, z, value, derivative):
    activation = ACTIVATIONS[name]
    np.testing.assert_allclose(activation.value(z), value, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(activation.derivative(z), derivative, rtol=ROUNDING, atol=ROUNDING)


def test_every_activation_is_found_by_its_name_and_has_values_by_hand():
    assert [row[0] for row in BY_HAND] == list(ACTIVATIONS)
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())
    assert all(getattr(activations, name) is activation for name, activation in ACTIVATIONS.items())


def test_the_kinks_are_written_down():
    kinks = {name: activation.kinks for name, activation in ACTIVATIONS.items() if activation.kinks}
    assert kinks == {"relu": (0.0,), "leaky_relu": (0.0,), "heaviside": (0.0,)}


@every_activation
def test_at_a_kink_the_derivative_is_the_limit_from_the_left(activation):
    for kink in activation.kinks:
        left = activation.derivative(np.nextafter(kink, -np.inf))
        assert activation.derivative(kink) == activation.derivative(-kink) == left


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_a_positive_number_however_small_is_right_of_the_kink(name):
    assert ACTIVATIONS[name].value(5e-324) == 5e-324
    assert ACTIVATIONS[name].derivative(5e-324) == 1.0


def test_an_activation_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        activations.relu.kinks = ()


EXACT = {
    ("logistic", "value"): lambda z: 1 / (1 + mpmath.exp(-z)),
    ("logistic", "derivative"): lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
    ("tanh", "value"): mpmath.tanh,
    ("tanh", "derivative"): lambda z: mpmath.sech(z) ** 2,
    ("softplus", "value"): lambda z: mpmath.log1p(mpmath.exp(z)),
    ("softplus", "derivative"): lambda z: 1 / (1 + mpmath.exp(-z)),
}


@pytest.mark.parametrize("z", [-700.0, -340.0, -40.0, -20.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 20.0, 40.0, 340.0])
@pytest.mark.parametrize(("name", "method"), EXACT)
def test_the_tails_keep_their_relative_accuracy(name, method, z):
    with mpmath.workdps(400):
        exact = float(EXACT[name, method](mpmath.mpf(z)))
    assert float(getattr(ACTIVATIONS[name], method)(z)) == pytest.approx(exact, rel=TAIL, abs=0.0)


def test_three_tails_by_their_leading_terms():
    tail = np.exp(-700.0)
    assert float(activations.logistic.value(-700.0)) == pytest.approx(tail, rel=TAIL, abs=0.0)
    assert float(activations.softplus.value(-700.0)) == pytest.approx(tail, rel=TAIL, abs=0.0)
    assert float(activations.tanh.derivative(20.0)) == pytest.approx(4 * np.exp(-40.0), rel=TAIL, abs=0.0)


LIMITS = {  # value and derivative at the left end, then at the right end; z stands for the argument
    "identity": (("z", 1), ("z", 1)),
    "logistic": ((0, 0), (1, 0)),
    "tanh": ((-1, 0), (1, 0)),
    "relu": ((0, 0), ("z", 1)),
    "leaky_relu": (("z/100", 0.01), ("z", 1)),
    "softplus": ((0, 0), ("z", 1)),
    "heaviside": ((0, 0), (1, 0)),
}


@every_dtype
@pytest.mark.parametrize("size", [1e4, 1e308, np.inf])
@every_activation
def test_extreme_arguments_have_the_limits_as_values(activation, size, dtype):
    size = min(size, float(np.finfo(dtype).max)) if np.isfinite(size) else size
    for z, expected in zip((-size, size), LIMITS[activation.name], strict=True):
        z = dtype(z)
        for method, limit in zip(("value", "derivative"), expected, strict=True):
            limit = {"z": z, "z/100": z * dtype(0.01)}.get(limit, limit)
            np.testing.assert_allclose(getattr(activation, method)([[z]]), dtype([[limit]]), rtol=FLOAT32)


@every_method
@every_activation
def test_nan_stays_nan_and_touches_no_other_entry(activation, method):
    clean = getattr(activation, method)([-1.0, 0.5, 2.0])
    found = getattr(activation, method)([-1.0, np.nan, 2.0])
    np.testing.assert_array_equal(np.isnan(found), [False, True, False])
    np.testing.assert_array_equal(found[[0, 2]], clean[[0, 2]])


@every_dtype
@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 2), (2, 0), (2, 3), (1, 2, 3)], ids=str)
@every_method
@every_activation
def test_shape_and_dtype_are_kept(activation, method, shape, dtype):
    z = read_only(np.random.default_rng(0).uniform(-4, 4, shape), dtype)
    found = getattr(activation, method)(z)
    assert isinstance(found, np.ndarray)
    assert (found.shape, found.dtype) == (shape, dtype)
    assert not np.shares_memory(found, z)
    assert found.flags.writeable
    double = getattr(activation, method)(z.astype(np.float64))
    np.testing.assert_allclose(found, double, rtol=FLOAT32, atol=FLOAT32)


@pytest.mark.parametrize("z", [[0, 1, 2], [True, False], np.array([3], dtype=np.uint8)], ids=str)
@every_method
@every_activation
def test_whole_numbers_and_truth_values_become_float64(activation, method, z):
    found = getattr(activation, method)(z)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, getattr(activation, method)(np.array(z, dtype=float)))


NOT_REAL = {
    "text": (["a"], "z must hold real numbers .* got dtype <U1"),
    "complex": ([1j], "z must hold real numbers .* got dtype complex128"),
    "None": (None, "z must hold real numbers .* got dtype object"),
    "masked": (np.ma.masked_array([1.0], mask=[True]), "z must not be a masked array"),
}


@pytest.mark.parametrize(("z", "message"), NOT_REAL.values(), ids=NOT_REAL)
@every_method
@every_activation
def test_what_is_not_real_is_a_type_error(activation, method, z, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        getattr(activation, method)(z)


# --- rows -------------------------------------------------------------------------------------------


def test_softmax_by_hand():
    np.testing.assert_allclose(activations.softmax(np.log([[1, 2, 5]])), [[1 / 8, 2 / 8, 5 / 8]], rtol=ROUNDING)
    np.testing.assert_allclose(
        activations.log_softmax(np.log([[1, 2, 5]])), np.log([[1 / 8, 2 / 8, 5 / 8]]), rtol=ROUNDING
    )
    # The classes stand along the row: with two equal rows, columns would have 1/2 in every entry.
    np.testing.assert_allclose(activations.softmax(np.log([[1, 3], [1, 3]])), [[1 / 4, 3 / 4]] * 2, rtol=ROUNDING)


def test_the_jacobian_and_both_products_by_hand():
    z = np.log([[1, 3]])
    np.testing.assert_allclose(activations.softmax_jacobian(z), [[[3, -3], [-3, 3]]] / np.array(16), rtol=ROUNDING)
    # v q = 1/4 + 6/4 = 7/4, and q (v - 7/4) = (1/4) (-3/4), (3/4) (1/4).
    np.testing.assert_allclose(activations.softmax_vjp(z, [[1, 2]]), [[-3 / 16, 3 / 16]], rtol=ROUNDING)
    # v - 3 q.
    np.testing.assert_allclose(activations.log_softmax_vjp(z, [[1, 2]]), [[1 / 4, -1 / 4]], rtol=ROUNDING)


@pytest.mark.parametrize("score", [-1e308, -1e4, 0.0, 1e4, 1e308])
def test_one_class_is_certain(score):
    z = np.array([[score], [score]])
    np.testing.assert_array_equal(activations.softmax(z), [[1.0], [1.0]])
    np.testing.assert_array_equal(activations.log_softmax(z), [[0.0], [0.0]])
    np.testing.assert_array_equal(activations.softmax_jacobian(z), np.zeros((2, 1, 1)))
    np.testing.assert_array_equal(activations.softmax_vjp(z, z), [[0.0], [0.0]])
    np.testing.assert_array_equal(activations.log_softmax_vjp(z, z), [[0.0], [0.0]])


@on_rows
def test_no_rows_are_no_rows(function):
    assert function(np.zeros((0, 3))).shape[:2] == (0, 3)


@every_dtype
def test_extreme_scores_make_certain_probabilities(dtype):
    largest = np.finfo(dtype).max
    for size in (dtype(1e4), largest):
        z = read_only([[size, -size], [-size, size], [size, size], [-size, -size]], dtype)
        expected = np.array([[1, 0], [0, 1], [0.5, 0.5], [0.5, 0.5]])
        np.testing.assert_array_equal(activations.softmax(z), expected)
        logarithms = activations.log_softmax(z)
        far = -2 * size if size < largest else -np.inf
        np.testing.assert_allclose(logarithms[:2], [[0, far], [far, 0]], rtol=FLOAT32)
        np.testing.assert_allclose(logarithms[2:], -np.log(2), rtol=FLOAT32)
        # At the size of the scores the cotangents are huge as well.
        assert np.isfinite(activations.softmax_vjp(z, z)).all()
        assert np.isfinite(activations.softmax_jacobian(z)).all()


def test_a_score_of_minus_infinity_has_probability_zero():
    np.testing.assert_array_equal(activations.softmax([[-np.inf, 0.0]]), [[0.0, 1.0]])
    np.testing.assert_array_equal(activations.log_softmax([[-np.inf, 0.0]]), [[-np.inf, 0.0]])


@on_rows
@pytest.mark.parametrize("bad", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf]], ids=str)
def test_where_softmax_is_not_defined_it_is_nan_in_that_row_only(function, bad):
    found = function(np.array([bad, [1.0, 2.0]]))
    assert np.isnan(found[0]).all()
    np.testing.assert_array_equal(found[1:], function(np.array([[1.0, 2.0], [1.0, 2.0]]))[1:])


def test_small_probabilities_keep_their_relative_accuracy():
    assert activations.softmax([[-700.0, 0.0]])[0, 0] == pytest.approx(np.exp(-700.0), rel=TAIL, abs=0.0)


@on_rows
def test_float32_scores_give_float32(function):
    single, double = function(read_only(SCORES, np.float32)), function(read_only(SCORES))
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, double, rtol=FLOAT32, atol=FLOAT32)


@pytest.mark.parametrize("vjp", VJPS)
@pytest.mark.parametrize("cotangent", [np.float64, np.float32, np.int64])
@every_dtype
def test_a_product_has_the_dtype_of_the_scores(vjp, dtype, cotangent):
    found = vjp(read_only(SCORES, dtype), read_only(np.rint(COTANGENTS), cotangent))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, vjp(SCORES, np.rint(COTANGENTS)), rtol=FLOAT32, atol=FLOAT32)


@on_rows
def test_nothing_is_changed_and_nothing_is_shared(function):
    z = SCORES.copy()
    found = function(z)
    assert z.tobytes() == SCORES.tobytes()
    assert not np.shares_memory(found, z)


@pytest.mark.parametrize("vjp", VJPS)
def test_cotangents_are_neither_changed_nor_shared(vjp):
    v = COTANGENTS.copy()
    found = vjp(read_only(SCORES), v)
    assert v.tobytes() == COTANGENTS.tobytes()
    assert not np.shares_memory(found, v)


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (1.0, r"must have shape \(n, k\), got \(\)"),
        ([1.0, 2.0], r"must have shape \(n, k\), got \(2,\); use z\[:, None\] for one column or z\[None, :\]"),
        (np.zeros((1, 2, 3)), r"must have shape \(n, k\), got \(1, 2, 3\)"),
        (np.zeros((2, 0)), r"must have at least one column, got shape \(2, 0\)"),
        ([[1.0], [1.0, 2.0]], "must be a rectangular array"),
    ],
    ids=str,
)
@on_rows
def test_scores_that_are_no_matrix_are_a_value_error(function, z, message):
    with pytest.raises(ValueError, match=f"^z {message}"):
        function(z)


@pytest.mark.parametrize(("z", "message"), NOT_REAL.values(), ids=NOT_REAL)
@pytest.mark.parametrize("vjp", VJPS)
def test_scores_and_cotangents_that_are_not_real_are_told_by_name(vjp, z, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        vjp(z, SCORES)
    with pytest.raises(TypeError, match=f"^v{message[1:]}"):
        vjp(SCORES, z)


@pytest.mark.parametrize("shape", [(2, 1), (1, 3), (3, 2)], ids=str)
@pytest.mark.parametrize("vjp", VJPS)
def test_cotangents_are_never_broadcast(vjp, shape):
    told = rf"z and v must have the same shape, got \(2, 3\) and \({shape[0]}, {shape[1]}\)"
    with pytest.raises(ValueError, match=told):
        vjp(SCORES, np.ones(shape))
    with pytest.raises(ValueError, match=r"^v must have shape \(n, k\), got \(3,\)"):
        vjp(SCORES, np.ones(3))
