"""Where settings come from: a YAML file and the environment, merged into one mapping."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from wix_printer_service.config.shape import shape_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wix_printer_service.config.shape import KeyPath, Shape

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


class _Loader(yaml.SafeLoader):
    """Takes no, off, on and yes for words: a printer may be called so. No setting is a boolean."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str, name: str, example: str = "printers:") -> tuple[Node, list[str]]:
    """Read a configuration file's text.

    Args:
        text: YAML.
        name: The file, for the problems' texts.
        example: A line that such a file begins with, for those who wrote something else.

    Returns:
        The settings, and one line for each thing wrong with the YAML itself.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        doubles = _doubles(node)  # before construction, which copies merged keys into the nodes
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return {}, [f"{name}{place}: this is not YAML: {error.problem or error.context}"]
    except (yaml.YAMLError, ValueError) as error:  # ValueError: such as the date 2026-02-30
        return {}, [f"{name}: this is not YAML: {' '.join(str(error).split())}"]
    problems = [f"{name}, line {line}: '{key}' is here twice" for line, key in doubles]
    if data is None or isinstance(data, dict):
        return _without_empty_sections(data or {}), problems
    return {}, [*problems, f"{name}: expected settings such as '{example}' and what belongs to it"]


def _doubles(node: yaml.Node | None, known: frozenset[int] = frozenset()) -> list[tuple[int, str]]:
    """Find keys of which YAML would let the last one win in silence, with their lines."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in known:
        return []
    known |= {id(node)}
    if isinstance(node, yaml.SequenceNode):
        return [double for item in node.value for double in _doubles(item, known)]
    keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    found = [
        (key.start_mark.line + 1, key.value)
        for number, key in enumerate(keys)
        if key.value in {earlier.value for earlier in keys[:number]}
    ]
    return found + [double for _, value in node.value for double in _doubles(value, known)]


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
            value = _value(environ[variable], shape_at(key))
        except (yaml.YAMLError, ValueError):
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


def _value(text: str, shape: Shape | None) -> Any:
    """Read a variable's value as YAML.

    Where a text belongs, only quotes and "null" are YAML: "Da Gino #1", "[::1]:8080" and "1900"
    are taken as they stand.
    """
    if shape is None or not shape.takes_text:
        return yaml.safe_load(text)
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text
    quoted = isinstance(value, str) and text.strip()[:1] in {"'", '"'}
    return value if quoted or value is None else text
