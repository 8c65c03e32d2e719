"""Sessions and tokens of a made-up portal's people. Django is set up before this is imported."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal_cases import Someone

from seatrial.core.access.standing import TokenScope
from seatrial.core.people import CaseId
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.accounts.tokens import make_token
from seatrial.wiring.ledger import open_ledger


def cookie_of(who: Someone) -> str:
    """Sign a person in; give the session's cookie."""
    account, session = _account(who), SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def token_of(who: Someone, case: CaseId, now: datetime) -> str:
    """Make a token for a case."""
    scope = TokenScope(case=case, purpose="evaluation")
    return make_token(_account(who), scope, now, now + timedelta(days=1))


def sign_head() -> int:
    """Sign the ledger's head; give its size."""
    held = open_ledger(settings.DATA)
    return held.checkpoints.sign(*held.keys.signer()).checkpoint.size


def _account(who: Someone) -> Account:
    return Account.objects.get(person=who.person)
