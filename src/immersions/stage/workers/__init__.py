"""Where the dreaming is done. What is here runs in the worker, not in the server."""
