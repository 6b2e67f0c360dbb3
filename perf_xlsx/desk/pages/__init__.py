"""The pages, one file each: what a request asks for, and what its page shows."""
