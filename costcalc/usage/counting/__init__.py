"""Counting: rows become groups of exact integers, and what could not be counted is named with its place. Below: reading, sql, files, formats."""
