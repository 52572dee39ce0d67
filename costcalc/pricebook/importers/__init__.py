"""Importers: prices that others collected, as pricebooks of ours. Offline: from what is installed or downloaded."""
