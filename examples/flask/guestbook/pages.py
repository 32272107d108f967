"""Pages, for people."""

from flask import Blueprint, abort, current_app, render_template
from sqlalchemy import select

from guestbook.models import Post, User

blueprint = Blueprint("pages", __name__, template_folder="templates")

NEWEST = select(Post).order_by(Post.created_at.desc(), Post.id.desc()).limit(20)


@blueprint.get("/")
def newest():
    posts = current_app.config["DATABASE"].run(lambda session: session.scalars(NEWEST).all())
    return page("Newest posts", posts)


@blueprint.get("/u/<username>")
def user(username: str):
    def read(session):
        found = session.scalars(select(User).where(User.username == username)).first()
        return found and (found, session.scalars(NEWEST.where(Post.author_id == found.id)).all())

    found = current_app.config["DATABASE"].run(read) or abort(404, "There is no such user.")
    return page(f"Posts of {username}", found[1])


def page(title: str, posts) -> str:
    static_url = current_app.config["SETTINGS"].static_url
    picture_of = current_app.config["UPLOADS"].url_of
    return render_template("posts.html", title=title, posts=posts, static_url=static_url, picture_of=picture_of)
