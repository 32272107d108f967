"""Two endpoints of the service as the plan's Flask design would have them, on the same tables."""

import hashlib
import json
import os
import urllib.request
import uuid
from datetime import datetime, timezone

import jwt
from flask import Flask, abort, jsonify, render_template, request
from sqlalchemy import URL, create_engine, text


def create_app() -> Flask:
    app = Flask(__name__)
    with open(os.path.join(os.environ["SECRETS_DIRECTORY"], "database-password"), encoding="utf-8") as file:
        password = file.read().strip()
    engine = create_engine(
        URL.create(
            "postgresql+psycopg2",
            username="capstone",
            password=password,
            host=os.environ["DATABASE_HOST"],
            port=5432,
            database="capstone",
        ),
        pool_size=5,
        pool_pre_ping=False,
    )
    keys = public_keys()

    @app.get("/health")
    def health():
        return jsonify(status="ready")

    @app.get("/u/<handle>")
    def user_page(handle: str):
        with engine.connect() as connection:
            account = connection.execute(
                text("select id, handle, display_name, bio from accounts where handle = :handle"), {"handle": handle}
            ).first()
            if account is None:
                abort(404)
            posts = connection.execute(
                text(
                    "select body, created_at from posts where account_id = :id"
                    " order by created_at desc, id desc limit 50"
                ),
                {"id": account.id},
            ).all()
        return render_template("user.html", account=account, posts=posts)

    @app.post("/api/v1/me/posts")
    def create_post():
        claims = claims_of(request.headers.get("authorization", ""), keys)
        body = request.get_json()["body"]
        key = request.headers["idempotency-key"]
        post = {"id": str(uuid.uuid4()), "body": body, "createdAt": datetime.now(timezone.utc).isoformat()}
        with engine.begin() as connection:
            alive = connection.execute(
                text("select 1 from sessions where id = :id and ended_at is null"), {"id": claims["sid"]}
            ).first()
            if alive is None:
                abort(401)
            taken = connection.execute(
                text(
                    "insert into idempotency_keys (scope, key, fingerprint, status, response)"
                    " values (:scope, :key, :fingerprint, 201, :response) on conflict do nothing returning key"
                ),
                {
                    "scope": claims["sub"],
                    "key": key,
                    "fingerprint": hashlib.sha256(body.encode()).digest(),
                    "response": json.dumps(post),
                },
            ).first()
            if taken is None:
                known = connection.execute(
                    text("select response from idempotency_keys where scope = :scope and key = :key"),
                    {"scope": claims["sub"], "key": key},
                ).one()
                return jsonify(known.response), 201
            connection.execute(
                text("insert into posts (id, account_id, body) values (:id, :account, :body)"),
                {"id": post["id"], "account": claims["sub"], "body": body},
            )
        return jsonify(post), 201

    return app


def public_keys() -> dict:
    with urllib.request.urlopen(os.environ["KEYS_URL"], timeout=10) as answer:
        return {key["kid"]: jwt.PyJWK(key).key for key in json.load(answer)["keys"]}


def claims_of(header: str, keys: dict) -> dict:
    token = header.removeprefix("Bearer ")
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        return jwt.decode(token, keys[kid], algorithms=["EdDSA"], audience="capstone-api", issuer="capstone")
    except (jwt.PyJWTError, KeyError):
        abort(401)
