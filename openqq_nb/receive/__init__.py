"""What takes a push in: who may post is decided without a socket, the listener is a shell around that."""
