"""The checked cells of each module's chapters, as witnesses against the spoilings of the module."""

import functools
import importlib

import sabotage
from homes import MODULES, chapters_of


@functools.cache
def jury(name: str) -> sabotage.Jury:
    return sabotage.jury(importlib.import_module(f"mathnn.{name}"), chapters_of(name))


@functools.cache
def mutants(name: str) -> tuple[sabotage.Mutant, ...]:
    return sabotage.mutants(jury(name).module, jury(name).reach)


HOUSED = [name for name in MODULES if chapters_of(name)]
