#!/bin/sh
# Starts the runtime with the handler that is the only argument: under the Runtime Interface Emulator, unless
# AWS_LAMBDA_RUNTIME_API says where a runtime API already is.
if [ "$#" -ne 1 ]; then
    echo "entrypoint requires the handler name to be the first argument" >&2
    exit 142
fi
export _HANDLER="$1"
[ -n "$AWS_LAMBDA_RUNTIME_API" ] && exec /var/runtime/bootstrap
exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
