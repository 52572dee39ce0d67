"""Advice drawn: its page, its plan as a scenario file, and its tables."""
