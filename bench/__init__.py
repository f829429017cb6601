"""How fast the product is, measured on the product itself: `python -m bench`.

What is measured and how to read it: docs/performance.md.
"""
