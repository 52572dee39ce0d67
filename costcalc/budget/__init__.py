"""Budgets: what usage may cost, how much of it there may be, and which margin it must leave."""
