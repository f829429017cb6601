"""The event buses: one file each. Only `wiring` knows them all."""
