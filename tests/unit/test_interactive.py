"""Figures that are moved: what they write for a page. `tests/site` moves them in a browser."""

import itertools
import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from mathnn.interactive import Figure, Part, Plane, Slider

PLANE = Plane(x=(0, 10), y=(-1, 1), size=(100, 200), corner=(10, 20))
SHIFT = Slider("Shift", [0.0, 5.0, 10.0], first=1)
HEIGHT = Slider("Height", [-1.0, 1.0])


def page(figure: Figure) -> BeautifulSoup:
    return BeautifulSoup(figure._repr_html_(), "html.parser")


def data(figure: Figure) -> dict:
    return json.loads(page(figure).find("script", type="application/json").string)


def sample() -> Figure:
    sliders = [SHIFT, HEIGHT]
    states = list(itertools.product(SHIFT.values, HEIGHT.values))
    line = PLANE.curve([0, 10], [[a / 10, b] for a, b in states])
    said = [f"{a:g}, {b:g}" for a, b in states]
    return Figure(
        "sample", [PLANE.axes("x", "y"), line, PLANE.handle(SHIFT, HEIGHT, sliders)], sliders, said, "A line."
    )


def test_the_corners_of_the_plane_are_those_of_the_screen():
    assert PLANE.curve([0, 10], [-1, 1]).attributes["points"] == "10,220 110,20"


def test_what_moves_has_a_text_for_each_state_whichever_coordinate_moves():
    still = PLANE.curve([0, 5], [0, 1])
    assert isinstance(still.attributes["points"], str)
    for x, y in (([0, 5], [[0, 1]] * 2), ([[0, 5]] * 2, [0, 1]), ([[0, 5]] * 2, [[0, 1]] * 2)):
        assert PLANE.curve(x, y).attributes["points"] == (still.attributes["points"],) * 2


def test_states_may_have_different_numbers_of_points():
    points = PLANE.curve([[0, 10], [0, 5, 10]], [[0, 0], [0, 1, 0]]).attributes["points"]
    assert [text.count(",") for text in points] == [2, 3]


def test_coordinates_are_rounded_alike_on_both_sides_of_a_tie():
    plane = Plane(x=(0, 1), y=(0, 1), size=(1, 1))
    assert plane.dots([0.25 - 1e-12], [0.0]).attributes == plane.dots([0.25 + 1e-12], [0.0]).attributes


def test_far_points_are_drawn_at_the_edge_of_what_browsers_draw():
    assert PLANE.dots([1e30], [0]).attributes["d"] == "M4000 120h0"


def test_every_square_has_a_length_as_the_converter_for_paper_needs():
    assert PLANE.dots([0, 10], [0, 0], square=True).attributes["d"] == "M10 120h.1M110 120h.1"
    assert PLANE.dots([0, 10], [0, 0]).attributes["d"] == "M10 120h0M110 120h0"


def test_an_arrow_head_has_its_tip_at_the_end_and_a_short_arrow_has_none():
    line, _, head = PLANE.segments([0, 10], [0, 0], arrows=True).attributes["d"].rpartition("L110 120M")
    assert line == "M10 120"
    wings = [tuple(map(float, wing.split())) for wing in head.split("L110 120L")]
    assert wings == [(101, 115.5), (101, 124.5)]
    assert PLANE.segments([0, 0.1], [0, 0], arrows=True).attributes["d"].count("M") == 1


def test_the_second_slider_runs_faster():
    values = data(sample())["moving"]
    points = next([texts[k] for k in order] for _, name, texts, order in values if name == "points")
    assert points[1] == PLANE.curve([0, 10], [0.0, 1.0]).attributes["points"]
    assert points[2] == PLANE.curve([0, 10], [0.5, -1.0]).attributes["points"]


def test_what_follows_one_slider_only_is_written_once_for_each_of_its_places():
    states = itertools.product(SHIFT.values, HEIGHT.values)
    line = PLANE.curve([0, 10], [[height, height] for _, height in states])
    figure = Figure("once", [line], [SHIFT, HEIGHT], ["a"] * 6, "A line.")
    assert data(figure)["moving"] == [[0, "points", ["10,220 110,220", "10,20 110,20"], [0, 1, 0, 1, 0, 1]]]


def test_the_page_opens_with_the_first_places_of_the_sliders():
    found = page(sample())
    assert found.polyline["points"] == PLANE.curve([0, 10], [0.5, -1.0]).attributes["points"]
    assert found.output.string == "5, -1"
    assert [bar["value"] for bar in found("input")] == ["1", "0"]
    assert found.find(class_="handle")["transform"] == "translate(60 220)"


def test_every_moving_part_is_found_and_the_handle_knows_where_its_places_are():
    found, known = page(sample()), data(sample())
    assert {str(part) for part, *_ in known["moving"]} == {tag["data-part"] for tag in found(attrs={"data-part": True})}
    assert known["places"] == [{"axis": "x", "at": [10, 60, 110]}, {"axis": "y", "at": [220, 20]}]


def test_a_handle_may_stay_on_a_curve():
    heights = [0.0, 1.0, -1.0]
    figure = Figure("curve", [PLANE.handle(SHIFT, heights, [SHIFT])], [SHIFT], ["a"] * 3, "A point.")
    assert data(figure)["moving"][0][2] == ["translate(10 120)", "translate(60 20)", "translate(110 220)"]
    assert data(figure)["places"] == [{"axis": "x", "at": [10, 60, 110]}]


def test_a_slider_has_a_label_and_says_its_values():
    for bar, slider in zip(page(sample())("input"), (SHIFT, HEIGHT), strict=True):
        assert page(sample()).find("label", attrs={"for": bar["id"]}).string == slider.label
        assert json.loads(bar["data-texts"]) == list(slider.texts)
        assert int(bar["max"]) == len(slider.values) - 1
    assert HEIGHT.texts == ("−1", "1")
    assert Slider("s", [-1 / 3, 2e4]).texts == ("−0.3333", "2e+04")


def test_a_text_can_neither_end_the_script_nor_become_markup():
    evil = '</script><b>&"'
    label = PLANE.label(0, 0, [evil, "b"])
    figure = Figure("evil", [label, PLANE.label(0, 0, evil)], [HEIGHT], [evil, "b"], evil)
    found = page(figure)
    assert not found("b")
    assert found.output.string == evil
    assert [text.string for text in found("text")] == [evil, evil]
    assert found.svg["aria-label"] == evil
    assert data(figure)["said"] == [evil, "b"]


def test_a_label_moves_and_changes():
    label = PLANE.label([0, 10], 0, ["left", "right"])
    assert label.attributes["x"] == ("10", "110")
    assert label.attributes["text"] == ("left", "right")


@pytest.mark.parametrize("window", [(0, 1), (-3, 3), (0, 0.07), (1e3, 5e6), (-1, 12)])
def test_scales_have_a_few_round_numbers(window):
    texts = re.findall(r">([^<>]+)</text>", Plane(x=window, y=(0, 1)).axes().inside)
    numbers = [float(text.replace("−", "-")) for text in texts[:-6]]
    assert 3 <= len(numbers) <= 6
    assert window[0] <= min(numbers) < max(numbers) <= window[1]
    np.testing.assert_allclose(np.diff(numbers), numbers[1] - numbers[0], rtol=1e-9)


def figure(**changes) -> Figure:
    parts = [PLANE.curve([0, 10], [[0, 0], [0, 1]])]
    return Figure(
        **({"name": "a", "parts": parts, "sliders": [HEIGHT], "said": ["a", "b"], "alt": "A line."} | changes)
    )


@pytest.mark.parametrize(
    ("mistake", "text"),
    [
        (lambda: Slider("a", [1.0]), "values must hold at least two values, got 1"),
        (lambda: Slider("a", [1.0, 2.0], first=2), "first must be at most 1, the last place, got 2"),
        (lambda: Plane(x=(1, 1), y=(0, 1)), r"x must be two finite numbers, the smaller one first, got \(1, 1\)"),
        (lambda: Plane(x=(0, 1), y=(0, np.inf)), "y must be two finite numbers"),
        (lambda: PLANE.curve([0, 1], [0, np.nan]), "y must be finite, got nan at index"),
        (lambda: PLANE.curve([[0, 1]] * 2, [[0, 1]] * 3), r"x and y must have equally many states, got \[2, 3\]"),
        (lambda: PLANE.curve([0, 1], [0, 1], "pink"), "colour must be one of ink, blue, green, brown, got 'pink'"),
        (lambda: PLANE.segments([0, 1, 2], [0, 1, 2]), "an even number of points, two for each segment, got 3"),
        (lambda: figure(name="A b"), "name must be of small letters and dashes, got 'A b'"),
        (lambda: figure(sliders=[]), "sliders must hold at least one Slider"),
        (lambda: figure(alt=" "), "alt must say what the figure shows"),
        (
            lambda: figure(said=["a"]),
            "the number of sentences in said and the number of states must be equal, got 1 and 2",
        ),
        (
            lambda: figure(sliders=[SHIFT], said="abc"),
            r"the states of points in parts\[0\] and .* must be equal, got 2 and 3",
        ),
    ],
)
def test_mistakes_are_named(mistake, text):
    with pytest.raises(ValueError, match=text):
        mistake()


def test_parts_are_plain_values():
    assert Part("g", {}) == Part("g", {})
