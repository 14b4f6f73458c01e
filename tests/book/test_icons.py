"""The icons that pages show, looked up in the style sheet of the theme."""

import icons

CSS = r""":root{--pst-icon-check-circle:"\f058"}.fa-bars:before,.fa-navicon:before{content:"\f0c9"}
.fa-bars-progress:before{content:"\f828"}.fa-arrow-up:before{content:"\f062"}"""


def test_icons_are_found_by_any_of_their_names():
    assert icons.code_points(set(), CSS) == {0xF058}
    assert icons.code_points({"fa-navicon", "fa-lg"}, CSS) == {0xF058, 0xF0C9}
    assert icons.code_points({"fa-arrow-up", "fa-bars"}, CSS) == {0xF058, 0xF0C9, 0xF062}


def test_only_the_script_of_the_icons_is_dropped():
    others = '<i class="fas"></i>\n', '<script src="a.js"></script>'
    script = '  <script defer src="../_static/scripts/fontawesome.js?digest=5"></script>\n'
    assert icons.SCRIPT.sub("", script.join(others)) == "".join(others)
