"""What each layer of an ear responds to: the excerpts of music that excite its channels most.

`responses` hears the music, `descriptors` says in numbers what an excerpt sounds like, `pitches`
where a neuron lies in pitch, `selection` chooses channels and excerpts, `reporting` makes JSON of
them, `section` words for the model card, and `sounds` writes the excerpts.
"""
