"""What all tests share."""

import signal

# A shell makes what it runs in the background deaf to Ctrl-C, and children inherit that; the tests
# send Ctrl-C to programs that they start, wherever they themselves run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
