"""Explanations drawn and written: the page, its words, JSON, CSV and frames."""
