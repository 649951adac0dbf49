"""A project of the Serverless Framework: what its serverless.yml says of functions in Python.

service    the functions, and what of the file cannot be taken over
variables  works out its ${…}
package    what it ships
layers     the layers that its functions have, and the lists of requirements that its plugin installs
"""
