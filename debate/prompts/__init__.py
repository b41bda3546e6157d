"""Prompts: projections of the record for one viewer."""
