"""Rating by people: what is asked of them, and what follows from their answers."""
