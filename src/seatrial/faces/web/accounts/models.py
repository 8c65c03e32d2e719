"""Accounts and the record of their sign-ins."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from seatrial.adapters.identity import fresh_id
from seatrial.core.people import PersonId


class AccountManager(BaseUserManager["Account"]):
    """An account needs an address; it may lack a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account that signs in by `email`. Raises: ValueError without one."""
        if not email:
            raise ValueError("an account needs an e-mail address")
        account = self.model(email=self.normalize_email(email), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser, PermissionsMixin):
    """One person's way in. person: their name in the ledger, which outlives the address."""

    person = models.CharField(max_length=64, unique=True, editable=False, default=fresh_id)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = False  # there is no admin site

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Named as what it is."""

        db_table = "account"

    def __str__(self) -> str:
        return str(self.name or self.email)

    @property
    def person_id(self) -> PersonId:
        """Name the person as the ledger does."""
        return PersonId(self.person)


class SignIn(models.Model):
    """A sign-in, a failed one, a sign-out, or what was refused; kept for the auditor."""

    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
    place = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """Read by time."""

        db_table = "sign_in"
        indexes: ClassVar = [models.Index(fields=["at"], name="sign_in_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what} {self.email}"


class ApiToken(models.Model):
    """A token for programs, of which only the digest is known here.

    case: None for an action outside of cases, which `purpose` then names.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=71, unique=True)
    case = models.CharField(max_length=100, null=True)  # noqa: DJ001 - None is no case
    purpose = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Found by digest."""

        db_table = "api_token"

    def __str__(self) -> str:
        return f"token {self.pk} for {self.case or 'no case'}: {self.purpose}"


class RequestCount(models.Model):
    """How many requests of a minute were taken, by a token, a lease or an address: `counts.py`."""

    name = models.CharField(max_length=100, primary_key=True)
    minute = models.BigIntegerField()
    taken = models.BigIntegerField()

    class Meta:
        """Of the minute that runs; what is older is forgotten."""

        db_table = "request_count"

    def __str__(self) -> str:
        return f"{self.name}: {self.taken}"


class ApiRequest(models.Model):
    """An idempotency key that was used, and a keyed hash of what for."""

    person = models.CharField(max_length=64)
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Once for each person and key."""

        db_table = "api_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="api_request_once")
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="api_request_at")]

    def __str__(self) -> str:
        return f"{self.person} {self.key}"
