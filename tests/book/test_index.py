"""The index leads somewhere, and is long enough to be of use."""

import itertools

import index_terms
import notebooks
from docutils.nodes import make_id

INDEX = index_terms.read_index(notebooks.ROOT / index_terms.PATH)


def places() -> set[str]:
    found = set()
    for notebook in notebooks.book():
        found |= {statement.label for statement in notebook.statements}
        found |= {exercise.label for exercise in notebook.exercises}
        found |= {f"{notebook.name}#{make_id(heading)}" for heading in notebook.headings}
    return found


def test_every_entry_leads_somewhere():
    known = places()
    assert [(entry, place) for entry, all_ in INDEX.items() for place in all_ if place not in known] == []


def test_a_reader_finds_something():
    assert len(INDEX) >= 150


def test_the_file_is_in_order_and_no_entry_stands_twice():
    lines = (notebooks.ROOT / index_terms.PATH).read_text(encoding="utf-8").splitlines()
    entries = [line.split(": ")[0].casefold() for line in lines if line and not line.startswith("#")]
    keys = [entry.replace("é", "e").replace("ł", "l").split("; ") for entry in entries]
    assert all(before < after for before, after in itertools.pairwise(keys))


def test_entries_of_one_place(tmp_path):
    path = tmp_path / "index.yml"
    path.write_text("a: thm-a\nb; c: [thm-a, sums#how-fast]\n", encoding="utf-8")
    assert index_terms.read_index(path) == {"a": ("thm-a",), "b; c": ("thm-a", "sums#how-fast")}
