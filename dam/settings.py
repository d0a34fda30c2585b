"""All settings, from environment variables alone. docs/settings.md describes each."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from dam.env import Env, describe_database
from dam.home import KEY_FILE, Addresses, default_home, kept_secret, read_addresses
from dam.static_version import static_version

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(os.environ)

# Where things are

DAM_HOME = env.path("DAM_HOME", default_home(BASE_DIR))
DAM_MODELS_DIR = env.path("DAM_MODELS_DIR", BASE_DIR / "models")
DAM_PG_BIN = env.text("DAM_PG_BIN")

HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, minimum=1, maximum=65535)

try:
    DAM_EMBEDDED = read_addresses(DAM_HOME)
except (OSError, ValueError):
    env.note("DAM_HOME", f"a folder whose embedded.json this user can read ({DAM_HOME})")
    DAM_EMBEDDED = Addresses()

# Pictures and their analysis

DAM_MAX_UPLOAD_BYTES = env.integer("DAM_MAX_UPLOAD_BYTES", 100_000_000, minimum=1, maximum=10**12)
DAM_MAX_PIXELS = env.integer("DAM_MAX_PIXELS", 100_000_000, minimum=1024, maximum=10**9)
DAM_MIN_SIDE_PX = env.integer("DAM_MIN_SIDE_PX", 32, minimum=1, maximum=10_000)
DAM_CORES = len(os.sched_getaffinity(0))
# Processes that analyze a picture each do more together than one that has all the cores; each
# takes about 350 MB.
DAM_WORKER_PROCESSES = env.integer(
    "DAM_WORKER_PROCESSES", min(DAM_CORES, 4), minimum=1, maximum=256
)
DAM_NET_THREADS = env.integer("DAM_NET_THREADS", 0, minimum=0, maximum=1024)
DAM_LEASE_SECONDS = env.integer("DAM_LEASE_SECONDS", 120, minimum=10, maximum=86_400)
DAM_MAX_ATTEMPTS = env.integer("DAM_MAX_ATTEMPTS", 5, minimum=1, maximum=100)
DAM_TASK_TIME_LIMIT_SECONDS = env.integer(
    "DAM_TASK_TIME_LIMIT_SECONDS", 600, minimum=10, maximum=86_400
)

# Files that clients name by URL. Without hosts any public one is asked.
DAM_FETCH_HOSTS = env.words("DAM_FETCH_HOSTS")
DAM_FETCH_NETWORKS = env.networks("DAM_FETCH_NETWORKS")
DAM_FETCH_SECONDS = env.integer("DAM_FETCH_SECONDS", 20, minimum=1, maximum=600)
DAM_FETCH_REDIRECTS = env.integer("DAM_FETCH_REDIRECTS", 3, minimum=0, maximum=20)

# Where connectors may read and write on this machine, and which private networks they may ask.
DAM_CONNECTOR_FOLDERS = env.paths("DAM_CONNECTOR_FOLDERS")
DAM_CONNECTOR_NETWORKS = env.networks("DAM_CONNECTOR_NETWORKS")

# How long a picture with drawn faces can be fetched by its address, which needs no credential.
DAM_DRAWN_HOURS = env.integer("DAM_DRAWN_HOURS", 24, minimum=0, maximum=8760)

# Webhooks: which addresses that are not public may be told, how long telling one may take, and
# for how many days the log of deliveries is kept; tries end after one.
DAM_WEBHOOK_NETWORKS = env.networks("DAM_WEBHOOK_NETWORKS")
DAM_WEBHOOK_SECONDS = env.integer("DAM_WEBHOOK_SECONDS", 10, minimum=1, maximum=60)
DAM_WEBHOOK_LOG_DAYS = env.integer("DAM_WEBHOOK_LOG_DAYS", 30, minimum=2, maximum=3650)

# After how many days photos that a rule refused are deleted for good; 0 is never.
DAM_REFUSED_DAYS = env.integer("DAM_REFUSED_DAYS", 0, minimum=0, maximum=36_500)

# How long a client waits for an analysis: less than the 30 s after which many give up.
DAM_ANALYZE_TIME_LIMIT_SECONDS = env.integer(
    "DAM_ANALYZE_TIME_LIMIT_SECONDS", 25, minimum=1, maximum=600
)

# What each key may have looked at, unless it has limits of its own; 0 is without a limit.
DAM_KEY_REQUESTS_PER_MINUTE = env.integer(
    "DAM_KEY_REQUESTS_PER_MINUTE", 0, minimum=0, maximum=1_000_000
)
DAM_KEY_MEGAPIXELS_PER_MINUTE = env.integer(
    "DAM_KEY_MEGAPIXELS_PER_MINUTE", 0, minimum=0, maximum=1_000_000
)
DAM_KEY_CONCURRENT_REQUESTS = env.integer("DAM_KEY_CONCURRENT_REQUESTS", 0, minimum=0, maximum=1000)
DAM_KEY_PICTURES_PER_DAY = env.integer(
    "DAM_KEY_PICTURES_PER_DAY", 0, minimum=0, maximum=1_000_000_000
)

# Whether AILabTools' clients are told of a picture without faces by an empty answer, not an error.
DAM_AILAB_EMPTY_ANSWERS = env.flag("DAM_AILAB_EMPTY_ANSWERS")

# Topics of readings that are neither made nor shown, such as gender.
DAM_READINGS_OFF = env.words("DAM_READINGS_OFF")

# Security

DEBUG = env.flag("DAM_DEBUG")
DAM_ALLOWED_HOSTS = env.words("DAM_ALLOWED_HOSTS")
# This machine may always ask: the supervisor and probes do.
ALLOWED_HOSTS = [*(DAM_ALLOWED_HOSTS or [HOST]), "localhost", "127.0.0.1", "[::1]"]
DAM_TRUSTED_ORIGINS = env.origins("DAM_TRUSTED_ORIGINS")
CSRF_TRUSTED_ORIGINS = DAM_TRUSTED_ORIGINS
# Only a proxy can speak https for us, so its word is taken only where it is said to be there.
DAM_HTTPS = bool(DAM_TRUSTED_ORIGINS) and all(
    origin.startswith("https://") for origin in DAM_TRUSTED_ORIGINS
)
if DAM_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = DAM_HTTPS
CSRF_COOKIE_SECURE = DAM_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SECRET_KEY = env.text("DAM_SECRET_KEY")
if not SECRET_KEY:
    try:
        SECRET_KEY = kept_secret(DAM_HOME / KEY_FILE)
    except OSError:
        env.note("DAM_HOME", f"a folder that this user can write to ({DAM_HOME})")
        SECRET_KEY = secrets.token_urlsafe(48)

AUTH_USER_MODEL = "dam.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "photos"
LOGOUT_REDIRECT_URL = "login"

# The application

INSTALLED_APPS = [
    "dam",
    "analysis",
    "search",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "dam.request_ids.RequestIdMiddleware",
    "dam.compression.CompressText",
    "django.middleware.security.SecurityMiddleware",
    "dam.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "dam.roles.RightsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "dam.urls"
WSGI_APPLICATION = "dam.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "dam.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["dam.roles.HasRight"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # What takes files says so itself.
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # /api/schema/ says what OPTIONS would.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "dam.api_errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Facet",
    "DESCRIPTION": "Faces in pictures: found, measured, tagged and found again.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    # What is sent has types of its own: a file is bytes there, and an address in answers.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AssetSource": "dam.models.Asset.Source",
        "ConnectorKind": "analysis.connectors.serializers.KINDS",
        "ConnectorRunStatus": "analysis.connectors.models.ConnectorRun.Status",
        "ConnectorRunPhase": "analysis.connectors.models.ConnectorRun.Phase",
        "ConnectorNoteAction": "analysis.connectors.models.ConnectorNote.Action",
        "RunStatus": "analysis.models.AnalysisRun.Status",
        "TagSource": "analysis.models.FaceTag.Source",
        "TagVersionStatus": "analysis.models.CustomTagVersion.Status",
        "BulkAction": "search.models.BulkJob.Action",
        "BulkJobStatus": "search.models.BulkJob.Status",
        "VerdictStatus": "dam.models.Asset.Verdict",
        "RuleAction": "dam.verdicts.models.RuleOutcome.Action",
        "WebhookStatus": "dam.webhooks.models.Webhook.Status",
        "WebhookDeliveryStatus": "dam.webhooks.models.WebhookDelivery.Status",
        "WebhookEvent": "dam.webhooks.events.Event",
        "SubscribableWebhookEvent": "dam.webhooks.events.SUBSCRIBABLE_CHOICES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "dam.schema.name_choices",
        "dam.schema.describe_errors",
    ],
    "SERVE_PERMISSIONS": ["dam.roles.HasRight"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Database

DATABASE_URL = env.url("DATABASE_URL", schemes=("postgresql", "postgres"))
DAM_DATABASE_IS_EMBEDDED = not DATABASE_URL


DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.dummy"}}
if DATABASE_URL or DAM_EMBEDDED.database_url:
    try:
        DATABASES = {"default": describe_database(DATABASE_URL or DAM_EMBEDDED.database_url)}
    except ValueError:
        env.note("DATABASE_URL", "a URL such as postgresql://user:password@host:5432/name")
DAM_DATABASE_IS_KNOWN = not DATABASES["default"]["ENGINE"].endswith("dummy")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Queue

BROKER_URL = env.url("BROKER_URL", schemes=("redis", "rediss", "amqp", "amqps"))
DAM_BROKER_IS_EMBEDDED = not BROKER_URL

CELERY_BROKER_URL = BROKER_URL or DAM_EMBEDDED.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without this a program that sends tries to connect for six seconds when the broker is down. It is
# not what makes a worker try again.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"max_retries": 0, "interval_start": 0}
if not CELERY_BROKER_URL.startswith("amqp"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        # Longer than any task can take: what a dead worker held is given out again after this.
        "visibility_timeout": DAM_TASK_TIME_LIMIT_SECONDS + 60,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 5,
    }
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = DAM_TASK_TIME_LIMIT_SECONDS
# A broker that is down must not hold up who stores a picture: the sweeper sends the id later.
# Only a connection that the broker closed meanwhile is opened again, once.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = DAM_WORKER_PROCESSES
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DAM_HOME / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-runs": {"task": "analysis.sweep_runs", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-thresholds": {
        "task": "analysis.sweep_thresholds",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-tag-versions": {
        "task": "analysis.sweep_tag_versions",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "fold-changes": {"task": "search.fold_changes", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-bulk-jobs": {
        "task": "search.sweep_bulk_jobs",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-connectors": {
        "task": "analysis.sweep_connectors",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "remove-old-drawn": {
        "task": "analysis.remove_old_drawn",
        "schedule": 1800.0,
        "options": {"expires": 600},
    },
    "sweep-webhooks": {"task": "dam.sweep_webhooks", "schedule": 10.0, "options": {"expires": 10}},
    "sweep-uploads": {"task": "dam.sweep_uploads", "schedule": 30.0, "options": {"expires": 30}},
    "forget-old-deliveries": {
        "task": "dam.forget_old_deliveries",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "judge-waiting": {
        "task": "search.judge_waiting",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "remove-old-refused": {
        "task": "search.remove_old_refused",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    # Once an hour it looks whether a week has passed, so that no restart puts it off.
    "check-recall": {
        "task": "search.check_recall",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}

# Files

DAM_STORAGE = env.choice("DAM_STORAGE", "files", choices=("files", "s3"))
DAM_S3_BUCKET = env.text("DAM_S3_BUCKET")
DAM_S3_OPTIONS = {
    "bucket_name": DAM_S3_BUCKET,
    "endpoint_url": env.url("DAM_S3_ENDPOINT_URL", schemes=("http", "https")) or None,
    "region_name": env.text("DAM_S3_REGION") or None,
    "access_key": env.text("DAM_S3_ACCESS_KEY_ID") or None,
    "secret_key": env.text("DAM_S3_SECRET_ACCESS_KEY") or None,
    "location": env.text("DAM_S3_PREFIX"),
    "default_acl": None,
    # Same name means same bytes: two writers of one file must not make two.
    "file_overwrite": True,
    # A larger file that is read goes to disk: by default it would be kept in memory whole.
    "max_memory_size": 8 * 2**20,
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "dam.uploads.CappedFileUploadHandler",
]
MEDIA_ROOT = DAM_HOME / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": DAM_S3_OPTIONS}
        if DAM_STORAGE == "s3"
        else {"BACKEND": "dam.storage.AtomicFileSystemStorage"}
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What browsers keep for ever is asked for by another address after an upgrade. Scripts import each
# other by relative addresses, so the folder has the version, not each name.
STATIC_URL = "static/" if DEBUG else f"static/{static_version(BASE_DIR / 'dam' / 'static')}/"
# Read from where the packages have them: no collectstatic, so nothing to forget after an upgrade.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# A pattern of addresses: none, or all.
WHITENOISE_IMMUTABLE_FILE_TEST = "(?!)" if DEBUG else "^"

# Logging

DAM_LOG_LEVEL = env.choice(
    "DAM_LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "%(asctime)s %(levelname)s %(name)s [%(process)d %(request_id)s] %(message)s"
        },
    },
    "filters": {"request_id": {"()": "dam.request_ids.RequestIdFilter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": DAM_LOG_LEVEL} for name in ("dam", "analysis", "search", "celery")},
        # Django's own handlers mail administrators, whom nobody has named.
        "django": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
    },
}

DAM_ENV_NAMES = tuple(env.names)
DAM_ENV_PROBLEMS = tuple(env.problems)
