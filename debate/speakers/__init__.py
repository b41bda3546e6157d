"""Speakers: what turns a prompt into streamed text."""
