"""The page of a plan: months, causes, lines, customers, machines, and what would restore the margin."""
