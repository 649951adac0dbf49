"""The one door to AWS: only what is below this folder imports boto3.

    connection   who we are and where: checked before anything else is asked
    refusals     what AWS or botocore refused, as AwsError with cause and cure
    layers       layer versions
    grants       who else may use a layer version
    parameters   SSM parameters of plain text
    functions    functions, their versions and aliases
    queues       queues, and the event sources through which functions take from them
    stacks       CloudFormation stacks and change sets
    uploads      how bytes get to Lambda: in the call, or through S3

Each verb is one call, or one call and its pages; it returns values, never botocore's dictionaries. Retries and
waiting are botocore's own: its standard retry mode and its waiters. Any endpoint serves that boto3 is told of by
AWS_ENDPOINT_URL.
"""
