"""The dispatchers: one file each. Only `wiring` knows them all."""
