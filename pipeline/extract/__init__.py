"""A page in, fields with their evidence and a body out."""
