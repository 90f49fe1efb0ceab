"""What staff see of the desk: who may see what, lists, views and the live feed, as JSON-ready data."""
