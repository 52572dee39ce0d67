"""Formats: how the rows of a log are read, as data: format files, the names of plain tables, paths into records. Below: the ground."""
