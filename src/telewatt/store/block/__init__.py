"""What a batch of layout version 2 holds: frames as compressed columns.

`content` is the whole; it writes the frames of each meter with `framewriter` and reads them with
`framereader`; both rest on `layout` (how the bytes of a frame are made of its datasets), `kinds`
(what datasets of one column have in common) and `fields` (columns of texts). `compression` makes
all of it small.
"""
