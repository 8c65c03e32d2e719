"""Idioms: each makes one feature, safe or with its one weakness planted."""

from typing import Protocol

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Feature
from seatrial.tasks.memory_safety_discovery.idioms.heap_block import (
    appended_block,
    read_window,
    sized_grid,
)
from seatrial.tasks.memory_safety_discovery.idioms.local_text import (
    copied_text,
    declared_text,
    gathered_marks,
)
from seatrial.tasks.memory_safety_discovery.idioms.lookup import joined_nodes
from seatrial.tasks.memory_safety_discovery.idioms.object_life import (
    current_object,
    growing_list,
    replaced_text,
)
from seatrial.tasks.memory_safety_discovery.idioms.table import (
    constant_tables,
    signed_table,
    static_table,
)


class Idiom(Protocol):
    """Makes a feature about `noun`; planted: with its weakness."""

    def __call__(self, author: Author, noun: str, *, planted: bool) -> Feature:
        """Draw a shape and write it."""
        ...


IDIOMS: tuple[Idiom, ...] = (
    copied_text,
    declared_text,
    gathered_marks,
    appended_block,
    read_window,
    sized_grid,
    signed_table,
    static_table,
    constant_tables,
    current_object,
    growing_list,
    replaced_text,
    joined_nodes,
)
