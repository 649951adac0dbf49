"""A layer: from a spec to a zip that is proven.

spec                  what decides a layer's bytes; its fingerprint is the cache key
cache_key             which of the pipeline's own sources are part of a cache key
partition             which distribution goes to which layer
cache                 what was built and proven before, by content
wheel_store           wheels kept on this machine by their sha256
part_store            what each wheel came to, so that a build does again only what changed
declared              what wheels declare of their files, judged before anything is unpacked
brought               what a layer brings besides distributions: files, and own modules
build                 LayerSpec to BuiltLayer
verify                BuiltLayer to VerifiedLayer; nothing else makes one
verify_code           the code tried on its verified layers
evidence              what was proven, as values
values                a built layer and a code bundle, as values
invoked                why an invocation failed: the handler, an extension, or the runtime
causes                why an import probably failed, and what to do
opt_folder            /opt, as Lambda lays layers out in it
template_environment  the environment and the memory that a function has
manifest              what a layer says of itself: the documents in dist/ and inside it
sbom                  the CycloneDX bill of materials
dist                  dist/: a verified layer's zip with its manifest and SBOM
derivation            where the bytes come from: derived from the locked wheels once more, and compared
proof                 the look at the zip and at what pip installs, compared
audit                 what the bytes of a layer alone tell
backend               where a layer is built and tried: in containers, or on this host
"""
