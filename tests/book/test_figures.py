"""The stored pictures are those that the code draws today: nbval compares all outputs but these.

Pictures are compared by how many of their pixels differ *visibly*, not by their mean difference: a curve that moved
touches less than one pixel in a hundred, and would drown in the mean. A picture from another machine may differ by the
last digit of a float, which shifts the shade of an edge and, through it, the palette of 128 colours, by a few steps of
255. So a pixel counts if some channel differs by more than 32 of 255, and one in twenty thousand may. One changed digit
of a title is three times as much; noise of 8 of 255 on all edges is a seventh of it.
"""

import functools
import io
import json
import warnings
from pathlib import Path

import matplotlib
import normalise
import notebooks
import numpy as np
import pytest
from PIL import Image

matplotlib.use("Agg")
import matplotlib.pyplot as plt

VISIBLE = 32
SHARE = 5e-5


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def difference(stored: bytes, fresh: bytes) -> float:
    """Return the share of pixels that differ visibly; 1 if the sizes differ."""
    a, b = pixels(stored), pixels(fresh)
    if a.shape != b.shape:
        return 1.0
    return float((np.abs(a - b).max(axis=-1) > VISIBLE).mean())


def problems(name: str, stored: tuple[notebooks.Figure, ...], fresh: tuple[notebooks.Figure, ...]) -> list[str]:
    """Compare the pictures of a notebook with those of a fresh run. Timings only have to have the same size."""
    mend = "run `make refresh` and look at it"
    if [figure.cell for figure in stored] != [figure.cell for figure in fresh]:
        return [f"{name}: a fresh run draws other pictures than the stored ones; {mend}"]
    found = []
    for old, new in zip(stored, fresh, strict=True):
        where = f"{name}, cell {old.cell}"
        if pixels(old.png).shape != pixels(new.png).shape:
            found.append(f"{where}: the stored picture has another size than a fresh one; {mend}")
        elif not old.is_timing and (share := difference(old.png, new.png)) > SHARE:
            found.append(f"{where}: {share:.2%} of the pixels differ from a fresh run; {mend}")
    return found


@pytest.mark.parametrize("path", notebooks.paths(), ids=lambda path: path.stem)
def test_figures_are_fresh(path: Path):
    stored = notebooks.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the kernel's machinery; nbval watches the cells
        fresh, _ = normalise.execute(json.loads(path.read_text(encoding="utf-8")))
    found = problems(path.name, stored.figures, notebooks.figures_of(notebooks.cells_of(fresh)))
    assert not found, "\n".join(found)


# --- the comparison itself --------------------------------------------------------------------------


@functools.cache
def drawn(slope: float = 1.0, title: str = "Loss 1.00", size: float = 4.8, noise: int = 0) -> bytes:
    figure, axes = plt.subplots(figsize=(6.4, size))
    t = np.linspace(0, 1, 50)
    axes.plot(t, slope * t**2)
    axes.plot(t, np.cos(7 * t))
    axes.set_title(title)
    raw = io.BytesIO()
    figure.savefig(raw, format="png")
    plt.close(figure)
    image = np.asarray(Image.open(io.BytesIO(raw.getvalue())).convert("RGB")).astype(int)
    # Only the edges of lines and letters depend on the last digits; the paper is white everywhere.
    edges = ((image.min(axis=-1) < 255) & (image.max(axis=-1) > 0))[..., None]
    image = image + edges * np.random.default_rng(0).integers(-noise, noise + 1, size=image.shape)
    noisy = io.BytesIO()
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(noisy, "PNG")
    return normalise.normal_png(noisy.getvalue())


def figures(png: bytes, *, timing: bool = False) -> tuple[notebooks.Figure, ...]:
    return (notebooks.Figure(3, png, "", timing),)


def test_same_picture():
    assert problems("a.ipynb", figures(drawn()), figures(drawn())) == []


def test_faint_noise_is_no_difference():
    assert problems("a.ipynb", figures(drawn()), figures(drawn(noise=8))) == []


@pytest.mark.parametrize(
    "changed",
    [{"slope": 1.002}, {"slope": -1.0}, {"title": "Loss 1.08"}, {"title": ""}, {"size": 5.0}],
    ids=str,
)
def test_stale_picture(changed: dict):
    (problem,) = problems("a.ipynb", figures(drawn()), figures(drawn(**changed)))
    assert "cell 3" in problem
    assert "make refresh" in problem


def test_timings_need_only_the_size():
    old = figures(drawn(), timing=True)
    assert problems("a.ipynb", old, figures(drawn(slope=-1.0), timing=True)) == []
    assert problems("a.ipynb", old, figures(drawn(size=5.0), timing=True))


def test_missing_picture():
    assert problems("a.ipynb", figures(drawn()), ())
