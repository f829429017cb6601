"""Backends of the store contract (conselho/store.py), one module or package each."""
