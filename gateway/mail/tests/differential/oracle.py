"""Reads mails with Python's email package. Usage: oracle.py FILE..., prints one JSON object per file, in the same order.

Only what two programs can agree on is compared: raw facts, not layout.
"""
import email
import email.header
import email.policy
import email.utils
import hashlib
import html
import json
import re
import sys


def decoded(value):
    """A header as text, with encoded words decoded."""
    if value is None:
        return None
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except Exception:  # the package raises many kinds for broken words
        return None


def addresses(mail, name):
    try:
        values = [str(value) for value in mail.get_all(name, [])]
        return [address for _, address in email.utils.getaddresses(values) if "@" in address]
    except Exception:
        return None


def leaves(part):
    """The parts without parts. A mail in a mail is one, as it is for us."""
    if part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), list):
        for child in part.get_payload():
            yield from leaves(child)
    else:
        yield part


def leaf(part):
    is_mail = part.get_content_type() in ("message/rfc822", "message/global")
    payload = b""
    if part.get_content_maintype() != "message":
        payload = part.get_payload(decode=True) or b""
    text = None
    if part.get_content_type() in ("text/plain", "text/html"):
        charset = part.get_content_charset() or "utf-8"
        try:
            text = payload.decode(charset, "replace")
        except (LookupError, ValueError):
            text = None
    if text is not None and part.get_content_type() == "text/html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    try:
        name = decoded(part.get_filename())
    except Exception:
        name = None
    return {
        "type": part.get_content_type(),
        "is_mail": is_mail,
        "name": name,
        "disposition": part.get_content_disposition(),
        "size": len(payload),
        "sha256": hashlib.sha256(payload).hexdigest(),
        "text": text,
    }


def read(path):
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.compat32)
    try:
        date = email.utils.parsedate_to_datetime(mail["date"]).timestamp() if mail["date"] else None
    except Exception:
        date = None
    return {
        "from": addresses(mail, "from"),
        "to": addresses(mail, "to"),
        "subject": decoded(mail["subject"]) if mail["subject"] is not None else "",
        "message_id": str(mail["message-id"]).strip() if mail["message-id"] else None,
        "date_s": date,
        "leaves": [leaf(part) for part in leaves(mail)],
    }


for path in sys.argv[1:]:
    try:
        print(json.dumps(read(path)))
    except Exception as fault:
        print(json.dumps({"fault": repr(fault)}))
