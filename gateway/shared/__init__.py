"""What several gateways share in one Redis; imported only when REDIS_URL is set, so that one machine pays nothing."""
