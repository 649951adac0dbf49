"""What the pipeline builds and where it goes: the keys of config/pipeline.yaml as frozen values, with defaults.

The meaning of each key is in pipeline.schema.json beside this folder; `configuration.load` reads them.

- `targets`: what a layer is built for: the runtimes, their images, the instruction sets
- `layers`: the layers, and who may use them
- `functions`: the functions, and the code that ships
- `resources`: what the pipeline's own template makes for a function
- `extensions`: what is the project's own in the pipeline
- `stages`: where a release goes, and who may take it there
- `locks`: how requirements are locked
- `scans`: how what is in the layers is judged
- `project`: the whole of config/pipeline.yaml
"""

from .extensions import Extension, Local, Option
from .functions import Code, CodeBytecode, Function, Start
from .layers import Budget, Bytecode, Layer, Share, WithDependencies
from .locks import Lock, Override
from .project import Settings
from .resources import FromParameter, FunctionResources, Permission, Queue, UrlAccess
from .scans import Clarified, Ignore, Scan
from .stages import FromEnvironment, GitHub, Stage
from .targets import IMAGE_VARIABLE, MACHINES, Architecture, Target, default_image, image_variable

__all__ = [
    "IMAGE_VARIABLE",
    "MACHINES",
    "Architecture",
    "Budget",
    "Bytecode",
    "Clarified",
    "Code",
    "CodeBytecode",
    "Extension",
    "FromEnvironment",
    "FromParameter",
    "Function",
    "FunctionResources",
    "GitHub",
    "Ignore",
    "Layer",
    "Local",
    "Lock",
    "Option",
    "Override",
    "Permission",
    "Queue",
    "Scan",
    "Settings",
    "Share",
    "Stage",
    "Start",
    "Target",
    "UrlAccess",
    "WithDependencies",
    "default_image",
    "image_variable",
]
