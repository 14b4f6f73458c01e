"""Mini-batches, the training loop against the one of the textbook, and files."""

import itertools
import sys
import zipfile

import numpy as np
import pytest

from mathnn import activations, gradient_descent, losses, network, training

CLOSE = 1e-12


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(n=20, q=2, dtype=np.float64, seed=0):
    source = rng(seed)
    X = source.standard_normal((n, 3)).astype(dtype)
    y = source.standard_normal((n, q)).astype(dtype)
    return network.init((3, 5, q), rng=source, dtype=dtype), X, y


def options(**change):
    return {
        "activation": activations.tanh,
        "loss": losses.half_squared_error,
        "optimizer": gradient_descent.momentum(0.05),
        "n_epochs": 3,
        "batch_size": 7,
        "rng": rng(1),
    } | change


# --- mini-batches -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "size"), [(1, 1), (5, 2), (6, 3), (4, 9), (7, 1)])
def test_every_example_is_in_exactly_one_batch(n, size):
    batches = list(training.minibatches(n, size, rng=rng()))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert all(len(batch) == size for batch in batches[:-1])
    assert 1 <= len(batches[-1]) <= size
    assert batches[0].dtype.kind == "i"


def test_each_order_is_equally_likely():
    source, seen = rng(3), {}
    for _ in range(6000):
        order = tuple(int(i) for batch in training.minibatches(3, 2, rng=source) for i in batch)
        seen[order] = seen.get(order, 0) + 1
    assert sorted(seen) == sorted(itertools.permutations(range(3)))
    # Five standard deviations of a binomial count.
    assert max(abs(count - 1000) for count in seen.values()) < 150


def test_batches_average_to_the_whole_gradient():
    params, X, y = problem(12)
    kind = {"activation": activations.tanh, "loss": losses.half_squared_error}
    parts = [
        network.flatten(network.value_and_grad(params, X[i], y[i], **kind)[1])
        for i in training.minibatches(12, 3, rng=rng())
    ]
    whole = network.flatten(network.value_and_grad(params, X, y, **kind)[1])
    np.testing.assert_allclose(np.mean(parts, axis=0), whole, rtol=CLOSE, atol=1e-15)


@pytest.mark.parametrize(("n", "size", "kind"), [(0, 1, ValueError), (3, 0, ValueError), (2.0, 1, TypeError)])
def test_batches_of_nothing_are_refused_at_once(n, size, kind):
    with pytest.raises(kind, match=r"n|batch_size"):
        training.minibatches(n, size, rng=rng())


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match="rng"):
        training.minibatches(3, 1, rng=0)


# --- objective --------------------------------------------------------------------------------------------


def test_objective_is_the_cost_as_a_function_of_a_vector():
    params, X, y = problem()
    kind = {"activation": activations.relu, "loss": losses.squared_error, "ridge": 0.3}
    cost = training.objective(params, X, y, **kind)
    moved = network.flatten(params) + 0.1
    value, gradient = network.value_and_grad(network.unflatten(moved, params), X, y, **kind)
    first = cost(moved)
    second = cost(moved * 2)
    assert first[0] == pytest.approx(value, rel=CLOSE)
    np.testing.assert_allclose(first[1], network.flatten(gradient), rtol=CLOSE, atol=CLOSE)
    assert not np.allclose(first[1], second[1])
    assert not np.shares_memory(first[1], second[1])


def test_objective_works_in_minimize_and_in_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    params, X, y = problem(q=1)
    cost = training.objective(params, X, y, activation=activations.tanh, loss=losses.half_squared_error, ridge=0.1)
    theta = network.flatten(params)
    ours = gradient_descent.minimize(cost, theta, gradient_descent.momentum(0.1), n_steps=3000, tol=1e-8)
    theirs = optimize.minimize(cost, ours.theta + 1e-3, jac=True, method="BFGS", tol=1e-9)
    assert ours.converged
    assert theirs.fun == pytest.approx(ours.value, rel=1e-9)


def test_objective_refuses_a_vector_of_another_length():
    params, X, y = problem()
    cost = training.objective(params, X, y, activation=activations.tanh, loss=losses.squared_error)
    with pytest.raises(ValueError, match="length of theta"):
        cost(np.zeros(3))


# --- the loop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("ridge", [0.0, 0.2])
@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "rmsprop", "adam"])
def test_training_is_the_textbook_loop(name, ridge, shuffle):
    params, X, y = problem()
    optimizer = getattr(gradient_descent, name)(0.03)
    kind = {"activation": activations.tanh, "loss": losses.half_squared_error, "ridge": ridge}
    trained = training.train(
        params, X, y, **kind, optimizer=optimizer, n_epochs=3, batch_size=7, rng=rng(5), shuffle=shuffle
    )
    theta, source = network.flatten(params), rng(5)
    state = optimizer.init(theta)
    for epoch in range(3):
        order = [*training.minibatches(20, 7, rng=source)] if shuffle else np.split(np.arange(20), [7, 14])
        total = 0.0
        for rows in order:
            value, gradient = network.value_and_grad(network.unflatten(theta, params), X[rows], y[rows], **kind)
            total += value * len(rows)
            theta, state = optimizer.step(theta, network.flatten(gradient), state)
        assert trained.costs[epoch] == pytest.approx(total / 20, rel=CLOSE)
    np.testing.assert_allclose(network.flatten(trained.params), theta, rtol=CLOSE, atol=CLOSE)
    assert trained.state.n_steps == state.n_steps == 9
    for found, expected in zip(trained.state.slots, state.slots, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)
    assert (trained.n_epochs, trained.reason) == (3, "n_epochs = 3 epochs are done")


def test_labels_and_one_hot_rows_train_alike():
    params, X, _ = problem()
    labels = rng(2).integers(0, 2, 20)
    kind = {"loss": losses.categorical_cross_entropy}
    one = training.train(params, X, labels, **options(**kind))
    other = training.train(params, X, np.eye(2)[labels], **options(**kind))
    np.testing.assert_allclose(network.flatten(one.params), network.flatten(other.params), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("other", [np.float32, np.float64, np.int64])
def test_the_dtype_is_that_of_the_network(dtype, other):
    params, X, y = problem(dtype=dtype)
    trained = training.train(params, (4 * X).astype(other), (4 * y).astype(other), **options())
    assert all(part.dtype == dtype for layer in trained.params for part in layer)


def test_nothing_is_changed_and_results_share_no_memory():
    params, X, y = problem()
    for part in (X, y, *itertools.chain(*params)):
        part.setflags(write=False)
    kept = []
    trained = training.train(params, X, y, **options(callback=lambda epoch, net, cost: kept.append(net)))
    vectors = [network.flatten(net) for net in kept]
    assert len({vector.tobytes() for vector in vectors}) == 3
    np.testing.assert_array_equal(vectors[-1], network.flatten(trained.params))


@pytest.mark.parametrize("change", [np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2], lambda a: a.tolist()])
def test_storage_does_not_matter(change):
    params, X, y = problem()
    expected = training.train(params, X, y, **options()).params
    found = training.train(params, change(X), change(y), **options()).params
    np.testing.assert_allclose(network.flatten(found), network.flatten(expected), rtol=CLOSE, atol=CLOSE)


def test_the_same_generator_gives_the_same_network():
    params, X, y = problem()
    one, same = (training.train(params, X, y, **options()) for _ in range(2))
    other = training.train(params, X, y, **options(rng=rng(9)))
    np.testing.assert_array_equal(network.flatten(one.params), network.flatten(same.params))
    assert not np.allclose(network.flatten(one.params), network.flatten(other.params))


def test_validation_is_the_loss_after_each_epoch_without_the_penalty():
    params, X, y = problem()
    nets = []
    trained = training.train(
        params, X, y, **options(ridge=0.5, validation=(X[:4], y[:4]), callback=lambda e, net, c: nets.append(net))
    )
    expected = [
        losses.half_squared_error.value(y[:4], network.predict(net, X[:4], activation=activations.tanh)) for net in nets
    ]
    np.testing.assert_allclose(trained.validation_losses, expected, rtol=CLOSE)
    assert len(training.train(params, X, y, **options()).validation_losses) == 0


def test_the_callback_can_stop():
    seen = []

    def callback(epoch, net, cost):
        seen.append((epoch, cost))
        return epoch == 2

    params, X, y = problem()
    trained = training.train(params, X, y, **options(n_epochs=9, callback=callback))
    assert [epoch for epoch, _ in seen] == [1, 2]
    assert [cost for _, cost in seen] == trained.costs.tolist()
    assert trained.n_epochs == 2
    assert "callback" in trained.reason


def test_divergence_is_told():
    params, X, y = problem()
    with pytest.warns(gradient_descent.ConvergenceWarning, match="not finite in epoch"):
        trained = training.train(
            params, X, y, **options(activation=activations.relu, optimizer=gradient_descent.gradient_descent(1e100))
        )
    assert trained.n_epochs < 3
    assert not np.isfinite(trained.costs[-1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", [activations.relu, activations.tanh, activations.logistic])
@pytest.mark.parametrize("place", [0, 19])
def test_data_that_are_not_finite_are_refused_even_if_they_would_saturate(bad, activation, place):
    params, X, y = problem()
    X[place, 1] = bad
    with pytest.raises(ValueError, match=rf"X must be finite.*\({place}, 1\)"):
        training.train(params, X, y, **options(activation=activation, n_epochs=1, batch_size=20))


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        ({"X": np.ones(3)}, ValueError, "X must have shape"),
        ({"X": np.ones((20, 4))}, ValueError, "columns of X"),
        ({"X": np.ones((0, 3)), "y": np.ones((0, 2))}, ValueError, "at least one example"),
        ({"X": np.ones((20, 3)) * 1j}, TypeError, "X must hold real numbers"),
        ({"y": np.ones((20, 1))}, ValueError, "same shape"),
        ({"y": np.ones(20)}, ValueError, "same shape"),
        ({"y": np.ones((19, 2))}, ValueError, "same shape"),
        ({"y": np.full((20, 2), np.nan)}, ValueError, "y must be finite"),
        ({"loss": losses.binary_cross_entropy, "y": np.full((20, 2), 2.0)}, ValueError, r"\[0, 1\]"),
        ({"loss": losses.categorical_cross_entropy, "y": np.full(20, 2)}, ValueError, "labels"),
        ({"loss": losses.hinge, "y": np.zeros((20, 2))}, ValueError, "-1 or 1"),
        ({"loss": "mse"}, TypeError, "loss must be a Loss"),
        ({"activation": "relu"}, TypeError, "activation must be an Activation"),
        ({"optimizer": 0.1}, TypeError, "optimizer must be an Optimizer"),
        ({"n_epochs": 0}, ValueError, "n_epochs"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"batch_size": 2.5}, TypeError, "batch_size"),
        ({"rng": 0}, TypeError, "rng"),
        ({"ridge": -1.0}, ValueError, "ridge"),
        ({"params": ()}, TypeError, "params"),
        ({"params": (network.Layer(np.full((3, 2), np.nan), np.zeros(2)),)}, ValueError, "params must be finite"),
        ({"validation": 3}, TypeError, "validation must be a pair"),
        ({"validation": (np.ones((2, 9)), np.ones((2, 2)))}, ValueError, "in validation: columns of X"),
    ],
)
def test_arguments_of_another_kind_are_refused(change, kind, text):
    params, X, y = problem()
    arguments = {"params": params, "X": X, "y": y} | options() | change
    with pytest.raises(kind, match=text):
        training.train(arguments.pop("params"), arguments.pop("X"), arguments.pop("y"), **arguments)


def test_a_progress_bar_is_shown_on_request(capsys):
    pytest.importorskip("tqdm")
    params, X, y = problem()
    training.train(params, X, y, **options())
    assert capsys.readouterr() == ("", "")
    training.train(params, X, y, **options(progress=True))
    assert "3/3" in capsys.readouterr().err


def test_a_missing_progress_bar_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    params, X, y = problem()
    with pytest.raises(ImportError, match="pip install tqdm"):
        training.train(params, X, y, **options(progress=True))


# --- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["net.npz", "net", "net.model"])
def test_what_is_saved_is_loaded(tmp_path, dtype, name):
    params = network.init((3, 5, 4, 2), rng=rng(), dtype=dtype)
    for path in (tmp_path / name, str(tmp_path / name)):
        training.save(path, params, activation=activations.leaky_relu)
        found, activation = training.load(path)
        assert activation is activations.leaky_relu
        for layer, expected in zip(found, params, strict=True):
            for part, other in zip(layer, expected, strict=True):
                assert part.dtype == dtype
                np.testing.assert_array_equal(part, other)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "net.npz"
    training.save(path, network.init((3, 5, 2), rng=rng()), activation=activations.tanh)
    return path


def test_every_truncated_file_is_refused(saved):
    whole = saved.read_bytes()
    for length in range(0, len(whole), 7):
        saved.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"net\.npz is not a network saved by"):
            training.load(saved)


def test_a_flipped_bit_in_the_numbers_is_noticed(saved):
    whole = bytearray(saved.read_bytes())
    start = whole.index(b"\x93NUMPY", whole.index(b"W1.npy")) + 128
    whole[start + 40] ^= 1
    saved.write_bytes(bytes(whole))
    with pytest.raises(ValueError, match="is not a network saved by"):
        training.load(saved)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"W1": np.ones((2, 1)), "b1": np.ones(1)},
        {"format": "mathnn network 2", "activation": "tanh", "W1": np.ones((2, 1)), "b1": np.ones(1)},
        {"format": "mathnn network 1", "activation": "swish", "W1": np.ones((2, 1)), "b1": np.ones(1)},
        {"format": "mathnn network 1", "activation": "tanh"},
        {"format": "mathnn network 1", "activation": "tanh", "W1": np.ones((2, 1))},
        {"format": "mathnn network 1", "activation": "tanh", "W2": np.ones((2, 1)), "b2": np.ones(1)},
        {"format": "mathnn network 1", "activation": "tanh", "W1": np.ones((2, 1)), "b1": np.ones(2)},
        {"format": "mathnn network 1", "activation": "tanh", "W1": np.ones((2, 1)), "b1": np.ones(1), "x": np.ones(1)},
        {"format": "mathnn network 1", "activation": "tanh", "W1": np.array(["a"]), "b1": np.ones(1)},
    ],
)
def test_foreign_archives_are_refused(tmp_path, arrays):
    path = tmp_path / "net.npz"
    np.savez(path, **{name: np.asarray(value) for name, value in arrays.items()})
    with pytest.raises(ValueError, match="is not a network saved by"):
        training.load(path)


class Trap:
    def __reduce__(self):
        return print, ("executed",)


def test_a_pickle_is_not_executed(tmp_path, capsys):
    path = tmp_path / "net.npz"
    trap = np.array([Trap()], dtype=object)
    np.savez(path, format=np.array("mathnn network 1"), activation=np.array("tanh"), W1=trap, b1=np.ones(1))
    with pytest.raises(ValueError, match="is not a network saved by"):
        training.load(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY\x01\x00"])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "net.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not an npz file"):
        training.load(path)


def test_other_archives_are_refused(tmp_path):
    path = tmp_path / "book.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("format", "mathnn network 1")
    with pytest.raises(ValueError, match="is not a network saved by"):
        training.load(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        training.load(tmp_path / "net.npz")


def test_what_is_not_a_network_is_not_saved(tmp_path):
    path = tmp_path / "net.npz"
    with pytest.raises(TypeError, match="params"):
        training.save(path, (), activation=activations.tanh)
    own = activations.Activation("tanh", (), lambda z: z, lambda z: z)
    with pytest.raises(ValueError, match="activation must be one of"):
        training.save(path, network.init((2, 1), rng=rng()), activation=own)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        training.save(saved, network.init((2, 1), rng=rng()), activation=activations.relu)
    assert saved.read_bytes() == before
    assert [entry.name for entry in saved.parent.iterdir()] == ["net.npz"]
