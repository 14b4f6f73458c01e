"""The files that publish the book say what they call, and that is there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def problems(text: str) -> list[str]:
    """Say what a workflow calls that is not there, and what it leaves open."""
    workflow = yaml.safe_load(text)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    runs = "\n".join(step.get("run", "") for step in steps)
    found = [f"make has no {name}" for name in re.findall(r"\bmake ([a-z-]+)", runs) if name not in TARGETS]
    found += [f"there is no {path}" for path in re.findall(r"\.ci/\w+", runs) if not (ROOT / path).is_file()]
    actions = [step["uses"] for step in steps if "uses" in step]
    found += [f"{action} names no major version" for action in actions if not re.fullmatch(r"[\w/-]+@v\d+", action)]
    if workflow.get("permissions") != {"contents": "read"}:
        found.append("a job may do more than read unless it says so itself")
    if re.search(r"https?://", text):
        found.append("it names an address")
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow(path: Path):
    assert problems(path.read_text(encoding="utf-8")) == []


def test_there_are_workflows():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "pages.yml"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("make site", "make sight", "make has no sight"),
        (".ci/run", ".ci/runs", "there is no .ci/runs"),
        ("checkout@v4", "checkout@main", "names no major version"),
        ("contents: read", "contents: write", "may do more than read"),
        ("path: _build/html", "path: https://example.org", "names an address"),
    ],
)
def test_a_fault_is_caught(old: str, new: str, expected: str):
    text = WORKFLOWS[1].read_text(encoding="utf-8")
    assert old in text
    assert any(expected in problem for problem in problems(text.replace(old, new)))


def test_binder_installs_what_the_notebooks_import():
    folder = ROOT / "binder"
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    options = dict(line.split(" ", 1) for line in lines if not line.startswith("#"))
    assert (folder / options["-c"]).resolve() == ROOT / "constraints.txt"
    assert options["-e"] == ".[book]"
    assert "book" in EXTRAS
    version = (folder / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert tuple(map(int, version.split("."))) >= (3, 11)
