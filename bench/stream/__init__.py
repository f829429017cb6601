"""How the event stream holds thousands of clients: `python -m bench.stream` (make bench-stream).

    bench.stream        the matrix: starts servers, loads them, holds figures against aims
    bench.stream.load   the load tool, for any event stream: `python -m bench.stream.load --help`

The same client, pinned the same way, reads three servers in turn: `conselho serve`, a bare ASGI
broadcast (the floor), and nginx with nchan. What is measured and how to read it:
docs/performance.md.
"""
