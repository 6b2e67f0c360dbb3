"""The one exception of a batch."""


class BatchError(Exception):
    """The batch cannot go on; the Chinese message says why and what to do. For the operator."""
