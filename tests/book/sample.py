"""A tiny chapter that keeps every rule, to plant defects in."""

import base64
import io
from pathlib import Path
from typing import Any

from notebooks import Ledger, Notebook, cells_of
from PIL import Image

THEOREM = r"""
:::{prf:theorem} Square of a sum
:label: thm-square
For real $a$ and $b$, $(a+b)^2 = a^2 + 2ab + b^2$.
:::

::::{dropdown} Proof of {prf:ref}`thm-square`
Expand.

:::{math}
(a+b)(a+b) = a^2 + ab + ba + b^2
:::
::::
"""

CHECK = """# verifies: thm-square
rng = np.random.default_rng(0)
a, b = rng.normal(size=2)
assert np.isclose((a + b) ** 2, a**2 + 2 * a * b + b**2)
print(calculus.__name__)"""

SETUP = """import matplotlib.pyplot as plt
import numpy as np

from mathnn import calculus
from mathnn.exercises import sample as checkers"""

ALT = "A parabola that opens upwards, with its vertex at the origin."


def png(colour: int = 0, size: tuple[int, int] = (20, 10)) -> str:
    """Draw a plain picture, as base64."""
    stored = io.BytesIO()
    Image.new("RGB", size, (colour, 0, 0)).save(stored, "PNG")
    return base64.b64encode(stored.getvalue()).decode()


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.strip()}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(text: str) -> dict[str, Any]:
    data = {"text/plain": text}
    return {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": {}}


def picture(data: str | None = None) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"image/png": data or png()},
        "metadata": {},
    }


def exercise(number: int) -> list[dict[str, Any]]:
    label = f"exr-number-{number}"
    return [
        markdown(
            f"::::{{exercise}} Number {number}\n:label: {label}\nName it.\n\n:::{{dropdown}} Hint\nCount.\n:::\n::::"
        ),
        code("number = None"),
        markdown(f":::{{solution-start}} {label}\n:class: dropdown\n:::"),
        code(f"number = {number}\ncheckers.check_number(number)", shown("Correct. Indeed.")),
        markdown(":::{solution-end}\n:::"),
    ]


def raw() -> dict[str, Any]:
    """The chapter as the JSON of its file."""
    cells = [
        markdown("# Sums\n\nWhat is the square of a sum?"),
        code(SETUP, tags=["setup"]),
        markdown(THEOREM),
        code(CHECK, printed("mathnn.calculus\n")),
        code("plt.show()", picture(), mystnb={"image": {"alt": ALT}}),
        markdown("## How fast\n\nVery."),
        markdown("## Exercises"),
        *(cell for number in range(6) for cell in exercise(number)),
        markdown("## In other notations\n\nThe same."),
    ]
    count = 0
    for cell in cells:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def notebook(content: dict[str, Any] | None = None, name: str = "sums") -> Notebook:
    return Notebook(Path(f"{name}.ipynb"), cells_of(content or raw()))


LEDGER = Ledger(
    statements={"thm-square": ("B-02",)},
    remarks={"B-01": "Went into the introduction."},
)
