"""Check: does a budget or a margin floor break?"""
