"""Alembic's environment; new files in versions/ continue the chain and migrate.REVISIONS."""
