from typing import Any

import psycopg
from django.db.backends.postgresql import base

from crm_project import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects as usual; where that fails, it sees to server and database first and tries once more.

    So a server that runs costs nothing, one that was killed is started by the next new connection, and what opens
    no connection starts none.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            self._ensure(conn_params["dbname"])
        return super().get_new_connection(conn_params)

    def _ensure(self, database: str) -> None:
        server = embedded.postgres()
        try:
            server.ensure()
        except embedded.EmbeddedServerError as error:
            # To Django and its callers this is a database that is out of reach.
            raise psycopg.OperationalError(str(error)) from error
        server.create_database(database)
