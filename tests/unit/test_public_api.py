"""The public interface, written down: whoever changes a signature changes it here too."""

import importlib
import inspect
import pkgutil

import pytest

import mathnn

NETWORK_OPTIONS = (
    "(*, hidden_sizes=(32,), activation='relu', optimizer='adam', learning_rate=0.01, n_epochs=100, batch_size=32, "
    "ridge=0.0, random_state=None)"
)
# The methods of the estimators are those that scikit-learn asks for: tests/oracle runs its checks.
WITHOUT_METHODS = {"mathnn.sklearn"}

API = {
    "mathnn.activations": {
        "Activation": "(name, kinks, _value, _derivative)",
        "Activation.derivative": "(self, z)",
        "Activation.value": "(self, z)",
        "log_softmax": "(z)",
        "log_softmax_vjp": "(z, v)",
        "softmax": "(z)",
        "softmax_jacobian": "(z)",
        "softmax_vjp": "(z, v)",
    },
    "mathnn.approximation": {
        "RidgeNetwork": "(params, order, n_quadrature, piece, coefficient_sum)",
        "RidgeNetwork.bound": "(self, lipschitz)",
        "boxes": "(X, lower, upper, heights, *, ramp)",
        "cubes": "(f, n, *, radius, n_per_axis)",
        "escape_ray": "(params, x)",
        "interpolation_bound": "(width, *, lipschitz=None, curvature=None)",
        "logistic_staircase": "(f, a, b, *, n_steps, steepness)",
        "narrow_network": "(lower, upper, heights, *, ramp)",
        "narrow_network_bound": "(heights, n, *, side, ramp, lipschitz, tail)",
        "piecewise_linear": "(knots, values)",
        "relu_interpolant": "(f, a, b, *, n_pieces)",
        "ridge_network": "(f, p, *, order, piece, n_quadrature=None)",
        "staircase_bound": "(modulus, a, b, *, n_steps, steepness)",
    },
    "mathnn.calculus": {
        "GradientCheck": "(passed, error, index, formula, numerical)",
        "check_gradient": "(f, gradient, x, *, rtol=1e-06, step=None)",
        "complex_step_gradient": "(f, x, *, step=1e-30)",
        "numerical_gradient": "(f, x, *, step=None)",
        "numerical_jacobian": "(f, x, *, step=None)",
        "taylor_slope": "(f, gradient, x, *, rng)",
    },
    "mathnn.datasets": {
        "blobs": "(n, centres, *, noise_std=1.0, rng)",
        "linear_data": "(n, weights, *, intercept=0.0, noise_std=0.0, rng)",
        "matrix_with_condition": "(n, d, *, condition, rng)",
        "moons": "(n, *, noise_std=0.0, rng)",
        "spirals": "(n, *, n_turns=1.0, noise_std=0.0, rng)",
        "xor": "()",
    },
    "mathnn.gradient_descent": {
        "Backtracking": "(*, f, initial=1.0, shrink=0.5, slope=0.0001)",
        "Backtracking.step_size": "(self, theta, gradient, direction)",
        "ConvergenceWarning": None,
        "Minimum": "(theta, value, gradient, n_steps, converged, reason, values, gradient_norms)",
        "Optimizer": "(name, n_slots, _update)",
        "Optimizer.init": "(self, theta)",
        "Optimizer.step": "(self, theta, gradient, state)",
        "State": "(n_steps, slots)",
        "adam": "(learning_rate=0.001, *, beta1=0.9, beta2=0.999, epsilon=1e-08)",
        "exponential": "(learning_rate, *, decay)",
        "gradient_descent": "(learning_rate)",
        "inverse_time": "(learning_rate, *, decay)",
        "minimize": "(value_and_grad, theta0, optimizer, *, n_steps, tol=0.0, callback=None)",
        "momentum": "(learning_rate, *, beta=0.9)",
        "nesterov": "(learning_rate, *, beta=0.9)",
        "newton": "(hessian, *, learning_rate=1.0)",
        "rmsprop": "(learning_rate=0.001, *, beta=0.99, epsilon=1e-08)",
    },
    "mathnn.linear_regression": {
        "LinearFit": "(weights, intercept, rank, rss)",
        "LinearFit.predict": "(self, X)",
        "design_matrix": "(X)",
        "least_squares": "(X, y, *, intercept=True, method='svd', rcond=None)",
        "normal_equations": "(X, y, *, intercept=True, refinements=1)",
        "rss": "(beta, A, y)",
        "rss_gradient": "(beta, A, y)",
        "rss_hessian": "(A)",
    },
    "mathnn.logistic_regression": {
        "LogisticFit": "(weights, intercept, value, n_steps, converged, reason, separating)",
        "LogisticFit.predict": "(self, X)",
        "LogisticFit.probabilities": "(self, X)",
        "fit": "(X, y, *, intercept=True, ridge=0.0, method='newton', tol=1e-08, max_steps=None)",
        "hessian": "(theta, X, *, ridge=0.0)",
        "value_and_grad": "(theta, X, y, *, ridge=0.0)",
    },
    "mathnn.losses": {
        "Loss": "(name, kinks, _targets, _rows)",
        "Loss.value": "(self, y_true, f)",
        "Loss.value_and_grad": "(self, y_true, f)",
        "zero_one": "(y_true, labels)",
    },
    "mathnn.network": {
        "Layer": "(W, b)",
        "Trace": "(inputs, outputs)",
        "backward": "(params, trace, cotangent, *, activation)",
        "flatten": "(params)",
        "forward": "(params, X, *, activation)",
        "init": "(sizes, *, rng, scheme='he', dtype=<class 'numpy.float64'>)",
        "jvp": "(params, X, tangent, *, activation)",
        "per_example_gradients": "(params, X, y, *, activation, loss, out=None)",
        "predict": "(params, X, *, activation)",
        "unflatten": "(theta, like)",
        "value_and_grad": "(params, X, y, *, activation, loss, ridge=0.0)",
        "vjp": "(params, X, cotangent, *, activation)",
    },
    "mathnn.perceptron": {
        "Perceptron": "(weights, intercept, n_updates, n_epochs, converged, reason)",
        "Perceptron.predict": "(self, X)",
        "neuron": "(X, weights, intercept, *, activation)",
        "novikoff_bound": "(X, y, weights, intercept)",
        "rosenblatt": "(X, y, *, max_epochs=1000)",
        "xor_network": "()",
    },
    "mathnn.training": {
        "Training": "(params, costs, validation_losses, n_epochs, reason, state)",
        "load": "(path)",
        "minibatches": "(n, batch_size, *, rng)",
        "objective": "(params, X, y, *, activation, loss, ridge=0.0)",
        "save": "(path, params, *, activation)",
        "train": "(params, X, y, *, activation, loss, optimizer, n_epochs, batch_size, rng, ridge=0.0, "
        "shuffle=True, validation=None, callback=None, progress=False)",
    },
    "mathnn.interactive": {
        "Figure": "(name, parts, sliders, said, alt, *, size=(610.0, 420.0))",
        "Part": "(tag, attributes, inside='', drags=())",
        "Plane": "(x, y, size=(540.0, 330.0), corner=(0.0, 0.0))",
        "Plane.axes": "(self, x_label='', y_label='', *, ticks=True)",
        "Plane.curve": "(self, x, y, colour='blue', *, width=2.5, dash='', opacity=1.0, closed=False)",
        "Plane.dots": "(self, x, y, colour='ink', *, size=9.0, square=False)",
        "Plane.handle": "(self, x, y, sliders)",
        "Plane.label": "(self, x, y, text, colour='ink', *, anchor='start')",
        "Plane.segments": "(self, x, y, colour='ink', *, width=1.5, dash='', arrows=False)",
        "Slider": "(label, values, first=0)",
    },
    "mathnn.timing": {
        "Timing": "(names, seconds)",
        "compare": "(functions, *, rounds=7)",
    },
    "mathnn.sklearn": {
        "LinearRegressor": "(*, fit_intercept=True, method='svd')",
        "LogisticClassifier": "(*, ridge=0.01, fit_intercept=True, method='newton', tol=1e-08)",
        "NetworkClassifier": NETWORK_OPTIONS,
        "NetworkRegressor": NETWORK_OPTIONS,
    },
    "mathnn.symbolic": {
        "ExplicitNetwork": "(cost, X, Y, parameters)",
        "SymbolicError": None,
        "SymbolicNetwork": "(cost, parameters)",
        "Tensor": "(expression, indices, shape)",
        "array": "(name, *shape)",
        "equal": "(left, right)",
        "evaluate": "(expression, **arrays)",
        "explicit_network": "(n, sizes, *, activation, loss)",
        "gradient": "(value, wrt, *, normalise=True)",
        "hessian": "(value, first, second=None)",
        "network": "(n_hidden, *, activation, loss)",
        "normal_form": "(expression, ranges=None)",
        "rss": "(beta, A, y)",
        "sizes": "(names)",
        "tidy": "(expression, *, avoid=())",
        "to_numpy": "(net)",
        "total": "(summand, *ranges)",
        "verify": "(derived, function, *, rng, trials=5, rtol=1e-11)",
    },
}

# The records that the modules offer by name.
RECORDS = {
    "mathnn.activations.ACTIVATIONS": [
        "identity",
        "logistic",
        "tanh",
        "relu",
        "leaky_relu",
        "softplus",
        "heaviside",
    ],
    "mathnn.losses.LOSSES": [
        "squared_error",
        "half_squared_error",
        "binary_cross_entropy",
        "categorical_cross_entropy",
        "hinge",
        "perceptron",
    ],
}


def signature(function):
    """The signature without annotations."""
    found = inspect.signature(function)
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    return str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def public(module):
    """Names without an underscore that the module defines, or lists in ``__all__``."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__ and callable(value)
    ]
    return {name: getattr(module, name) for name in names}


def interface(module):
    found = {}
    for name, value in public(module).items():
        found[name] = None if inspect.isclass(value) and issubclass(value, Exception) else signature(value)
        if inspect.isclass(value) and module.__name__ not in WITHOUT_METHODS:
            methods = inspect.getmembers(value, inspect.isfunction)
            found |= {f"{name}.{method}": signature(f) for method, f in methods if not method.startswith("_")}
    return found


@pytest.mark.parametrize("name", API)
def test_the_interface_is_the_one_that_is_written_down(name):
    assert interface(importlib.import_module(name)) == API[name]


@pytest.mark.parametrize("table", RECORDS)
def test_the_records_are_those_that_are_written_down(table):
    name, _, constant = table.rpartition(".")
    module = importlib.import_module(name)
    records = getattr(module, constant)
    assert list(records) == RECORDS[table]
    assert all(record is getattr(module, record.name) for record in records.values())


def test_every_module_is_written_down():
    modules = {f"mathnn.{module.name}" for module in pkgutil.iter_modules(mathnn.__path__)}
    assert {name for name in modules if "._" not in name} - {"mathnn.exercises"} == set(API)


@pytest.mark.parametrize("name", API)
def test_every_parameter_and_result_has_a_type(name):
    for function in public(importlib.import_module(name)).values():
        if inspect.isclass(function) and issubclass(function, Exception):
            continue
        found = inspect.signature(function)
        # A class returns itself; a named tuple does not say so.
        assert inspect.isclass(function) or found.return_annotation is not inspect.Signature.empty
        assert all(parameter.annotation is not inspect.Parameter.empty for parameter in found.parameters.values())
