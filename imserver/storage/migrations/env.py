"""Run by Alembic: the steps go through the connection, and the transaction, that was handed in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
