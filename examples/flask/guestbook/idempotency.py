"""Writes that happen once, however often they are sent."""

import hashlib
import random
import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, current_app, request
from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from guestbook.models import IdempotencyKey

Answer = tuple[dict[str, Any], int]

KEPT = text("interval '1 day'")


def write(owner: str, work: Callable[[Session], Answer]) -> Answer:
    """
    Does a write for an owner, with key, effect and answer in one transaction. A request without a key gets one of its
    own where it may be repeated here.
    """
    settings = current_app.config["SETTINGS"]
    key = request.headers.get("Idempotency-Key") or (str(uuid.uuid4()) if settings.ride_through else None)
    fingerprint = hashlib.sha256(f"{request.method} {request.path} ".encode() + request.get_data()).hexdigest()
    database = current_app.config["DATABASE"]
    if key is None:
        return database.run(work)
    return database.run(lambda session: _under_key(session, owner, key, fingerprint, work))


def _under_key(
    session: Session, owner: str, key: str, fingerprint: str, work: Callable[[Session], Answer]
) -> Answer:
    # Whoever else has the key is waited for here.
    taken = session.execute(
        insert(IdempotencyKey)
        .values(owner=owner, key=key, fingerprint=fingerprint, status=0, answer={})
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).first()
    row = session.get_one(IdempotencyKey, (owner, key))
    if taken is None:
        if row.fingerprint != fingerprint:
            abort(422, "This key was used for another request.")
        # A commit that writes waits for the standby: a row that is only read may be on a crashed primary alone.
        row.answered += 1
        return row.answer, row.status
    row.answer, row.status = work(session)
    if random.random() < 0.01:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < func.now() - KEPT))
    return row.answer, row.status
