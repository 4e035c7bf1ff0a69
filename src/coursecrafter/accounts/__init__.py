"""Who a request speaks for: passwords, sessions, keys, invitations, resets and identities from elsewhere; no HTTP."""
