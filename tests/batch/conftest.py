"""A loopback model for batches."""

from __future__ import annotations

import pytest
from batches import streamer


@pytest.fixture(scope="module")
def model():
    with streamer() as name:
        yield name
