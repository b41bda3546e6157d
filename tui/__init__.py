"""The terminal interface of yalta. It stands on `debate`, and `debate` never imports it."""
