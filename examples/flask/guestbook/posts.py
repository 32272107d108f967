"""Posts, for programs."""

from flask import Blueprint, abort, current_app, jsonify, request
from sqlalchemy import select

from guestbook.idempotency import write
from guestbook.models import Post, User
from guestbook.tokens import authenticated_user

blueprint = Blueprint("posts", __name__)


@blueprint.post("/api/posts")
def create_post():
    user_id = authenticated_user()
    content = request.get_json()
    body = content.get("body") if isinstance(content, dict) else None
    if not isinstance(body, str) or not 0 < len(body.strip()) <= 2_000 or "\0" in body:
        abort(422, "body is a text of up to 2,000 characters.")

    def create(session):
        post = Post(author_id=user_id, body=body)
        session.add(post)
        session.flush()
        return shown(post), 201

    return write(str(user_id), create)


@blueprint.get("/api/posts")
def newest_posts():
    """The newest fifty, of everybody or of one user."""
    username = request.args.get("username")
    newest = select(Post).order_by(Post.created_at.desc(), Post.id.desc()).limit(50)
    if username is not None:
        newest = newest.join(User).where(User.username == username)
    posts = current_app.config["DATABASE"].run(lambda session: session.scalars(newest).all())
    return jsonify(items=[shown(post) | {"username": post.author.username} for post in posts])


def shown(post: Post) -> dict:
    return {"id": post.id, "body": post.body, "createdAt": post.created_at.isoformat()}
