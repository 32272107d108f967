"""A guestbook: users who log in, write posts and have a picture."""

from flask import Flask, jsonify
from werkzeug.exceptions import HTTPException

from guestbook.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    from guestbook import accounts, operations, pages, posts
    from guestbook.database import Database, DatabaseUnavailable
    from guestbook.uploads import Uploads

    app = Flask(__name__, static_folder=None)
    settings = settings or Settings.from_environment()
    app.config["SETTINGS"] = settings
    app.config["DATABASE"] = Database(settings)
    app.config["UPLOADS"] = Uploads(settings)
    app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
    for module in (operations, accounts, posts, pages):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(HTTPException, lambda error: (jsonify(error=error.description), error.code))
    app.register_error_handler(DatabaseUnavailable, lambda _: (jsonify(error="Try again."), 503, {"Retry-After": "1"}))

    @app.after_request
    def say_who_served(response):
        response.headers["X-Served-By"] = settings.node_name
        return response

    return app
