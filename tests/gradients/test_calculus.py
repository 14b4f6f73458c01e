"""Derivatives by numbers: accuracy, planted wrong formulas, and functions that misbehave."""

import dataclasses
import math

import numpy as np
import pytest

from mathnn import calculus, linear_regression

# eps^(2/3) = 4e-11 is what central differences reach at best; values and slopes here are 1 to 100.
DIFFERENCES = 1e-8
# The complex step has the error of one evaluation.
EXACT = 1e-14

POINT = np.array([0.3, -1.2, 2.1])
POINT.setflags(write=False)


def smooth(x):
    return np.sum(np.sin(x) * np.exp(x)) + x.flat[0] * x.flat[-1]


def smooth_gradient(x):
    gradient = np.exp(x) * (np.sin(x) + np.cos(x))
    gradient.flat[0] += x.flat[-1]
    gradient.flat[-1] += x.flat[0]
    return gradient


def bilinear(W):
    """<B, W W> has a gradient that is not symmetric."""
    return np.sum(SQUARE * (W @ W))


def bilinear_gradient(W):
    return SQUARE @ W.T + W.T @ SQUARE


SQUARE = np.random.default_rng(0).standard_normal((3, 3))


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 2)])
def test_gradients_have_the_shape_of_the_point(shape):
    x = np.random.default_rng(1).uniform(0.5, 2.0, shape)

    def f(z):
        return np.sum(np.exp(z) * z)

    expected = np.exp(x) * (x + 1)
    for found in (calculus.numerical_gradient(f, x), calculus.complex_step_gradient(f, x)):
        assert found.shape == shape
        np.testing.assert_allclose(found, expected, rtol=DIFFERENCES)
    assert calculus.check_gradient(f, lambda z: np.exp(z) * (z + 1), x).passed
    assert calculus.numerical_jacobian(lambda z: np.exp(z) * (z + 1), x).shape == shape + shape


def test_a_jacobian_has_the_shape_of_the_value_and_then_that_of_the_point():
    A, B = np.arange(6.0).reshape(2, 3), np.arange(1.0, 5.0)
    jacobian = calculus.numerical_jacobian(lambda X: np.outer(A @ X, B), POINT)
    assert jacobian.shape == (2, 4, 3)
    np.testing.assert_allclose(jacobian, A[:, None, :] * B[None, :, None], rtol=DIFFERENCES, atol=DIFFERENCES)


@pytest.mark.parametrize("f", [calculus.numerical_gradient, calculus.complex_step_gradient])
def test_no_coordinates_have_no_derivatives(f):
    assert f(lambda x: 1.0 + 0j if x.dtype.kind == "c" else 1.0, []).shape == (0,)


def test_jacobians_of_and_at_nothing():
    assert calculus.numerical_jacobian(lambda x: [1.0, 2.0], []).shape == (2, 0)
    assert calculus.numerical_jacobian(lambda x: [], POINT).shape == (0, 3)


def test_the_complex_step_is_exact():
    np.testing.assert_allclose(calculus.complex_step_gradient(smooth, POINT), smooth_gradient(POINT), rtol=EXACT)
    far = [700.0, -500.0]
    np.testing.assert_allclose(
        calculus.complex_step_gradient(lambda x: np.sum(np.exp(x)), far), np.exp(far), rtol=EXACT
    )


def test_central_differences_are_of_second_order():
    steps = 2.0 ** -np.arange(2, 9)
    errors = [np.abs(calculus.numerical_gradient(smooth, POINT, step=h) - smooth_gradient(POINT)).max() for h in steps]
    order = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert order == pytest.approx(2.0, abs=0.02)


def test_the_default_step_is_about_the_best():
    def error(step):
        return np.abs(calculus.numerical_gradient(smooth, POINT, step=step) - smooth_gradient(POINT)).max()

    assert error(None) < DIFFERENCES
    assert error(None) < 0.1 * min(error(1e-3), error(1e-9))


@pytest.mark.parametrize("size", [1e-300, 1e-8, 1.0, 1e8, 1e150])
def test_the_step_grows_with_the_point(size):
    # Without that, 1e8 + 1e-6 would keep two digits of the step.
    found = calculus.numerical_gradient(lambda x: np.sum(x), np.array([size, -size]))
    np.testing.assert_allclose(found, [1.0, 1.0], rtol=1e-9)


def test_the_step_that_was_taken_after_rounding_is_divided_by():
    # Numbers near 1e9 are 1.2e-7 apart: of the step 1e-6 a tenth is lost.
    found = calculus.numerical_gradient(lambda x: x[0] - 1e9, [1e9], step=1e-6)
    np.testing.assert_allclose(found, [1.0], rtol=EXACT)


def test_only_the_given_step_is_used():
    # Of a cubic, the central difference with step h is off by exactly h^2.
    found = calculus.numerical_gradient(lambda x: x[0] ** 3, [0.0], step=0.5)
    np.testing.assert_allclose(found, [0.25], rtol=EXACT)


WRONG = {
    "factor 1.001": lambda g: 1.001 * g,
    "factor 1/2": lambda g: 0.5 * g,
    "sign": lambda g: -g,
    "zero": lambda g: 0 * g,
    "one coordinate zero": lambda g: np.where(np.arange(g.size) == 1, 0.0, g.ravel()).reshape(g.shape),
    "two coordinates exchanged": lambda g: g.ravel()[[1, 0, *range(2, g.size)]].reshape(g.shape),
    "one sign": lambda g: g * np.where(np.arange(g.size) == g.size - 1, -1, 1).reshape(g.shape),
    "constant added": lambda g: g + 1e-4,
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_planted_wrong_gradients_are_rejected(spoil):
    for f, gradient, x in [(smooth, smooth_gradient, POINT), (bilinear, bilinear_gradient, SQUARE.T)]:
        assert calculus.check_gradient(f, gradient, x).passed
        assert not calculus.check_gradient(f, lambda z, gradient=gradient: spoil(gradient(z)), x).passed


def test_a_transposed_matrix_gradient_is_rejected():
    assert calculus.check_gradient(bilinear, bilinear_gradient, SQUARE.T).passed
    check = calculus.check_gradient(bilinear, lambda W: bilinear_gradient(W).T, SQUARE.T)
    assert not check.passed
    assert check.error > 0.1


def test_a_check_is_as_true_as_its_verdict():
    # `assert check_gradient(...)` is what people write.
    assert calculus.check_gradient(smooth, smooth_gradient, POINT)
    assert not calculus.check_gradient(smooth, lambda x: 1.001 * smooth_gradient(x), POINT)


def test_a_check_tells_where_and_how_much():
    def wrong(x):
        return smooth_gradient(x) + np.array([0.0, 0.5, 0.0])

    check = calculus.check_gradient(smooth, wrong, POINT)
    assert check.index == (1,)
    assert type(check.passed) is bool
    assert type(check.error) is float
    np.testing.assert_array_equal(check.formula, wrong(POINT))
    np.testing.assert_allclose(check.numerical, smooth_gradient(POINT), rtol=DIFFERENCES)
    assert check.error == pytest.approx(0.5 / np.abs(wrong(POINT)).max(), rel=1e-6)
    with pytest.raises(dataclasses.FrozenInstanceError):
        check.passed = True


def test_the_tolerance_decides():
    def off(x):
        return smooth_gradient(x) * (1 + 1e-4)

    assert not calculus.check_gradient(smooth, off, POINT, rtol=1e-5).passed
    assert calculus.check_gradient(smooth, off, POINT, rtol=1e-3).passed


@pytest.mark.parametrize("scale", [1e-200, 1e-5, 1e5, 1e200])
def test_the_scale_of_the_function_does_not_matter(scale):
    assert calculus.check_gradient(lambda x: scale * smooth(x), lambda x: scale * smooth_gradient(x), POINT).passed
    assert not calculus.check_gradient(lambda x: scale * smooth(x), lambda x: scale * 1.01 * smooth_gradient(x), POINT)


def test_points_far_from_zero_are_no_critical_points():
    for size in (1e13, 1e200):
        assert calculus.check_gradient(lambda x: np.sum(x), np.ones_like, [size, 2 * size]).passed


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        (lambda x: x @ x, lambda x: 2 * x),
        (lambda x: 3.0, lambda x: 0 * x),
        (lambda x: 0.0, lambda x: 0 * x),
        (lambda x: 1.0 + x @ x, lambda x: 7 * x),
    ],
)
def test_a_critical_point_is_refused_because_nothing_could_fail_there(f, gradient):
    with pytest.raises(ValueError, match="x must not be a critical point"):
        calculus.check_gradient(f, gradient, [0.0, 0.0])


def test_a_wrong_formula_at_a_critical_point_still_fails():
    assert not calculus.check_gradient(lambda x: x @ x, lambda x: 2 * x + 1, [0.0, 0.0]).passed


def test_no_coordinate_is_nothing_to_check():
    with pytest.raises(ValueError, match=r"x must have at least one coordinate, got shape \(0,\)"):
        calculus.check_gradient(lambda x: 1.0, lambda x: x, [])
    with pytest.raises(ValueError, match=r"x must have at least one coordinate, got shape \(0,\)"):
        calculus.taylor_slope(lambda x: 1.0, lambda x: x, [], rng=np.random.default_rng(0))


@pytest.mark.parametrize("seed", range(10))
def test_the_taylor_slope_is_two_for_the_gradient_and_one_for_anything_else(seed):
    def slope(gradient):
        return calculus.taylor_slope(smooth, gradient, POINT, rng=np.random.default_rng(seed))

    assert slope(smooth_gradient) == pytest.approx(2.0, abs=0.05)
    for factor in (-1.0, 0.0, 0.5, 1.1):
        assert slope(lambda x, factor=factor: factor * smooth_gradient(x)) == pytest.approx(1.0, abs=0.15)


def test_the_taylor_slope_of_other_orders():
    def slope(f, gradient, x):
        return calculus.taylor_slope(f, gradient, x, rng=np.random.default_rng(0))

    assert slope(lambda x: 3 * np.sum(x) + 1, lambda x: 3 * np.ones_like(x), POINT) == math.inf
    assert slope(lambda x: np.sum(x + x**3), lambda x: 1 + 0 * x, [0.0, 0.0]) == pytest.approx(3.0, abs=1e-3)
    assert slope(lambda x: np.sum(x + np.abs(x) ** 1.5), lambda x: 1 + 0 * x, [0.0]) == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize("factor", [1.0, 1.01, -5.0])
def test_the_taylor_slope_refuses_a_critical_point(factor):
    with pytest.raises(ValueError, match="x must not be a critical point"):
        calculus.taylor_slope(lambda x: 1 + x @ x, lambda x: 2 * factor * x, [0.0, 0.0], rng=np.random.default_rng(0))


def test_the_same_generator_gives_the_same_slope():
    def slope(seed):
        return calculus.taylor_slope(smooth, smooth_gradient, POINT, rng=np.random.default_rng(seed))

    assert slope(3) == slope(3) != slope(4)


def spoiling(f):
    """The same function, but it overwrites its argument."""

    def spoiled(x, *rest):
        value = f(x.copy())
        x[...] = np.nan
        return value

    return spoiled


def test_a_function_that_overwrites_its_argument_spoils_nothing():
    f, g = spoiling(smooth), spoiling(smooth_gradient)
    np.testing.assert_array_equal(calculus.numerical_gradient(f, POINT), calculus.numerical_gradient(smooth, POINT))
    np.testing.assert_array_equal(
        calculus.numerical_jacobian(g, POINT), calculus.numerical_jacobian(smooth_gradient, POINT)
    )
    np.testing.assert_array_equal(
        calculus.complex_step_gradient(f, POINT), calculus.complex_step_gradient(smooth, POINT)
    )
    assert calculus.check_gradient(f, g, POINT).passed
    assert calculus.taylor_slope(f, g, POINT, rng=np.random.default_rng(0)) == pytest.approx(2.0, abs=0.05)


def test_a_function_may_return_the_same_array_at_every_call():
    store = np.empty(3)

    def reused(x):
        store[...] = x**2
        return store

    np.testing.assert_allclose(calculus.numerical_jacobian(reused, POINT), np.diag(2 * POINT), atol=DIFFERENCES)


NOT_A_NUMBER = {
    "None": (lambda x: None, TypeError, "object"),
    "text": (lambda x: "1", TypeError, "<U1"),
    "complex": (lambda x: 1j, TypeError, "complex128"),
    "masked": (lambda x: np.ma.masked_array(1.0), TypeError, "masked"),
    "one number in an array": (lambda x: x[:1], ValueError, r"\(1,\)"),
    "array": (lambda x: x, ValueError, r"\(3,\)"),
    "nan": (lambda x: np.nan, ValueError, "nan"),
    "infinite": (lambda x: -np.inf, ValueError, "-inf"),
}


@pytest.mark.parametrize(("f", "kind", "told"), NOT_A_NUMBER.values(), ids=NOT_A_NUMBER)
def test_a_function_must_return_one_finite_real_number(f, kind, told):
    with pytest.raises(kind, match=rf"^f\(x\) must .*{told}"):
        calculus.numerical_gradient(f, POINT)
    with pytest.raises(kind, match=rf"^f\(x\) must .*{told}"):
        calculus.check_gradient(f, smooth_gradient, POINT)
    with pytest.raises(kind, match=rf"^f\(x\) must .*{told}"):
        calculus.taylor_slope(f, smooth_gradient, POINT, rng=np.random.default_rng(0))


@pytest.mark.parametrize("value", [True, 2, np.int8(2), np.float32(2), np.array(2.0), np.float64(2)], ids=repr)
def test_a_real_number_of_any_kind_is_a_value(value):
    np.testing.assert_array_equal(calculus.numerical_gradient(lambda x: value, POINT), np.zeros(3))


NOT_A_COMPLEX_NUMBER = {
    "real at a complex point": (lambda x: np.sum(np.abs(x)), TypeError, "float64"),
    "real part": (lambda x: np.sum(x.real), TypeError, "float64"),
    "whole number": (lambda x: 3, TypeError, "int"),
    "None": (lambda x: None, TypeError, "object"),
    "array": (lambda x: x, ValueError, r"\(3,\)"),
    "nan": (lambda x: complex(np.nan, 0.0), ValueError, "nan"),
    "infinite": (lambda x: complex(0.0, np.inf), ValueError, "inf"),
}


@pytest.mark.parametrize(("f", "kind", "told"), NOT_A_COMPLEX_NUMBER.values(), ids=NOT_A_COMPLEX_NUMBER)
def test_a_function_that_drops_the_imaginary_part_is_no_wrong_zero(f, kind, told):
    with pytest.raises(kind, match=f"^f must .*{told}"):
        calculus.complex_step_gradient(f, POINT)


WRONG_GRADIENTS = {
    "scalar": (lambda x: 1.0, ValueError, r"gradient\(x\) must have the shape of x, got \(\) and \(3,\)"),
    "column": (lambda x: x[:, None], ValueError, r"got \(3, 1\) and \(3,\)"),
    "short": (lambda x: x[:2], ValueError, r"got \(2,\) and \(3,\)"),
    "nan": (lambda x: x * np.nan, ValueError, r"gradient\(x\) must be finite"),
    "complex": (lambda x: x * 1j, TypeError, r"gradient\(x\) must hold real numbers"),
    "None": (lambda x: None, TypeError, r"gradient\(x\) must hold real numbers"),
}


@pytest.mark.parametrize(("gradient", "kind", "told"), WRONG_GRADIENTS.values(), ids=WRONG_GRADIENTS)
def test_a_formula_must_have_the_shape_of_the_point(gradient, kind, told):
    with pytest.raises(kind, match=told):
        calculus.check_gradient(smooth, gradient, POINT)
    with pytest.raises(kind, match=told):
        calculus.taylor_slope(smooth, gradient, POINT, rng=np.random.default_rng(0))


def test_values_of_several_shapes_are_not_broadcast():
    for sizes in [(3, 1, 1, 1, 1), (1, 3, 1, 3, 1), (2, 2, 2, 1, 1)]:
        shapes = iter(sizes)
        with pytest.raises(ValueError, match="f must return one shape everywhere"):
            calculus.numerical_jacobian(lambda x, shapes=shapes: np.ones(next(shapes)), [1.0, 2.0])


def test_a_step_that_is_lost_in_rounding_is_told():
    with pytest.raises(ValueError, match=r"step must move x .* got step 1e-08 at x = 1e\+10"):
        calculus.numerical_gradient(lambda x: x @ x, [1e10], step=1e-8)
    with pytest.raises(ValueError, match="step must move x"):
        calculus.numerical_gradient(lambda x: 0.0, [np.finfo(float).max])


def test_a_quotient_that_overflows_is_told():
    with pytest.raises(ValueError, match="the difference quotient of f must be finite, got inf"):
        calculus.numerical_gradient(lambda x: 1.7e308 * np.sign(x[0]), [0.0])


def test_the_gradient_and_hessian_of_rss_pass_every_check():
    rng = np.random.default_rng(2)
    A, y, beta = rng.standard_normal((9, 4)), rng.standard_normal(9), rng.standard_normal(4)

    def value(b):
        return linear_regression.rss(b, A, y)

    def gradient(b):
        return linear_regression.rss_gradient(b, A, y)

    # Central differences are exact on a quadratic, up to rounding.
    assert calculus.check_gradient(value, gradient, beta, rtol=1e-9).passed
    np.testing.assert_allclose(
        calculus.complex_step_gradient(lambda b: np.sum((A @ b - y) ** 2), beta), gradient(beta), rtol=1e-13
    )
    np.testing.assert_allclose(
        calculus.numerical_jacobian(gradient, beta), linear_regression.rss_hessian(A), rtol=1e-7, atol=1e-8
    )
    for seed in range(5):
        assert calculus.taylor_slope(value, gradient, beta, rng=np.random.default_rng(seed)) == pytest.approx(
            2, abs=0.01
        )
