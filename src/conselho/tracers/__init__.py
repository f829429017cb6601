"""Where spans go: one file each. Only `wiring` knows them all."""
