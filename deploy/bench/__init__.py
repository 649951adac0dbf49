"""What the layer costs, against the usual ways, on the same lock: bytes, time to build, time to the first answer.

    project + lock ─ ways ─────────── three Ways      pip and zip, uv and zip as uv documents it, this pipeline
                     question ─────── Question        what a function is asked first, and the services that it meets
                     contents ─────── WayContents        what each way has in /opt and /var/task
                     first_request ── FirstRequest    each way in the runtime image, a fresh container every time
                     builds ───────── samples         each way cold, with nothing changed, with the source changed
                     figures ──────── Row             medians and ratios of one run, as a table and as JSON
                     taken_away ───── TakenAway       what a first request takes without one of its `start_options`

`request_trial` is one request of a way in its container, `instructions` the counter of what it takes; `timing` is
what processes take.
`steps` are single steps of the pipeline as processes of their own, to be timed; `counting_runtime` counts what
assembling takes of processors.

Machines are noisy and differ, so every round does all ways in turn and only figures of one run are compared.
"""
