"""Pages, JSON and rows of the reports on pricebooks."""
