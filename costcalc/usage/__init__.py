"""Usage: logs of any format, counted once, in integers, into a ledger."""
