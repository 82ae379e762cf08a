"""Where settings come from: a YAML file and the environment, merged into one mapping."""

from __future__ import annotations

import copy
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args, get_origin

import yaml

from wix_printer_service.settings import Printer, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

KeyPath: TypeAlias = tuple[str | int, ...]
Node: TypeAlias = dict[str, Any]

PREFIX = "WIX_PRINTER__"
SEPARATOR = "__"


@dataclass(frozen=True, slots=True)
class Sources:
    """Settings as they were found, not yet checked.

    ``variables`` tells which environment variable gave which key; the rest came from ``name``.
    """

    name: str
    given: Node
    merged: Node
    variables: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def source_of(self, key: KeyPath) -> str:
        """Name the file or the environment variable that a person must correct."""
        for path, variable in self.variables.items():
            if key[: len(path)] == path:
                return variable
        for near in (key, key[:-1]):
            if value_at(self.given, near) is None:
                below = [v for path, v in self.variables.items() if path[: len(near)] == near]
                if below:
                    return below[0]
        return self.name


def value_at(data: Any, key: KeyPath) -> Any:
    """Return what stands at ``key``, None if nothing does."""
    for name in key:
        if not isinstance(data, dict):
            return None
        data = data.get(name)
    return data


def read_yaml(text: str, name: str) -> tuple[Node, list[str]]:
    """Read a configuration file's text.

    Args:
        text: YAML.
        name: The file, for the problems' texts.

    Returns:
        The settings, and one line for each thing wrong with the YAML itself.
    """
    loader = _Loader(text)
    try:
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return {}, [f"{name}{place}: this is not YAML: {error.problem or error.context}"]
    except yaml.YAMLError as error:
        return {}, [f"{name}: this is not YAML: {' '.join(str(error).split())}"]
    finally:
        loader.dispose()
    problems = [f"{name}, {problem}" for problem in loader.problems]
    if data is None or isinstance(data, dict):
        return _without_empty_sections(data or {}), problems
    return {}, [*problems, f"{name}: expected settings such as 'printers:' and what belongs to it"]


class _Loader(yaml.SafeLoader):
    """YAML without its habit of letting the last of two equal keys win in silence."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.problems: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    line = key.start_mark.line + 1
                    self.problems.append(f"line {line}: '{key.value}' stands here a second time")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _without_empty_sections(data: Node) -> Node:
    """Take a section of which every line is commented out for one that is not there."""
    printers = data.get("printers")
    if isinstance(printers, dict):
        printers = {name: {} if value is None else value for name, value in printers.items()}
        data = {**data, "printers": printers}
    return {name: value for name, value in data.items() if value is not None}


def add_environment(name: str, given: Node, environ: Mapping[str, str]) -> Sources:
    """Lay the settings that the environment gives over those of the file called ``name``."""
    sources = Sources(name, given, copy.deepcopy(given))
    variables = [variable for variable in environ if variable.upper().startswith(PREFIX)]
    for variable in sorted(variables, key=lambda name: (name.count(SEPARATOR), name)):
        key = _key(variable[len(PREFIX) :].split(SEPARATOR), sources.merged)
        sources.variables[key] = variable
        try:
            value = _value(environ[variable], _field_at(key))
        except yaml.YAMLError:
            sources.problems.append(f"{variable}: the value is not YAML")
            continue
        _put(sources.merged, key, value)
    return sources


def _key(names: list[str], data: Node) -> tuple[str, ...]:
    """Spell a variable's names as the settings do; printers keep the spelling of the file."""
    key = [name.lower() for name in names]
    printers = data.get("printers")
    if len(key) > 1 and key[0] == "printers" and isinstance(printers, dict):
        spellings = {str(name).lower().replace("-", "_"): str(name) for name in printers}
        key[1] = spellings.get(key[1], key[1])
    return tuple(key)


def _put(data: Node, key: tuple[str, ...], value: Any) -> None:
    """Put ``value`` in its place unless something else than a section is in the way."""
    for name in key[:-1]:
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            return
    data[key[-1]] = value


def _field_at(key: tuple[str, ...]) -> FieldInfo | None:
    section: Any = Settings
    *parents, name = key
    for parent in parents:
        ...
