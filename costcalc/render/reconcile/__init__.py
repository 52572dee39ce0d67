"""Reconciliations as a page, JSON, CSV and frames."""
