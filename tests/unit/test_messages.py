"""What the messages say, word for word: who changes one reads it once more.

Each names the argument, the rule, and what came; where it can, also the mend.
"""

import warnings

import numpy as np
import pytest

from mathnn import (
    approximation,
    datasets,
    linear_regression,
    logistic_regression,
    losses,
    network,
    perceptron,
    training,
)
from mathnn import gradient_descent as gd
from mathnn.activations import log_softmax_vjp, relu, softmax, softmax_vjp
from mathnn.network import Layer

X, Y = np.ones((3, 2)), np.ones(3)
NET = network.init((2, 3, 1), rng=np.random.default_rng(0))
TRACE = network.forward(NET, X, activation=relu)
KIND = {"activation": relu, "loss": losses.squared_error}

RNG = np.random.default_rng(0)
FOUND = perceptron.rosenblatt(X, Y)

MESSAGES = [
    (
        lambda: softmax([1.0]),
        ValueError,
        "z must have shape (n, k), got (1,); use z[:, None] for one column or z[None, :] for one row",
    ),
    (lambda: softmax(np.zeros((2, 0))), ValueError, "z must have at least one column, got shape (2, 0)"),
    (
        lambda: softmax_vjp(np.zeros((2, 3)), np.zeros((2, 2))),
        ValueError,
        "z and v must have the same shape, got (2, 3) and (2, 2); nothing is broadcast",
    ),
    (
        lambda: softmax_vjp(np.zeros((2, 3)), np.zeros(3)),
        ValueError,
        "v must have shape (n, k), got (3,); use v[:, None] for one column or v[None, :] for one row",
    ),
    (
        lambda: log_softmax_vjp(np.zeros((2, 3)), np.zeros((3, 2))),
        ValueError,
        "z and v must have the same shape, got (2, 3) and (3, 2); nothing is broadcast",
    ),
    (
        lambda: losses.squared_error.value([[1.0]], [[[1.0]]]),
        ValueError,
        "f must have shape (n, q) or (n,), got (1, 1, 1); reshape f",
    ),
    (
        lambda: losses.squared_error.value([], []),
        ValueError,
        "f must have at least one example and one output, got shape (0,)",
    ),
    (
        lambda: losses.squared_error.value([1.0], [[1.0]]),
        ValueError,
        "y_true and f must have the same shape, got (1,) and (1, 1); losses never broadcast: reshape "
        "one of them, for example with y_true[:, None]",
    ),
    (
        lambda: losses.binary_cross_entropy.value([2.0], [1.0]),
        ValueError,
        "y_true must be in [0, 1], a label or a probability, got 2.0",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([0], [1.0]),
        ValueError,
        "f must have shape (n, k), one column a class, got (1,); use f[None, :] for one example",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([0, 1], [[1.0, 2.0]]),
        ValueError,
        "y_true must have one label an example, got 2 labels and 1 examples",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([0.5], [[1.0, 2.0]]),
        TypeError,
        "y_true of shape (n,) must hold integer labels, got dtype float64; use y_true.astype(int), or "
        "one row of k probabilities an example",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([2], [[1.0, 2.0]]),
        ValueError,
        "y_true must have labels in 0, ..., 1, the columns of f, got 2",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([-1], [[1.0, 2.0]]),
        ValueError,
        "y_true must have labels in 0, ..., 1, the columns of f, got -1",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([[-1.0, 2.0]], [[1.0, 2.0]]),
        ValueError,
        "y_true must not be negative, got -1.0",
    ),
    (
        lambda: losses.categorical_cross_entropy.value([[np.inf, 2.0]], [[1.0, 2.0]]),
        ValueError,
        "y_true must have finite row sums, got inf; rescale y_true",
    ),
    (
        lambda: losses.hinge.value([0.0], [1.0]),
        ValueError,
        "y_true must be -1 or 1 (use 2 * y - 1 for labels 0 and 1), got 0.0",
    ),
    (lambda: losses.zero_one([1, 2], [1]), ValueError, "y_true and labels must have the same shape, got (2,) and (1,)"),
    (lambda: losses.zero_one([], []), ValueError, "y_true must have at least one label, got none"),
    (lambda: losses.zero_one([[1]], [1]), ValueError, "y_true must have shape (n,), got (1, 1); use y_true.ravel()"),
    (lambda: gd.gradient_descent(0.0), ValueError, "learning_rate must be finite and greater than 0, got 0.0"),
    (
        lambda: gd.gradient_descent(None),
        TypeError,
        "learning_rate must be a real number, got None; pass a float or an int",
    ),
    (
        lambda: gd.momentum(gd.Backtracking(f=np.sum)),
        TypeError,
        "learning_rate must be a number or a schedule here: a line search needs a direction that goes down",
    ),
    (lambda: gd.momentum(0.1, beta=1.0), ValueError, "beta must be less than 1, got 1.0"),
    (lambda: gd.nesterov(0.1, beta=-1.0), ValueError, "beta must be finite and at least 0, got -1.0"),
    (lambda: gd.rmsprop(beta=2.0), ValueError, "beta must be less than 1, got 2.0"),
    (lambda: gd.rmsprop(epsilon=0.0), ValueError, "epsilon must be finite and greater than 0, got 0.0"),
    (lambda: gd.adam(beta1=1.0), ValueError, "beta1 must be less than 1, got 1.0"),
    (lambda: gd.adam(beta2=1.0), ValueError, "beta2 must be less than 1, got 1.0"),
    (lambda: gd.adam(epsilon=0.0), ValueError, "epsilon must be finite and greater than 0, got 0.0"),
    (lambda: gd.inverse_time(0.0, decay=0.0), ValueError, "learning_rate must be finite and greater than 0, got 0.0"),
    (lambda: gd.inverse_time(1.0, decay=-1.0), ValueError, "decay must be finite and at least 0, got -1.0"),
    (lambda: gd.exponential(0.0, decay=0.5), ValueError, "learning_rate must be finite and greater than 0, got 0.0"),
    (lambda: gd.exponential(1.0, decay=0.0), ValueError, "decay must be finite and greater than 0, got 0.0"),
    (lambda: gd.exponential(1.0, decay=2.0), ValueError, "decay must be at most 1, got 2.0"),
    (lambda: gd.Backtracking(f=np.sum, initial=0.0), ValueError, "initial must be finite and greater than 0, got 0.0"),
    (lambda: gd.Backtracking(f=np.sum, shrink=1.0), ValueError, "shrink must be between 0 and 1, got 1.0"),
    (lambda: gd.Backtracking(f=np.sum, slope=0.0), ValueError, "slope must be between 0 and 1, got 0.0"),
    (
        lambda: gd.Backtracking(f=np.sum).step_size(Y, Y, Y),
        ValueError,
        "direction must go down: its product with the gradient must be negative, got 3.0",
    ),
    (
        lambda: gd.Backtracking(f=np.sum).step_size(Y, np.zeros(3), Y),
        ValueError,
        "direction must go down: its product with the gradient must be negative, got 0.0",
    ),
    (lambda: gd.momentum(0.1).init([[1.0]]), ValueError, "theta must have shape (P,), got (1, 1); use theta.ravel()"),
    (
        lambda: gd.momentum(0.1).step([[1.0]], [1.0], gd.momentum(0.1).init([1.0])),
        ValueError,
        "theta must have shape (P,), got (1, 1); use theta.ravel()",
    ),
    (
        lambda: gd.momentum(0.1).step([1.0], [[1.0]], gd.momentum(0.1).init([1.0])),
        ValueError,
        "gradient must have shape (P,), got (1, 1); use gradient.ravel()",
    ),
    (
        lambda: gd.momentum(0.1).step([1.0], [1.0, 2.0], gd.momentum(0.1).init([1.0])),
        ValueError,
        "theta, gradient and the 1 slots of state must have the same shape, got (1,), (2,) and [(1,)]; "
        "make the state with momentum's own init",
    ),
    (
        lambda: gd.momentum(0.1).step([1.0], [1.0], gd.State(0, (np.zeros((1, 1)),))),
        ValueError,
        "slots of state must have shape (P,), got (1, 1); use slots of state.ravel()",
    ),
    (
        lambda: gd.gradient_descent(lambda t: np.nan).step([1.0], [1.0], gd.State(0, ())),
        ValueError,
        "learning_rate(t) must be finite and at least 0, got nan",
    ),
    (
        lambda: gd.newton(lambda x: 1.0).step([1.0], [1.0], gd.State(0, ())),
        ValueError,
        "hessian(theta) must have shape (P, P), got (); reshape hessian(theta)",
    ),
    (
        lambda: gd.newton(lambda x: np.eye(2)).step([1.0], [1.0], gd.State(0, ())),
        ValueError,
        "hessian(theta) must have shape (1, 1), got (2, 2)",
    ),
    (
        lambda: gd.newton(lambda x: [[np.inf]]).step([1.0], [1.0], gd.State(0, ())),
        ValueError,
        "hessian(theta) must be finite, got inf at index (0, 0) (1 such entries); remove or impute them first",
    ),
    (
        lambda: gd.minimize(None, [1.0], 0.1, n_steps=1),
        TypeError,
        "optimizer must be an Optimizer, such as gradient_descent(0.1), got 0.1",
    ),
    (lambda: gd.minimize(None, [1.0], gd.adam(), n_steps=-1), ValueError, "n_steps must be at least 0, got -1"),
    (
        lambda: gd.minimize(None, [1.0], gd.adam(), n_steps=1, tol=-1),
        ValueError,
        "tol must be finite and at least 0, got -1.0",
    ),
    (
        lambda: gd.minimize(None, [[1.0]], gd.adam(), n_steps=1),
        ValueError,
        "theta0 must have shape (P,), got (1, 1); use theta0.ravel()",
    ),
    (
        lambda: gd.minimize(None, [np.inf], gd.adam(), n_steps=1),
        ValueError,
        "theta0 must be finite, got inf at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: gd.minimize(lambda x: 1.0, [1.0], gd.adam(), n_steps=1),
        TypeError,
        "value_and_grad must return a pair (value, gradient); it returned one number",
    ),
    (
        lambda: gd.minimize(lambda x: ("1", x), [1.0], gd.adam(), n_steps=1),
        TypeError,
        "the value must be one real number, got '1'",
    ),
    (
        lambda: gd.minimize(lambda x: (1.0, [x]), [1.0], gd.adam(), n_steps=1),
        ValueError,
        "the gradient must have shape (P,), got (1, 1); use the gradient.ravel()",
    ),
    (
        lambda: gd.minimize(lambda x: (1.0, [1.0, 2.0]), [1.0], gd.adam(), n_steps=1),
        ValueError,
        "the gradient must have the shape of theta, got (2,) and (1,)",
    ),
    (
        lambda: linear_regression.design_matrix(Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (lambda: linear_regression.rss(Y, X, Y), ValueError, "length of beta and columns of A must be equal, got 3 and 2"),
    (
        lambda: linear_regression.rss(Y[:2], X, Y[:2]),
        ValueError,
        "length of y and rows of A must be equal, got 2 and 3",
    ),
    (lambda: linear_regression.rss(X, X, Y), ValueError, "beta must have shape (d,), got (3, 2); reshape beta"),
    (
        lambda: linear_regression.rss(Y[:2], Y, Y),
        ValueError,
        "A must have shape (n, d), got (3,); use A[:, None] for one column or A[None, :] for one row",
    ),
    (lambda: linear_regression.rss(Y[:2], X, X), ValueError, "y must have shape (n,), got (3, 2); reshape y"),
    (
        lambda: linear_regression.rss([np.nan, 0.0], X, Y),
        ValueError,
        "A @ beta - y must be finite, got nan at index (0,) (3 such entries); remove or impute them first",
    ),
    (
        lambda: linear_regression.rss_gradient([1e300, 0.0], 1e200 * X, Y),
        ValueError,
        "A @ beta - y must be finite, got inf at index (0,) (3 such entries); remove or impute them first",
    ),
    (
        lambda: linear_regression.rss_gradient([1e150, 0.0], 1e160 * X, Y),
        ValueError,
        "A @ beta - y must be finite, got inf at index (0,) (3 such entries); remove or impute them first",
    ),
    (
        lambda: linear_regression.rss_hessian(Y),
        ValueError,
        "A must have shape (n, d), got (3,); use A[:, None] for one column or A[None, :] for one row",
    ),
    (
        lambda: linear_regression.rss_hessian(1e200 * X),
        ValueError,
        "2 A.T @ A must be finite, got inf at index (0, 0) (4 such entries); remove or impute them first",
    ),
    (
        lambda: linear_regression.least_squares(Y, Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (lambda: linear_regression.least_squares(X, X), ValueError, "y must have shape (n,), got (3, 2); reshape y"),
    (
        lambda: linear_regression.least_squares(X, Y[:2]),
        ValueError,
        "length of y and rows of X must be equal, got 2 and 3; pass one target for each example",
    ),
    (lambda: linear_regression.least_squares(X, Y, intercept=1), TypeError, "intercept must be True or False, got 1"),
    (
        lambda: linear_regression.least_squares(X, Y, method="lu"),
        ValueError,
        'method must be "svd" or "qr", got \'lu\'',
    ),
    (
        lambda: linear_regression.least_squares(X, Y, method="qr"),
        np.linalg.LinAlgError,
        'method="qr" needs linearly independent columns, but 0 of 2 are (centred, if there is an '
        'intercept); use method="svd", which returns the shortest minimiser',
    ),
    (
        lambda: linear_regression.least_squares(X, Y, rcond=-1.0),
        ValueError,
        "rcond must be finite and at least 0, got -1.0",
    ),
    (
        lambda: linear_regression.least_squares(X[:0], Y[:0]),
        ValueError,
        "X must have at least one row and one column, got shape (0, 2)",
    ),
    (
        lambda: linear_regression.least_squares(1e200 * X, Y),
        ValueError,
        "X and y are too large, a sum of squares overflows; divide them by a power of two",
    ),
    (
        lambda: linear_regression.least_squares([[1e-200], [0.0]], [1e200, 0.0]),
        ValueError,
        "the coefficients overflow: y is too large for X; divide y, or multiply X, by a power of two",
    ),
    (
        lambda: linear_regression.normal_equations(X, Y),
        np.linalg.LinAlgError,
        "the columns of the design matrix are linearly dependent, or nearly so; use least_squares, "
        'whose method "svd" works for every rank',
    ),
    (
        lambda: linear_regression.normal_equations(X, Y, refinements=-1),
        ValueError,
        "refinements must be at least 0, got -1",
    ),
    (
        lambda: linear_regression.normal_equations(1e-170 * np.eye(3), Y),
        np.linalg.LinAlgError,
        "the columns of the design matrix are linearly dependent, or nearly so; use least_squares, "
        'whose method "svd" works for every rank',
    ),
    (
        lambda: linear_regression.least_squares(np.eye(3), Y).predict(Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: linear_regression.least_squares(np.eye(3), Y).predict(X),
        ValueError,
        "columns of X and columns the model was fitted on must be equal, got 2 and 3",
    ),
    (
        lambda: linear_regression.least_squares(np.eye(3), np.arange(3)).predict(np.full((1, 3), np.inf)),
        ValueError,
        "X @ weights + intercept must be finite, got nan at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y, Y, Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: logistic_regression.value_and_grad(X, X, Y),
        ValueError,
        "theta must have shape (p + 1,), got (3, 2); reshape theta",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y[:2], X, Y),
        ValueError,
        "length of theta and columns of X plus 1 must be equal, got 2 and 3",
    ),
    (lambda: logistic_regression.value_and_grad(Y, X, X), ValueError, "y must have shape (n,), got (3, 2); reshape y"),
    (
        lambda: logistic_regression.value_and_grad(Y, X, Y[:2]),
        ValueError,
        "length of y and rows of X must be equal, got 2 and 3; pass one label for each example",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y, X[:0], Y[:0]),
        ValueError,
        "X must have at least one row, got shape (0, 2)",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y, X, 2 * Y),
        ValueError,
        "y must be in [0, 1], labels or probabilities, got 2.0; recode the labels",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y, X, Y, ridge=-1.0),
        ValueError,
        "ridge must be finite and at least 0, got -1.0",
    ),
    (
        lambda: logistic_regression.value_and_grad([np.inf, 0.0, 0.0], X, Y),
        ValueError,
        "theta must be finite, got inf at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: logistic_regression.value_and_grad(Y, np.inf * X, Y),
        ValueError,
        "X must be finite, got inf at index (0, 0) (6 such entries); remove or impute them first",
    ),
    (
        lambda: logistic_regression.hessian(Y, Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: logistic_regression.hessian(X, X),
        ValueError,
        "theta must have shape (p + 1,), got (3, 2); reshape theta",
    ),
    (
        lambda: logistic_regression.hessian(Y[:2], X),
        ValueError,
        "length of theta and columns of X plus 1 must be equal, got 2 and 3",
    ),
    (
        lambda: logistic_regression.hessian(Y, X, ridge=-1.0),
        ValueError,
        "ridge must be finite and at least 0, got -1.0",
    ),
    (
        lambda: logistic_regression.hessian(Y, np.inf * X),
        ValueError,
        "X must be finite, got inf at index (0, 0) (6 such entries); remove or impute them first",
    ),
    (lambda: logistic_regression.hessian(Y, X[:0]), ValueError, "X must have at least one row, got shape (0, 2)"),
    (
        lambda: logistic_regression.hessian([np.nan, 0.0, 0.0], X),
        ValueError,
        "theta must be finite, got nan at index (0,) (1 such entries); remove or impute them first",
    ),
    (lambda: logistic_regression.fit(X, Y, intercept=0), TypeError, "intercept must be True or False, got 0"),
    (
        lambda: logistic_regression.fit(X, Y, method="bfgs"),
        ValueError,
        'method must be "newton" or "gradient_descent", got \'bfgs\'',
    ),
    (lambda: logistic_regression.fit(X, Y, ridge=-1.0), ValueError, "ridge must be finite and at least 0, got -1.0"),
    (lambda: logistic_regression.fit(X, Y, tol=-1.0), ValueError, "tol must be finite and at least 0, got -1.0"),
    (lambda: logistic_regression.fit(X, Y, max_steps=0), ValueError, "max_steps must be at least 1, got 0"),
    (
        lambda: logistic_regression.fit(np.nan * X, Y),
        ValueError,
        "X must be finite, got nan at index (0, 0) (6 such entries); remove or impute them first",
    ),
    (
        lambda: logistic_regression.fit(1e200 * X, Y),
        ValueError,
        "X must have columns whose squares neither overflow nor underflow; multiply them by 2**k",
    ),
    (
        lambda: logistic_regression.fit([[0.0], [1.0], [0.0]], [0, 1, 1], ridge=1.0).predict(X),
        ValueError,
        "columns of X and columns the model was fitted on must be equal, got 2 and 1",
    ),
    (
        lambda: logistic_regression.fit([[0.0], [1.0], [0.0]], [0, 1, 1], ridge=1.0).probabilities(Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: logistic_regression.fit([[0.0], [1.0], [0.0]], [0, 1, 1], ridge=1.0).predict([[np.inf]]),
        ValueError,
        "X @ weights + intercept must be finite, got inf at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: network.init((2,), rng=np.random.default_rng()),
        ValueError,
        "sizes must name at least the input and the output, got (2,)",
    ),
    (lambda: network.init((2, 0), rng=np.random.default_rng()), ValueError, "sizes must be at least 1, got 0"),
    (
        lambda: network.init((2, 1), rng=1),
        TypeError,
        "rng must be a numpy.random.Generator, got int; use rng=np.random.default_rng(0)",
    ),
    (
        lambda: network.init((2, 1), rng=np.random.default_rng(), scheme="zero"),
        ValueError,
        'scheme must be "he" or "xavier", got \'zero\'',
    ),
    (
        lambda: network.init((2, 1), rng=np.random.default_rng(), dtype=int),
        TypeError,
        "dtype must be float32 or float64, got int64",
    ),
    (
        lambda: network.forward((), X, activation=relu),
        TypeError,
        "params must be a tuple of at least one Layer, got tuple",
    ),
    (
        lambda: network.forward([1.0], X, activation=relu),
        TypeError,
        "params must hold pairs Layer(W, b), but layer 1 is float",
    ),
    (
        lambda: network.forward((Layer(Y, Y),), X, activation=relu),
        ValueError,
        "W of layer 1 must have shape (d_in, d_out), got (3,); use W of layer 1[:, None] for one column "
        "or W of layer 1[None, :] for one row",
    ),
    (
        lambda: network.forward((Layer(X, X),), X, activation=relu),
        ValueError,
        "b of layer 1 must have shape (d_out,), got (3, 2); reshape b of layer 1",
    ),
    (
        lambda: network.forward((Layer(X, Y),), X, activation=relu),
        ValueError,
        "length of b of layer 1 and columns of its W must be equal, got 3 and 2",
    ),
    (
        lambda: network.forward((*NET, NET[0]), X, activation=relu),
        ValueError,
        "rows of W of layer 3 and columns of W of the layer before must be equal, got 2 and 1",
    ),
    (
        lambda: network.forward(NET, Y, activation=relu),
        ValueError,
        "X must have shape (n, d_0), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: network.forward(NET, np.ones((3, 3)), activation=relu),
        ValueError,
        "columns of X and rows of W of layer 1 must be equal, got 3 and 2",
    ),
    (
        lambda: network.forward(NET, X, activation=np.tanh),
        TypeError,
        "activation must be an Activation, such as mathnn.activations.relu, got ufunc",
    ),
    (
        lambda: network.backward(NET, TRACE, Y, activation=relu),
        ValueError,
        "cotangent must have shape (n, q), got (3,); use cotangent[:, None] for one column or "
        "cotangent[None, :] for one row",
    ),
    (
        lambda: network.backward(NET, TRACE, X, activation=relu),
        ValueError,
        "cotangent must have the shape of the output, got (3, 2) and (3, 1)",
    ),
    (
        lambda: network.value_and_grad(NET, X, Y, **KIND),
        ValueError,
        "y_true and f must have the same shape, got (3,) and (3, 1); losses never broadcast: reshape "
        "one of them, for example with y_true[:, None]",
    ),
    (
        lambda: network.value_and_grad(NET, X, Y[:, None], ridge=-1.0, **KIND),
        ValueError,
        "ridge must be finite and at least 0, got -1.0",
    ),
    (
        lambda: network.unflatten([1.0], NET),
        ValueError,
        "length of theta and number of parameters must be equal, got 1 and 13",
    ),
    (lambda: network.unflatten([[1.0]], NET), ValueError, "theta must have shape (P,), got (1, 1); use theta.ravel()"),
    (
        lambda: network.per_example_gradients(NET, X, Y[:, None], out=np.zeros((3, 13), np.float32), **KIND),
        ValueError,
        "out must be a C-contiguous array of shape (3, 13) and dtype float64, got shape (3, 13) and dtype float32",
    ),
    (lambda: network.flatten(None), TypeError, "params must be a tuple of at least one Layer, got NoneType"),
    (
        lambda: network.jvp(NET, X, NET[:1], activation=relu),
        ValueError,
        "tangent must have the shapes of params, layer by layer",
    ),
    (
        lambda: network.jvp(NET, X, (), activation=relu),
        TypeError,
        "tangent must be a tuple of at least one Layer, got tuple",
    ),
    (
        lambda: network.jvp(NET, X, (Layer(1.0, 1.0),), activation=relu),
        ValueError,
        "W of layer 1 must have shape (d_in, d_out), got (); reshape W of layer 1",
    ),
    (
        lambda: network.vjp(NET, X, X, activation=relu),
        ValueError,
        "cotangent must have the shape of the output, got (3, 2) and (3, 1)",
    ),
    (
        lambda: network.per_example_gradients(NET, X, Y[:, None], out=np.zeros(3), **KIND),
        ValueError,
        "out must be a C-contiguous array of shape (3, 13) and dtype float64, got shape (3,) and dtype float64",
    ),
    (
        lambda: perceptron.neuron(Y, Y, 0.0, activation=relu),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: perceptron.neuron(X, X, 0.0, activation=relu),
        ValueError,
        "weights must have shape (p,), got (3, 2); reshape weights",
    ),
    (
        lambda: perceptron.neuron(X, Y, 0.0, activation=relu),
        ValueError,
        "length of weights and columns of X must be equal, got 3 and 2",
    ),
    (lambda: perceptron.neuron(X, Y[:2], np.inf, activation=relu), ValueError, "intercept must be finite, got inf"),
    (
        lambda: perceptron.neuron(X, Y[:2], 0.0, activation="relu"),
        TypeError,
        "activation must be an Activation, such as mathnn.activations.relu, got str",
    ),
    (
        lambda: FOUND.predict(Y),
        ValueError,
        "X must have shape (n, p), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: FOUND.predict(np.ones((1, 3))),
        ValueError,
        "columns of X and columns the rule was run on must be equal, got 3 and 2",
    ),
    (
        lambda: perceptron.rosenblatt(X, 0 * Y),
        ValueError,
        "y must be -1 or 1, got 0.0; use 2 * y - 1 for labels 0 and 1",
    ),
    (
        lambda: perceptron.rosenblatt(X, Y[:2]),
        ValueError,
        "length of y and rows of X must be equal, got 2 and 3; pass one label for each example",
    ),
    (
        lambda: perceptron.novikoff_bound(X, Y, Y, 1.0),
        ValueError,
        "length of weights and columns of X must be equal, got 3 and 2",
    ),
    (
        lambda: perceptron.novikoff_bound(X, Y, [-1.0, 0.0], 0.0),
        ValueError,
        "weights and intercept must separate the data strictly, but the smallest margin is -1; find a separating hyperplane first, for example with rosenblatt",
    ),
    (lambda: datasets.linear_data(0, [1.0], rng=RNG), ValueError, "n must be at least 1, got 0"),
    (
        lambda: datasets.linear_data(1, 1.0, rng=RNG),
        ValueError,
        "weights must have shape (p,), got (); reshape weights",
    ),
    (
        lambda: datasets.linear_data(1, [np.nan], rng=RNG),
        ValueError,
        "weights must be finite, got nan at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: datasets.linear_data(1, [1.0], noise_std=-1.0, rng=RNG),
        ValueError,
        "noise_std must be finite and at least 0, got -1.0",
    ),
    (lambda: datasets.matrix_with_condition(1, 2, condition=2.0, rng=RNG), ValueError, "n must be at least 2, got 1"),
    (lambda: datasets.blobs(0, X, rng=RNG), ValueError, "n must be at least 1, got 0"),
    (
        lambda: datasets.blobs(1, Y, rng=RNG),
        ValueError,
        "centres must have shape (k, p), got (3,); use centres[:, None] for one column or centres[None, :] for one row",
    ),
    (
        lambda: datasets.blobs(1, X, noise_std=-1.0, rng=RNG),
        ValueError,
        "noise_std must be finite and at least 0, got -1.0",
    ),
    (
        lambda: datasets.blobs(1, [[np.inf]], rng=RNG),
        ValueError,
        "centres must be finite, got inf at index (0, 0) (1 such entries); remove or impute them first",
    ),
    (lambda: datasets.moons(0, rng=RNG), ValueError, "n must be at least 1, got 0"),
    (
        lambda: datasets.moons(1, noise_std=-1.0, rng=RNG),
        ValueError,
        "noise_std must be finite and at least 0, got -1.0",
    ),
    (lambda: datasets.spirals(0, rng=RNG), ValueError, "n must be at least 1, got 0"),
    (
        lambda: datasets.spirals(1, noise_std=-1.0, rng=RNG),
        ValueError,
        "noise_std must be finite and at least 0, got -1.0",
    ),
    (lambda: datasets.spirals(1, n_turns=-1.0, rng=RNG), ValueError, "n_turns must be finite and at least 0, got -1.0"),
    (lambda: training.minibatches(0, 1, rng=RNG), ValueError, "n must be at least 1, got 0"),
    (lambda: training.minibatches(1, 0, rng=RNG), ValueError, "batch_size must be at least 1, got 0"),
    (
        lambda: training.objective(NET, X, Y[:, None], **KIND)([1.0]),
        ValueError,
        "length of theta and number of parameters must be equal, got 1 and 13",
    ),
    (
        lambda: training.objective(NET, X, Y[:, None], **KIND)([[1.0]]),
        ValueError,
        "theta must have shape (P,), got (1, 1); use theta.ravel()",
    ),
    (
        lambda: training.objective(NET, X, Y[:, None], ridge=-1.0, **KIND),
        ValueError,
        "ridge must be finite and at least 0, got -1.0",
    ),
    (
        lambda: training.objective(NET, X[:0], Y[:0, None], **KIND),
        ValueError,
        "X must have at least one example, got none",
    ),
    (
        lambda: training.objective(NET, X, Y[:, None], activation=relu, loss=None),
        TypeError,
        "loss must be a Loss, such as mathnn.losses.squared_error, got NoneType",
    ),
    (lambda: approximation.piecewise_linear([0.0], [0.0]), ValueError, "knots must be at least two, got 1"),
    (
        lambda: approximation.piecewise_linear([1.0, 0.0], [0.0, 1.0]),
        ValueError,
        "knots must increase strictly; sort them and drop the repeated ones, with their values",
    ),
    (
        lambda: approximation.interpolation_bound(0.0, lipschitz=1.0),
        ValueError,
        "width must be finite and greater than 0, got 0.0",
    ),
    (lambda: approximation.interpolation_bound(1.0), ValueError, "lipschitz or curvature must be given, got neither"),
    (
        lambda: approximation.interpolation_bound(1.0, lipschitz=-1.0),
        ValueError,
        "lipschitz must be finite and at least 0, got -1.0",
    ),
    (
        lambda: approximation.interpolation_bound(1.0, curvature=-1.0),
        ValueError,
        "curvature must be finite and at least 0, got -1.0",
    ),
    (
        lambda: approximation.relu_interpolant(np.sin, 1.0, 0.0, n_pieces=1),
        ValueError,
        "a must be less than b, got 1.0 and 0.0",
    ),
    (
        lambda: approximation.relu_interpolant(lambda x: 1.0, 0.0, 1.0, n_pieces=1),
        ValueError,
        "f must return one number for each point, shape (2,), got ()",
    ),
    (
        lambda: approximation.RidgeNetwork(NET, 2, 2, 1.0, 1.0).bound(-1.0),
        ValueError,
        "lipschitz must be finite and at least 0, got -1.0",
    ),
    (
        lambda: approximation.boxes(Y, [[0.0]], [[1.0]], [1.0], ramp=0.1),
        ValueError,
        "X must have shape (m, n), got (3,); use X[:, None] for one column or X[None, :] for one row",
    ),
    (
        lambda: approximation.boxes(X, [[0.0]], [[1.0]], [1.0], ramp=0.1),
        ValueError,
        "columns of X and columns of lower must be equal, got 2 and 1",
    ),
    (
        lambda: approximation.boxes([[0.0]], [[0.0]], [[1.0]], [1.0], ramp=0.6),
        ValueError,
        "ramp must be at most half of every side, got 0.6 and a side 1.0",
    ),
    (
        lambda: approximation.escape_ray(NET, Y),
        ValueError,
        "length of x and rows of W of layer 1 must be equal, got 3 and 2",
    ),
    (lambda: approximation.escape_ray(NET, X), ValueError, "x must have shape (n,), got (3, 2); reshape x"),
    (
        lambda: approximation.escape_ray(NET, Y[:2]),
        ValueError,
        "params must have hidden widths of at most n = 2 and one output, got widths [3, 1]",
    ),
    (
        lambda: approximation.escape_ray(NET, [np.nan, 0.0]),
        ValueError,
        "x must be finite, got nan at index (0,) (1 such entries); remove or impute them first",
    ),
    (
        lambda: approximation.escape_ray((Layer(np.full((2, 1), np.nan), np.zeros(1)),), Y[:2]),
        ValueError,
        "params must be finite, got nan at index (0,) (2 such entries); remove or impute them first",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), MESSAGES)
def test_the_message_is_the_one_that_is_written_down(call, kind, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(kind) as raised:
            call()
    assert type(raised.value) is kind
    assert str(raised.value) == message
