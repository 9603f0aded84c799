"""An end of OneBot 11 over the same world: its calls, posts and WebSockets, in the manner of three ends."""
