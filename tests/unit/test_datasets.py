"""Data sets: the model that is stated, and nothing random but the generator."""

import numpy as np
import pytest

from mathnn import datasets

# Means and variances of 40 000 draws are right to about 1 / sqrt(40 000) = 0.005; five times that is never exceeded.
SAMPLING = 0.025


def test_without_noise_the_targets_are_the_affine_function():
    X, y = datasets.linear_data(5, [2.0, -1.0], intercept=3.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(y, 2 * X[:, 0] - X[:, 1] + 3, rtol=1e-14)
    assert (X.shape, y.shape, X.dtype, y.dtype) == ((5, 2), (5,), np.float64, np.float64)


def test_features_and_noise_have_the_stated_moments():
    X, y = datasets.linear_data(40_000, [1.0, -2.0], intercept=0.5, noise_std=3.0, rng=np.random.default_rng(1))
    noise = y - X @ [1.0, -2.0] - 0.5
    np.testing.assert_allclose(np.cov(X.T), np.eye(2), atol=SAMPLING)
    np.testing.assert_allclose([X.mean(), noise.mean() / 3], 0, atol=SAMPLING)
    assert noise.std() / 3 == pytest.approx(1.0, abs=SAMPLING)
    np.testing.assert_allclose(X.T @ noise / 3 / 40_000, 0, atol=SAMPLING)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < SAMPLING


def test_no_weights_make_a_constant():
    X, y = datasets.linear_data(3, [], intercept=2.0, rng=np.random.default_rng(2))
    assert X.shape == (3, 0)
    np.testing.assert_array_equal(y, [2.0, 2.0, 2.0])


def test_a_matrix_with_a_condition_number_is_not_diagonal():
    A = datasets.matrix_with_condition(6, 4, condition=100.0, rng=np.random.default_rng(3))
    assert A.shape == (6, 4)
    assert np.linalg.cond(A) == pytest.approx(100.0, rel=1e-10)
    assert (np.abs(A.T @ A - np.diag(np.diag(A.T @ A))) > 1e-3).any()


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: datasets.linear_data(4, [1.0], noise_std=1.0, rng=rng)[1],
        lambda rng: datasets.matrix_with_condition(4, 2, condition=5.0, rng=rng),
    ],
)
def test_the_generator_decides_and_is_used_up(draw):
    rng = np.random.default_rng(4)
    first, second = draw(rng), draw(rng)
    np.testing.assert_array_equal(first, draw(np.random.default_rng(4)))
    assert not np.array_equal(first, second)


def test_no_global_state_is_used_or_changed():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    datasets.linear_data(4, [1.0], noise_std=1.0, rng=np.random.default_rng(5))
    datasets.matrix_with_condition(4, 2, condition=5.0, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_targets_that_overflow_are_told():
    with pytest.raises(ValueError, match="y, made from weights, intercept and noise_std, must be finite"):
        datasets.linear_data(3, [1.7e308] * 4, rng=np.random.default_rng(6))
    with pytest.raises(ValueError, match="must be finite"):
        datasets.linear_data(30, [1.0], noise_std=1.7e308, rng=np.random.default_rng(6))


# --- points in the plane with labels ------------------------------------------------------------------------


def test_xor_is_the_four_corners():
    X, y = datasets.xor()
    np.testing.assert_array_equal(X, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(y, [0, 1, 1, 0])
    assert X.dtype == np.float64
    assert y.dtype.kind == "i"


def test_blobs_lie_around_their_centres():
    centres = np.array([[0.0, 0.0, 5.0], [10.0, 0.0, -5.0]])
    X, y = datasets.blobs(20_001, centres, noise_std=0.5, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.arange(20_001) % 2)
    noise = X - centres[y]
    # Five standard deviations of a mean of twenty thousand.
    assert np.abs(noise.mean(axis=0)).max() < 5 * 0.5 / np.sqrt(20_001)
    np.testing.assert_allclose(noise.std(axis=0), 0.5, rtol=0.03)
    assert np.abs(np.corrcoef(noise.T) - np.eye(3)).max() < 0.05


def test_moons_are_half_circles():
    X, y = datasets.moons(1000, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.arange(1000) % 2)
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1.0, lower[:, 1] - 0.5), 1.0, rtol=1e-14)
    assert upper[:, 1].min() >= 0.0
    assert lower[:, 1].max() <= 0.5
    # The angles are uniform: a quarter of the points in each quarter.
    quarters = np.histogram(np.arctan2(upper[:, 1], upper[:, 0]), bins=4, range=(0, np.pi))[0]
    assert np.abs(quarters - 125).max() < 50


@pytest.mark.parametrize("n_turns", [0.0, 1.0, 2.5])
def test_spirals_turn_with_their_radius(n_turns):
    X, y = datasets.spirals(1000, n_turns=n_turns, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.arange(1000) % 2)
    r = np.hypot(*X.T)
    assert r.max() <= 1.0
    angle = 2 * np.pi * n_turns * r + np.pi * y
    np.testing.assert_allclose(X, r[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), atol=1e-14)
    assert np.abs(np.histogram(r, bins=4, range=(0, 1))[0] - 250).max() < 80


@pytest.mark.parametrize("make", [datasets.moons, datasets.spirals])
def test_noise_has_its_standard_deviation(make):
    quiet, _ = make(20_000, rng=np.random.default_rng(3))
    noisy, _ = make(20_000, noise_std=0.1, rng=np.random.default_rng(3))
    np.testing.assert_allclose((noisy - quiet).std(axis=0), 0.1, rtol=0.03)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: datasets.blobs(0, [[0.0]], rng=np.random.default_rng()), ValueError, "n must"),
        (lambda: datasets.blobs(3, np.zeros((0, 2)), rng=np.random.default_rng()), ValueError, "centres"),
        (lambda: datasets.blobs(3, [[np.nan]], rng=np.random.default_rng()), ValueError, "centres"),
        (lambda: datasets.blobs(3, [0.0], rng=np.random.default_rng()), ValueError, "centres"),
        (lambda: datasets.blobs(3, [[0.0]], noise_std=-1, rng=np.random.default_rng()), ValueError, "noise_std"),
        (lambda: datasets.moons(0, rng=np.random.default_rng()), ValueError, "n must"),
        (lambda: datasets.moons(3, noise_std=-1, rng=np.random.default_rng()), ValueError, "noise_std"),
        (lambda: datasets.spirals(3, n_turns=-1, rng=np.random.default_rng()), ValueError, "n_turns"),
        (lambda: datasets.spirals(3, rng=0), TypeError, "rng"),
        (lambda: datasets.moons(3, rng=0), TypeError, "rng"),
        (lambda: datasets.blobs(3, [[0.0]], rng=0), TypeError, "rng"),
    ],
)
def test_bad_input_is_told(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_the_largest_singular_value_is_one():
    A = datasets.matrix_with_condition(30, 4, condition=100.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.svd(A)[1], 100.0 ** -np.array([0, 1 / 3, 2 / 3, 1]), rtol=1e-12)


def test_the_defaults_are_those_that_are_written_down():
    def rng():
        return np.random.default_rng(5)

    X, y = datasets.linear_data(9, [2.0], rng=rng())
    np.testing.assert_allclose(y, 2.0 * X[:, 0])
    for plain, told in (
        (datasets.blobs(9, [[0.0]], rng=rng()), datasets.blobs(9, [[0.0]], noise_std=1.0, rng=rng())),
        (datasets.moons(9, rng=rng()), datasets.moons(9, noise_std=0.0, rng=rng())),
        (datasets.spirals(9, rng=rng()), datasets.spirals(9, n_turns=1.0, noise_std=0.0, rng=rng())),
    ):
        np.testing.assert_array_equal(plain[0], told[0])
