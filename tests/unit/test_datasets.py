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
