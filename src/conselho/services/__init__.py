"""What the server does, one idea a file; no implementation of a contract is known here."""
