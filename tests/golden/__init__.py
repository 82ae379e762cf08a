"""Golden receipts: how every sample looks on paper, for people to look at and machines to hold."""
