"""`immersions probe`: what an ear knows of labels, beside everything that never learned to listen.

`tasks` reads what is asked, `hearing` and `cutting` make items of files, `splits` says which train
and which test, `folds` how those that train choose a penalty, `reading` and `scoring` how well they
are told, `supervised` trains the rival, `curve` probes the ears that a run kept on the way, and
`comparison` puts all of them side by side.
"""
