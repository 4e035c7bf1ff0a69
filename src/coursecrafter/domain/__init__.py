"""Frozen values and enumerations that pass between the phases; no I/O."""
