"""How a schema is used: who writes what it describes, who reads it, and in which form."""

from __future__ import annotations

from enum import Enum

from specproof.regression.change import Direction

__all__ = ["Mode"]


class Mode(Enum):
    """One use of a schema.

    Attributes:
        direction: request for what a caller writes, response for what a caller reads.
        textual: whether values go over the wire as text, where ``5`` and ``"5"`` are the same
            (parameters, headers, forms; OpenAPI 3.1.1, 4.8.12 Parameter Object, style values).
        parameter: whether it is a parameter, whose default the server fills in.
    """

    REQUEST = (Direction.REQUEST, False, False)
    REQUEST_TEXT = (Direction.REQUEST, True, False)
    PARAMETER = (Direction.REQUEST, True, True)
    RESPONSE = (Direction.RESPONSE, False, False)
    RESPONSE_TEXT = (Direction.RESPONSE, True, False)

    # Modes are parts of keys by the million; there is one object of each.
    __hash__ = object.__hash__

    def __init__(self, direction: Direction, textual: bool, parameter: bool) -> None:
        self.direction = direction
        self.textual = textual
        self.parameter = parameter
