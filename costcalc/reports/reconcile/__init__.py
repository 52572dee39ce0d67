"""Reconciling: our rating of a log against what was billed for it, and why they differ."""
