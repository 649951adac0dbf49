"""The pipeline, as prose.

    config/pipeline.yaml + environment ─ settings ─ Settings
    requirements.txt, Dockerfile.layer ─ layer.spec ─ LayerSpec        what to build; its fingerprint is the cache key
                                         layer.build ─ BuiltLayer      a zip that exists
                                         layer.verify ─ VerifiedLayer  the same zip, proven in a fresh runtime container
                                           └─ dist/<layer>.zip, .json (manifest), .cdx.json (SBOM)   end of `layer`
    src + included files ─────────────── code.bundle ── CodeBundle   the code zip, its handlers proven on the layers
                                         template ─ ProjectTemplate    its own, or one made of the functions
                                         agreement ─ every fault that is found before anything is built or changed
                                         release.stack ─ Outputs       queues, roles, functions, aliases, alarms
                                         release.publish ─ PublishedLayer   new, or the existing version reused
                                         release.delivery ─ Delivery   in every region, shared, `next` moved
                                         release.rollout ─ Release     function versions behind one alias each
                                                                                              end of `deploy`

**Settings** come from one file and one override, and every fault in them is reported at once.

**Building** happens inside the Lambda runtime image. The wheels are downloaded by the image's own pip, so the
choice is the runtime's, against the hashes of the lock; then, without network, `inside` trims them, compiles them
and writes the zip. The same inputs give the same bytes on any machine.

**Several** layers share one lock, and each of its distributions is in exactly one of them. Every layer is built for
each runtime and architecture; the first of these are the functions' own. What does not run here is assembled in the
image that does, audited by its bytes, and said not to be imported: in the output, the manifest and the plan.

**Verifying** unpacks that zip, never the build directory, in a fresh container: read-only, no network, each package in
a process and as a user of its own. Everything in it is audited, and looked at as is what pip installs from the same
wheels: what works there works in the zip. `publish` takes a VerifiedLayer, and only `verify` can make one, so the type
checker forbids shipping a layer that was not proven.

**Publishing** asks AWS whether the zip's sha256, which is Lambda's CodeSha256, is there already. It goes on in every
region of the stage side by side, with the grants that are declared and the channel that others follow; functions are
touched only when all regions have their layers. `share` looks after the versions that are there.

**Rolling out** makes new function versions, checks each by invoking it, and moves the aliases only when all are
well: all or none. There is no state file: what a release was and what ran before it stands in AWS's own descriptions
(`published.descriptions`), so that

    release.promote     takes the very bytes that one stage runs, proves and ships them as a deploy
    release.rollback    moves the aliases back to what their histories name
    destroy             names all that a stage made, and deletes it
    prune.plan          finds the versions that nothing refers to
    release.delivery    brings layers to other regions
    share               says who may use them, and moves the names that others follow
    published           opens any layer version, and says who has it; status, report, scan and checkup judge

and `local` does all of it on this machine, with an emulated AWS.

Above the steps stand `commands`, what people call, `init`, which writes a first configuration, and `prepare`, from a
project to what can be shipped; below them
`configuration` (with `keys`, what is allowed) and `settings`, `errors`, `console`, `atomic` files, `kept` texts,
`completed` processes, `temporary` folders, `executable` content, `invocation` (how the pipeline was started), `git`,
`local_secrets`, `pip_settings`, `template_values` of a CloudFormation template, `template_references` in it and
`project_module`, which runs what is a project's own; `extensions` are what a project adds to the commands, to `doctor`
and to `local`.
`terminal` is what the console can show, `command_line` what stands between a shell and a command.
`standalone` is for a build of Dockerfile.layer without the pipeline around it.
"""

__version__ = "0.1.0"
