"""The outside interface over HTTP: REST, the event stream, the page."""
