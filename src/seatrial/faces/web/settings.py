"""Django's settings, from three of ours: data folder, database, public origin.

SEATRIAL_DATA: folder of everything kept; default `seatrial-data` in the working folder.
SEATRIAL_DATABASE: `postgresql://...`; default a SQLite file in the data folder.
SEATRIAL_ORIGIN: `https://review.example.org`; without it the portal serves loopback only.
SEATRIAL_OIDC: a TOML file that names the organisation's own sign-in; default none.
SEATRIAL_CHECKPOINT_ENTRIES, SEATRIAL_CHECKPOINT_SECONDS: when a worker signs the ledger's head.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from seatrial.adapters.store.database import database_of, database_settings
from seatrial.faces.web.accounts.oidc import read_oidc
from seatrial.faces.web.secret import django_secret

NAMED = os.environ.get("SEATRIAL_DATA")
DATA = Path(NAMED or "seatrial-data").absolute()
ORIGIN = os.environ.get("SEATRIAL_ORIGIN") or ""
PUBLIC = bool(ORIGIN)
# Made-up people with printed passwords and no second factor: on this machine only.
DEMO = os.environ.get("SEATRIAL_DEMO") == "1" and not PUBLIC

# A tool that only looks at the settings names no folder, and none is made for it.
SECRET_KEY = django_secret(DATA) if NAMED else secrets.token_urlsafe(64)
DEBUG = False
ALLOWED_HOSTS = [urlsplit(ORIGIN).hostname or ""] if PUBLIC else ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [ORIGIN] if PUBLIC else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "seatrial.adapters.store",
    "seatrial.adapters.mail",
    "seatrial.faces.web.accounts",
    "seatrial.faces.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "seatrial.faces.web.accounts.refusals.RefusalRecord",
    "seatrial.faces.web.accounts.session_end.SessionEnd",
    "seatrial.faces.web.private_pages.PrivatePages",
    "seatrial.faces.web.second_factor.SecondFactor",
    "seatrial.faces.web.acting.Refusals",
]

ROOT_URLCONF = "seatrial.faces.web.urls"
WSGI_APPLICATION = "seatrial.faces.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "seatrial.faces.web.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

CASE_KEYS = DATA / "case-keys"
# Opens the case keys. Kept elsewhere than the data, a copied data folder opens nothing.
OPERATOR_KEY = Path(os.environ.get("SEATRIAL_OPERATOR_KEY") or DATA / "operator.key")

# A worker signs the head once so many entries lie under no signed one, or the first of them is so
# old: an hour's entries at most can be denied to whoever keeps heads. Our choice.
CHECKPOINT_ENTRIES = max(1, int(os.environ.get("SEATRIAL_CHECKPOINT_ENTRIES") or 1000))
CHECKPOINT_SECONDS = max(1, int(os.environ.get("SEATRIAL_CHECKPOINT_SECONDS") or 60 * 60))

DATABASES = {"default": database_settings(database_of(DATA))}
# Counts of attempts at signing in and checking hold for all server processes and hosts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "counts",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
# Days that a row about something refused is kept; `seatrial worker` removes it, on record.
REFUSAL_DAYS = max(1, int(os.environ.get("SEATRIAL_REFUSAL_DAYS") or 365))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},  # ASVS 4.0.3, 2.1.1
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "seatrial.faces.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# Beside allauth's own limits, which slow down guessing of passwords and codes: strangers check
# certificates, by codes that must not be guessed.
ACCOUNT_RATE_LIMITS = {"check-certificate": "20/m/ip"}
# The portal listens on loopback only: with an origin, one proxy in front names the client.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PUBLIC else 0
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Seatrial"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s; RFC 6238, 5.2: at most one for a slow network
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC  # browsers take localhost without https
USERSESSIONS_TRACK_ACTIVITY = True
OIDC = read_oidc(os.environ.get("SEATRIAL_OIDC") or "", public=PUBLIC)
SOCIALACCOUNT_PROVIDERS = OIDC.for_allauth if OIDC else {}
SOCIALACCOUNT_ADAPTER = "seatrial.faces.web.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address that a provider names opens nothing
SOCIALACCOUNT_STORE_TOKENS = False

SESSION_ENGINE = "seatrial.faces.web.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; half an hour without use ends it too (session_end.py)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC
SESSION_COOKIE_NAME = "__Host-session" if PUBLIC else "session"
CSRF_COOKIE_SECURE = PUBLIC
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if PUBLIC else "csrf"
SECURE_SSL_REDIRECT = PUBLIC
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by the machine itself, before TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PUBLIC else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PUBLIC
SECURE_HSTS_PRELOAD = PUBLIC
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # allauth draws the TOTP code as a data: image
        "font-src": [SELF],
        "connect-src": [SELF],
        # Browsers hold the whole way that a form leads to this: the button ends at the provider.
        "form-action": [SELF, *(OIDC.form_origins if OIDC else ())],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form; uploads stream to disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

EMAIL_BACKEND = os.environ.get("SEATRIAL_EMAIL_BACKEND") or (
    "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("SEATRIAL_FROM") or "seatrial@localhost"

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
