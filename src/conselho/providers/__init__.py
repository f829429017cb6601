"""The providers: one file each. Only `wiring` knows them all."""
