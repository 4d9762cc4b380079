"""The database wrapper Django loads for `ENGINE = "sosei.gateway.project.embedded"`."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from sosei.gateway.project.database import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL's wrapper; asking it for connection parameters starts the embedded server."""

    def get_connection_params(self) -> dict[str, Any]:
        """Connection parameters with the socket folder of the running server as host."""
        embedded = self.settings_dict["EMBEDDED"]
        socket = ensure_running(embedded["data_folder"], "sosei", embedded["server_settings"])
        return {**super().get_connection_params(), "host": socket}
