"""Readers of what qq-chat-exporter writes as JSON, in all its versions."""
