"""The engines: `mathnn`, the bare matrix products that nobody can avoid, and what people would use instead.

An engine is a function (workload, data) -> run. ``run()`` does the whole workload from the start and returns an array
to compare (the parameters, or all gradients), or None for a bound that gives no answer. NotImplementedError says that
the engine does not do the workload, and ModuleNotFoundError that its library is not installed. Each library is imported
in its engine, since every engine runs in a process of its own.
"""

import os
from collections.abc import Callable

import numpy as np
from workloads import Linear, Logistic, PerExample, Training, layers, vector

Data = dict[str, np.ndarray]
Run = Callable[[], np.ndarray | None]


def _batches(work: Training, d: Data):
    return ((d["X"][i : i + work.batch], d["y"][i : i + work.batch]) for i in range(0, work.n, work.batch))


# --- mathnn -------------------------------------------------------------------------------------------------


def mathnn(work, d: Data) -> Run:
    from mathnn import activations, gradient_descent, linear_regression, logistic_regression, losses, network, training

    if isinstance(work, Linear):

        def linear():
            found = linear_regression.normal_equations(d["X"], d["y"])
            return np.append(found.weights, found.intercept)

        return linear
    if isinstance(work, Logistic):

        def logistic():
            found = logistic_regression.fit(d["X"], d["y"], tol=work.tol)
            return np.append(found.weights, found.intercept)

        return logistic
    params = tuple(network.Layer(W, b) for W, b in layers(d["theta"], work.sizes))
    if isinstance(work, PerExample):
        out = np.empty((work.n, len(d["theta"])), work.dtype)
        kind = {"activation": activations.relu, "loss": losses.categorical_cross_entropy}
        return lambda: network.per_example_gradients(params, d["X"], d["y"], **kind, out=out)
    rng = np.random.default_rng(0)

    def train():
        if work.adam:
            optimizer = gradient_descent.adam(work.learning_rate)
        elif work.momentum:
            optimizer = gradient_descent.momentum(work.learning_rate, beta=work.momentum)
        else:
            optimizer = gradient_descent.gradient_descent(work.learning_rate)
        trained = training.train(
            params,
            d["X"],
            d["y"],
            activation=activations.ACTIVATIONS[work.activation],
            loss=losses.LOSSES[work.loss],
            optimizer=optimizer,
            n_epochs=1,
            batch_size=work.batch,
            rng=rng,
            shuffle=False,
        )
        return network.flatten(trained.params)

    return train


# --- bounds -------------------------------------------------------------------------------------------------


def bound(work, d: Data) -> Run:
    """Do the matrix products only; for single gradients fill the result only."""
    X = d["X"]
    if isinstance(work, PerExample):
        out = np.empty((work.n, len(d["theta"])), work.dtype)
        return lambda: out.fill(1.0)
    if isinstance(work, Linear):
        return lambda: np.dot(X.T, X) is None or None
    if isinstance(work, Logistic):
        z, gram, w, g = np.empty(work.n), np.empty((work.p, work.p)), np.ones(work.p), np.empty(work.p)

        def products():
            # Four steps of Newton and a last gradient.
            for step in range(5):
                np.dot(X, w, out=z)
                np.dot(z, X, out=g)
                if step < 4:
                    np.dot(X.T, X, out=gram)

        return products
    weights = [W.copy() for W, _ in layers(d["theta"], work.sizes)]
    gradients = [np.empty_like(W) for W in weights]
    last = len(weights) - 1

    def buffers(n):
        return [np.full((n, d_out), 0.1, work.dtype) for d_out in work.sizes[1:]]

    memory = {n: (buffers(n), buffers(n)) for n in {work.batch, work.n % work.batch or work.batch}}

    def run():
        for x, _ in _batches(work, d):
            outputs, deltas = memory[len(x)]
            for number, W in enumerate(weights):
                np.dot(outputs[number - 1] if number else x, W, out=outputs[number])
            for number in range(last, -1, -1):
                np.dot((outputs[number - 1] if number else x).T, deltas[number], out=gradients[number])
                if number:
                    np.dot(deltas[number], weights[number].T, out=deltas[number - 1])
            for array in (*outputs, *deltas):
                array.fill(0.1)  # so that the numbers stay finite

    return run


# --- textbook NumPy -----------------------------------------------------------------------------------------


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def textbook(work, d: Data) -> Run:
    """Vectorised over the batch, written as one writes it on the board: new arrays everywhere."""
    if isinstance(work, Linear):

        def inverse():
            A = np.column_stack([d["X"], np.ones(work.n)])
            return np.linalg.inv(A.T @ A) @ (A.T @ d["y"])

        return inverse
    if isinstance(work, Logistic):
        raise NotImplementedError
    if isinstance(work, PerExample):

        def outer():
            parts, A = layers(d["theta"], work.sizes), [d["X"]]
            for number, (W, b) in enumerate(parts):
                z = A[-1] @ W + b
                A.append(np.maximum(z, 0) if number < len(parts) - 1 else z)
            e = np.exp(z - z.max(axis=1, keepdims=True))
            delta, found = e / e.sum(axis=1, keepdims=True) - d["one_hot"], []
            for number in range(len(parts) - 1, -1, -1):
                found[:0] = [np.einsum("ni,nj->nij", A[number], delta).reshape(work.n, -1), delta]
                delta = (delta @ parts[number][0].T) * (A[number] > 0)
            return np.concatenate(found, axis=1)

        return outer
    targets = d.get("one_hot", d["y"])
    function = {"relu": lambda z: np.maximum(0, z), "tanh": np.tanh, "logistic": _sigmoid}[work.activation]
    slope = {"relu": lambda a: a > 0, "tanh": lambda a: 1 - a**2, "logistic": lambda a: a * (1 - a)}[work.activation]

    def run():
        parts = [[W.copy(), b.copy()] for W, b in layers(d["theta"], work.sizes)]
        m, s = ([[np.zeros_like(part) for part in layer] for layer in parts] for _ in range(2))
        total = 0.0
        for t, i in enumerate(range(0, work.n, work.batch), start=1):
            y, A = targets[i : i + work.batch], [d["X"][i : i + work.batch]]
            for number, (W, b) in enumerate(parts):
                z = A[-1] @ W + b
                A.append(function(z) if number < len(parts) - 1 else z)
            if work.loss == "categorical_cross_entropy":
                e = np.exp(z - z.max(axis=1, keepdims=True))
                p = e / e.sum(axis=1, keepdims=True)
                total += -np.sum(y * np.log(p + p.dtype.type(1e-30)))
            elif work.loss == "half_squared_error":
                p = z
                total += 0.5 * np.sum((z - y) ** 2)
            else:
                p = _sigmoid(z)
                total += -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
            delta = (p - y) / len(y)
            for number in range(len(parts) - 1, -1, -1):
                gradients = A[number].T @ delta, delta.sum(axis=0)
                if number:
                    delta = (delta @ parts[number][0].T) * slope(A[number])
                for j, g in enumerate(gradients):
                    if work.adam:
                        m[number][j] = 0.9 * m[number][j] + 0.1 * g
                        s[number][j] = 0.999 * s[number][j] + 0.001 * g**2
                        g = (m[number][j] / (1 - 0.9**t)) / (np.sqrt(s[number][j] / (1 - 0.999**t)) + 1e-8)
                    elif work.momentum:
                        g = m[number][j] = work.momentum * m[number][j] + g
                    parts[number][j] = parts[number][j] - work.learning_rate * g
        return vector(parts)

    return run


def one_by_one(work, d: Data) -> Run:
    """The loop over single examples of many introductions; on a tenth of the data, its time is multiplied."""
    if not isinstance(work, Training) or work.adam or work.sizes[0] == 1024 or work.activation == "tanh":
        raise NotImplementedError
    n, targets = work.n // 10, d["one_hot"]
    function = _sigmoid if work.activation == "logistic" else lambda z: np.maximum(z, 0)
    softmax = work.loss == "categorical_cross_entropy"

    def backprop(x, y, Ws, bs):
        activations, zs = [x], []
        for W, b in zip(Ws, bs, strict=True):
            z = np.dot(W, activations[-1]) + b
            zs.append(z)
            activations.append(function(z))
        e = np.exp(zs[-1] - zs[-1].max())
        delta = (e / e.sum() if softmax else _sigmoid(zs[-1])) - y
        gradients = []
        for number in range(len(Ws) - 1, -1, -1):
            gradients.append((np.dot(delta, activations[number].T), delta))
            if number:
                z = zs[number - 1]
                slope = (z > 0) if work.activation == "relu" else _sigmoid(z) * (1 - _sigmoid(z))
                delta = np.dot(Ws[number].T, delta) * slope
        return gradients[::-1]

    def run():
        parts = layers(d["theta"], work.sizes)
        Ws, bs = [W.T.copy() for W, _ in parts], [b[:, None].copy() for _, b in parts]
        v = [[np.zeros_like(W), np.zeros_like(b)] for W, b in zip(Ws, bs, strict=True)]
        for start in range(0, n, work.batch):
            rows = range(start, min(start + work.batch, n))
            single = [backprop(d["X"][i][:, None], targets[i][:, None], Ws, bs) for i in rows]
            for number in range(len(Ws)):
                for j, array in enumerate((Ws, bs)):
                    mean = sum(g[number][j] for g in single) / len(rows)
                    v[number][j] = work.momentum * v[number][j] + mean
                    array[number] = array[number] - work.learning_rate * v[number][j]

    run.scale = 10
    return run


# --- peers --------------------------------------------------------------------------------------------------


def scikit_learn(work, d: Data) -> Run:
    if isinstance(work, Linear):
        from sklearn.linear_model import LinearRegression

        def linear():
            found = LinearRegression().fit(d["X"], d["y"])
            return np.append(found.coef_, found.intercept_)

        return linear
    if isinstance(work, Logistic):
        return _scikit_learn_logistic(work, d, "newton-cholesky")
    if isinstance(work, PerExample):
        raise NotImplementedError
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    regression = work.loss == "half_squared_error"
    y = d["y"].ravel() if regression else d["y"] if d["y"].ndim == 1 else d["y"].astype(int)

    class FromTheta(MLPRegressor if regression else MLPClassifier):
        def _init_coef(self, fan_in, fan_out, dtype):
            return tuple(part.copy() for part in self.start.pop(0))

    def run():
        model = FromTheta(
            hidden_layer_sizes=work.sizes[1:-1],
            activation=work.activation,
            solver="adam" if work.adam else "sgd",
            alpha=0.0,
            batch_size=work.batch,
            learning_rate_init=work.learning_rate,
            max_iter=1,
            shuffle=False,
            momentum=work.momentum,
            nesterovs_momentum=False,
            tol=0.0,
            n_iter_no_change=10**6,
        )
        model.start = layers(d["theta"], work.sizes)
        model.fit(d["X"], y)
        return vector(list(zip(model.coefs_, model.intercepts_, strict=True)))

    return run


def _scikit_learn_logistic(work, d: Data, solver: str) -> Run:
    from sklearn.linear_model import LogisticRegression

    def run():
        found = LogisticRegression(C=np.inf, solver=solver, tol=work.tol, max_iter=1000).fit(d["X"], d["y"])
        return np.append(found.coef_.ravel(), found.intercept_)

    return run


def scikit_learn_lbfgs(work, d: Data) -> Run:
    if not isinstance(work, Logistic):
        raise NotImplementedError
    return _scikit_learn_logistic(work, d, "lbfgs")


def numpy_lstsq(work, d: Data) -> Run:
    if not isinstance(work, Linear):
        raise NotImplementedError
    return lambda: np.linalg.lstsq(np.column_stack([d["X"], np.ones(work.n)]), d["y"], rcond=None)[0]


def pytorch(work, d: Data) -> Run:
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    functional = torch.nn.functional
    if isinstance(work, Linear | Logistic):
        raise NotImplementedError
    X, y = torch.from_numpy(d["X"]), torch.from_numpy(d["y"])
    if isinstance(work, PerExample):
        parts = tuple(torch.from_numpy(part.copy()) for layer in layers(d["theta"], work.sizes) for part in layer)

        def loss_of_one(parts, x, label):
            for number in range(0, len(parts), 2):
                x = x @ parts[number] + parts[number + 1]
                x = functional.relu(x) if number < len(parts) - 2 else x
            return functional.cross_entropy(x, label)

        gradients = torch.func.vmap(torch.func.grad(loss_of_one), (None, 0, 0))
        return lambda: torch.cat([g.reshape(work.n, -1) for g in gradients(parts, X, y)], 1).numpy()
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "logistic": torch.nn.Sigmoid}[work.activation]
    modules = []
    for d_in, d_out in zip(work.sizes[:-1], work.sizes[1:], strict=True):
        modules += [torch.nn.Linear(d_in, d_out, dtype=X.dtype), activation()]
    net = torch.nn.Sequential(*modules[:-1])
    affine = [module for module in net if isinstance(module, torch.nn.Linear)]
    loss = {
        "categorical_cross_entropy": functional.cross_entropy,
        "half_squared_error": lambda z, t: 0.5 * functional.mse_loss(z, t),
        "binary_cross_entropy": lambda z, t: (
            functional.binary_cross_entropy_with_logits(z, t, reduction="sum") / len(z)
        ),
    }[work.loss]

    def run():
        with torch.no_grad():
            for module, (W, b) in zip(affine, layers(d["theta"], work.sizes), strict=True):
                module.weight.copy_(torch.from_numpy(W.T.copy()))
                module.bias.copy_(torch.from_numpy(b.copy()))
        if work.adam:
            optimizer = torch.optim.Adam(net.parameters(), lr=work.learning_rate)
        else:
            optimizer = torch.optim.SGD(net.parameters(), lr=work.learning_rate, momentum=work.momentum)
        total = torch.zeros((), dtype=torch.float64)
        for i in range(0, work.n, work.batch):
            optimizer.zero_grad()
            cost = loss(net(X[i : i + work.batch]), y[i : i + work.batch])
            cost.backward()
            optimizer.step()
            total += cost.detach()
        return vector([(m.weight.detach().numpy().T, m.bias.detach().numpy()) for m in affine])

    return run


def _jax(work):
    import jax

    jnp = jax.numpy
    activation = {"relu": jax.nn.relu, "tanh": jnp.tanh, "logistic": jax.nn.sigmoid}

    def cost(parts, x, y):
        name = "relu" if isinstance(work, PerExample) else work.activation
        for number, (W, b) in enumerate(parts):
            x = x @ W + b
            x = activation[name](x) if number < len(parts) - 1 else x
        if isinstance(work, PerExample) or work.loss == "categorical_cross_entropy":
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1))
        if work.loss == "half_squared_error":
            return 0.5 * jnp.mean(jnp.sum((x - y) ** 2, 1))
        return jnp.sum(jnp.logaddexp(0, x) - y * x) / len(x)

    def step(state, batch):
        parts, m, s, t = state
        value, gradient = jax.value_and_grad(cost)(parts, *batch)
        t = t + 1
        if work.adam:
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
            s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, gradient)
            c1, c2 = (1 - beta ** t.astype(value.dtype) for beta in (0.9, 0.999))
            gradient = jax.tree.map(lambda m, s: (m / c1) / (jnp.sqrt(s / c2) + 1e-8), m, s)
        elif work.momentum:
            m = gradient = jax.tree.map(lambda m, g: work.momentum * m + g, m, gradient)
        parts = jax.tree.map(lambda part, g: part - work.learning_rate * g, parts, gradient)
        return (parts, m, s, t), value

    return jax, cost, step


def jax_step(work, d: Data, *, scan: bool = False) -> Run:
    """One compiled function for each step; with ``scan``, for the whole epoch."""
    if isinstance(work, Linear | Logistic):
        raise NotImplementedError
    jax, cost, step = _jax(work)
    jnp = jax.numpy
    start = [(jnp.array(W), jnp.array(b)) for W, b in layers(d["theta"], work.sizes)]
    if isinstance(work, PerExample):
        if scan:
            raise NotImplementedError
        single = jax.grad(lambda parts, x, label: cost(parts, x[None], label[None]))
        X, y = jnp.asarray(d["X"]), jnp.asarray(d["y"])
        gradients = jax.jit(
            lambda X, y: jnp.concatenate(
                [g.reshape(work.n, -1) for g in jax.tree.leaves(jax.vmap(single, (None, 0, 0))(start, X, y))], 1
            )
        )
        return lambda: np.asarray(gradients(X, y).block_until_ready())
    # The scan needs batches of one size; what is left over is done in single steps.
    whole = work.n // work.batch * work.batch if scan else 0
    state = (start, *(jax.tree.map(jnp.zeros_like, start) for _ in range(2)), jnp.zeros((), jnp.int32))
    one = jax.jit(step)
    if scan:
        stacked = tuple(jnp.asarray(a[:whole].reshape(-1, work.batch, *a.shape[1:])) for a in (d["X"], d["y"]))
        epoch = jax.jit(lambda state, batches: jax.lax.scan(step, state, batches))

    def run():
        now = epoch(state, stacked)[0] if scan else state
        for i in range(whole, work.n, work.batch):
            now, _ = one(now, (d["X"][i : i + work.batch], d["y"][i : i + work.batch]))
        return vector(now[0])

    return run


def jax_scan(work, d: Data) -> Run:
    return jax_step(work, d, scan=True)


ENGINES = {
    "mathnn": mathnn,
    "bound": bound,
    "textbook": textbook,
    "one by one": one_by_one,
    "scikit-learn": scikit_learn,
    "scikit-learn lbfgs": scikit_learn_lbfgs,
    "numpy lstsq": numpy_lstsq,
    "PyTorch": pytorch,
    "JAX step": jax_step,
    "JAX scan": jax_scan,
}
