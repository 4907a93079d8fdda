"""What the law says: dated, cited data and pure arithmetic over it."""
