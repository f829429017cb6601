"""From settings to running objects: the only package that knows every implementation.

parts.py       what settings say of a council: providers, rules, calendars, limits, secrets
links.py       what ties a process to others: store, bus, broker, roster, traces
system.py      a process that serves, schedules or works, and its order of life
commands.py    what a command works with, without a running system
"""
