"""Does what people do with the service, through a client that openapi-python-client generated; prints what came of it.

Arguments: the service's address, a picture's file. The client is the package `generated` beside the working directory.
"""

import json
import sys
import uuid
from io import BytesIO

from generated import AuthenticatedClient, Client
from generated.api.accounts import delete_account, export_account, get_user, sign_up
from generated.api.posts import change_post, delete_post, get_post, list_posts, post
from generated.api.profile import change_profile, put_avatar
from generated.api.sessions import list_sessions, log_in, refresh_session
from generated.models import (
    ChangePostBody,
    ChangeProfileBody,
    DeleteAccountBody,
    LogInBody,
    PostBody,
    Problem,
    RefreshSessionBody,
    SignUpBody,
)
from generated.types import File

url, picture = sys.argv[1:]
anybody = Client(base_url=url)
handle = f"py_{uuid.uuid4().hex[:12]}"
password = f"pass {uuid.uuid4().hex}"

account = sign_up.sync(
    client=anybody, body=SignUpBody(handle=handle, email=f"{handle}@example.org", password=password)
)
refused = log_in.sync(client=anybody, body=LogInBody(handle=handle, password="not it"))
session = log_in.sync(client=anybody, body=LogInBody(handle=handle, password=password))
renewed = refresh_session.sync(client=anybody, body=RefreshSessionBody(refresh_token=session.refresh_token))
owner = AuthenticatedClient(base_url=url, token=renewed.access_token)

with open(picture, "rb") as file:
    avatar = put_avatar.sync(client=owner, body=File(payload=BytesIO(file.read())))
profile = change_profile.sync(client=owner, body=ChangeProfileBody(display_name="Ada"))
key = str(uuid.uuid4())
first = post.sync_detailed(client=owner, body=PostBody(body="Once"), idempotency_key=key)
again = post.sync_detailed(client=owner, body=PostBody(body="Once"), idempotency_key=key)
changed = change_post.sync(id=first.parsed.id, client=owner, body=ChangePostBody(body="Changed"))
page = list_posts.sync(handle=handle, client=anybody, limit=5)
exported = export_account.sync(client=owner)
sessions = list_sessions.sync(client=owner)
deletion = delete_post.sync_detailed(id=first.parsed.id, client=owner)
missing = get_post.sync(id=first.parsed.id, client=anybody)
shown = get_user.sync(handle=handle, client=anybody)
end = delete_account.sync_detailed(client=owner, body=DeleteAccountBody(password=password))

assert isinstance(refused, Problem) and isinstance(missing, Problem)
print(
    json.dumps(
        {
            "handle": account.handle == handle,
            "refused": refused.status,
            "avatar": shown.avatar_url == avatar.avatar_url,
            "displayName": profile.display_name,
            "replayed": again.headers.get("idempotency-replayed"),
            "samePost": first.parsed.id == again.parsed.id,
            "changed": changed.body,
            "posts": [item.body for item in page.items],
            "exported": [item.body for item in exported.posts],
            "sessions": len(sessions.items),
            "deleted": deletion.status_code,
            "missing": missing.status,
            "ended": end.status_code,
        }
    )
)
