"""`python -m tui`."""

from tui.start import main

main()
