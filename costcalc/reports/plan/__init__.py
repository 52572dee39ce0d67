"""Plan: what a scenario does to cost and margin, over the log itself or in months to come, and what restores the margin."""
