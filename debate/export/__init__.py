"""Transcripts in other forms: a file for each form, all read from a `source.Source`.

Each form is a function that gives texts one after the other, so that no output is ever held whole,
and each says in its own way that what follows is simulated.
"""
