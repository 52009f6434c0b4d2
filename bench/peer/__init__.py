"""One adapter a system, run by the Python of that system's own environment; see `serve`."""
