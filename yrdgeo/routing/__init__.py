"""Links and nodes → travel times."""
