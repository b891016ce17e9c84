"""Settings of Event CRM, all read from the environment (see ``.env.example``).

Without any variable the project runs for development: DEBUG on, embedded PostgreSQL and Valkey, mail into ``var/mail``.
"""

import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm_project import content_security, unfold_settings
from crm_project.email_url import email_settings
from crm_project.embedded import postgres_server, valkey_server
from crm_project.embedded.home import socket_folder
from crm_project.networks import networks
from crm_project.redis_url import redis_url
from crm_project.telemetry import logs, sentry
from crm_project.variables import database, rates, whole_number

# Lets the type parameters of Django's classes stand at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=True)
TESTING = "pytest" in sys.modules
# What this installation writes: mail without EMAIL_URL, the embedded servers' data.
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var").resolve()
TEST_SUFFIX = ""
if TESTING:
    # Test runs at the same time, each named by PYTEST_DB_SUFFIX, and the processes of one share no server and no file.
    names = [os.environ.get(name, "") for name in ("PYTEST_DB_SUFFIX", "PYTEST_XDIST_WORKER")]
    TEST_SUFFIX = names[0]
    VAR_DIR /= "-".join(["test", *filter(None, names)])


def _required_in_production(name: str, development_value: str) -> str:
    """Return the variable ``name``; only DEBUG may do without it."""
    value: str = env.str(name, default="")
    if value:
        return value
    if DEBUG:
        return development_value
    raise ImproperlyConfigured(f"{name} is not set. With DEBUG off it is required: see .env.example.")


def _whole_number(name: str, default: int) -> int:
    """Return the variable ``name``, which is a number from 0 up."""
    return whole_number(name, env.str(name, default=""), default=default)


# --- Identity of this installation -----
SECRET_KEY = _required_in_production("SECRET_KEY", "development-only-" + "0" * 50)
# Keys that were SECRET_KEY before: what they signed (sessions, links in mails) is good until they are taken out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", default="") or SECRET_KEY
ALLOWED_HOSTS = [
    host.strip() for host in _required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
]
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# The proxies whose word about callers and HTTPS is taken; nobody's without it.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", env.str("TRUSTED_PROXIES", default=""))

# --- Applications -----
INSTALLED_APPS = [
    "crm_project",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "crm_project.admin_config.CrmAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "anymail",
    "axes",
    "api",
    "users",
    "events",
    "relations",
    "mailing",
]
if TESTING:
    INSTALLED_APPS += ["api.tests"]  # models of the API's own tests; without migrations, so made by every test run
MIDDLEWARE = [
    "crm_project.telemetry.requests.observe",
    "crm_project.proxies.distrust_strangers",
    "django.middleware.security.SecurityMiddleware",
    "crm_project.content_security.permissions_policy",
    "crm_project.content_security.ContentSecurityMiddleware",
    "crm_project.limits.limit_uploads",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm_project.keeping.keep_nothing",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "users.admin.zones.CallersZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "users.middleware.HistoryMiddleware",
    "users.accounts.requests.remember_request",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "crm_project.urls"
WSGI_APPLICATION = "crm_project.wsgi.application"
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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database: the one named by DATABASE_URL, else the embedded server -----
DATABASES: dict[str, dict[str, Any]]
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": database("DATABASE_URL", env.str("DATABASE_URL"))}
else:
    DATABASES = {
        "default": {
            "ENGINE": "crm_project.embedded.postgresql",
            "NAME": "event_crm",
            "USER": postgres_server.USER,
            "HOST": str(socket_folder(VAR_DIR)),
            "PORT": str(postgres_server.PORT),
        }
    }
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    # PgBouncer in transaction mode hands each transaction to any server session.
    "DISABLE_SERVER_SIDE_CURSORS": True,
}
if TEST_SUFFIX:
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{TEST_SUFFIX}"}

# --- Sign-in -----
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "users.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account-sign-in"
LOGIN_REDIRECT_URL = "front"
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "SIGNING_KEY": JWT_SIGNING_KEY,
    # Tokens end when the password changes.
    "CHECK_REVOKE_TOKEN": True,
    "USER_AUTHENTICATION_RULE": "users.sign_in.may_sign_in",
}
# How long the links in mails work.
SIGNUP_LIFETIME = timedelta(hours=48)
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
# Wrong passwords for one e-mail from one address, and for how long no other is looked at then.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "users.accounts.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "users.accounts.lockout.locked_page"
AXES_CLIENT_IP_CALLABLE = "users.accounts.lockout.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Admin -----
UNFOLD = unfold_settings.UNFOLD

# --- API -----
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "users.accounts.authentication.ApiTokenAuthentication",
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.Permitted"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.JSONRenderer", "api.renderers.BrowsableAPIRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.ContentNegotiation",
    "DEFAULT_SCHEMA_CLASS": "api.schema.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.HouseThrottle"],
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# How many calls per time: of one person, of one address without sign-in, and of what is dear or dangerous.
RATES = {
    "user": "1200/min",
    "anonymous": "120/min",
    "refused": "120/min",
    "sign_in": "10/min",
    "sign_in_address": "300/min",
    "sign_in_site": "600/min",
    "signup": "20/hour",
    "signup_confirm": "60/hour",
    "mail": "60/hour",
    "transactional": "1200/hour",
    "ticket": "300/min",
}
THROTTLE_RATES = rates("THROTTLE_RATES", env.str("THROTTLE_RATES", default=""), defaults=RATES)
if TESTING:
    THROTTLE_RATES = dict.fromkeys(THROTTLE_RATES, "1000000/min")
SPECTACULAR_SETTINGS = {
    "TITLE": "Event CRM",
    "DESCRIPTION": "Who hosted what, who really came, and the right mail to the right people.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # So many calls are found by their heading, by typing, or by an address that names one.
    "SWAGGER_UI_SETTINGS": {"docExpansion": "none", "deepLinking": True, "filter": True},
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "EventStatus": "events.models.EventStatus",
        "RelationStatus": "relations.models.Status",
        "CampaignStatus": "mailing.models.CampaignStatus",
        "DeliveryStatus": "mailing.models.DeliveryStatus",
        "SuppressionReason": "mailing.models.SuppressionReason",
        "ExclusionReason": "mailing.models.ExclusionReason",
    },
}

# --- Broker and workers: a doorbell only, PostgreSQL is the truth -----
REDIS_URL = redis_url(env.str("REDIS_URL", default=""))
VALKEY_SOCKET = valkey_server.socket_in(socket_folder(VAR_DIR))
# Whoever publishes or counts must not wait long for a broker that is not there.
REDIS_TIMEOUTS: dict[str, Any] = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{VALKEY_SOCKET}"
CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_TIMEOUTS | {
    # Seconds until a task that its worker never acknowledged is given to another: above the longest task.
    "visibility_timeout": 6 * 60 * 60,
    # One more attempt at once, then an error: the next tick of beat rings again.
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "crm_project.cache.PrefixedCache" if REDIS_URL else "crm_project.embedded.cache.ValkeyCache",
        "LOCATION": REDIS_URL or f"unix://{VALKEY_SOCKET}",
        "KEY_PREFIX": "event_crm",
        # A connection that broke since its last use is made anew, once.
        "OPTIONS": REDIS_TIMEOUTS | {"retry": Retry(NoBackoff(), retries=1)},
    }
}

# --- Mail -----
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Event CRM <events@example.com>")
DEFAULT_EMAIL_TEMPLATE = env.str("DEFAULT_EMAIL_TEMPLATE", default="welcome")
# How long before its start people are reminded of an event; 0: never.
REMINDER_HOURS = _whole_number("REMINDER_HOURS", 24)
EMAIL_TIMEOUT = 20
globals().update(email_settings(env.str("EMAIL_URL", default="")))
MAIL_DIR = VAR_DIR / "mail"

# --- Registration -----
# How many requests of one web process wait while others register; the rest are asked to come back.
REGISTRATIONS_WAITING = _whole_number("REGISTRATIONS_WAITING", 2)

# --- Language, time, static files -----
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
PHONE_DEFAULT_REGION = env.str("PHONE_DEFAULT_REGION", default="") or None
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_AUTOREFRESH = DEBUG  # as started: tests turn DEBUG off later, where nothing was collected

# --- Seeing inside -----
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}. Possible: DEBUG, INFO, WARNING, ERROR.")
LOGGING = logs.configuration(json=not DEBUG, level=LOG_LEVEL)
logs.start(json=not DEBUG)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Nobody in production: behind a proxy on the same host everybody's address may be this host's.
METRICS_ALLOWED = networks(
    "METRICS_ALLOWED", env.str("METRICS_ALLOWED", default="") or ("127.0.0.1, ::1" if DEBUG else "")
)
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    sentry.start(SENTRY_DSN)

# --- Security -----
CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_security.SITE}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Pages of other origins may call the API with a token where they are named; cookies are never taken from them.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-match", "x-request-id"]
CORS_EXPOSE_HEADERS = ["etag", "idempotent-replayed", "location", "retry-after", "x-request-id"]
# Bytes of a whole request, of one without its files (JSON, forms), fields and files of one form.
MAX_UPLOAD_BYTES = _whole_number("MAX_UPLOAD_BYTES", 50 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = _whole_number("MAX_BODY_BYTES", 2_621_440)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    # Asked by machines beside this one, which speak no TLS.
    SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics/?$"]
    SECURE_HSTS_SECONDS = _whole_number("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    # On the browsers' own lists a domain is bound for years, with all below it: nothing that a default decides.
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Of TRUSTED_PROXIES alone: crm_project.proxies removes the header from anybody else's requests.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
