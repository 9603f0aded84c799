"""YAML as go-cqhttp writes the content of messages: lists, mappings and texts, and nothing that could do harm."""

from collections.abc import Hashable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from openqq_nb.errors import InvalidInput

# Both read events only and construct nothing; libyaml's is ten times as fast.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 50


def loaded(written: str) -> object:
    r"""Read a document; every scalar is text, so that no digit is lost and no word becomes a flag or a date.

    Args:
        written: the document.

    Returns:
        Lists, dicts and texts; the first document if there are several, `None` if there is none.

    Raises:
        InvalidInput: it is no YAML, refers to itself, or is nested too deeply; the text says which.

    Example:
        >>> loaded("content:\n- data: {id: 014}\n  type: face")
        {'content': [{'data': {'id': '014'}, 'type': 'face'}]}
    """
    try:
        return _read(written)
    except InvalidInput:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidInput("it is no YAML") from error


def _read(written: str) -> object:
    root: list[Any] = []
    open_: list[_Node] = []
    for event in yaml.parse(written, Loader=_LOADER):
        if isinstance(event, AliasEvent):
            raise InvalidInput("it refers to itself, as no message does")
        if isinstance(event, ScalarEvent):
            _put(event.value, open_, root)
        elif isinstance(event, SequenceStartEvent | MappingStartEvent):
            if len(open_) == _DEEPEST:
                raise InvalidInput("it is nested deeper than any message")
            open_.append(_Node(isinstance(event, MappingStartEvent)))
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            _put(open_.pop().value(), open_, root)
    return root[0] if root else None


class _Node:
    """A list or mapping that is being read."""

    def __init__(self, is_mapping: bool) -> None:
        self._is_mapping = is_mapping
        self.cells: list[Any] = []

    def value(self) -> object:
        if not self._is_mapping:
            return self.cells
        pairs = zip(self.cells[::2], self.cells[1::2], strict=True)
        return {key: value for key, value in pairs if isinstance(key, Hashable)}


def _put(value: object, open_: list[_Node], root: list[Any]) -> None:
    (open_[-1].cells if open_ else root).append(value)
