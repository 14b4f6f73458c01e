"""Every array argument of every public function, against what careless callers pass."""

import dataclasses
import warnings

import numpy as np
import pytest

from mathnn import (
    activations,
    approximation,
    calculus,
    datasets,
    gradient_descent,
    linear_regression,
    logistic_regression,
    losses,
    perceptron,
)

# Strides and byte orders change the order of summation, hence the last digits.
SAME = 1e-12
# float32 has 24 bits, and the designs here are well conditioned.
FLOAT32 = 1e-4

SOURCE = np.random.default_rng(0)
A = SOURCE.standard_normal((7, 3))
Y = SOURCE.standard_normal(7)
BETA = SOURCE.standard_normal(3)
FIT = linear_regression.least_squares(A, Y)


# Targets of no, some and all mass, and signs: between them they are in the domain of every loss.
SHARES = np.eye(3)[[0, 1, 2, 0, 1, 2, 2]]
SIGNS = np.sign(Y)


LABELS = (Y > 0).astype(float)
THETA = np.append(BETA, 0.5)
LOGISTIC = logistic_regression.fit(A, LABELS, ridge=0.1)
STEP = gradient_descent.adam(0.1)


def rng():
    return np.random.default_rng(1)


def bowl(x):
    return float(x @ x), 2 * x


def cubic(x):
    return np.sum(x**3 + x)


def cubic_gradient(x):
    return 3 * x**2 + 1


# label: (name of the argument, a good value, the call)
ARGUMENTS = {
    "design_matrix": ("X", A, lambda v: linear_regression.design_matrix(v)),
    "rss, beta": ("beta", BETA, lambda v: linear_regression.rss(v, A, Y)),
    "rss, A": ("A", A, lambda v: linear_regression.rss(BETA, v, Y)),
    "rss, y": ("y", Y, lambda v: linear_regression.rss(BETA, A, v)),
    "rss_gradient, beta": ("beta", BETA, lambda v: linear_regression.rss_gradient(v, A, Y)),
    "rss_gradient, A": ("A", A, lambda v: linear_regression.rss_gradient(BETA, v, Y)),
    "rss_gradient, y": ("y", Y, lambda v: linear_regression.rss_gradient(BETA, A, v)),
    "rss_hessian": ("A", A, lambda v: linear_regression.rss_hessian(v)),
    "least_squares, X": ("X", A, lambda v: linear_regression.least_squares(v, Y)),
    "least_squares, y": ("y", Y, lambda v: linear_regression.least_squares(A, v)),
    "least_squares by QR, X": ("X", A, lambda v: linear_regression.least_squares(v, Y, method="qr")),
    "least_squares by QR, y": ("y", Y, lambda v: linear_regression.least_squares(A, v, method="qr")),
    "normal_equations, X": ("X", A, lambda v: linear_regression.normal_equations(v, Y)),
    "normal_equations, y": ("y", Y, lambda v: linear_regression.normal_equations(A, v)),
    "LinearFit.predict": ("X", A, lambda v: FIT.predict(v)),
    "numerical_gradient": ("x", BETA, lambda v: calculus.numerical_gradient(cubic, v)),
    "numerical_jacobian": ("x", BETA, lambda v: calculus.numerical_jacobian(cubic_gradient, v)),
    "complex_step_gradient": ("x", BETA, lambda v: calculus.complex_step_gradient(cubic, v)),
    "check_gradient": ("x", BETA, lambda v: calculus.check_gradient(cubic, cubic_gradient, v)),
    "taylor_slope": ("x", BETA, lambda v: calculus.taylor_slope(cubic, cubic_gradient, v, rng=rng())),
    "linear_data": ("weights", BETA, lambda v: datasets.linear_data(4, v, rng=rng())),
    "logistic cost, theta": ("theta", THETA, lambda v: logistic_regression.value_and_grad(v, A, LABELS)),
    "logistic cost, X": ("X", A, lambda v: logistic_regression.value_and_grad(THETA, v, LABELS)),
    "logistic Hessian, theta": ("theta", THETA, lambda v: logistic_regression.hessian(v, A)),
    "logistic Hessian, X": ("X", A, lambda v: logistic_regression.hessian(THETA, v)),
    "logistic fit": ("X", A, lambda v: logistic_regression.fit(v, LABELS, ridge=0.1).weights),
    "LogisticFit.probabilities": ("X", A, lambda v: LOGISTIC.probabilities(v)),
    "Optimizer.step, theta": ("theta", BETA, lambda v: STEP.step(v, BETA, STEP.init(BETA))[0]),
    "Optimizer.step, gradient": ("gradient", BETA, lambda v: STEP.step(BETA, v, STEP.init(BETA))[0]),
    "minimize": ("theta0", BETA, lambda v: gradient_descent.minimize(bowl, v, STEP, n_steps=2).theta),
    "neuron, X": ("X", A, lambda v: perceptron.neuron(v, BETA, 0.5, activation=activations.tanh)),
    "neuron, weights": ("weights", BETA, lambda v: perceptron.neuron(A, v, 0.5, activation=activations.tanh)),
    "boxes": ("X", A, lambda v: approximation.boxes(v, [[-2.0] * 3], [[2.0] * 3], [1.0], ramp=1.0)),
    "blobs": ("centres", A, lambda v: datasets.blobs(9, v, rng=rng())[0]),
    "softmax": ("z", A, activations.softmax),
    "log_softmax": ("z", A, activations.log_softmax),
    "softmax_jacobian": ("z", A, activations.softmax_jacobian),
    "softmax_vjp, z": ("z", A, lambda v: activations.softmax_vjp(v, SHARES)),
    "softmax_vjp, v": ("v", A, lambda v: activations.softmax_vjp(SHARES, v)),
    "log_softmax_vjp, z": ("z", A, lambda v: activations.log_softmax_vjp(v, SHARES)),
    "log_softmax_vjp, v": ("v", A, lambda v: activations.log_softmax_vjp(SHARES, v)),
    "zero_one, y_true": ("y_true", SIGNS, lambda v: losses.zero_one(v, np.ones(7))),
    "zero_one, labels": ("labels", SIGNS, lambda v: losses.zero_one(np.ones(7), v)),
}
ENTRYWISE = {
    f"{name}.{method}": ("z", A, getattr(activation, method))
    for name, activation in activations.ACTIVATIONS.items()
    for method in ("value", "derivative")
}
PREDICTIONS = {
    f"{name}, f": ("f", A, lambda v, loss=loss: loss.value_and_grad(2 * SHARES - 1 if loss.kinks else SHARES, v))
    for name, loss in losses.LOSSES.items()
}
TARGETS = {
    f"{name}, y_true": ("y_true", SHARES, lambda v, loss=loss: loss.value_and_grad(v, A))
    for name, loss in losses.LOSSES.items()
    if not loss.kinks
}
ARGUMENTS |= ENTRYWISE | PREDICTIONS | TARGETS
# These take a point of any shape, or tell of two shapes that differ.
ANY_SHAPE = {label for label in ARGUMENTS if hasattr(calculus, label)} | {*ENTRYWISE, *PREDICTIONS, *TARGETS}
# These pass on what is not finite; all others refuse it.
PROPAGATE = {
    "design_matrix",
    "Optimizer.step, theta",
    "Optimizer.step, gradient",
    "neuron, X",
    "neuron, weights",
    "boxes",
    *ENTRYWISE,
    *PREDICTIONS,
    *TARGETS,
}
PROPAGATE |= {label for label in ARGUMENTS if "softmax" in label or "zero_one" in label}


def arguments(without=frozenset()):
    return pytest.mark.parametrize(
        ("name", "good", "call"),
        [pytest.param(*row, id=label) for label, row in ARGUMENTS.items() if label not in without],
    )


def numbers(result):
    """All the numbers of a result, in one list of arrays."""
    if dataclasses.is_dataclass(result):
        return [np.asarray(getattr(result, field.name), dtype=float) for field in dataclasses.fields(result)]
    return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


class LikeADataFrame:
    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)


def read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def strided(array):
    wide = np.full([3 * size for size in array.shape], np.nan)
    view = wide[tuple(slice(1, None, 3) for _ in array.shape)]
    view[...] = array
    return view


def matrix(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return np.asmatrix(array)


EQUIVALENT = {
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(map(tuple, a)) if a.ndim == 2 else tuple(a),
    "read-only": read_only,
    "strided": strided,
    "reversed strides": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "Fortran order": np.asfortranarray,
    "big-endian": lambda a: a.astype(">f8"),
    "object with __array__": LikeADataFrame,
    "subclass": lambda a: a.view(type("Subclass", (np.ndarray,), {})),
}


@pytest.mark.parametrize("change", EQUIVALENT.values(), ids=EQUIVALENT)
@arguments()
def test_storage_does_not_matter(name, good, call, change):
    for found, expected in zip(numbers(call(change(good))), numbers(call(good)), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=SAME, atol=SAME)


@arguments()
def test_nothing_is_changed(name, good, call):
    before = good.copy()
    call(good)
    assert good.tobytes() == before.tobytes()


@pytest.mark.parametrize("cast", [np.int8, np.uint16, np.int64, bool], ids=str)
@arguments()
def test_integers_and_booleans_count_as_float64(name, good, call, cast):
    whole = np.rint(2 * np.abs(good)).astype(cast)
    if good.ndim == 2:
        whole = np.eye(7, 3).astype(cast)
    for found, expected in zip(numbers(call(whole)), numbers(call(whole.astype(float))), strict=True):
        assert found.dtype == expected.dtype == np.float64
        np.testing.assert_array_equal(found, expected)


def test_a_matrix_object_counts_as_an_array():
    for _, good, call in ARGUMENTS.values():
        if good.ndim == 2:
            for found, expected in zip(numbers(call(matrix(good))), numbers(call(good)), strict=True):
                np.testing.assert_array_equal(found, expected)


NOT_REAL = {
    "None": lambda a: None,
    "text": lambda a: "1.0",
    "texts": lambda a: a.astype(str),
    "bytes": lambda a: a.astype("S"),
    "complex": lambda a: a.astype(complex),
    "complex64": lambda a: a.astype(np.complex64),
    "float16": lambda a: a.astype(np.float16),
    "longdouble": lambda a: a.astype(np.longdouble),
    "objects": lambda a: a.astype(object),
    "dates": lambda a: np.zeros(a.shape, dtype="datetime64[s]"),
    "durations": lambda a: np.zeros(a.shape, dtype="timedelta64[s]"),
    "records": lambda a: np.zeros(a.shape, dtype="f8, f8"),
    "huge integers": lambda a: np.full(a.shape, 10**30).tolist(),
    "set": lambda a: {1.0, 2.0},
    "generator": lambda a: (x for x in a),
    "masked": lambda a: np.ma.masked_array(a, mask=a > 0),
    "masked, nothing hidden": np.ma.masked_array,
}


@pytest.mark.parametrize("spoil", NOT_REAL.values(), ids=NOT_REAL)
@arguments()
def test_what_is_not_real_is_a_type_error_that_names_the_argument(name, good, call, spoil):
    with pytest.raises(TypeError, match=rf"^{name} must .*(dtype|masked)"):
        call(spoil(good))


@arguments()
def test_a_sparse_matrix_is_a_type_error(name, good, call):
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=f"^{name} must .*object"):
        call(sparse.csr_array(np.atleast_2d(good)))


@arguments()
def test_rows_of_unequal_lengths_are_a_value_error(name, good, call):
    with pytest.raises(ValueError, match=f"^{name} must be a rectangular array"):
        call([[1.0, 2.0], [3.0]])


@arguments(without=ANY_SHAPE)
def test_a_wrong_number_of_axes_is_told_with_the_shape(name, good, call):
    for wrong in (good[..., None], good[0], float(good.flat[0]), good[None]):
        shape = str(np.shape(wrong)).replace("(", r"\(").replace(")", r"\)")
        with pytest.raises(ValueError, match=rf"^{name} must have shape .*, got {shape}; "):
            call(wrong)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@arguments(without=PROPAGATE)
def test_no_entry_may_be_infinite_or_nan_wherever_it_stands(name, good, call, value):
    for place in range(good.size):
        spoiled = good.copy()
        spoiled.flat[place] = value
        with pytest.raises(ValueError, match="must be finite"):
            call(read_only(spoiled))


@pytest.mark.parametrize("fit", [linear_regression.least_squares, linear_regression.normal_equations])
def test_infinities_that_would_cancel_are_refused_by_name(fit):
    spoiled = A.copy()
    spoiled[1, 2], spoiled[4, 2] = np.inf, -np.inf
    with pytest.raises(ValueError, match=r"^X must be finite, got inf at index \(1, 2\) \(2 such entries\)"):
        fit(spoiled, Y)
    with pytest.raises(ValueError, match=r"^y must be finite, got -inf at index \(0,\)"):
        fit(A, np.r_[-np.inf, np.inf, Y[2:]])


def test_the_design_matrix_passes_on_what_is_not_finite():
    np.testing.assert_array_equal(linear_regression.design_matrix([[np.nan], [np.inf]]), [[np.nan, 1], [np.inf, 1]])


UNEQUAL = [
    (lambda: linear_regression.rss(BETA[:2], A, Y), "length of beta and columns of A must be equal, got 2 and 3"),
    (lambda: linear_regression.rss(BETA, A[:, :2], Y), "length of beta and columns of A must be equal, got 3 and 2"),
    (lambda: linear_regression.rss(BETA, A, Y[:1]), "length of y and rows of A must be equal, got 1 and 7"),
    (
        lambda: linear_regression.rss_gradient(BETA, A.T, Y),
        "length of beta and columns of A must be equal, got 3 and 7",
    ),
    (lambda: linear_regression.rss_gradient(BETA, A, Y[:6]), "length of y and rows of A must be equal, got 6 and 7"),
    (lambda: linear_regression.least_squares(A, Y[:1]), "length of y and rows of X must be equal, got 1 and 7"),
    (lambda: linear_regression.least_squares(A.T, Y), "length of y and rows of X must be equal, got 7 and 3"),
    (lambda: linear_regression.normal_equations(A, Y[:6]), "length of y and rows of X must be equal, got 6 and 7"),
    (lambda: FIT.predict(A[:, :2]), "columns of X and columns the model was fitted on must be equal, got 2 and 3"),
    (lambda: FIT.predict(linear_regression.design_matrix(A)), "columns of X and columns .* got 4 and 3"),
]


@pytest.mark.parametrize(("call", "message"), UNEQUAL)
def test_unequal_lengths_are_never_broadcast(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0)])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("fit", [linear_regression.least_squares, linear_regression.normal_equations])
def test_a_fit_needs_a_row_and_a_column(fit, intercept, shape):
    with pytest.raises(ValueError, match="X must have at least one row and one column, got shape"):
        fit(np.zeros(shape), np.zeros(shape[0]), intercept=intercept)


def least_squares(**options):
    return linear_regression.least_squares(A, Y, **options)


def normal_equations(**options):
    return linear_regression.normal_equations(A, Y, **options)


def linear_data(n=3, weights=(1.0,), **options):
    return datasets.linear_data(n, weights, **({"rng": rng()} | options))


def matrix_with_condition(n=4, d=3, **options):
    return datasets.matrix_with_condition(n, d, **({"rng": rng(), "condition": 10.0} | options))


def numerical_gradient(**options):
    return calculus.numerical_gradient(cubic, BETA, **options)


def complex_step(**options):
    return calculus.complex_step_gradient(cubic, BETA, **options)


def check_gradient(**options):
    return calculus.check_gradient(cubic, cubic_gradient, BETA, **options)


def taylor_slope(**options):
    return calculus.taylor_slope(cubic, cubic_gradient, BETA, **options)


NOT_A_NUMBER = (True, np.True_, "1", 1j, np.complex128(1), [1.0], np.array(1.0), np.timedelta64(1))
NOT_AN_INTEGER = (True, np.True_, 2.0, np.float64(2), "2", None, [2], np.timedelta64(2))
NOT_A_GENERATOR = (None, 0, np.random, np.random.RandomState(0), np.random.default_rng)
BEYOND = (np.nan, np.inf, -np.inf, 10**400)
OPTIONS = [
    *((call, {"intercept": v}, TypeError) for call in (least_squares, normal_equations) for v in (0, 1, None, "no")),
    *((least_squares, {"method": v}, ValueError) for v in ("SVD", "lu", None, 1, ["svd"])),
    *((least_squares, {"rcond": v}, TypeError) for v in NOT_A_NUMBER),
    *((least_squares, {"rcond": v}, ValueError) for v in (-1, -1e-300, *BEYOND)),
    *((normal_equations, {"refinements": v}, TypeError) for v in NOT_AN_INTEGER),
    *((normal_equations, {"refinements": v}, ValueError) for v in (-1, np.int64(-2))),
    *((linear_data, {"n": v}, TypeError) for v in NOT_AN_INTEGER),
    *((linear_data, {"n": v}, ValueError) for v in (0, -1)),
    *((linear_data, {"intercept": v}, TypeError) for v in (None, *NOT_A_NUMBER)),
    *((linear_data, {"intercept": v}, ValueError) for v in BEYOND),
    *((linear_data, {"noise_std": v}, TypeError) for v in (None, *NOT_A_NUMBER)),
    *((linear_data, {"noise_std": v}, ValueError) for v in (-1e-9, *BEYOND)),
    *((matrix_with_condition, {name: v}, TypeError) for name in ("n", "d") for v in NOT_AN_INTEGER),
    *((matrix_with_condition, {"n": v}, ValueError) for v in (2, 0)),
    *((matrix_with_condition, {"d": v}, ValueError) for v in (1, 0)),
    *((matrix_with_condition, {"condition": v}, TypeError) for v in (None, *NOT_A_NUMBER)),
    *((matrix_with_condition, {"condition": v}, ValueError) for v in (0.999, -2, *BEYOND)),
    *(
        (call, {"rng": v}, TypeError)
        for call in (linear_data, matrix_with_condition, taylor_slope)
        for v in NOT_A_GENERATOR
    ),
    *(
        (call, {"step": v}, TypeError)
        for call in (numerical_gradient, complex_step, check_gradient)
        for v in NOT_A_NUMBER
    ),
    *((call, {"step": v}, ValueError) for call in (numerical_gradient, complex_step) for v in (0, -1e-3, *BEYOND)),
    *((check_gradient, {"rtol": v}, TypeError) for v in (None, *NOT_A_NUMBER)),
    *((check_gradient, {"rtol": v}, ValueError) for v in (0, -1, *BEYOND)),
]


@pytest.mark.parametrize(("call", "option", "kind"), OPTIONS)
def test_a_wrong_option_is_told_by_its_name(call, option, kind):
    (name,) = option
    with pytest.raises(kind, match=rf"^{name} must "):
        call(**option)


@pytest.mark.parametrize("number", [1, 1.0, np.float32(1), np.float64(1), np.int8(1), np.uint64(1)], ids=repr)
def test_a_number_of_any_real_kind_is_an_option(number):
    assert linear_data(intercept=number)[1].dtype == np.float64
    assert matrix_with_condition(condition=number).dtype == np.float64


FLOAT32_RESULTS = {
    "design_matrix": lambda cast: linear_regression.design_matrix(cast(A)),
    "rss": lambda cast: linear_regression.rss(cast(BETA), cast(A), cast(Y)),
    "rss_gradient": lambda cast: linear_regression.rss_gradient(cast(BETA), cast(A), cast(Y)),
    "rss_hessian": lambda cast: linear_regression.rss_hessian(cast(A)),
    "least_squares": lambda cast: linear_regression.least_squares(cast(A), cast(Y)).weights,
    "least_squares by QR": lambda cast: linear_regression.least_squares(cast(A), cast(Y), method="qr").weights,
    "least_squares, intercept": lambda cast: linear_regression.least_squares(cast(A), cast(Y)).intercept,
    "least_squares, rss": lambda cast: linear_regression.least_squares(cast(A), cast(Y)).rss,
    "normal_equations": lambda cast: linear_regression.normal_equations(cast(A), cast(Y)).weights,
    "normal_equations, intercept": lambda cast: linear_regression.normal_equations(cast(A), cast(Y)).intercept,
    "normal_equations, rss": lambda cast: linear_regression.normal_equations(cast(A), cast(Y)).rss,
    "predict": lambda cast: linear_regression.least_squares(cast(A), cast(Y)).predict(cast(A)),
    "predict by normal equations": lambda cast: linear_regression.normal_equations(cast(A), cast(Y)).predict(cast(A)),
}


@pytest.mark.parametrize("call", FLOAT32_RESULTS.values(), ids=FLOAT32_RESULTS)
def test_float32_stays_float32_and_is_close_to_float64(call):
    single, double = call(lambda a: a.astype(np.float32)), call(lambda a: a)
    if isinstance(double, float):
        assert type(single) is type(double) is float
    else:
        assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, double, rtol=FLOAT32, atol=FLOAT32)


@pytest.mark.parametrize("fit", [linear_regression.least_squares, linear_regression.normal_equations])
def test_mixed_precision_gives_float64(fit):
    assert fit(A.astype(np.float32), Y).weights.dtype == np.float64
    assert fit(A, Y.astype(np.float32)).weights.dtype == np.float64
    assert linear_regression.rss_gradient(BETA, A.astype(np.float32), Y).dtype == np.float64


def test_derivatives_by_numbers_are_float64_whatever_the_point():
    point = BETA.astype(np.float32)
    assert calculus.numerical_gradient(cubic, point).dtype == np.float64
    assert calculus.numerical_jacobian(cubic_gradient, point).dtype == np.float64
    assert calculus.complex_step_gradient(cubic, point).dtype == np.float64
