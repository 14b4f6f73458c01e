"""Figures that a reader moves: with a slider, or by dragging a point, and no kernel behind them.

Every state of such a figure is computed beforehand, by the programs of the book, and stored in the page. The script
that shows the states knows no mathematics, so it can't get it wrong. Where no script runs, the figure stands still.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from mathnn._validation import FloatArray, float_array, positive_integer, require_equal, require_finite

# What stands still is one text, what moves has one for each state.
Attribute: TypeAlias = str | tuple[str, ...]

# Colours of the book's style sheet, and what holds without it. They differ in brightness too.
COLOURS = {
    "ink": "currentColor",
    "blue": "var(--book-theorem,#2c5f9f)",
    "green": "var(--book-definition,#3a7350)",
    "brown": "var(--book-exercise,#8a4413)",
}
FAR = 4000.0  # on the screen; farther out nothing is seen, and browsers draw huge numbers wrongly
NO_TIE = 1e-6  # added before rounding, so that all machines round alike

SCRIPT = """(() => {
  const box = document.currentScript.parentElement;
  const svg = box.querySelector("svg"), output = box.querySelector("output");
  const { moving, said, places } = JSON.parse(box.querySelector("script").textContent);
  const bars = [...box.querySelectorAll("input")], handle = svg.querySelector(".handle");
  const show = () => {
    const state = bars.reduce((sum, bar) => sum * (Number(bar.max) + 1) + Number(bar.value), 0);
    for (const [part, name, values, order] of moving) {
      const element = svg.querySelector(`[data-part="${part}"]`), value = values[order[state]];
      if (name === "text") element.textContent = value;
      else element.setAttribute(name, value);
    }
    if (output.textContent !== said[state]) output.textContent = said[state];
    for (const bar of bars) bar.setAttribute("aria-valuetext", JSON.parse(bar.dataset.texts)[bar.value]);
  };
  const drag = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    bars.forEach((bar, k) => {
      const away = places[k].at.map((place) => Math.abs(place - at[places[k].axis]));
      if (away.length) bar.value = away.indexOf(Math.min(...away));
    });
    show();
  };
  handle?.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle?.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && drag(event));
  for (const bar of bars) bar.addEventListener("input", show);
  box.querySelector(".controls").hidden = false;
  show();
})();"""


@dataclass(frozen=True)
class Slider:
    """A control with a place for each of its values.

    Attributes
    ----------
    label : str
        What stands beside it.
    values : sequence of float or str
        What the places stand for, at least two.
    first : int
        The place where it is when the page opens, counted from 0.

    Examples
    --------
    >>> Slider("Step size", [0.1, 0.25, 1.0], first=1).texts
    ('0.1', '0.25', '1')
    """

    label: str
    values: Sequence[float] | Sequence[str] | FloatArray
    first: int = 0

    def __post_init__(self) -> None:
        """Check what came."""
        if len(self.values) < 2:
            raise ValueError(f"values must hold at least two values, got {len(self.values)}")
        if positive_integer(self.first, "first", minimum=0) >= len(self.values):
            raise ValueError(f"first must be at most {len(self.values) - 1}, the last place, got {self.first}")

    @property
    def texts(self) -> tuple[str, ...]:
        """What a screen reader says at the places."""
        return tuple(value if isinstance(value, str) else _number(value, 4) for value in self.values)


@dataclass(frozen=True)
class Part:
    """An element of a figure; the methods of `Plane` make it.

    Attributes
    ----------
    tag : str
        Name of the element of SVG.
    attributes : mapping of str to str or tuple of str
        Its attributes. One that moves has a text for each state. The attribute ``text`` is the element's text.
    inside : str
        Elements of SVG that it holds.
    drags : tuple of (int, str, tuple of float)
        Of a handle: the sliders that it sets, along which axis, and the places on the screen that are their values.
    """

    tag: str
    attributes: Mapping[str, Attribute]
    inside: str = ""
    drags: tuple[tuple[int, str, tuple[float, ...]], ...] = ()


@dataclass(frozen=True)
class Plane:
    """A window of the plane, and where it is on the screen.

    The methods draw in it. What stands still has one array of coordinates; what moves has a sequence of arrays, one for
    each state of the figure. Either coordinate may stand still: ``curve(x, ys)`` draws every one of ``ys`` over ``x``.

    Attributes
    ----------
    x, y : tuple of float
        The smallest and the largest coordinate that is seen.
    size : tuple of float
        Width and height on the screen. A whole figure is about 600 wide.
    corner : tuple of float
        Where the top left corner is on the screen.

    Examples
    --------
    >>> plane = Plane(x=(0, 3), y=(0, 2), size=(300, 200))
    >>> plane.curve([0, 3], [0, 2]).attributes["points"]
    '0,200 300,0'
    >>> plane.curve([0, 3], [[0, 0], [0, 1]]).attributes["points"]
    ('0,200 300,200', '0,200 300,100')
    """

    x: tuple[float, float]
    y: tuple[float, float]
    size: tuple[float, float] = (540.0, 330.0)
    corner: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Check what came."""
        for name, (low, high) in {"x": self.x, "y": self.y}.items():
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise ValueError(f"{name} must be two finite numbers, the smaller one first, got ({low}, {high})")

    def curve(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str = "blue",
        *,
        width: float = 2.5,
        dash: str = "",
        opacity: float = 1.0,
        closed: bool = False,
    ) -> Part:
        """Draw a polygon through points.

        Parameters
        ----------
        x, y : array_like, shape (points,), or a sequence of these
            Coordinates of the points.
        colour : str
            A name in `COLOURS`.
        width, opacity : float
            Width of the line on the screen, and how much it covers what lies below, from 0 to 1.
        dash : str
            Lengths of strokes and gaps, such as ``"8 5"``; empty for a solid line.
        closed : bool
            Whether it ends where it begins, and its inside is lightly filled.

        Returns
        -------
        Part
            The polygon.
        """
        points = self._draw(x, y, lambda at: " ".join(f"{a},{b}" for a, b in at))
        fill = {"fill": _colour(colour), "fill-opacity": "0.16"} if closed else {"fill": "none"}
        return self._part(
            "polygon" if closed else "polyline", points=points, **fill, **_line(colour, width, dash, opacity)
        )

    def segments(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str = "ink",
        *,
        width: float = 1.5,
        dash: str = "",
        arrows: bool = False,
    ) -> Part:
        """Draw line segments: from the first point to the second, from the third to the fourth, and so on.

        Parameters
        ----------
        x, y : array_like, shape (points,), or a sequence of these
            Coordinates of an even number of points.
        colour : str
            A name in `COLOURS`.
        width : float
            Width of the lines on the screen.
        dash : str
            Lengths of strokes and gaps; empty for solid lines.
        arrows : bool
            Whether each segment ends in an arrow head.

        Returns
        -------
        Part
            The segments, as one element.
        """

        def draw(at: list[list[str]]) -> str:
            if len(at) % 2:
                raise ValueError(f"x and y must hold an even number of points, two for each segment, got {len(at)}")
            pairs = list(zip(at[::2], at[1::2], strict=True))
            heads = [_head(*start, *end) for start, end in pairs] if arrows else []
            return "".join([f"M{a} {b}L{c} {d}" for (a, b), (c, d) in pairs] + heads)

        return self._part("path", d=self._draw(x, y, draw), fill="none", **_line(colour, width, dash, 1.0))

    def dots(self, x: ArrayLike, y: ArrayLike, colour: str = "ink", *, size: float = 9.0, square: bool = False) -> Part:
        """Draw points.

        Parameters
        ----------
        x, y : array_like, shape (points,), or a sequence of these
            Coordinates of the points.
        colour : str
            A name in `COLOURS`.
        size : float
            Diameter on the screen.
        square : bool
            Whether they are squares; two kinds of points must differ by more than their colour.

        Returns
        -------
        Part
            The points, as one element.
        """
        # For paper the square needs a length, or some are left out.
        length, cap = (".1", "square") if square else ("0", "round")
        d = self._draw(x, y, lambda at: "".join(f"M{a} {b}h{length}" for a, b in at))
        return self._part("path", d=d, **_line(colour, size, "", 1.0), **{"stroke-linecap": cap})

    def label(
        self, x: ArrayLike, y: ArrayLike, text: str | Sequence[str], colour: str = "ink", *, anchor: str = "start"
    ) -> Part:
        """Write at a point.

        Parameters
        ----------
        x, y : float, or a sequence of float
            Where, in each state if it moves.
        text : str, or a sequence of str
            What, in each state if it changes.
        colour : str
            A name in `COLOURS`.
        anchor : str
            Which end of the text is at the point: ``"start"``, ``"middle"`` or ``"end"``.

        Returns
        -------
        Part
            The text.
        """
        at = {"x": self._draw(_point(x), _point(y), lambda at: at[0][0])}
        at["y"] = self._draw(_point(x), _point(y), lambda at: at[0][1])
        said = text if isinstance(text, str) else tuple(text)
        return Part("text", {**at, "fill": _colour(colour), "text-anchor": anchor, "text": said})

    def handle(self, x: ArrayLike | Slider, y: ArrayLike | Slider, sliders: Sequence[Slider]) -> Part:
        """Draw the point that the reader drags.

        Parameters
        ----------
        x, y : float or Slider, or a sequence of float
            Its coordinates: the values of a slider, a number if it does not move along this axis, or one for each state
            if it stays on a curve.
        sliders : sequence of Slider
            All sliders of the figure, in their order.

        Returns
        -------
        Part
            The point, in a disc that is large enough for a finger.
        """
        grid = np.meshgrid(*(np.arange(len(slider.values)) for slider in sliders), indexing="ij")
        ends, drags = [], []
        for axis, value in (("x", x), ("y", y)):
            if isinstance(value, Slider):
                k = next(k for k, slider in enumerate(sliders) if slider is value)
                values = np.asarray(value.values, dtype=float)
                ends.append(values[grid[k].ravel()])
                drags.append((k, axis, tuple(float(place) for place in self._screen(values, values)[axis == "y"])))
            else:
                ends.append(np.broadcast_to(float_array(value, axis), grid[0].size))
        move = self._draw(_point(ends[0]), _point(ends[1]), lambda at: f"translate({at[0][0]} {at[0][1]})")
        brown = COLOURS["brown"]
        discs = f'<circle r="24" fill="{brown}" fill-opacity="0.2"/><circle r="7" fill="{brown}"/>'
        # A finger on it drags and does not scroll, which browsers grant to blocks only.
        style = "cursor:grab;display:block;touch-action:none"
        return Part("g", {"class": "handle", "style": style, "transform": move}, discs, tuple(drags))

    def axes(self, x_label: str = "", y_label: str = "", *, ticks: bool = True) -> Part:
        """Draw the frame, with its scales.

        Parameters
        ----------
        x_label, y_label : str
            What the coordinates are.
        ticks : bool
            Whether it has scales. They need a margin of 50 below and to the left.

        Returns
        -------
        Part
            The frame.
        """
        (left, top), (width, height) = self.corner, self.size
        bottom = top + height
        lines = [f"M{left:g} {top:g}h{width:g}v{height:g}h{-width:g}z"]
        texts = []
        for value in _ticks(*self.x) if ticks else ():
            across = float(self._screen(value, 0)[0])
            lines.append(f"M{across:.1f} {bottom:g}v6")
            texts.append((across, bottom + 24, "middle", _number(value)))
        for value in _ticks(*self.y) if ticks else ():
            down = float(self._screen(0, value)[1])
            lines.append(f"M{left:g} {down:.1f}h-6")
            texts.append((left - 10, down + 6, "end", _number(value)))
        texts.append((left + width / 2, bottom + (46 if ticks else 22), "middle", x_label))
        texts.append((left, top - 9, "start", y_label))
        frame = f'<path d="{"".join(lines)}" fill="none" stroke="currentColor" stroke-opacity="0.6"/>'
        words = [f'<text x="{a:.1f}" y="{b:.1f}" text-anchor="{end}">{escape(t)}</text>' for a, b, end, t in texts if t]
        return Part("g", {"fill": "currentColor"}, frame + "".join(words))

    def _screen(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Where points of the plane are on the screen, whose second coordinate grows downwards."""
        places = {"x": float_array(x, "x"), "y": float_array(y, "y")}
        for name, values in places.items():
            require_finite(values, name)
        across = (places["x"] - self.x[0]) / (self.x[1] - self.x[0])
        down = (self.y[1] - places["y"]) / (self.y[1] - self.y[0])
        return self.corner[0] + self.size[0] * across, self.corner[1] + self.size[1] * down

    def _draw(self, x: ArrayLike, y: ArrayLike, draw: Callable[[list[list[str]]], str]) -> Attribute:
        """Draw the points of the one state, or those of each."""
        moves = [np.ndim(values[0]) > 0 for values in (x, y)]  # type: ignore[index]
        if not any(moves):
            return draw(_short(*self._screen(x, y)))
        number = {len(values) for values, moving in zip((x, y), moves, strict=True) if moving}  # type: ignore[arg-type]
        if len(number) > 1:
            raise ValueError(f"x and y must have equally many states, got {sorted(number)}")
        xs, ys = (v if moving else [v] * max(number) for v, moving in zip((x, y), moves, strict=True))
        return tuple(draw(_short(*self._screen(a, b))) for a, b in zip(xs, ys, strict=True))  # type: ignore[arg-type]

    def _part(self, tag: str, **attributes: Attribute) -> Part:
        """Make a part that ends where the plane ends."""
        (left, top), (width, height) = self.corner, self.size
        # The path of a clip may be a CSS shape, but not in all readers of SVG: Figure makes elements of these.
        return Part(tag, {**attributes, "clip-path": f"{left:g} {top:g} {width:g} {height:g}"})


@dataclass(frozen=True)
class Figure:
    """A figure with sliders. A notebook shows it as SVG that moves.

    With two sliders the states are counted as by `itertools.product`: the second slider runs faster.

    Attributes
    ----------
    name : str
        Short name, of letters and dashes; the only one of its kind on a page.
    parts : sequence of Part
        What is drawn, from back to front.
    sliders : sequence of Slider
        One or two controls.
    said : sequence of str
        A sentence for each state, which stands below the controls; a screen reader reads it out.
    alt : str
        What the figure shows, for readers who do not see it.
    size : tuple of float
        Width and height on the screen, which begins 56 left of and 30 above the point (0, 0) of the planes.

    Raises
    ------
    ValueError
        If there are no sliders, the name is not of letters and dashes, `alt` is empty, or what moves has another number
        of states than the sliders have.

    Examples
    --------
    >>> plane = Plane(x=(0, 1), y=(0, 1))
    >>> slider = Slider("Slope", [0.0, 0.5, 1.0])
    >>> line = plane.curve([0, 1], [[0, slope] for slope in slider.values])
    >>> figure = Figure("slope", [plane.axes("x", "y"), line], [slider], ["flat", "half", "steep"], alt="A line.")
    >>> figure
    (A figure to be moved: Slope. The site and Jupyter show it.)
    >>> figure._repr_html_()[:36]
    '<div class="interactive" id="slope">'
    """

    name: str
    parts: Sequence[Part]
    sliders: Sequence[Slider]
    said: Sequence[str]
    alt: str
    size: tuple[float, float] = field(default=(610.0, 420.0), kw_only=True)

    def __post_init__(self) -> None:
        """Check what came."""
        if not re.fullmatch(r"[a-z][a-z-]*", self.name):
            raise ValueError(f"name must be of small letters and dashes, got {self.name!r}")
        if not self.sliders:
            raise ValueError("sliders must hold at least one Slider, got none; a still figure is matplotlib's")
        if not self.alt.strip():
            raise ValueError("alt must say what the figure shows, got an empty text")
        states = math.prod(len(slider.values) for slider in self.sliders)
        require_equal(len(self.said), "the number of sentences in said", states, "the number of states")
        for k, part in enumerate(self.parts):
            for name, values in part.attributes.items():
                if not isinstance(values, str):
                    require_equal(len(values), f"the states of {name} in parts[{k}]", states, "the number of states")

    def __repr__(self) -> str:
        """Say what a text shows in place of the figure."""
        controls = " and ".join(slider.label for slider in self.sliders)
        return f"(A figure to be moved: {controls}. The site and Jupyter show it.)"

    def _repr_html_(self) -> str:
        """Write the figure for a page."""
        start = 0
        for slider in self.sliders:
            start = start * len(slider.values) + slider.first
        clips = list(dict.fromkeys(p.attributes["clip-path"] for p in self.parts if "clip-path" in p.attributes))
        drawn, moving = [], []
        places: list[dict[str, object]] = [{"at": []} for _ in self.sliders]
        for k, part in enumerate(self.parts):
            now = {name: v if isinstance(v, str) else v[start] for name, v in part.attributes.items()}
            moving += [[k, name, *_once(v)] for name, v in part.attributes.items() if not isinstance(v, str)]
            if "clip-path" in now:
                now["clip-path"] = f"url(#{self.name}-{clips.index(now['clip-path'])})"
            inside = escape(now.pop("text", "")) or part.inside
            if any(number == k for number, *_ in moving):
                now["data-part"] = str(k)
            drawn.append(f"<{part.tag}{_attributes(now)}>{inside}</{part.tag}>")
            for number, axis, at in part.drags:
                places[number] = {"axis": axis, "at": [round(place, 1) for place in at]}
        defs = "".join(
            f'<clipPath id="{self.name}-{k}"><rect x="{a}" y="{b}" width="{c}" height="{d}"/></clipPath>'
            for k, (a, b, c, d) in enumerate(str(clip).split() for clip in clips)
        )
        data = json.dumps({"moving": moving, "said": list(self.said), "places": places}, separators=(",", ":"))
        data = data.replace("</", "<\\/")  # no text may end the script
        ids = " ".join(f"{self.name}-slider-{k}" for k in range(len(self.sliders)))
        width, height = self.size
        return (
            f'<div class="interactive" id="{self.name}"><svg viewBox="-56 -30 {width:g} {height:g}" role="img"'
            f' aria-label="{escape(self.alt)}" font-size="17" style="width:100%;max-width:{width:g}px;color:'
            f'var(--pst-color-text-base,currentColor)"><defs>{defs}</defs>\n' + "\n".join(drawn) + "\n</svg>"
            f'<div class="controls" hidden>{"".join(self._control(k) for k in range(len(self.sliders)))}</div>'
            f'<output for="{ids}">{escape(self.said[start])}</output>\n'
            f'<script type="application/json">{data}</script>\n<script>{SCRIPT}</script></div>'
        )

    def _control(self, k: int) -> str:
        """Write the slider k and its label."""
        slider, name = self.sliders[k], f"{self.name}-slider-{k}"
        return (
            f'<label for="{name}">{escape(slider.label)}</label><input id="{name}" type="range" min="0"'
            f' max="{len(slider.values) - 1}" value="{slider.first}" autocomplete="off" style="width:100%"'
            f' data-texts="{escape(json.dumps(slider.texts))}">'
        )


def _once(values: Sequence[str]) -> tuple[list[str], list[int]]:
    """Write each text once, and which of them the states have: with two sliders much follows one of them only."""
    places = {value: k for k, value in enumerate(dict.fromkeys(values))}
    return list(places), [places[value] for value in values]


def _point(value: ArrayLike) -> FloatArray:
    return np.asarray(value, dtype=float)[..., None]


def _short(across: FloatArray, down: FloatArray) -> list[list[str]]:
    """Write places on the screen with one decimal at most."""
    places = np.stack(np.broadcast_arrays(across, down), axis=-1)
    rounded = np.round(np.clip(places, -FAR, FAR) + NO_TIE, 1) + 0.0
    return [[f"{a:.6g}", f"{b:.6g}"] for a, b in rounded.tolist()]


def _colour(name: str) -> str:
    if name not in COLOURS:
        raise ValueError(f"colour must be one of {', '.join(COLOURS)}, got {name!r}")
    return COLOURS[name]


def _line(colour: str, width: float, dash: str, opacity: float) -> dict[str, str]:
    line = {"stroke": _colour(colour), "stroke-width": f"{width:g}", "stroke-linejoin": "round"}
    if dash:
        line["stroke-dasharray"] = dash
    if opacity < 1:
        line["stroke-opacity"] = f"{opacity:g}"
    return line


def _head(a: str, b: str, c: str, d: str) -> str:
    """Draw the head of an arrow from (a, b) to (c, d); one that is too short has none."""
    x, y = float(c) - float(a), float(d) - float(b)
    length = math.hypot(x, y)
    if length < 6:
        return ""
    ux, uy = 9 * x / length, 9 * y / length
    wings = [(float(c) - ux + s * 0.5 * uy, float(d) - uy - s * 0.5 * ux) for s in (1, -1)]
    (p, q), (r, s) = [(f"{u + NO_TIE:.1f}", f"{v + NO_TIE:.1f}") for u, v in wings]
    return f"M{p} {q}L{c} {d}L{r} {s}"


def _ticks(low: float, high: float) -> list[float]:
    """About five round numbers from `low` to `high`."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def _number(value: float, digits: int = 6) -> str:
    return f"{value:.{digits}g}".replace("-", "−")


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())
