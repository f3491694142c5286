"""Scenarios: attempts with what is expected of each, run on a marketplace made for them or on a real one."""
