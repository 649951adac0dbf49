"""The one door to AWS: only what is below this folder imports boto3.

connection         who we are in AWS, and the clients that every verb speaks through
identity           who the credentials belong to, and what IAM says that they may do
refusals           what AWS refused, translated once: action, cause, what to do
account            what Lambda allows the account in the region, and how much of it is taken
regions            the same work in several regions side by side; which of them offer a service
arns               the ARN of a layer version, read and written
layers             layer versions: listed, looked into, published, deleted
grants             the statements of a layer version's policy: read, added, removed
functions          what functions and versions of them are, and how $LATEST is changed
versions           published versions: made, waited for, asked, deleted
aliases            which version of a function traffic meets
uploads            how bytes get to Lambda: in the call itself, through a bucket above 50 MiB
calls              what each command asks of AWS, as the tests recorded it
change_sets        what a template would change of a stack: made, read, discarded, carried out
stacks             CloudFormation's stacks: read, waited for, and why one failed
parameters         SSM parameters of plain text, and encrypted ones
queues             queues, and the event source mappings through which functions take from them
logs               the events of a log group that hold a phrase; groups, deleted
"""
