"""How Alembic reaches our tables: on the connection that `relais.schema` opens."""

from alembic import context

from core.db import Base
from relais.schema import import_models


def run() -> None:
    """Run the migrations on the connection given."""
    import_models()
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
