"""Networks, gradients and whole runs of training against PyTorch and JAX, from the same weights."""

import itertools
import os

import numpy as np
import pytest

from mathnn import gradient_descent, network, training
from mathnn.activations import ACTIVATIONS
from mathnn.losses import LOSSES

# The same sums in another order.
CLOSE = 1e-12
# A few hundred steps carry roundings along; float32 over the first steps only, since runs part at kinks of ReLU.
RUN = {np.float64: 1e-12, np.float32: 1e-5}
STEPS = {np.float64: 300, np.float32: 40}


def problem(q=3, depth=2, dtype=np.float64, n=12, loss="squared_error", seed=0):
    rng = np.random.default_rng(seed)
    sizes = (4, *(6, 5, 4)[: depth - 1], q)
    params = network.init(sizes, rng=rng, dtype=dtype)
    params = tuple(network.Layer(W, (0.1 * rng.standard_normal(b.shape)).astype(dtype)) for W, b in params)
    X = rng.standard_normal((n, 4)).astype(dtype)
    if LOSSES[loss].kinks:
        y = rng.choice([-1.0, 1.0], (n, q)).astype(dtype)
    elif loss == "categorical_cross_entropy":
        y = rng.integers(0, q, n)
    else:
        y = rng.random((n, q)).astype(dtype)
    return params, X, y


# --- PyTorch ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def torch_activation(torch, name):
    table = {"identity": lambda z: z, "logistic": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    table["leaky_relu"] = lambda z: torch.nn.functional.leaky_relu(z, 0.01)
    table["softplus"] = torch.nn.functional.softplus
    return table[name]


def torch_loss(torch, name, f, y):
    F = torch.nn.functional
    total = {
        "squared_error": lambda: F.mse_loss(f, y, reduction="sum"),
        "half_squared_error": lambda: F.mse_loss(f, y, reduction="sum") / 2,
        "binary_cross_entropy": lambda: F.binary_cross_entropy_with_logits(f, y, reduction="sum"),
        "categorical_cross_entropy": lambda: F.cross_entropy(f, y, reduction="sum"),
        "hinge": lambda: torch.relu(1 - y * f).sum(),
        "perceptron": lambda: torch.relu(-y * f).sum(),
    }[name]()
    return total / len(f)


def torch_cost(torch, parts, X, y, *, activation, loss, ridge=0.0):
    A = X
    for number in range(0, len(parts), 2):
        Z = A @ parts[number] + parts[number + 1]
        A = torch_activation(torch, activation)(Z)
    cost = torch_loss(torch, loss, Z, y)
    return cost + ridge / 2 * sum((W**2).sum() for W in parts[::2]) if ridge else cost


def torch_parts(torch, params, *, grad=True):
    return [torch.tensor(part.copy(), requires_grad=grad) for layer in params for part in layer]


SMOOTH = [name for name in ACTIVATIONS if name != "heaviside"]


@pytest.mark.parametrize(
    ("activation", "loss", "depth", "ridge"), list(itertools.product(SMOOTH, LOSSES, (1, 2, 3, 4), (0.0, 0.3)))
)
def test_torch_has_the_same_cost_and_gradient(torch, activation, loss, depth, ridge):
    params, X, y = problem(depth=depth, loss=loss)
    parts = torch_parts(torch, params)
    cost = torch_cost(torch, parts, torch.tensor(X), torch.tensor(y), activation=activation, loss=loss, ridge=ridge)
    cost.backward()
    value, gradient = network.value_and_grad(
        params, X, y, activation=ACTIVATIONS[activation], loss=LOSSES[loss], ridge=ridge
    )
    assert value == pytest.approx(cost.item(), rel=CLOSE)
    for found, part in zip(itertools.chain(*gradient), parts, strict=True):
        expected = part.grad.numpy()
        np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE * max(1.0, np.abs(expected).max()))


def test_torch_has_the_same_gradient_for_each_example(torch):
    params, X, y = problem(loss="categorical_cross_entropy")
    parts = tuple(torch_parts(torch, params, grad=False))

    def one(parts, x, label):
        return torch_cost(torch, parts, x[None], label[None], activation="tanh", loss="categorical_cross_entropy")

    per_example = torch.func.vmap(torch.func.grad(one), (None, 0, 0))(parts, torch.tensor(X), torch.tensor(y))
    expected = torch.cat([part.reshape(len(X), -1) for part in per_example], 1).numpy()
    found = network.per_example_gradients(
        params, X, y, activation=ACTIVATIONS["tanh"], loss=LOSSES["categorical_cross_entropy"]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=CLOSE)


# torch.func.jvp itself calls what PyTorch says is deprecated.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
def test_torch_has_the_same_products_with_the_jacobian(torch):
    params, X, _ = problem(depth=3)
    rng = np.random.default_rng(1)
    tangent = network.unflatten(rng.standard_normal(network.flatten(params).shape), params)
    cotangent = rng.standard_normal((len(X), 3))
    parts, directions = (tuple(torch_parts(torch, p, grad=False)) for p in (params, tangent))

    def output(*parts):
        A = torch.tensor(X)
        for number in range(0, len(parts), 2):
            Z = A @ parts[number] + parts[number + 1]
            A = torch.tanh(Z)
        return Z

    _, forwards = torch.func.jvp(output, parts, directions)
    found = network.jvp(params, X, tangent, activation=ACTIVATIONS["tanh"])
    np.testing.assert_allclose(found, forwards.numpy(), rtol=1e-11, atol=CLOSE)
    backwards = torch.func.vjp(output, *parts)[1](torch.tensor(cotangent))
    products = network.vjp(params, X, cotangent, activation=ACTIVATIONS["tanh"])
    for part, expected in zip(itertools.chain(*products), backwards, strict=True):
        np.testing.assert_allclose(part, expected.numpy(), rtol=1e-11, atol=CLOSE)


def torch_optimizers(torch):
    optim = torch.optim
    return {
        "gradient_descent": (gradient_descent.gradient_descent(0.05), lambda p: optim.SGD(p, lr=0.05)),
        "momentum": (gradient_descent.momentum(0.02, beta=0.8), lambda p: optim.SGD(p, lr=0.02, momentum=0.8)),
        "nesterov": (
            gradient_descent.nesterov(0.02, beta=0.8),
            lambda p: optim.SGD(p, lr=0.02, momentum=0.8, nesterov=True),
        ),
        "rmsprop": (
            gradient_descent.rmsprop(2e-3, beta=0.95, epsilon=1e-6),
            lambda p: optim.RMSprop(p, lr=2e-3, alpha=0.95, eps=1e-6),
        ),
        "adam": (
            gradient_descent.adam(5e-3, beta1=0.8, beta2=0.99, epsilon=1e-6),
            lambda p: optim.Adam(p, lr=5e-3, betas=(0.8, 0.99), eps=1e-6),
        ),
    }


@pytest.mark.parametrize("dtype", RUN)
@pytest.mark.parametrize(
    ("activation", "loss", "ridge"),
    [
        ("tanh", "half_squared_error", 0.0),
        ("logistic", "binary_cross_entropy", 0.01),
        ("relu", "categorical_cross_entropy", 0.0),
    ],
)
@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "rmsprop", "adam"])
def test_torch_takes_the_same_steps(torch, name, activation, loss, ridge, dtype):
    params, X, y = problem(depth=3, dtype=dtype, n=30, loss=loss)
    ours, theirs = torch_optimizers(torch)[name]
    epochs = STEPS[dtype] // 3
    trained = training.train(
        params,
        X,
        y,
        activation=ACTIVATIONS[activation],
        loss=LOSSES[loss],
        optimizer=ours,
        n_epochs=epochs,
        batch_size=10,
        rng=np.random.default_rng(0),
        shuffle=False,
        ridge=ridge,
    )
    parts = torch_parts(torch, params)
    optimizer = theirs(parts)
    for _ in range(epochs):
        for start in range(0, 30, 10):
            rows = slice(start, start + 10)
            optimizer.zero_grad()
            torch_cost(
                torch,
                parts,
                torch.tensor(X[rows]),
                torch.tensor(y[rows]),
                activation=activation,
                loss=loss,
                ridge=ridge,
            ).backward()
            optimizer.step()
    found = network.flatten(trained.params)
    expected = np.concatenate([part.detach().numpy().ravel() for part in parts])
    moved = np.abs(found - network.flatten(params)).max()
    assert moved > 0.01
    assert np.abs(found - expected).max() <= RUN[dtype] * np.abs(expected).max()


# --- JAX ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def jax():
    os.environ["JAX_PLATFORMS"] = "cpu"
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


def jax_cost(jax, activation, loss):
    np_ = jax.numpy
    act = {
        "logistic": jax.nn.sigmoid,
        "tanh": np_.tanh,
        "relu": jax.nn.relu,
        "leaky_relu": jax.nn.leaky_relu,
        "softplus": jax.nn.softplus,
        "identity": lambda z: z,
    }[activation]

    def cost(parts, X, y):
        A = X
        for number in range(0, len(parts), 2):
            Z = A @ parts[number] + parts[number + 1]
            A = act(Z)
        return {
            "squared_error": lambda: ((Z - y) ** 2).sum(),
            "half_squared_error": lambda: ((Z - y) ** 2).sum() / 2,
            "binary_cross_entropy": lambda: (jax.nn.softplus(Z) - y * Z).sum(),
            "categorical_cross_entropy": lambda: -jax.nn.log_softmax(Z)[np_.arange(len(y)), y].sum(),
            "hinge": lambda: jax.nn.relu(1 - y * Z).sum(),
            "perceptron": lambda: jax.nn.relu(-y * Z).sum(),
        }[loss]() / len(X)

    return cost


@pytest.mark.parametrize(("activation", "loss"), list(itertools.product(SMOOTH, LOSSES)))
def test_jax_has_the_same_cost_and_gradient(jax, activation, loss):
    params, X, y = problem(depth=3, loss=loss)
    parts = [part for layer in params for part in layer]
    expected, derivatives = jax.value_and_grad(jax_cost(jax, activation, loss))(parts, X, y)
    value, gradient = network.value_and_grad(params, X, y, activation=ACTIVATIONS[activation], loss=LOSSES[loss])
    assert value == pytest.approx(float(expected), rel=CLOSE)
    for found, part in zip(itertools.chain(*gradient), derivatives, strict=True):
        np.testing.assert_allclose(found, np.asarray(part), rtol=1e-11, atol=CLOSE)


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "adam"])
def test_jax_takes_the_same_steps(jax, name):
    params, X, y = problem(depth=3, n=30, loss="binary_cross_entropy")
    optimizer = {
        "gradient_descent": gradient_descent.gradient_descent(0.05),
        "momentum": gradient_descent.momentum(0.02),
        "adam": gradient_descent.adam(5e-3),
    }[name]
    objective = training.objective(params, X, y, activation=ACTIVATIONS["tanh"], loss=LOSSES["binary_cross_entropy"])
    found = gradient_descent.minimize(objective, network.flatten(params), optimizer, n_steps=300)
    parts = [jax.numpy.asarray(part) for layer in params for part in layer]
    slots = [[0.0 * part for part in parts] for _ in range(2)]
    step = jax.jit(jax.grad(jax_cost(jax, "tanh", "binary_cross_entropy")))
    for t in range(1, 301):
        gradient = step(parts, X, y)
        if name == "gradient_descent":
            parts = [part - 0.05 * g for part, g in zip(parts, gradient, strict=True)]
        elif name == "momentum":
            slots[0] = [0.9 * v + g for v, g in zip(slots[0], gradient, strict=True)]
            parts = [part - 0.02 * v for part, v in zip(parts, slots[0], strict=True)]
        else:
            slots[0] = [0.9 * m + 0.1 * g for m, g in zip(slots[0], gradient, strict=True)]
            slots[1] = [0.999 * s + 0.001 * g * g for s, g in zip(slots[1], gradient, strict=True)]
            parts = [
                part - 5e-3 * (m / (1 - 0.9**t)) / (jax.numpy.sqrt(s / (1 - 0.999**t)) + 1e-8)
                for part, m, s in zip(parts, *slots, strict=True)
            ]
    expected = np.concatenate([np.asarray(part).ravel() for part in parts])
    assert np.abs(found.theta - expected).max() <= RUN[np.float64] * np.abs(expected).max()
