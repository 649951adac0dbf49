"""What runs inside the runtime image: from a folder of wheels to the layer's zip, and the probe that tries it.

Nothing here imports anything but the standard library and the one tool in tools.txt, so that the image needs
nothing installed. The values that cross the border, `Recipe` in and `Report` out, are in `exchange`; the host
imports that module too. `from_project` is for a build of Dockerfile.layer without the pipeline around it, and fetches
what it needs first.
"""
