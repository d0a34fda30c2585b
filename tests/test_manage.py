from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from dam.embedded.ports import free_port


def test_command_without_its_database_says_so() -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dam.settings",
        "DATABASE_URL": f"postgresql://facet@127.0.0.1:{free_port()}/facet",
        "BROKER_URL": "redis://127.0.0.1:1/0",
    }

    finished = subprocess.run(
        [sys.executable, "manage.py", "create_api_key", "--name", "trial"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert finished.returncode == 1
    assert "The database does not answer" in finished.stderr
    assert "Traceback" not in finished.stderr
