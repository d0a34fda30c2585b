"""Settings of the tests: those of the service, with a temporary home and a quick password hash.

The database is named here and started by `tests/conftest.py` when the first test needs it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _scratch() -> str:
    """Return a folder in memory if there is room: a disk takes its time over what must be safe."""
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return str(memory) if has_room else tempfile.gettempdir()


SCRATCH = _scratch()
home = tempfile.mkdtemp(prefix="facet-tests-", dir=SCRATCH)
atexit.register(shutil.rmtree, home, ignore_errors=True)
# The embedded servers of a root's tests run as another user, who must get in.
Path(home).chmod(0o711)

for name in [name for name in os.environ if name.startswith("DAM_") and name != "DAM_PG_BIN"]:
    del os.environ[name]
os.environ["DAM_HOME"] = home
os.environ["DAM_SECRET_KEY"] = "only-for-tests-but-long-enough-for-the-check"
os.environ.pop("BROKER_URL", None)
# Processes share the tests. Threads of linear algebra spin while they wait, which takes the cores
# from the others: a tag is trained four times as fast by one thread. Read when numpy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Processes that share the tests get what the first of them set here.
NOWHERE = "postgresql://facet@127.0.0.1:1/facet"
STARTS_POSTGRES = (os.environ.get("DATABASE_URL") or NOWHERE) == NOWHERE
if STARTS_POSTGRES:
    os.environ["DATABASE_URL"] = NOWHERE

from dam.settings import *  # noqa: E402, F403

# Nobody listens there: a test that forgot it needs no broker must not find one by chance.
CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
# Other processes of the tests have the other cores.
DAM_NET_THREADS = 1
