"""Replaces each valid Idempotency-Key by a new one. Schemathesis repeats keys, so most answers would otherwise be 409."""

import re
from itertools import count

import schemathesis

numbers = count()


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,64}", key):
        case.headers["Idempotency-Key"] = f"{case.id}-{next(numbers)}"
