"""One kind of page each: what the history says of something, and its template filled in."""
