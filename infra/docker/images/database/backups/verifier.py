"""What Postgres keeps of a password."""

import base64
import hashlib
import hmac


def opens(password: str, verifier: str | None) -> bool:
    """Whether a SCRAM verifier, `SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER`, is of this password."""
    if not verifier or not verifier.startswith("SCRAM-SHA-256$"):
        return False
    _, salting, keys = verifier.split("$")
    iterations, salt = salting.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return hmac.compare_digest(stored, base64.b64decode(keys.split(":")[0]))
