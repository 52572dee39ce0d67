"""Several scenarios side by side, for readers and programs."""
