"""All that is recorded of a turn, beside the record: figures, hashes, and the prompt as sent.

It is a record of its own, so that a prompt of two million characters is one widget too, can be
scrolled, and can be copied with the mouse.
"""

from __future__ import annotations

from debate.answers import How
from debate.bill import turn_bill
from debate.events import Answer, AskFailed, Try, TurnClosed, Usage
from debate.prompts.again import Again
from debate.text import count_words, one_line
from debate.wording import ASKED, broke_off, name_of, part_mark, spoken_by
from tui.widgets.floor.blocks import Block, plain
from tui.widgets.floor.record import Record
from tui.widgets.floor.roster import charged, money
from tui.widgets.reader.book import Asked, Book, Page, moment

_HOW: dict[How, str] = {
    "json": "read as JSON",
    "read": "read from other text than JSON",
    "repaired": "read from a second reply",
    "assumed": "assumed",
}


class Details(Record):
    """Shows what is recorded of a turn.

    Args:
        record: Where the turn stands.
    """

    DEFAULT_CSS = """
    Details { background: $surface; border-left: solid $panel-lighten-1; }
    """

    def __init__(self, record: Record, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Record.follow, False)
        self._record = record

    def show(self, blocks: list[Block]) -> None:
        """Show these, from the top."""
        self.scroll_to(y=0, animate=False, force=True)
        self.follow = False  # of so little text that all is in view, the top is the end as well
        self.load(blocks)

    def action_mark(self, step: int) -> None:
        """Mark another turn in the record that this is about."""
        self._record.action_mark(step)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is looked at is that record's."""
        if action == "look":
            return self._record.check_action(action, parameters)
        return super().check_action(action, parameters)

    def action_look(self, step: int) -> None:
        """Look at something else in the record that this is about."""
        self._record.action_look(step)

    def on_record_marked(self, message: Record.Marked) -> None:
        """No turn stands here: nobody else has to know."""
        message.stop()

    def on_record_follow_changed(self, message: Record.FollowChanged) -> None:
        """Nothing is followed here."""
        message.stop()


def described(book: Book, block: Block | None, width: int) -> list[Block]:
    """What there is to say of a block of the record, or of the whole, ready to be shown at a
    width."""
    page = book.pages.get(block.turn) if block and block.turn is not None else None
    asks = [book.asks[n] for n in (block.asks if block else ()) if n in book.asks]
    if page is not None:
        blocks = _turn_blocks(book, page, book.prompts.of(page.turn.turn))
    elif asks:
        blocks = [each for asked in asks for each in _ask_blocks(book, asked)]
        if len(asks) == 1:
            blocks += _prompt(book.prompts.of_ask(asks[0].ask.ask))
    else:
        blocks = _book_blocks(book)
    for each in blocks:
        each.lines(max(8, width))
    return blocks


def _ask_blocks(book: Book, asked: Asked) -> list[Block]:
    """What there is to say of an ask and its answer."""
    ask, end = asked.ask, asked.end
    names = {card.id: card.name for card in book.opened.seats}
    phases = book.opened.scenario.phases
    phase = phases[ask.phase].title if ask.phase < len(phases) else str(ask.phase)
    place = [("seat", ask.seat or "none"), ("phase", phase), ("round", str(ask.round))]
    told = (("in private", ask.room), ("about", ask.about))
    place += [(what, said) for what, said in told if said]
    asks = f"{name_of(ask.seat, names)}, {ASKED[ask.kind]}"
    head = Block("heading", name=plain(f"Ask {ask.ask}: {asks}"))
    blocks = [head, _facts(place), _facts(_answer(end)), _facts(_ask_lines(book, asked))]
    if isinstance(end, Answer) and end.raw is not None:
        blocks.append(Block("note", name="The reply, as it came", text=plain(end.raw)))
    return blocks


def _answer(end: Answer | AskFailed | None) -> list[tuple[str, str]]:
    if end is None:
        return [("answer", "none yet, or cut off")]
    if isinstance(end, AskFailed):
        facts = [("answer", f"failed: {end.reason}"), ("why", end.message)]
    else:
        facts = [("answer", _HOW[end.how])]
        facts += [("why", end.why)] if end.why else []
        facts += [("as served", end.model)] if end.model else []
        facts += [("spoken by", end.by.model)] if end.by else []
        if end.timing:
            facts.append(("timing", f"all after {end.timing.total:.2f} s"))
    tries = [fact for n, each in enumerate(end.tries, 1) for fact in _try(n, each)]
    return [*facts, *_usage(end.usage), *tries]


def _ask_lines(book: Book, asked: Asked) -> list[tuple[str, str]]:
    return [
        ("request", f"sha256 {asked.ask.request}"),
        *_where(book, ("opened", asked.opened), ("ended", asked.ended)),
    ]


def _turn_blocks(book: Book, page: Page, again: Again | None) -> list[Block]:
    """What there is to say of a turn. Blocks while a long prompt is made ready to be shown."""
    opened, names = page.turn, {card.id: card.name for card in book.opened.seats}
    head = Block(
        "heading", name=plain(f"Turn {opened.turn}: {names.get(opened.seat, opened.seat)}")
    )
    facts = (_place_of(book, page), _figures(page, again), _hashes(book, page, again))
    return [head, *map(_facts, facts), *_prompt(again)]


def _book_blocks(book: Book) -> list[Block]:
    """What there is to say of a transcript."""
    opened = book.opened
    facts = [
        ("file", str(book.path)),
        ("opened", moment(opened.at)),
        ("written by", opened.program),
        ("layout", f"{opened.layout}, cards at the {opened.cards}"),
        ("seed", str(opened.seed)),
        ("lines", f"{len(book.entries):,}"),
        ("last line", f"sha256 {book.entries[-1].sha256}"),
    ]
    seats = [(card.name, card.profile.model) for card in opened.seats]
    title = Block("heading", name=plain(opened.scenario.title))
    hint = Block("remark", text="Mark a turn to see what is recorded of it: [ and ], or a click.")
    table = Block("note", name="Seats", text=_lines(seats))
    hashes = Block("note", name="sha256", text=_lines(sorted(opened.hashes.items())))
    return [title, hint, _facts(facts), table, hashes]


def prompt_text(again: Again) -> str:
    """A prompt as it is copied: each message under its role."""
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in again.messages)


def _place_of(book: Book, page: Page) -> list[tuple[str, str]]:
    turn, phases = page.turn, book.opened.scenario.phases
    phase = phases[turn.phase].title if turn.phase < len(phases) else str(turn.phase)
    names = {card.id: card.name for card in book.opened.seats}
    told = [
        ("part", part_mark(turn, names)),
        ("in private", turn.room),
        ("the floor", turn.why),
    ]
    facts = [("seat", turn.seat), ("phase", phase), ("round", str(turn.round))]
    facts += [(what, said) for what, said in told if said]
    return [*facts, ("opened", moment(book.events[page.opened].at))]


def _figures(page: Page, again: Again | None) -> list[tuple[str, str]]:
    profile = again.profile if again else None
    price = profile.price if profile else None
    facts = [("model", profile.model if profile else "?")]
    facts += _room(page, price.currency if price else "")
    end = page.end
    if end is None:
        return [*facts, ("finish", "still in the air, or cut off")]
    if isinstance(end, TurnClosed):
        thought = f"{count_words(end.reasoning):,} words" if end.reasoning else "none"
        first = "?" if end.timing.first is None else f"{end.timing.first:.2f} s"
        if other := spoken_by(end):
            facts.append(("spoken by", other.removeprefix("spoken by ")))
        facts += [
            ("as served", end.model or "not told"),
            ("finish", end.finish + (", and what followed was cut off" if end.cut else "")),
            ("words", f"{count_words(end.text):,}"),
            ("reasoning", thought),
            ("timing", f"first token after {first}, all after {end.timing.total:.2f} s"),
        ]
        if end.warning:
            facts.append(("warning", end.warning))
    else:
        facts += [("finish", f"failed: {end.reason}"), ("why", end.message)]
    cost = charged(turn_bill(end, price, page.turn.at_most))
    facts += [*_usage(end.usage), ("cost", "not known" if cost == money(None, "") else cost)]
    return [*facts, *(fact for n, each in enumerate(end.tries, 1) for fact in _try(n, each))]


def _room(page: Page, currency: str) -> list[tuple[str, str]]:
    turn = page.turn
    if turn.max_tokens is None:
        return []
    most = "" if not turn.at_most else f", a call at most {money(turn.at_most, plain(currency))}"
    return [("room", f"{turn.max_tokens:,} tokens{most}")]


def _try(number: int, each: Try) -> list[tuple[str, str]]:
    """A call that came to nothing, and what had come of it."""
    facts = [(f"call {number}", broke_off(each.why, each.waited))]
    if each.text:
        facts.append(("", f"void, {count_words(each.text):,} words: {each.text}"))
    return facts


def _usage(usage: Usage) -> list[tuple[str, str]]:
    def told(count: int | None) -> str:
        return "not told" if count is None else f"{count:,}"

    cached = told(usage.cached)
    if usage.input and usage.cached is not None:
        cached += f" ({usage.cached / usage.input:.0%})"
    facts = [("tokens read", f"{told(usage.input)}, from a cache {cached}")]
    thought = "" if usage.reasoning is None else f", on reasoning {usage.reasoning:,}"
    return [*facts, ("written", told(usage.output) + thought)]


def _hashes(book: Book, page: Page, again: Again | None) -> list[tuple[str, str]]:
    facts = [("request", f"sha256 {page.turn.request}")]
    if again is not None and again.messages:
        sent = "✓ the prompt below has this hash"
        other = "✗ the prompt below has another hash: it is not what was sent"
        facts.append(("", sent if again.same else other))
    return [*facts, *_where(book, ("opened", page.opened), ("ended", page.ended))]


def _where(book: Book, *events: tuple[str, int | None]) -> list[tuple[str, str]]:
    """Where events stand in the file."""
    facts = []
    for what, index in events:
        if index is not None:
            facts.append((what, f"line {index + 1}, seq {book.events[index].seq}"))
            facts.append(("", f"sha256 {book.entries[index].sha256}"))
    return facts


def _prompt(again: Again | None) -> list[Block]:
    if again is None or again.error:
        why = again.error if again else "it never opened"
        return [Block("remark", text=plain(f"Its prompt cannot be rendered again: {why}"))]
    title = "The prompt, as sent" if again.same else "The prompt, as it would be now"
    blocks = [Block("heading", name=title)]
    for message in again.messages:
        name = f"{message.role}, {count_words(message.content):,} words"
        blocks.append(Block("note", name=name, text=plain(message.content)))
    return blocks


def _facts(facts: list[tuple[str, str]]) -> Block:
    return Block("title", text=_lines(facts))


def _lines(facts: list[tuple[str, str]]) -> str:
    # No value can pose as another line: each stands on its own.
    return "\n".join(
        f"{one_line(name):<11} {one_line(value)}" if name else one_line(value)
        for name, value in facts
    )
