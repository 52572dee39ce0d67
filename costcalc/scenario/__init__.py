"""Scenarios: changes only. They turn a pricebook and a ledger into another pricebook and another ledger."""
