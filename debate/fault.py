"""A fault in a file that is found in one part of it, and stands in another.

A model is checked once all of it is read, and pydantic then says only that it is wrong as a whole.
What is raised here says which of its fields is meant, so that the fault is told at its line.
"""

from __future__ import annotations

from pydantic_core import PydanticCustomError

#: Name of the place in what pydantic tells of an error.
AT = "at"
#: What such an error is called, where a value has another shape than it should.
SHAPE = "shape"


def fault(message: str, *at: str | int) -> PydanticCustomError:
    """A fault to raise from a validator.

    Args:
        message: What is wrong.
        at: Fields and places in lists that lead to it, from the part that is validated.
    """
    return PydanticCustomError("fault", "{message}", {"message": message, AT: at})


def misshapen(expected: str) -> PydanticCustomError:
    """A fault to raise from the validator of a field whose value is written in no way that it may
    be: what was found, and the field's example, are told behind what was expected."""
    return PydanticCustomError(SHAPE, "expected {what}", {"what": expected})
