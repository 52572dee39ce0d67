"""Rendering: results to text. It knows no terminal and reads no input; commands decide where the text goes."""
