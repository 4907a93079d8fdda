"""Which reports were issued, by hash: a file is told from a forgery and from an older one."""
