"""Scripts and voice tracks, by project."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_project

POLICIES = (by_project("cc_scripts"), by_project("cc_voice_tracks"))
