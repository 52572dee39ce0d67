"""HTML: one file that is forwarded: it asks nobody for anything, and names in it are text."""
