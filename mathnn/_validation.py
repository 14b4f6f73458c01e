"""The one place where inputs are checked.

Every message names the argument, the rule, what came, and how to mend it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating[Any]]


def float_array(value: ArrayLike, name: str, shape: str | None = None) -> FloatArray:
    """Convert to an array of float32 or float64, without a copy where none is needed.

    Parameters
    ----------
    value : array_like
        What the caller passed. Integers and booleans become float64.
    name : str
        Name of the argument, for the message.
    shape : str, optional
        The shape that the argument must have, such as ``"(n, p)"``. Only the number of axes is compared.

    Returns
    -------
    numpy.ndarray
        The value itself if it is an array of float32 or float64 already.

    Raises
    ------
    TypeError
        If the value is not made of real numbers, or has masked entries.
    ValueError
        If the number of axes is wrong, or the rows have unequal lengths.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must not be a masked array, its mask would be lost: "
            f"pass {name}.filled(...) or drop the masked rows"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a rectangular array, but NumPy says: {error}; give all rows the same length"
        ) from error
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    elif array.dtype.type not in (np.float32, np.float64):
        raise TypeError(
            f"{name} must hold real numbers (float32, float64, integers or booleans), "
            f"got dtype {array.dtype}; convert it, for example with np.asarray({name}, dtype=float)"
        )
    elif not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if shape is not None:
        require_axes(array, name, shape)
    return array


def require_axes(array: FloatArray, name: str, shape: str) -> None:
    """Raise ValueError unless `array` has as many axes as `shape`, such as ``"(n, p)"``, names."""
    axes = len([part for part in shape.strip("()").split(",") if part.strip()])
    if array.ndim == axes:
        return
    if axes == 1 and array.ndim == 2 and 1 in array.shape:
        mend = f"use {name}.ravel()"
    elif axes == 2 and array.ndim == 1:
        mend = f"use {name}[:, None] for one column or {name}[None, :] for one row"
    else:
        mend = f"reshape {name}"
    raise ValueError(f"{name} must have shape {shape}, got {array.shape}; {mend}")


def require_equal(left: int, left_name: str, right: int, right_name: str, mend: str | None = None) -> None:
    """Raise ValueError unless two lengths are equal; the names say what they are lengths of."""
    if left != right:
        raise ValueError(
            f"{left_name} and {right_name} must be equal, got {left} and {right}" + (f"; {mend}" if mend else "")
        )


def require_finite(array: FloatArray, name: str) -> None:
    """Raise ValueError if an entry is NaN or infinite; the message says which is the first."""
    finite = np.isfinite(array)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{name} must be finite, got {array[first]} at index {first} "
            f"({finite.size - int(finite.sum())} such entries); remove or impute them first"
        )


def require_generator(rng: np.random.Generator) -> None:
    """Raise TypeError unless `rng` is a NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator, got {type(rng).__name__}; use rng=np.random.default_rng(0)"
        )


def positive_integer(value: int, name: str, *, minimum: int = 1) -> int:
    """Return `value` as an int, or raise unless it is an integer of at least `minimum`."""
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r}; pass a whole number")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")
    return int(value)


def real_number(value: float, name: str, *, minimum: float, strict: bool = False) -> float:
    """Return `value` as a float, or raise unless it is finite and not below `minimum`.

    With ``strict=True`` it must exceed `minimum`.
    """
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a real number, got {value!r}; pass a float or an int")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number < minimum or (strict and number == minimum):
        rule = "" if minimum == -math.inf else f" and {'greater than' if strict else 'at least'} {minimum:g}"
        raise ValueError(f"{name} must be finite{rule}, got {number!r}")
    return number
