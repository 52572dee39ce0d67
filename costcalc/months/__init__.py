"""Forecast: what the log's past says of the days to come; estimates, and marked as such."""
