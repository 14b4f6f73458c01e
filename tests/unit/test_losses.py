"""Losses: values by hand, kinks, extreme predictions, dtypes, and wrong arguments."""

import dataclasses

import numpy as np
import pytest

from mathnn import losses
from mathnn.losses import LOSSES

# A few roundings of float64.
ROUNDING = 1e-15
# exp carries the rounding of its argument: 700 times eps.
TAIL = 4e-13
# float32 has 24 bits.
FLOAT32 = 1e-6

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
elementwise = pytest.mark.parametrize(
    "loss", [loss for name, loss in LOSSES.items() if name != "categorical_cross_entropy"], ids=lambda loss: loss.name
)
every_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
LOG2, LOG3 = np.log(2), np.log(3)


def read_only(values, dtype=np.float64):
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


# Two examples, two outputs each: the value is half of the sum of all four losses, and so is the gradient.
BY_HAND = [
    ("squared_error", [[0, 1], [2, 3]], [[1, 3], [2, 0]], 7.0, [[1, 2], [0, -3]]),
    ("half_squared_error", [[0, 1], [2, 3]], [[1, 3], [2, 0]], 3.5, [[0.5, 1], [0, -1.5]]),
    (
        "binary_cross_entropy",
        [[1, 0], [0.5, 1]],
        [[0, LOG3], [LOG3, -LOG3]],
        # log 2 + log 4, then (log 4/3 + log 4) / 2 + log 4.
        (LOG2 + 4 * LOG2 + np.log(16 / 3) / 2) / 2,
        [[-1 / 4, 3 / 8], [1 / 8, -3 / 8]],
    ),
    (
        "categorical_cross_entropy",
        [[0, 1], [0.5, 1.5]],
        [[LOG3, 0], [0, LOG3]],
        # log 4, then log 4 / 2 + 3/2 log 4/3; the second row has mass 2: 2 (1/4, 3/4) - (1/2, 3/2).
        (2 * LOG2 + LOG2 + 1.5 * np.log(4 / 3)) / 2,
        [[3 / 8, -3 / 8], [0, 0]],
    ),
    ("hinge", [[1, -1], [1, -1]], [[0.5, 0.5], [2, -3]], 1.0, [[-0.5, 0.5], [0, 0]]),
    ("perceptron", [[1, -1], [1, -1]], [[-0.5, 0.5], [2, -3]], 0.5, [[-0.5, 0.5], [0, 0]]),
]


@pytest.mark.parametrize(("name", "y", "f", "value", "gradient"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_values_and_gradients_by_hand(name, y, f, value, gradient):
    found, slope = LOSSES[name].value_and_grad(y, f)
    assert found == LOSSES[name].value(y, f) == pytest.approx(value, rel=2 * ROUNDING)
    np.testing.assert_allclose(slope, gradient, rtol=ROUNDING, atol=ROUNDING)


def test_every_loss_is_found_by_its_name_and_has_values_by_hand():
    assert [row[0] for row in BY_HAND] == list(LOSSES)
    assert all(name == loss.name for name, loss in LOSSES.items())
    assert all(getattr(losses, name) is loss for name, loss in LOSSES.items())


def test_the_kinks_are_written_down():
    assert {name: loss.kinks for name, loss in LOSSES.items() if loss.kinks} == {"hinge": (1.0,), "perceptron": (0.0,)}


def test_the_subgradient_of_the_hinge_loss_at_its_kink_is_zero():
    value, gradient = losses.hinge.value_and_grad([1, -1], [1, -1])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [0.0, 0.0])
    assert not np.signbit(gradient).any()


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_subgradient_of_the_perceptron_loss_at_its_kink_is_minus_y(zero):
    value, gradient = losses.perceptron.value_and_grad([1, -1], [zero, zero])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [-0.5, 0.5])


def test_a_loss_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        losses.hinge.name = "other"


def test_integer_labels_mean_one_hot_rows():
    f = read_only(np.random.default_rng(0).uniform(-4, 4, (5, 3)))
    labels = np.array([2, 0, 1, 1, 2])
    value, gradient = losses.categorical_cross_entropy.value_and_grad(np.eye(3)[labels], f)
    for kind in (np.int8, np.uint8, np.int64, np.uint64, list):
        y = labels.tolist() if kind is list else read_only(labels, kind)
        found, slope = losses.categorical_cross_entropy.value_and_grad(y, f)
        assert found == pytest.approx(value, rel=ROUNDING)
        np.testing.assert_allclose(slope, gradient, rtol=ROUNDING, atol=ROUNDING)


def test_a_row_without_mass_costs_nothing():
    value, gradient = losses.categorical_cross_entropy.value_and_grad([[0, 0]], [[3.0, -2.0]])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [[0.0, 0.0]])


@pytest.mark.parametrize("score", [-1e308, -1e4, 0.0, 1e4, 1e308])
@pytest.mark.parametrize("y", [[0], [[1.0]]], ids=str)
def test_one_class_is_certain(y, score):
    value, gradient = losses.categorical_cross_entropy.value_and_grad(y, [[score]])
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [[0.0]])


@elementwise
def test_a_vector_stands_for_one_output(loss):
    y, f = np.array([1.0, 1.0, 1.0]), np.array([-0.5, 0.3, 2.0])
    value, gradient = loss.value_and_grad(y, f)
    column, slope = loss.value_and_grad(y[:, None], f[:, None])
    assert value == column
    assert gradient.shape == (3,)
    np.testing.assert_array_equal(gradient[:, None], slope)


@every_loss
def test_one_example_counts_in_full_and_copies_of_it_change_nothing(loss):
    y, f = np.array([[1.0, 1.0]]), np.array([[-0.5, 0.3]])
    value, gradient = loss.value_and_grad(y, f)
    many, slope = loss.value_and_grad(np.repeat(y, 4, axis=0), np.repeat(f, 4, axis=0))
    assert many == pytest.approx(value, rel=ROUNDING)
    np.testing.assert_allclose(4 * slope, np.repeat(gradient, 4, axis=0), rtol=ROUNDING)


@elementwise
def test_outputs_are_added(loss):
    y, f = np.array([[1.0, 1.0, 1.0]]), np.array([[-0.5, 0.3, 2.0]])
    value, gradient = loss.value_and_grad(y, f)
    parts = [loss.value_and_grad(y[:, j], f[:, j]) for j in range(3)]
    assert value == pytest.approx(sum(part[0] for part in parts), rel=ROUNDING)
    np.testing.assert_allclose(gradient[0], [part[1][0] for part in parts], rtol=ROUNDING)


# --- extreme predictions ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e4, 1e308])
def test_cross_entropies_of_extreme_logits(size):
    for y, f, value, gradient in [(1, size, 0, 0), (1, -size, size, -1), (0, size, size, 1), (0, -size, 0, 0)]:
        assert losses.binary_cross_entropy.value([y], [f]) == value
        assert losses.binary_cross_entropy.value_and_grad([y], [f])[1] == [gradient]
    f = np.array([[0.0, size]])
    assert losses.categorical_cross_entropy.value([0], f) == losses.categorical_cross_entropy.value([[1, 0]], f) == size
    assert losses.categorical_cross_entropy.value([1], f) == losses.categorical_cross_entropy.value([[0, 1]], f) == 0.0
    np.testing.assert_array_equal(losses.categorical_cross_entropy.value_and_grad([0], f)[1], [[-1.0, 1.0]])


def test_a_right_and_certain_answer_keeps_its_small_loss():
    assert losses.binary_cross_entropy.value([1], [700.0]) == pytest.approx(np.exp(-700.0), rel=TAIL, abs=0.0)
    assert losses.binary_cross_entropy.value([0], [-700.0]) == pytest.approx(np.exp(-700.0), rel=TAIL, abs=0.0)


@every_dtype
@pytest.mark.parametrize("columns", [1, 2, 3])
@every_loss
def test_no_nan_comes_out_of_finite_predictions(loss, columns, dtype):
    largest = float(np.finfo(dtype).max)
    sizes = [-largest, -1e4, -1.0, 0.0, 1.0, 1e4, largest]
    targets = {"hinge": [-1.0, 1.0], "perceptron": [-1.0, 1.0]}.get(loss.name, [0.0, 0.3, 1.0])
    rng = np.random.default_rng(0)
    for n in (1, 2, 7):
        for _ in range(30):
            f, y = read_only(rng.choice(sizes, (n, columns)), dtype), read_only(rng.choice(targets, (n, columns)))
            value, gradient = loss.value_and_grad(y, f)
            assert not np.isnan(value)
            assert not np.isnan(gradient).any()
            assert value >= 0.0
            # The slopes of all but the squared errors are at most the targets' mass.
            assert "squared" in loss.name or np.abs(gradient).max() <= columns / n


def test_what_overflows_is_infinite():
    value, gradient = losses.squared_error.value_and_grad([0.0], [1e200])
    assert value == np.inf
    np.testing.assert_array_equal(gradient, [2e200])
    assert losses.hinge.value([-1, -1], [1e308, 1e308]) == np.inf
    assert losses.squared_error.value([1e300], np.float32([0.0])) == np.inf


@every_loss
def test_nan_in_a_prediction_is_seen_in_the_value_and_in_its_gradient(loss):
    f = np.array([[0.5, 0.2], [np.nan, 0.3]])
    value, gradient = loss.value_and_grad(np.ones((2, 2)), f)
    assert np.isnan(value)
    assert np.isnan(gradient[1, 0])
    assert not np.isnan(gradient[0]).any()


def test_a_class_that_is_ruled_out_costs_nothing_unless_it_is_the_right_one():
    f = [[-np.inf, 0.0]]
    for wrong, right in [([0], [1]), ([[1.0, 0.0]], [[0.0, 1.0]])]:
        assert losses.categorical_cross_entropy.value(right, f) == 0.0
        assert losses.categorical_cross_entropy.value(wrong, f) == np.inf


# --- dtypes and purity ------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [np.float32, np.float64, np.int64, np.uint8, bool])
@every_dtype
@every_loss
def test_the_gradient_has_the_dtype_of_the_predictions_whatever_the_targets(loss, dtype, target):
    rng = np.random.default_rng(0)
    y, f = read_only(np.ones((4, 3)), target), read_only(rng.uniform(-4, 4, (4, 3)), dtype)
    value, gradient = loss.value_and_grad(y, f)
    assert type(value) is float
    assert gradient.dtype == dtype
    double, slope = loss.value_and_grad(np.ones((4, 3)), f.astype(np.float64))
    assert value == pytest.approx(double, rel=FLOAT32)
    np.testing.assert_allclose(gradient, slope, rtol=FLOAT32, atol=FLOAT32)


@every_dtype
def test_labels_keep_the_dtype_of_the_predictions(dtype):
    value, gradient = losses.categorical_cross_entropy.value_and_grad([1], dtype([[0.0, 1.0]]))
    assert (type(value), gradient.dtype) == (float, dtype)


@every_loss
def test_whole_numbers_are_predictions(loss):
    value, gradient = loss.value_and_grad([[1, 1]], [[2, 0]])
    assert gradient.dtype == np.float64
    assert value == loss.value([[1.0, 1.0]], [[2.0, 0.0]])


def test_many_losses_of_float32_are_added_in_float64():
    f = np.full(100_000, 0.1, dtype=np.float32)
    expected = float(np.float32(0.1) * np.float32(0.1))
    assert losses.squared_error.value(np.zeros(100_000), f) == pytest.approx(expected, rel=1e-12)


@every_loss
def test_nothing_is_changed_and_nothing_is_shared(loss):
    y, f = np.ones((3, 2)), np.linspace(-2, 2, 6).reshape(3, 2)
    copies = y.tobytes(), f.tobytes()
    _, gradient = loss.value_and_grad(y, f)
    assert (y.tobytes(), f.tobytes()) == copies
    assert not np.shares_memory(gradient, f)
    assert not np.shares_memory(gradient, y)
    assert gradient.flags.writeable


def test_labels_are_not_changed():
    labels = np.array([1, 0])
    losses.categorical_cross_entropy.value_and_grad(labels, np.zeros((2, 2)))
    np.testing.assert_array_equal(labels, [1, 0])


# --- wrong arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), [((3,), (3, 1)), ((3, 1), (3,)), ((3, 1), (3, 2)), ((1, 2), (3, 2))])
@elementwise
def test_losses_never_broadcast(loss, left, right):
    told = f"y_true and f must have the same shape, got {left} and {right}".replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=told):
        loss.value(np.ones(left), np.ones(right))


NOT_REAL = {
    "text": (["a"], "must hold real numbers .* got dtype <U1"),
    "complex": ([1j], "must hold real numbers .* got dtype complex128"),
    "None": (None, "must hold real numbers .* got dtype object"),
    "masked": (np.ma.masked_array([[1.0]], mask=[[True]]), "must not be a masked array"),
    "masked labels": (np.ma.masked_array([0], mask=[True]), "must not be a masked array"),
}


@pytest.mark.parametrize(("bad", "message"), NOT_REAL.values(), ids=NOT_REAL)
@every_loss
def test_what_is_not_real_is_a_type_error_that_names_the_argument(loss, bad, message):
    with pytest.raises(TypeError, match=f"^y_true {message}"):
        loss.value(bad, [[1.0]])
    with pytest.raises(TypeError, match=f"^f {message}"):
        loss.value([[1.0]], bad)


@every_loss
def test_rows_of_unequal_lengths_are_told_by_name(loss):
    with pytest.raises(ValueError, match=r"^y_true must be a rectangular array"):
        loss.value([[1.0], [1.0, 1.0]], np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"^f must be a rectangular array"):
        loss.value(np.ones((2, 2)), [[1.0], [1.0, 1.0]])


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)], ids=str)
@every_loss
def test_no_example_or_no_output_has_no_mean(loss, shape):
    told = f"^f must have at least one example and one output, got shape {shape}"
    with pytest.raises(ValueError, match=told.replace("(", r"\(").replace(")", r"\)")):
        loss.value(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize("shape", [(), (1, 2, 3)], ids=str)
@every_loss
def test_predictions_are_a_vector_or_a_matrix(loss, shape):
    told = f"^f must have shape (n, q) or (n,), got {shape}".replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=told):
        loss.value(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize(
    ("name", "bad", "rule"),
    [
        *(("binary_cross_entropy", bad, r"be in \[0, 1\]") for bad in (-1, 2, 1.0000001, np.nan, np.inf)),
        *((name, bad, "be -1 or 1") for name in ("hinge", "perceptron") for bad in (0, 2, 0.5, np.nan, -np.inf)),
        *(("categorical_cross_entropy", bad, "not be negative") for bad in (-1, -1e-9, np.nan)),
        *(("categorical_cross_entropy", bad, "have finite row sums") for bad in (np.inf, 1.7e308)),
    ],
)
def test_targets_outside_of_their_domain_are_told(name, bad, rule):
    y = np.array([[1.0, 1.0], [1e308 if bad == 1.7e308 else 1.0, bad]])
    shown = "inf" if bad == 1.7e308 else str(float(bad))
    with pytest.raises(ValueError, match=f"^y_true must {rule}.* got {shown}"):
        LOSSES[name].value(y, np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("labels", "kind", "message"),
    [
        ([0, 3], ValueError, r"must have labels in 0, ..., 2, the columns of f, got 3"),
        ([-1, 0], ValueError, r"must have labels in 0, ..., 2, the columns of f, got -1"),
        ([0], ValueError, "must have one label an example, got 1 labels and 2 examples"),
        ([], ValueError, "must have one label an example, got 0 labels and 2 examples"),
        ([0, 1, 2], ValueError, "must have one label an example, got 3 labels and 2 examples"),
        ([0.0, 1.0], TypeError, "of shape .* must hold integer labels, got dtype float64"),
        ([True, False], TypeError, "of shape .* must hold integer labels, got dtype bool"),
        ([[0], [1]], ValueError, r"and f must have the same shape, got \(2, 1\) and \(2, 3\)"),
        (0, ValueError, r"and f must have the same shape, got \(\) and \(2, 3\)"),
    ],
    ids=str,
)
def test_labels_that_are_none_are_told(labels, kind, message):
    with pytest.raises(kind, match=f"^y_true {message}"):
        losses.categorical_cross_entropy.value(labels, np.zeros((2, 3)))


def test_categories_need_a_column_each():
    with pytest.raises(
        ValueError, match=r"^f must have shape \(n, k\), one column a class, got \(3,\); use f\[None, :\]"
    ):
        losses.categorical_cross_entropy.value([0, 1, 2], np.zeros(3))


# --- zero-one ---------------------------------------------------------------------------------------


def test_the_share_of_wrong_labels_by_hand():
    assert losses.zero_one([0, 1, 2], [0, 1, 2]) == 0.0
    assert losses.zero_one([0, 1, 2, 2], [0, 1, 1, 0]) == 0.5
    assert losses.zero_one([-1.0], [1]) == 1.0
    assert losses.zero_one([True, False], [1, 1]) == 0.5
    assert type(losses.zero_one([1], [1])) is float


@pytest.mark.parametrize(
    ("y", "labels", "kind", "message"),
    [
        ([0, 1], [0], ValueError, r"y_true and labels must have the same shape, got \(2,\) and \(1,\)"),
        ([], [], ValueError, "y_true must have at least one label"),
        ([[0], [1]], [0, 1], ValueError, r"y_true must have shape \(n,\), got \(2, 1\); use y_true.ravel\(\)"),
        ([0, 1], [[0], [1]], ValueError, r"labels must have shape \(n,\), got \(2, 1\); use labels.ravel\(\)"),
        (["a"], [0], TypeError, "y_true must hold real numbers"),
        ([0], ["a"], TypeError, "labels must hold real numbers"),
        ([1j], [0], TypeError, "y_true must hold real numbers"),
        ([0], np.ma.masked_array([0]), TypeError, "labels must not be a masked array"),
    ],
    ids=str,
)
def test_wrong_labels_are_told_by_name(y, labels, kind, message):
    with pytest.raises(kind, match=f"^{message}"):
        losses.zero_one(y, labels)
