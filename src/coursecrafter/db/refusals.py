"""What the database refuses, as errors that an author can act on.

Every constraint, policy and trigger answers through `refusal_of`, so that no driver's words leave this package. A row
that belongs to somebody else is answered as one that does not exist.
"""

from __future__ import annotations

from coursecrafter.errors import RequestError


class NotFound(RequestError):
    """There is no such row, or it is not for this person to know of."""

    code = "CC-0020"
    status = 404
    remedy = "Look it up again: it may have been deleted, or not be shared with you."


class NotAllowed(RequestError):
    """The person may see this, but their role does not let them do that."""

    code = "CC-0021"
    status = 403
    remedy = "Ask an owner of the project for another role."


class ValueRefused(RequestError):
    """A field holds a value that it cannot take."""

    code = "CC-0022"
    remedy = "Correct the field that the message names."


class ValueMissing(RequestError):
    """A field that must hold something is empty."""

    code = "CC-0023"
    remedy = "Fill in the field that the message names."


class AlreadyTaken(RequestError):
    """Something else has this name, code or place already."""

    code = "CC-0024"
    status = 409
    remedy = "Choose another, or rename what has it now."


class StateRefused(RequestError):
    """This cannot come into that state from where it is."""

    code = "CC-0025"
    status = 409
    remedy = "Look at its state again, and take the step that comes before."


class EditedMeanwhile(RequestError):
    """Somebody else changed this in the meantime."""

    code = "CC-0026"
    status = 409
    remedy = "Load it again, look at what changed, and repeat your change."


class UnusableText(RequestError):
    """A text holds signs that no text can hold: NUL or half of a surrogate pair."""

    code = "CC-0027"
    remedy = "Type the text again, or paste it without formatting."


class Contended(RequestError):
    """Others changed the same rows at the same time, and one had to give way."""

    code = "CC-0028"
    status = 409
    retry = True
    remedy = "Do the same again."


class LastOwner(RequestError):
    """The last owner cannot leave or become something else."""

    code = "CC-0029"
    status = 409
    remedy = "Make somebody else an owner first."


class StillUsed(RequestError):
    """Something else still needs this."""

    code = "CC-0030"
    status = 409
    remedy = "Remove what needs it first."
