"""Sign-up, log-in and the user's picture."""

import re

from flask import Blueprint, abort, current_app, jsonify, request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.security import check_password_hash, generate_password_hash

from guestbook.idempotency import write
from guestbook.models import User
from guestbook.tokens import authenticated_user, token_for

blueprint = Blueprint("accounts", __name__)

USERNAME = re.compile(r"[a-z0-9-]{1,60}")


@blueprint.post("/api/users")
def sign_up():
    username, password = credentials()
    if not USERNAME.fullmatch(username) or len(password) < 8:
        abort(422, "A username is up to 60 of a-z, 0-9 and -; a password has 8 characters or more.")
    password_hash = generate_password_hash(password)

    def create(session):
        values = {"username": username, "password_hash": password_hash}
        created = session.execute(insert(User).values(values).on_conflict_do_nothing().returning(User.id)).first()
        if created is None:
            abort(409, "This username is taken.")
        return {"id": created.id, "username": username}, 201

    return write(username, create)


@blueprint.post("/api/sessions")
def log_in():
    username, password = credentials()
    find = select(User.id, User.password_hash).where(User.username == username)
    user = current_app.config["DATABASE"].run(lambda session: session.execute(find).first())
    if user is None or not check_password_hash(user.password_hash, password):
        abort(401, "No user has this name and password.")
    return jsonify(token=token_for(user.id))


@blueprint.put("/api/me/avatar")
def change_avatar():
    user_id = authenticated_user()
    uploads = current_app.config["UPLOADS"]
    name = uploads.keep(request.get_data())
    if name is None:
        abort(415, "A picture is PNG or JPEG.")

    def change(session):
        user = session.get(User, user_id) or abort(401, "This user is gone.")
        user.avatar = name
        return {"avatarUrl": uploads.url_of(name)}, 200

    return write(str(user_id), change)


def credentials() -> tuple[str, str]:
    content = request.get_json()
    content = content if isinstance(content, dict) else {}
    username, password = content.get("username"), content.get("password")
    if not isinstance(username, str) or not isinstance(password, str):
        abort(422, "username and password are texts.")
    return username, password
