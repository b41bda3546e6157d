"""A conference in which all that a stranger can write is meant to run, to load or to mislead."""

from __future__ import annotations

from worlds import CHAIR, Play, manifest, persona, replier, scenario

#: Each would set `pwned`, or ask another host, or change the order of what is shown.
REPLIES = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</style></title></textarea><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1> <img src='http://evil.example/pixel.png'>",
    "<svg/onload=window.pwned=1> <iframe src=//evil.example></iframe>",
    "<a href='javascript:window.pwned=1'>go</a> [go](javascript:window.pwned=1)",
    "<meta http-equiv=refresh content='0;url=http://evil.example'><base href=//evil.example>",
    "' onmouseover='window.pwned=1' x=\" onfocus=\"window.pwned=1\" autofocus tabindex=1",
    "**<img src=x onerror=window.pwned=1>** and *<script>window.pwned=1</script>*",
    "[F1] <b>[F1, F9]</b> 【F1】 <style>@import url(//evil.example/x.css);</style>",
    "{{ 7 * 7 }} {% raw %} <!-- --> ]]> &lt;script&gt; &#x3c;b&#x3e; <?php ?>",
    "safe\u202egnp.exe\u2066 hidden\u200f \x1b[2J\x00\ud800 end\u2028line",
)
EVIL = "<img src=x onerror=window.pwned=1>"
PHASES = (
    {"kind": "opening"},
    {"kind": "vote", "vote": {"on": "house"}},
    {"kind": "plenary", "rounds": 4},
    {"kind": "caucus"},
    {"kind": "motions"},
    {"kind": "amendments"},
    {"kind": "vote"},
    {"kind": "vote", "vote": {"on": "house", "secret": True}},
    {"kind": "communique"},
)


def hostile(seed: int = 4) -> Play:
    """The conference, played to its end."""
    phases = [{**phase, "title": f"Phase {n} {EVIL}"} for n, phase in enumerate(PHASES)]
    plan = scenario(
        ["ada", "bo", "cem", CHAIR],
        phases,
        title=f"</title>{EVIL}",
        motion=f"{EVIL}\n\n</script><script>window.pwned=1</script>",
        background=EVIL,
        rules=[EVIL],
        facts=[{"id": "F1", "text": f'"{EVIL}', "source": f"'{EVIL}"}],
    )
    opened = manifest(plan, seed=seed)
    evil = {
        "native_name": f"杨{EVIL}",
        "role": EVIL,
        "organisation": EVIL,
        "summary": EVIL,
    }
    opened = opened.model_copy(
        update={
            "notice": f"Simulated. {EVIL}",
            "program": EVIL,
            "personas": {name: persona(name, **evil) for name in opened.personas},
            "seats": tuple(
                card.model_copy(
                    update={
                        "name": f"{card.name} {EVIL}",
                        "profile": card.profile.model_copy(update={"model": EVIL, "name": EVIL}),
                    }
                )
                for card in opened.seats
            ),
        }
    )
    asked = replier(seed)
    play = Play(
        opened,
        lambda step, number: REPLIES[number % len(REPLIES)].replace("\ud800", ""),
        answer=lambda form, number: asked(form, number).replace(" ", f" {EVIL} ", 1),
    )
    return play.run()
