"""How many tokens a text is, before a model has counted them.

No two models count alike, so this is a rule of thumb, and a gauge that learns from what a server
reports how far off the rule is for the model at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from debate.prompts.layouts import Message

# Characters a token, as the tokenizers of the last years have it for running text: English takes
# about 4.4 (spaces included), Chinese 1.4 to 1.8, most other scripts in between.
_LATIN = re.compile(r"[\x00-\u024f]+")
_LATIN_A_TOKEN = 4.2
_OTHER_A_TOKEN = 1.5
_MESSAGE = 4  # tokens that a chat template puts around a message

_SLOW = 0.3  # how far one report moves a gauge that has seen others
_LEAST, _MOST = 0.3, 4.0
_SMALL = 2048  # tokens: no server comes up with a smaller window, so none cuts a shorter prompt
_GROWN = 1.03
_CUT = 0.7  # of what was expected: a server that read less has cut the prompt


def estimate(text: str) -> int:
    """About how many tokens a text is."""
    return estimate_letters(latin_letters(text), len(text))


def latin_letters(text: str) -> int:
    """How many characters of a text are of the kind of which several make a token."""
    return sum(match.end() - match.start() for match in _LATIN.finditer(text))


def estimate_letters(latin: int, length: int) -> int:
    """About how many tokens a text is that has so many characters, and so many that are Latin."""
    return round(latin / _LATIN_A_TOKEN + (length - latin) / _OTHER_A_TOKEN)


def estimate_prompt(messages: Iterable[Message]) -> int:
    """About how many tokens a prompt is."""
    return sum(estimate(message.content) + _MESSAGE for message in messages)


@dataclass(slots=True)
class Gauge:
    """What one model's counts are, beside the rule of thumb."""

    ratio: float = 1.0
    reports: int = 0
    _highest: float = 0.0
    """The most that a prompt has counted beside the rule of thumb: a server that cuts what it is
    sent counts less and less beside it, so slowly that no step is large."""
    _last: tuple[int, int] = (0, 0)

    def tokens(self, estimated: int) -> int:
        """The estimate, as this model would count it."""
        return round(estimated * self.ratio)

    def learn(self, estimated: int, counted: int) -> bool:
        """Take in what a server counted.

        Returns:
            False if it read far less than it was sent: it has cut the prompt, and nothing is
            learned from it.
        """
        if estimated <= 0:
            return True
        ratio = counted / estimated
        # Before the first report the rule may be off by itself, by less than this.
        least = self._highest * _CUT if self.reports else self.ratio * _CUT / 2
        before, self._last = self._last, (estimated, counted)
        # A prompt that grew by so much, and counts to the token what the last one did, was cut.
        stuck = counted == before[1] and estimated > before[0] * _GROWN
        if estimated > _SMALL and (ratio < least or stuck):
            return False
        self._highest = max(self._highest, ratio)
        ratio = min(max(ratio, _LEAST), _MOST)
        self.ratio += (ratio - self.ratio) * (_SLOW if self.reports else 1.0)
        self.reports += 1
        return True
