"""One message to many: a plan one can read, a pace that is safe, and an account of every single message."""
