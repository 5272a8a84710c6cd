"""`immersions probe`: what an ear knows of labels, beside everything that never learned to listen.

`tasks` reads what is asked, `hearing` cuts files into items, `splits` says which train and which
test, `supervised` trains the rival, and `comparison` puts all of them side by side.
"""
