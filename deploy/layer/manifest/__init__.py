"""What a layer says of itself: two documents, each with a `format` that counts up when a key changes its meaning.

build      dist/<layer>.json: everything that is known of a build, for people and for machines
papers     the one in dist/ as it has to be
travelling channelwright/<layer>.json inside the layer: what decides its bytes, and which files are whose
"""
