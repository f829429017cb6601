"""The command line: `conselho COMMAND`, one file a group of commands.

    main      the entry: every error becomes one line on stderr and an exit code
    options   what several commands take, and what follows from it: the server, the screen
    screen    how things are printed: tables, lines, JSON; colour and width
    text      untrusted text made safe for a terminal
    phrases   values as people read them: marks, ages, durations, schedules
    rows      the API's JSON as the values that tables are made of

Modules import only click and the standard library when they load, so that `conselho --help` is
quick; rich, yaml, the settings and the client are imported by the commands that need them.
"""
