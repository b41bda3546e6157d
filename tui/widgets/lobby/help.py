"""The help of the lobby."""

from __future__ import annotations

from debate.persona import SIMULATION_NOTICE

HELP = f"""
# Lobby

Choose a **scenario**, change the **motion** if you like, say who sits at the table and which model
speaks for whom, and **start**.

In the list of seats, `a` adds a seat and `d` removes one, `Shift+↑` and `Shift+↓` move it, `p`
changes who sits there and `m` which model speaks; `me` is you. `M` sets the model of every seat,
and `e` opens the seat's persona in the studio.
The mark beside a model says whether it can be used now: `✓` it can, `↓` its file is fetched first,
`✗` something is missing, `?` the name means nothing here.

An empty field keeps what the scenario says; an empty **seed** draws one.

In the list of transcripts, `Enter` reads one and `r` goes on with an unfinished one, once you have
said yes; `ctrl+r` and the button do so at once.

{SIMULATION_NOTICE}
"""
