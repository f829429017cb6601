"""From what a run printed to what it means."""
