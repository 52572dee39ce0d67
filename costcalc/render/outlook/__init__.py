"""The page of an outlook: months, causes, lines, customers, machines, and what would restore the margin."""
