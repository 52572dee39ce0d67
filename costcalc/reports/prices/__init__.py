"""Reports on the pricebooks themselves: what a model costs, since when, says who, and what is wrong with a book."""
