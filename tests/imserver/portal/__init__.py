"""The door: how a secret is proved."""
