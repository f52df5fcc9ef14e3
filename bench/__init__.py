"""The proofs of the promises, and the measures: real servers, on this machine alone."""
