"""The same verbs over HTTP and WebSocket."""
