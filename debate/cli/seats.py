"""What stands on the command line for who speaks for a seat."""

from __future__ import annotations

from collections.abc import Sequence

from debate.errors import UserError


def seat_pairs(seat_models: Sequence[str]) -> dict[str, str]:
    """Models by seat, of words such as `SEAT=MODEL`.

    Raises:
        UserError: if one is not of this form.
    """
    pairs = {}
    for text in seat_models:
        seat, equals, model = text.partition("=")
        if not (seat and equals and model):
            raise UserError(f"--seat {text!r} is not of the form SEAT=MODEL")
        pairs[seat.strip()] = model.strip()
    return pairs
