"""Each provider's streaming dialect: what was said in, the raw frames of its stream out.

    frames = DIALECTS["moonshot"].frames(Said(["你好", "。"], reasoning=["Hm."]))

Written from the providers' documents and from public sources, named beside each. Ids and times are
constant, so that equal replies are equal bytes.
"""

from __future__ import annotations

from hosted_dialects import HOSTED
from local_dialects import LOCAL
from messages_dialect import ANTHROPIC
from said import Dialect, Said, Tokens, event_data, sse

__all__ = ["DIALECTS", "Dialect", "Said", "Tokens", "event_data", "sse"]

DIALECTS = {dialect.name: dialect for dialect in (*HOSTED, ANTHROPIC, *LOCAL)}
