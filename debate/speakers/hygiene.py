"""Making a reply fit for the record while it streams.

Model output is untrusted text. The filter drops what could steer a terminal, moves `<think>` to
reasoning, strips a leading `Name:`, ends the reply where it starts to speak as another participant,
and caps its size. It works on a stream cut anywhere: what it shows, put together, is the same
however the text was split. It holds back only what it cannot judge yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from debate.speakers.labels import Everyone, Others, folded
from debate.text import ESCAPE, showable

MAX_CHARACTERS = 60_000
MAX_REASONING = 400_000

_DECORATION = " \t*_#>["
_OPEN, _CLOSE = "<think>", "</think>"
# Bounded like the pattern of a whole one, of which it is the beginning.
_ESCAPE_BEGUN = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_][^\x07\x1b]{0,400}\x1b?|[ -/]{0,8})$"
)


@dataclass(slots=True)
class Filter:
    """Filters one reply.

    Args:
        name: Who speaks; a label with this name at the start of a line is stripped.
        others: Who else is at the table; a label with one of these ends the reply. At a large
            table best `Others`, which need not be gone through.
        aliases: Other names of who speaks, treated as `name` is.

    Example:
        >>> reply = Filter("Kai", ["Bo"])
        >>> reply.feed("[Kai]: Yes.\\n") + reply.feed("[Bo]: No.") + reply.finish()
        'Yes.'
    """

    name: str
    others: Sequence[str] = ()
    aliases: Sequence[str] = ()
    _own: re.Pattern[str] = field(init=False)
    _names: tuple[Everyone, ...] = field(init=False)
    _others: Others = field(init=False)
    _longest: int = field(init=False)
    _raw: str = ""  # not yet read
    _line: str | None = ""  # start of a line that may be a label; None once it is known not to be
    _labelled: bool = False  # the speaker's own label stood before what comes now, on its line
    _space: str = ""  # white space that is shown only if words follow
    _thinking: bool = False
    _text: list[str] = field(default_factory=list)
    _length: int = 0
    _reasoning: list[str] = field(default_factory=list)
    _reasoned: int = 0
    _cut: list[str] = field(default_factory=list)
    ended: bool = False
    """True once nothing more of the reply can be shown: the stream may be closed."""
    unsaid: int = 0
    """How often all that had been shown turned out to be reasoning: `text` begins anew then."""
    too_long: bool = False
    """True if the reply ended because of its size."""

    def __post_init__(self) -> None:
        own = (self.name, *self.aliases)
        self._own = _label(own)
        others = self.others
        self._others = others if isinstance(others, Others) else Others(Everyone(others))
        # Of a large table it does no harm that one's own names stand among all.
        self._names = (self._others.everyone, Everyone(own))
        self._longest = max(names.longest for names in self._names) + 12

    @property
    def text(self) -> str:
        """The reply so far, without white space at its ends."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._reasoning).strip()

    @property
    def cut(self) -> str:
        """What came after the reply had ended."""
        return "".join(self._cut).strip()

    def reason(self, text: str) -> str:
        """Take reasoning that came apart from the reply; returns what of it may be shown."""
        room = MAX_REASONING - self._reasoned
        shown = showable(text)[:room]
        self._reasoned += len(shown)
        if self._reasoned >= MAX_REASONING:
            self.ended = self.too_long = True
        self._reasoning.append(shown)
        return shown

    def feed(self, text: str) -> str:
        """Take the next piece of the reply; returns what can be shown now."""
        if self.ended:
            if self._length + len(text) <= MAX_CHARACTERS:
                self._cut.append(showable(text))
                self._length += len(text)
            return ""
        in_line = self._line is None and self._length > 0
        waiting = self._raw or self._space or self._thinking
        plain = "<" not in text and "\n" not in text and text == showable(text).rstrip()
        if in_line and not waiting and plain:
            # The common case: the middle of a line, with nothing in it that needs a second look.
            return self._show(text)
        self._raw += text
        return self._read(final=False)

    def finish(self) -> str:
        """The reply is over; returns what was held back and can be shown."""
        return "" if self.ended else self._read(final=True)

    def _read(self, *, final: bool) -> str:
        shown: list[str] = []
        while self._raw and not self.ended:
            before = self.unsaid
            taken = self._take(final)
            if self.unsaid > before:
                shown.clear()
            if not taken:
                break
            piece, self._raw = self._raw[:taken], self._raw[taken:]
            if self._thinking:
                self.reason(piece)
            else:
                shown.append(self._lines(showable(piece), final=False))
        if final and not self.ended:
            shown.append(self._lines("", final=True))
        return "".join(shown)

    def _take(self, final: bool) -> int:
        """How many characters of the raw text can be read as words now.

        Tags and escapes at its beginning are taken out on the way; 0 means wait for more.
        """
        while True:
            raw = self._raw
            tag = _CLOSE if self._thinking else _OPEN
            if raw.startswith(tag):
                self._raw = raw[len(tag) :]
                self._thinking = not self._thinking
                continue
            if not self._thinking and raw.startswith(_CLOSE):
                self._raw = raw[len(_CLOSE) :]
                self._unsay()
                continue
            if escape := ESCAPE.match(raw):
                self._raw = raw[escape.end() :]
                continue
            break
        if not raw:
            return 0
        if raw[0] == "\x1b":
            return 0 if not final and _ESCAPE_BEGUN.match(raw) else 1
        if raw[0] == "<":
            waits = any(t.startswith(raw) and len(raw) < len(t) for t in (_OPEN, _CLOSE))
            return 0 if waits and not final else 1
        if raw[0] == "\r" and len(raw) == 1 and not final:
            return 0
        return min((i for c in "<\x1b\r" if (i := raw.find(c, 1)) > 0), default=len(raw))

    def _unsay(self) -> None:
        """A closing tag alone: its opening stood in the prompt, so all before it was reasoning."""
        self.reason("".join(self._text) + self._space + (self._line or ""))
        self._text.clear()
        self._length, self._line, self._space = 0, "", ""
        self.unsaid += 1

    def _lines(self, piece: str, *, final: bool) -> str:
        """Judge the start of each line for a label; the rest passes."""
        shown: list[str] = []
        while (piece or final) and not self.ended:
            if self._line is None:
                end = piece.find("\n")
                if end < 0:
                    shown.append(self._spaced(piece))
                    return "".join(shown)
                shown.append(self._spaced(piece[: end + 1]))
                piece, self._line, self._labelled = piece[end + 1 :], "", False
                continue
            end = piece.find("\n")
            whole = final or end >= 0
            candidate = self._line + (piece if end < 0 else piece[:end])
            rest = "" if end < 0 else piece[end:]
            if not whole and len(candidate) < self._longest and self._may_be_label(candidate):
                self._line = candidate
                return "".join(shown)
            head = folded(candidate[: self._longest])
            other = self._others.label(head)
            if other is not None and self._labelled and (name := self._called(head[:other])):
                # "Bo: Ada: I agree" is said to Ada, and not by her.
                comma = "，" if "：" in head[:other] else ", "
                self._line, piece = None, name + comma + candidate[other:] + rest
                continue
            if other is not None:
                self.ended = True
                self._cut.append(candidate + rest)
                self._cut.append(showable(self._raw))
                self._raw = ""
                break
            own = self._own.match(head)
            if own:
                # What follows is the start of a line still: it may be another's label.
                self._line, piece = "", candidate[own.end() :] + rest
                self._labelled = True
                continue
            self._line, piece = None, candidate + rest
            if final and not piece:
                break
        return "".join(shown)

    def _called(self, label: str) -> str | None:
        """The name of whom a plain label calls upon; None of one in brackets, which begins words
        of theirs."""
        return self._others.called(label.strip("*_#> \t:："))

    def _may_be_label(self, line: str) -> bool:
        """False once no label can begin like this."""
        core = folded(line.lstrip(_DECORATION))
        return any(names.begins(core) for names in self._names)

    def _spaced(self, piece: str) -> str:
        """Hold white space back until words follow, so that none stands at either end."""
        words = piece.rstrip()
        if not words:
            self._space += piece
            return ""
        lead = self._space if self._length else ""
        if not self._length:
            piece, words = piece.lstrip(), words.lstrip()
        self._space = piece[len(words) :]
        return self._show(lead + words)

    def _show(self, text: str) -> str:
        if self._length + len(text) > MAX_CHARACTERS:
            text = text[: MAX_CHARACTERS - self._length].rstrip()
            self.ended = self.too_long = True
        self._text.append(text)
        self._length += len(text)
        return text


@lru_cache(maxsize=1024)  # of each seat of a large table, for as long as it lasts
def _label(names: tuple[str, ...]) -> re.Pattern[str]:
    """What stands, folded, before a participant's words: `[Name]:`, `Name:`, `**Name:**`; alone on
    its line `[Name]`, `## Name` or `**Name**`."""
    name = "|".join(re.escape(folded(n)) for n in sorted(names, key=len, reverse=True))
    lead, bold, colon = r"[ \t*_#>]{0,6}", "[*_]{0,3}", "[:：]"
    bracketed = rf"\[(?:{name})\]{bold}[ \t]*(?:{colon}|$)"
    plain = rf"(?:{name}){bold}[ \t]*{colon}"
    heading = rf"(?:[ \t]*\#{{1,6}}[ \t]+{bold}|[ \t]*[*_]{{2,3}})(?:{name}){bold}[ \t]*$"
    return re.compile(rf"(?:{lead}{plain}|{lead}{bracketed}|{heading}){bold}[ \t]*")
