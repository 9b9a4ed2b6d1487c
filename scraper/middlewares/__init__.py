"""What stands between a request and the network."""
