"""One page that asks the database through Django: the recipe, and nothing else."""

import functools
import os
import random
import time
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import JsonResponse
from django.urls import path

import draining

RIDES_THROUGH = os.environ.get("RIDE_THROUGH") == "1"
BUDGET_SECONDS = 25

url = urlsplit(os.environ["DATABASE_URL"])
WITHOUT = {"CONN_MAX_AGE": 600}
WITH = {
    "CONN_MAX_AGE": 600,
    # A kept connection is asked at the beginning of each request.
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 2,
        "target_session_attrs": "read-write",
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    },
}
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="nothing is signed here",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": url.hostname,
            "PORT": url.port,
            "NAME": url.path[1:],
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            **(WITH if RIDES_THROUGH else WITHOUT),
        }
    },
)


def riding_through(view):
    """One transaction a request, which is done again when it met a failure that passes: for what is safe to repeat."""

    @functools.wraps(view)
    def ride(request, *args, **kwargs):
        ends_at = time.monotonic() + BUDGET_SECONDS
        pause = 0.05
        while True:
            try:
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except (InterfaceError, OperationalError):
                if time.monotonic() + pause > ends_at:
                    raise
                # Django keeps a broken connection until the request ends.
                connection.close()
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, 1)

    return ride if RIDES_THROUGH else view


def health(_request):
    if draining.has_begun():
        return JsonResponse({"status": "draining"}, status=503)
    return JsonResponse({"status": "ready"})


@riding_through
def page(_request):
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return JsonResponse({"answer": cursor.fetchone()[0]})


urlpatterns = [path("health", health), path("", page)]
application = get_wsgi_application()
