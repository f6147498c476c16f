"""The kitchen as a page for phones and tablets: the live sessions of one machine, over HTTP.

The page is plain HTML with one small script. It asks for what is new once a second and keeps each tap until the server
has acknowledged it, with the key that makes it count once: so it outlives a server that is killed and started again.
"""
