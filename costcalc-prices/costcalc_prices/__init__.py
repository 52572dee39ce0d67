"""The price data of costcalc, which finds it here; there is no code."""
