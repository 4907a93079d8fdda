"""The whole engine under load while its processes and servers are killed again and again."""
