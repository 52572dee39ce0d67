"""Advice: what the log itself offers to save, each proposal run by the engine as a scenario of its own."""
