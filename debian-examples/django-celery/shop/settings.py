"""Settings. What differs between hosts comes from /etc/shop and the environment; data is in one directory."""

import os
from pathlib import Path

# The release: read-only on a host.
BASE_DIR = Path(__file__).resolve().parent.parent
# Everything that is ever written.
STATE = Path(os.environ.get("SHOP_STATE", "/var/lib/shop"))


def first_line(*paths):
    """The first line of the first file that has one and may be read."""
    for path in map(Path, paths):
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text:
            return text.splitlines()[0]
    return ""


# The admin's key, or the one that deploy/before-activate made for this host.
SECRET_KEY = first_line("/etc/shop/secret-key", STATE / "secret-key") or "only-for-building"
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOP_HOSTS", "localhost 127.0.0.1").split()
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "shop.orders",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE / "db.sqlite3",
        # Web and worker write to one file: wait for each other.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "/static/"
# `collectstatic` fills it while building; `[[tree]]` puts it into the release.
STATIC_ROOT = os.environ.get("SHOP_STATIC", BASE_DIR / "static")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

# A broker in files needs no other server, which suits an example. A real shop names redis or RabbitMQ here.
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(STATE / "queue"),
    "data_folder_out": str(STATE / "queue"),
    "control_folder": str(STATE / "control"),
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "expire": {"task": "shop.orders.tasks.expire", "schedule": float(os.environ.get("SHOP_EXPIRE", "60"))},
}
