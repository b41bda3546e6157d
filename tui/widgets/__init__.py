"""Parts of screens, by subject."""
