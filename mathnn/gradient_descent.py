r"""Gradient descent and its relatives, on flat vectors.

An `Optimizer` is a pair of functions: ``init(theta)`` makes the state, and ``step(theta, gradient, state)`` returns the
next point and the next state. Steps are numbered t = 1, 2, ..., and a learning rate is a number or a function of t.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import (
    FloatArray,
    float_array,
    positive_integer,
    real_number,
    require_finite,
)

Schedule = Callable[[int], float]
ValueAndGrad = Callable[[FloatArray], tuple[float, ArrayLike]]


class ConvergenceWarning(UserWarning):
    """An iteration stopped before it reached what it was asked for; its result says why."""


class State(NamedTuple):
    """What an optimizer remembers between two steps.

    Attributes
    ----------
    n_steps : int
        Number of steps done.
    slots : tuple of numpy.ndarray
        Vectors of the shape of theta, such as a velocity.
    """

    n_steps: int
    slots: tuple[FloatArray, ...]


_Slots = tuple[FloatArray, ...]
# Changes theta and the slots in place, and uses the memory of the gradient: (theta, gradient, slots, t).
_Update = Callable[[FloatArray, FloatArray, _Slots, int], None]


@dataclass(frozen=True)
class Optimizer:
    """A rule that moves a vector of parameters along a gradient.

    Attributes
    ----------
    name : str
        Its name.
    n_slots : int
        How many vectors its state holds.
    """

    name: str
    n_slots: int
    _update: _Update = field(repr=False)

    def init(self, theta: ArrayLike) -> State:
        """Make the state before the first step: no step done, all slots zero.

        Parameters
        ----------
        theta : array_like, shape (P,)
            The parameters.

        Returns
        -------
        State
            The state.

        Raises
        ------
        TypeError, ValueError
            If `theta` is not a real vector.
        """
        point = float_array(theta, "theta", "(P,)")
        return State(0, tuple(np.zeros_like(point) for _ in range(self.n_slots)))

    def step(self, theta: ArrayLike, gradient: ArrayLike, state: State) -> tuple[FloatArray, State]:
        """Do one step; nothing that is passed is changed.

        Parameters
        ----------
        theta, gradient : array_like, shape (P,)
            The parameters, and the gradient there.
        state : State
            From `init` or the step before.

        Returns
        -------
        theta : numpy.ndarray, shape (P,)
            The next parameters, in the dtype of `theta`.
        state : State
            The next state.

        Raises
        ------
        TypeError, ValueError
            If an argument is not a real vector, or shapes differ.

        Examples
        --------
        >>> optimizer = momentum(0.1)
        >>> theta, state = optimizer.step([1.0], [2.0], optimizer.init([1.0]))
        >>> print(theta, state.slots[0])
        [0.8] [2.]
        """
        point = float_array(theta, "theta", "(P,)")
        direction = float_array(gradient, "gradient", "(P,)")
        slots = tuple(float_array(slot, "slots of state", "(P,)") for slot in state.slots)
        if any(other.shape != point.shape for other in (direction, *slots)) or len(slots) != self.n_slots:
            raise ValueError(
                f"theta, gradient and the {self.n_slots} slots of state must have the same shape, got {point.shape}, "
                f"{direction.shape} and {[slot.shape for slot in slots]}; make the state with {self.name}'s own init"
            )
        moved, t = point.copy(), state.n_steps + 1
        slots = tuple(slot.astype(point.dtype) for slot in slots)
        # What overflows is inf or NaN, and whoever evaluates the function there sees it.
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            self._update(moved, direction.astype(point.dtype), slots, t)
        return moved, State(t, slots)


@dataclass(frozen=True, kw_only=True)
class Backtracking:
    r"""Armijo's line search: halve the step until it gains enough; a learning rate for `gradient_descent` and `newton`.

    .. math:: t = \max\{\alpha \rho^k : k \ge 0,\ f(\theta + t d) \le f(\theta) + c\, t\, \langle \nabla f, d \rangle\}

    Attributes
    ----------
    f : callable
        The function to minimise; takes a vector and returns a real number, or a pair (value, gradient).
    initial : float
        The first step tried, :math:`\alpha > 0`.
    shrink : float
        The factor :math:`0 < \rho < 1`.
    slope : float
        The share :math:`0 < c < 1` of the predicted gain that is enough.
    """

    f: Callable[[FloatArray], Any]
    initial: float = 1.0
    shrink: float = 0.5
    slope: float = 1e-4

    def __post_init__(self) -> None:
        """Check the numbers."""
        real_number(self.initial, "initial", minimum=0.0, strict=True)
        for name in ("shrink", "slope"):
            if not 0.0 < real_number(getattr(self, name), name, minimum=0.0) < 1.0:
                raise ValueError(f"{name} must be between 0 and 1, got {getattr(self, name)}")

    def step_size(self, theta: FloatArray, gradient: FloatArray, direction: FloatArray) -> float:
        r"""Find the step.

        Parameters
        ----------
        theta, gradient, direction : numpy.ndarray, shape (P,)
            The point, the gradient there, and a direction with :math:`\langle \nabla f, d \rangle < 0`.

        Returns
        -------
        float
            The step :math:`t`; 0 if no step of at least :math:`10^{-20}\alpha` gains enough, as at a minimum where all
            that is left is rounding.

        Raises
        ------
        ValueError
            If the direction does not go down.

        Notes
        -----
        Book: ``prop-backtracking``.

        Examples
        --------
        >>> search = Backtracking(f=lambda x: x[0] ** 2)
        >>> x = np.array([1.0])
        >>> search.step_size(x, 2 * x, -8 * x)
        0.125
        """
        predicted = float(np.dot(gradient, direction))
        if predicted == 0.0 and not direction.any():
            return 0.0
        if not predicted < 0.0:
            raise ValueError(f"direction must go down: its product with the gradient must be negative, got {predicted}")
        start, t = self._value(theta), float(self.initial)
        while t >= 1e-20 * self.initial:
            if self._value(theta + t * direction) <= start + self.slope * t * predicted:
                return t
            t *= self.shrink
        return 0.0

    def _value(self, theta: FloatArray) -> float:
        result = self.f(theta)
        return float(result[0] if isinstance(result, tuple) else result)


def inverse_time(learning_rate: float, *, decay: float) -> Schedule:
    r"""Learning rate :math:`\eta_t = \eta / (1 + \gamma (t - 1))`; if decay > 0, infinite sum and finite squares.

    Parameters
    ----------
    learning_rate : float
        The first rate :math:`\eta > 0`.
    decay : float
        The decay :math:`\gamma \ge 0` a step.

    Returns
    -------
    callable
        The rate as a function of t = 1, 2, ...

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``prop-schedules``, ``thm-sgd``.

    Examples
    --------
    >>> inverse_time(1.0, decay=0.5)(3)
    0.5
    """
    first = real_number(learning_rate, "learning_rate", minimum=0.0, strict=True)
    gamma = real_number(decay, "decay", minimum=0.0)
    return lambda t: first / (1.0 + gamma * (t - 1))


def exponential(learning_rate: float, *, decay: float) -> Schedule:
    r"""Learning rate :math:`\eta_t = \eta\, \gamma^{t-1}`: its sum is finite, so the iteration may stop short.

    Parameters
    ----------
    learning_rate : float
        The first rate :math:`\eta > 0`.
    decay : float
        The factor :math:`0 < \gamma \le 1` a step.

    Returns
    -------
    callable
        The rate as a function of t = 1, 2, ...

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``prop-schedules``.

    Examples
    --------
    >>> exponential(1.0, decay=0.5)(3)
    0.25
    """
    first = real_number(learning_rate, "learning_rate", minimum=0.0, strict=True)
    gamma = real_number(decay, "decay", minimum=0.0, strict=True)
    if gamma > 1.0:
        raise ValueError(f"decay must be at most 1, got {gamma}")
    return lambda t: first * gamma ** (t - 1)


def gradient_descent(learning_rate: float | Schedule | Backtracking) -> Optimizer:
    r"""Gradient descent :math:`\theta_{t} = \theta_{t-1} - \eta_t\, g_t`.

    Parameters
    ----------
    learning_rate : float, schedule or Backtracking
        The rate :math:`\eta_t`.

    Returns
    -------
    Optimizer
        The rule.

    Raises
    ------
    TypeError, ValueError
        If a rate is not a positive finite number.

    Notes
    -----
    Book: ``alg-gradient-descent``, ``prop-quadratic-steps``.

    Examples
    --------
    >>> rule = gradient_descent(0.5)
    >>> print(rule.step([1.0], [2.0], rule.init([1.0]))[0])
    [0.]
    """
    rate = _rate(learning_rate)

    def update(theta: FloatArray, g: FloatArray, _: _Slots, t: int) -> None:
        if isinstance(rate, Backtracking):
            np.multiply(g, rate.step_size(theta, g, -g), g)
        else:
            np.multiply(g, rate(t), g)
        np.subtract(theta, g, theta)

    return Optimizer("gradient_descent", 0, update)


def momentum(learning_rate: float | Schedule, *, beta: float = 0.9) -> Optimizer:
    r"""Heavy ball: :math:`v_t = \beta v_{t-1} + g_t` and :math:`\theta_t = \theta_{t-1} - \eta_t v_t`.

    Parameters
    ----------
    learning_rate : float or schedule
        The rate :math:`\eta_t`.
    beta : float
        The share :math:`0 \le \beta < 1` of the velocity that is kept.

    Returns
    -------
    Optimizer
        The rule; its slot is the velocity.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``alg-momentum``, ``thm-heavy-ball``.

    Two other forms are in use: with :math:`(1 - \beta) g_t`, whose rate is larger by :math:`1/(1-\beta)`, and with
    :math:`\eta_t` inside of the velocity, which is the same as long as the rate is constant.

    References
    ----------
    Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    Examples
    --------
    >>> rule = momentum(0.1, beta=0.5)
    >>> theta, state = rule.step([1.0], [1.0], rule.init([1.0]))
    >>> print(rule.step(theta, [1.0], state)[0].round(6))
    [0.75]
    """
    rate, keep = _plain_rate(learning_rate), _share(beta, "beta")

    def update(theta: FloatArray, g: FloatArray, slots: _Slots, t: int) -> None:
        v = slots[0]
        np.multiply(v, keep, v)
        np.add(v, g, v)
        np.multiply(v, rate(t), g)
        np.subtract(theta, g, theta)

    return Optimizer("momentum", 1, update)


def nesterov(learning_rate: float | Schedule, *, beta: float = 0.9) -> Optimizer:
    r"""Nesterov's momentum: the gradient is taken where the velocity leads.

    .. math:: v_t = \beta v_{t-1} + g_t, \qquad \theta_t = \theta_{t-1} - \eta_t (g_t + \beta v_t)

    Parameters
    ----------
    learning_rate : float or schedule
        The rate :math:`\eta_t`.
    beta : float
        The share :math:`0 \le \beta < 1` of the velocity that is kept.

    Returns
    -------
    Optimizer
        The rule; its slot is the velocity.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``alg-nesterov``, ``prop-nesterov-form``, ``thm-nesterov``.

    For a constant rate the iterates are Nesterov's points of evaluation :math:`x_t + \beta (x_t - x_{t-1})`, where
    :math:`x_t` is the gradient step from the point before; so the gradient is always taken at `theta`.

    References
    ----------
    Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2) (1983); in this form
    Sutskever et al., On the importance of initialization and momentum in deep learning (2013).

    Examples
    --------
    >>> rule = nesterov(0.1, beta=0.5)
    >>> print(rule.step([1.0], [1.0], rule.init([1.0]))[0].round(6))
    [0.85]
    """
    rate, keep = _plain_rate(learning_rate), _share(beta, "beta")

    def update(theta: FloatArray, g: FloatArray, slots: _Slots, t: int) -> None:
        v, eta = slots[0], rate(t)
        np.multiply(v, keep, v)
        np.add(v, g, v)
        np.add(g, keep * v, g)
        np.multiply(g, eta, g)
        np.subtract(theta, g, theta)

    return Optimizer("nesterov", 1, update)


def rmsprop(learning_rate: float | Schedule = 1e-3, *, beta: float = 0.99, epsilon: float = 1e-8) -> Optimizer:
    r"""RMSprop: each coordinate is divided by a running root mean square of its gradients.

    .. math:: r_t = \beta r_{t-1} + (1 - \beta) g_t^2, \qquad
       \theta_t = \theta_{t-1} - \eta_t \frac{g_t}{\sqrt{r_t} + \varepsilon}

    Parameters
    ----------
    learning_rate : float or schedule
        The rate :math:`\eta_t`.
    beta : float
        The share :math:`0 \le \beta < 1` of the mean square that is kept.
    epsilon : float
        :math:`\varepsilon > 0`, outside of the root.

    Returns
    -------
    Optimizer
        The rule; its slot is the mean square.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``alg-rmsprop-adam``, ``prop-adam-step``.

    References
    ----------
    Tieleman and Hinton, Lecture 6.5: RMSprop, Coursera (2012).

    Examples
    --------
    >>> rule = rmsprop(0.1, beta=0.75)
    >>> print(rule.step([1.0], [3.0], rule.init([1.0]))[0].round(6))
    [0.8]
    """
    rate, keep = _plain_rate(learning_rate), _share(beta, "beta")
    eps = real_number(epsilon, "epsilon", minimum=0.0, strict=True)

    def update(theta: FloatArray, g: FloatArray, slots: _Slots, t: int) -> None:
        s = slots[0]
        np.multiply(s, keep, s)
        np.add(s, (1.0 - keep) * g * g, s)
        np.divide(g, np.sqrt(s) + eps, g)
        np.multiply(g, rate(t), g)
        np.subtract(theta, g, theta)

    return Optimizer("rmsprop", 1, update)


def adam(
    learning_rate: float | Schedule = 1e-3, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Optimizer:
    r"""Adam: momentum and RMSprop, both corrected for their start at zero.

    .. math:: m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad r_t = \beta_2 r_{t-1} + (1 - \beta_2) g_t^2, \qquad
       \theta_t = \theta_{t-1} - \eta_t \frac{m_t / (1 - \beta_1^t)}{\sqrt{r_t / (1 - \beta_2^t)} + \varepsilon}

    Parameters
    ----------
    learning_rate : float or schedule
        The rate :math:`\eta_t`.
    beta1, beta2 : float
        The shares of the two running means that are kept, at least 0 and less than 1.
    epsilon : float
        :math:`\varepsilon > 0`, outside of the root and after the correction.

    Returns
    -------
    Optimizer
        The rule; its slots are :math:`m_t / (1 - \beta_1)` and :math:`r_t / (1 - \beta_2)`.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``alg-rmsprop-adam``, ``prop-bias-correction``, ``prop-adam-step``.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    Examples
    --------
    >>> rule = adam(0.1)
    >>> print(rule.step([1.0], [3.0], rule.init([1.0]))[0].round(6))
    [0.9]
    """
    rate, b1, b2 = _plain_rate(learning_rate), _share(beta1, "beta1"), _share(beta2, "beta2")
    eps = real_number(epsilon, "epsilon", minimum=0.0, strict=True)

    def update(theta: FloatArray, g: FloatArray, slots: _Slots, t: int) -> None:
        # With the slots M = m / (1 - b1) and S = s / (1 - b2), sqrt(s / (1 - b2^t)) = k sqrt(S): two passes fewer.
        k = math.sqrt((1.0 - b2) / (1.0 - b2**t))
        a, e = rate(t) * (1.0 - b1) / (1.0 - b1**t) / k, eps / k
        for start in range(0, theta.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            u, M, S = g[part], slots[0][part], slots[1][part]
            np.multiply(M, b1, M)
            np.add(M, u, M)
            np.multiply(u, u, u)
            np.multiply(S, b2, S)
            np.add(S, u, S)
            np.sqrt(S, u)
            np.add(u, e, u)
            np.divide(M, u, u)
            np.multiply(u, a, u)
            np.subtract(theta[part], u, theta[part])

    return Optimizer("adam", 2, update)


def newton(
    hessian: Callable[[FloatArray], ArrayLike], *, learning_rate: float | Schedule | Backtracking = 1.0
) -> Optimizer:
    r"""Newton's method :math:`\theta_t = \theta_{t-1} - \eta_t\, H(\theta_{t-1})^{-1} g_t`.

    Parameters
    ----------
    hessian : callable
        Takes a vector (P,) and returns the Hessian (P, P) there.
    learning_rate : float, schedule or Backtracking
        The rate :math:`\eta_t`; 1 is Newton's own step, and `Backtracking` makes it go down wherever the Hessian is
        positive definite.

    Returns
    -------
    Optimizer
        The rule. Its step raises numpy.linalg.LinAlgError where the Hessian is singular.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range.

    Notes
    -----
    Book: ``alg-newton``, ``thm-newton``.

    Examples
    --------
    >>> rule = newton(lambda theta: [[2.0]])
    >>> print(rule.step([3.0], [6.0], rule.init([3.0]))[0])
    [0.]
    """
    rate = _rate(learning_rate)

    def update(theta: FloatArray, g: FloatArray, _: _Slots, t: int) -> None:
        H = float_array(hessian(theta.copy()), "hessian(theta)", "(P, P)")
        if H.shape != (theta.size, theta.size):
            raise ValueError(f"hessian(theta) must have shape {(theta.size, theta.size)}, got {H.shape}")
        require_finite(H, "hessian(theta)")
        direction = -np.linalg.solve(H.astype(np.float64), g.astype(np.float64)).astype(theta.dtype)
        eta = rate.step_size(theta, g, direction) if isinstance(rate, Backtracking) else rate(t)
        np.add(theta, eta * direction, theta)

    return Optimizer("newton", 0, update)


# No ==: the record holds arrays, whose comparison has no truth value.
@dataclass(frozen=True, eq=False)
class Minimum:
    """What `minimize` found.

    Attributes
    ----------
    theta : numpy.ndarray, shape (P,)
        The last point.
    value : float
        The value there.
    gradient : numpy.ndarray, shape (P,)
        The gradient there.
    n_steps : int
        Number of steps done.
    converged : bool
        Whether the largest entry of the gradient is at most `tol`.
    reason : str
        Why the iteration stopped.
    values, gradient_norms : numpy.ndarray, shape (n_steps + 1,)
        Value and Euclidean norm of the gradient before each step, and at the end.
    """

    theta: FloatArray
    value: float
    gradient: FloatArray
    n_steps: int
    converged: bool
    reason: str
    values: FloatArray
    gradient_norms: FloatArray


def minimize(
    value_and_grad: ValueAndGrad,
    theta0: ArrayLike,
    optimizer: Optimizer,
    *,
    n_steps: int,
    tol: float = 0.0,
    callback: Callable[[int, FloatArray, float], object] | None = None,
) -> Minimum:
    r"""Minimise a function by an optimizer.

    Stops at a point with :math:`\max_j |\partial_j f(\theta)| \le \mathrm{tol}`, after `n_steps`, when the callback
    returns True, or where the value or the gradient is not finite.

    Parameters
    ----------
    value_and_grad : callable
        Takes a vector (P,), read-only, and returns a real number and the gradient (P,). The same function works in
        ``scipy.optimize.minimize(value_and_grad, theta0, jac=True)``.
    theta0 : array_like, shape (P,)
        Where to start.
    optimizer : Optimizer
        The rule.
    n_steps : int
        The largest number of steps, at least 0.
    tol : float
        The tolerance, at least 0. With 0 all steps are done, unless a gradient is exactly zero.
    callback : callable, optional
        Called as ``callback(step, theta, value)`` before each step and at the end; True stops the iteration.

    Returns
    -------
    Minimum
        The last point, and the history.

    Raises
    ------
    TypeError
        If an argument, a value or a gradient is of the wrong kind.
    ValueError
        If shapes differ, or `theta0` is not finite.

    Warns
    -----
    ConvergenceWarning
        If the function stops being finite, or `tol` is positive and was not reached in `n_steps`.

    Notes
    -----
    Book: ``alg-gradient-descent``.

    Examples
    --------
    >>> found = minimize(lambda x: (float(x @ x), 2 * x), [3.0, 4.0], gradient_descent(0.25), n_steps=60, tol=1e-9)
    >>> found.converged, found.n_steps, found.reason
    (True, 33, 'the gradient is at most tol')
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, such as gradient_descent(0.1), got {optimizer!r}")
    most, tolerance = positive_integer(n_steps, "n_steps", minimum=0), real_number(tol, "tol", minimum=0.0)
    theta = float_array(theta0, "theta0", "(P,)").copy()
    require_finite(theta, "theta0")
    state = optimizer.init(theta)
    values: list[float] = []
    norms: list[float] = []
    for step in range(most + 1):
        theta.setflags(write=False)
        value, gradient = _evaluate(value_and_grad, theta)
        values.append(value)
        with np.errstate(over="ignore", under="ignore"):
            norms.append(float(np.linalg.norm(gradient)))
        converged = bool(gradient.size == 0 or np.abs(gradient).max() <= tolerance)
        stopped = callback is not None and callback(step, theta, value) is True
        diverged = not (math.isfinite(value) and np.isfinite(gradient).all())
        if diverged:
            reason, converged = f"the value or the gradient is not finite at step {step}: use a smaller rate", False
        elif converged:
            reason = "the gradient is at most tol"
        elif stopped:
            reason = f"the callback stopped it at step {step}"
        elif step == most:
            reason = f"n_steps = {most} steps are done"
        else:
            theta, state = optimizer.step(theta, gradient, state)
            continue
        break
    if diverged or (tolerance > 0.0 and not (converged or stopped)):
        warnings.warn(f"{optimizer.name} did not converge: {reason}", ConvergenceWarning, stacklevel=2)
    return Minimum(theta.copy(), value, gradient.copy(), step, converged, reason, np.array(values), np.array(norms))


# Adam's eleven passes over a block stay in the cache.
_BLOCK = 1 << 16


def _evaluate(value_and_grad: ValueAndGrad, theta: FloatArray) -> tuple[float, FloatArray]:
    try:
        # The user's function may overflow on the way to infinity: `minimize` reports that, once.
        with np.errstate(over="ignore", invalid="ignore"):
            value, slope = value_and_grad(theta)
    except TypeError as error:
        if "unpack" in str(error):
            raise TypeError("value_and_grad must return a pair (value, gradient); it returned one number") from error
        raise
    number, gradient = np.asarray(value), float_array(slope, "the gradient", "(P,)")
    if number.shape != () or number.dtype.kind not in "biuf":
        raise TypeError(f"the value must be one real number, got {value!r}")
    if gradient.shape != theta.shape:
        raise ValueError(f"the gradient must have the shape of theta, got {gradient.shape} and {theta.shape}")
    return float(number), gradient.astype(theta.dtype, copy=False)


def _share(value: float, name: str) -> float:
    share = real_number(value, name, minimum=0.0)
    if share >= 1.0:
        raise ValueError(f"{name} must be less than 1, got {share}")
    return share


def _plain_rate(learning_rate: float | Schedule) -> Schedule:
    if isinstance(learning_rate, Backtracking):
        raise TypeError(
            "learning_rate must be a number or a schedule here: a line search needs a direction that goes down"
        )
    if callable(learning_rate):
        schedule = learning_rate
        return lambda t: real_number(schedule(t), "learning_rate(t)", minimum=0.0)
    constant = real_number(learning_rate, "learning_rate", minimum=0.0, strict=True)
    return lambda t: constant


def _rate(learning_rate: float | Schedule | Backtracking) -> Schedule | Backtracking:
    return learning_rate if isinstance(learning_rate, Backtracking) else _plain_rate(learning_rate)
