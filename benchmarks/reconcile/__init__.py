"""One who checks, with nothing but files: what was laid, what the office did, the books, and what was published.

Shares no code with the product, nor with the simulation.
"""
