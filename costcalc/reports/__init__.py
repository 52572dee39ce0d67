"""Reports: the questions. Pure functions from a ledger and prices to frozen values; rendering knows how to show them."""
