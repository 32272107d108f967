"""What proxies and Prometheus ask."""

import time

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from guestbook import draining

blueprint = Blueprint("operations", __name__)

requests = Counter("guestbook_requests_total", "Requests that were answered.", ["endpoint", "status"])
seconds = Histogram("guestbook_request_seconds", "How long answers took.", ["endpoint"])


@blueprint.get("/health")
def health():
    """Nothing is asked of the database: while it is away, no node is better than this one."""
    if draining.has_begun():
        return jsonify(status="draining"), 503
    return jsonify(status="ready")


@blueprint.get("/metrics")
def metrics():
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@blueprint.before_app_request
def begin_to_measure():
    g.began = time.perf_counter()


@blueprint.after_app_request
def measure(response):
    endpoint = request.endpoint or "none"
    requests.labels(endpoint, response.status_code).inc()
    seconds.labels(endpoint).observe(time.perf_counter() - g.began)
    return response
