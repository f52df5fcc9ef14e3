"""The client: one core without any screen, and the front ends that stand on it."""
