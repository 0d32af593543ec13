"""Schemathesis makes the same Idempotency-Key again and again, so that most answers would be 409; a good key becomes one that is new."""

import re
from itertools import count

import schemathesis

numbers = count()


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,64}", key):
        case.headers["Idempotency-Key"] = f"{case.id}-{next(numbers)}"
