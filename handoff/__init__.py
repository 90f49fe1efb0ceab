"""Human takeover: cases, their clocks, queues, owners, ladders, packets, ratings and inspections."""
