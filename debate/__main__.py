"""`python -m debate` is `yalta`."""

from debate.cli import main

main()
