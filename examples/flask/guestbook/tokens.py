"""Log-ins as JWTs: any node can check them, none has to remember them."""

from datetime import datetime, timedelta, timezone

import jwt
from flask import abort, current_app, request

LIFETIME = timedelta(hours=1)


def token_for(user_id: int) -> str:
    claims = {"sub": str(user_id), "exp": datetime.now(timezone.utc) + LIFETIME}
    return jwt.encode(claims, current_app.config["SETTINGS"].jwt_key, algorithm="HS256")


def authenticated_user() -> int:
    """The user that the request's token is for; 401 without a valid one."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, current_app.config["SETTINGS"].jwt_key, algorithms=["HS256"])
    except jwt.PyJWTError:
        abort(401, "Log in first.")
    return int(claims["sub"])
