"""Passwords: which may be chosen, and how they are kept.

argon2id with the parameters that RFC 9106 recommends where memory is scarce (64 MiB, 3 passes, 4 lanes); a check takes
about 0.16 s on two cores, so only a few run at once, and the memory of a flood of sign-ins stays bounded.
Source: RFC 9106, Parameter Choice; NIST SP 800-63B, Memorized Secret Verifiers; OWASP Password Storage.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from coursecrafter.errors import RequestError

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

SHORTEST = 12
LONGEST = 200
FEWEST_DIFFERENT = 5
FEWEST_OF_THEIR_OWN = 8
"""Signs that must be left of a password without the person's name, address and the program's name."""

COMMON = frozenset({
    "000000000000", "0123456789ab", "123123123123", "123456789012", "1234567890123", "12345678901234", "123456789abc",
    "1234567891011", "1q2w3e4r5t6y", "1qaz2wsx3edc", "abc123456789", "abcd12345678", "abcdefghijkl", "adminadminadmin",
    "administrator", "administrator1", "asdfghjkl123", "changeme1234", "changemenow1", "correcthorsebatterystaple",
    "football1234", "iloveyou1234", "iloveyouforever", "letmein12345", "letmeinplease", "login1234567", "mypassword12",
    "mypassword123", "p@ssw0rd1234", "p@ssword1234", "passw0rd1234", "password1234", "password12345", "password123456",
    "passwordpassword", "princess1234", "q1w2e3r4t5y6", "qazwsxedcrfv", "qwer12345678", "qwerty123456", "qwertyqwerty",
    "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf", "secret123456", "superman1234", "supersecret1",
    "trustno1trustno1", "welcome12345", "welcome123456", "zaq12wsxcde3", "zxcvbnmasdfghjkl",
})  # fmt: skip
"""Common ones that are long enough: the attempts a throttled attacker makes first."""

AT_ONCE = 2
"""Checks at the same time, each with 64 MiB."""
PATIENCE_S = 5.0

_gate = BoundedSemaphore(AT_ONCE)


class PasswordRefused(RequestError):
    """The password is too easy to guess, or no password at all."""

    code = "CC-0065"
    remedy = "Choose a longer one that only you would think of, such as four words that do not belong together."


class SignInBusy(RequestError):
    """Too many people sign in at this moment."""

    code = "CC-0080"
    status = 503
    retry = True
    remedy = "Try again in a few seconds."


def require_password(password: str, email: str, name: str) -> None:
    """Refuse a password that is too easy to guess.

    Raises:
        PasswordRefused: CC-0065.
    """
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise PasswordRefused(f"A password has {SHORTEST} to {LONGEST} signs.")
    folded = plain.casefold()
    if folded in COMMON or len(set(folded)) < FEWEST_DIFFERENT:
        raise PasswordRefused("This password is among the first that anybody would try.")
    if _own_signs(folded, email, name) < FEWEST_OF_THEIR_OWN:
        raise PasswordRefused("The password is made of your name or your address.")


def hash_password(password: str) -> str:
    """The argon2id hash in PHC form.

    Raises:
        PasswordRefused: CC-0065, signs that no text can hold.
        SignInBusy: CC-0080.
    """
    plain = _normal(password)
    with _one_of_few():
        return HASHER.hash(plain)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of this hash; without a hash it takes the same time and is not.

    So nobody learns by a watch which addresses have an account.

    Raises:
        SignInBusy: CC-0080.
    """
    if len(password) > LONGEST:
        return False
    try:
        plain = _normal(password)
    except PasswordRefused:
        return False
    with _one_of_few():
        try:
            HASHER.verify(_nobodys_hash() if password_hash is None else password_hash, plain)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _gate.acquire(timeout=PATIENCE_S):
        raise SignInBusy("Too many people sign in at this moment.")
    try:
        yield
    finally:
        _gate.release()


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    """The same signs however a keyboard composes them (NIST SP 800-63B: NFKC or NFKD)."""
    plain = unicodedata.normalize("NFKC", password)
    if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in plain):
        raise PasswordRefused("The password holds a sign that no text can hold.")
    return plain


def _own_signs(folded: str, email: str, name: str) -> int:
    words = {*re.split(r"[\W_]+", f"{email} {name} coursecrafter course crafter".casefold()), email.casefold()}
    rest = folded
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 2:  # noqa: PLR2004 - shorter words are in everything
            rest = rest.replace(word, "")
    return len(rest)
