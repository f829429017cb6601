"""How Alembic reaches the database: over the connection, and in the transaction, of its caller."""

from alembic import context

from conselho.stores.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes most of a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
