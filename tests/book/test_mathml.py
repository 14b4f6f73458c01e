"""TeX becomes the MathML that browsers know, with the spaces of TeX."""

import mathml
import pytest


def written(tex: str, *, display: bool = False) -> str:
    return mathml.convert(tex, display=display).removeprefix("<math>").removesuffix("</math>")


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a=b", "<mi>a</mi><mo>=</mo><mi>b</mi>"),  # what browsers know is not written
        ("=b", '<mo lspace="0" rspace="0.278em">=</mo><mi>b</mi>'),  # but at an end they know otherwise
        ("(-x)", '<mo stretchy="false">(</mo><mo lspace="0" rspace="0">−</mo><mi>x</mi><mo stretchy="false">)</mo>'),
        (
            r"a\log b",
            '<mi>a</mi><mspace width="0.167em"></mspace><mi>log</mi><mo rspace="0.167em">\u2061</mo><mi>b</mi>',
        ),
        (r"\log(", '<mi>log</mi><mo>\u2061</mo><mo stretchy="false">(</mo>'),
        ("x^*", '<msup><mi>x</mi><mo lspace="0" rspace="0">∗</mo></msup>'),
        ("x_{i+1}", '<msub><mi>x</mi><mrow><mi>i</mi><mo lspace="0" rspace="0">+</mo><mn>1</mn></mrow></msub>'),
        (r"\hat y", '<mover accent="true"><mi>y</mi><mo stretchy="false" lspace="0" rspace="0">ˆ</mo></mover>'),
    ],
)
def test_spaces(tex: str, expected: str):
    assert written(tex) == expected


def test_sum_has_its_spaces_outside():
    sum_ = r"\sum_{i}x"
    assert '<mo lspace="0" rspace="0.167em">∑</mo>' in written(sum_, display=True)
    assert mathml.convert(sum_, display=True).startswith('<math display="block"><munder>')


@pytest.mark.parametrize(
    ("tex", "letters"),
    [(r"\mathbb R", "ℝ"), (r"\mathcal H", "ℋ"), (r"\mathcal N", "𝒩"), (r"\mathbf x", "𝐱"), (r"\mathfrak Z", "ℨ")],
)
def test_alphabets_are_letters(tex: str, letters: str):
    assert written(tex) == f"<mi>{letters}</mi>"


def test_columns_have_their_sides_in_styles():
    aligned = written(r"\begin{aligned}a&=b\\c&=d\end{aligned}")
    assert aligned.count("text-align:right") == aligned.count("text-align:left") == 2
    assert "columnalign" not in aligned
    assert "text-align" not in written(r"\begin{pmatrix}1&2\\3&4\end{pmatrix}")
    assert 'scriptlevel="+1"' in written(r"\begin{smallmatrix}1&2\end{smallmatrix}")


def test_fences_grow_where_tex_says_so():
    assert 'minsize="1.08em"' in written(r"\bigl(x\bigr)")
    assert '<mrow><mo minsize="1.46em"' in written(r"\Bigr)^2")
    assert "stretchy" not in written(r"\left(\frac12\right)")
    assert 'symmetric="true"' in written(r"\left|\frac12\right|")
    assert "symmetric" not in written("a/b")
    given = '<mo stretchy="false" lspace="0.278em" rspace="0.278em">'
    assert f"{given}∣</mo>" in written(r"P(y\mid\frac12)")
    assert f"{given}∥</mo>" in written(r"a\parallel\frac12")
    assert '<mo symmetric="true" stretchy="true"' in written(r"\left\{x\middle|\frac12\right\}")


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\frac{1", "Missing close brace"),
        (r"\undefinedmacro x", "undefinedmacro"),
        (r"\boldsymbol x", "further extension"),
        (r"a\\b", "a new line outside"),
        (r"\overline{x+y}", "more than one letter"),
    ],
)
def test_wrong_formula_is_an_error(tex: str, said: str):
    with pytest.raises(ValueError, match=said):
        mathml.convert(tex, display=False)


def test_text_is_escaped():
    assert written(r"a<b") == "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"


def test_epub_has_what_mathml_3_knows():
    tex = r"\begin{smallmatrix}1&2\end{smallmatrix}"
    formula = mathml.for_epub(mathml.convert(tex, display=False), tex)
    assert '<mstyle scriptlevel="+1"><mtable><mtr>' in formula
    assert formula.endswith("</mtr></mtable></mstyle></math>")
    assert "1&amp;2" in formula
