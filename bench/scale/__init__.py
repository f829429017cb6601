"""Several servers and workers over one database: `python -m bench.scale [NAME...] [--quick]`.

Linux only. PostgreSQL, Redis and a server of MongoDB's wire protocol are the bench's own: started
in temporary folders, on loopback, and ended with it.
"""
