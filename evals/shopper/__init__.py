"""Mystery shopper (神秘顾客): personas with goals, played over HTTP against a real server process."""
