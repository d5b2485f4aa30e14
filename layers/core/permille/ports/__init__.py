"""What the use cases need of the outside, as Protocols. Each has an adapter and a fake that pass the same contract
test.

Errors are the same for all ports. A method raises `Unavailable` for a passing cause, and `PermissionDenied` or
`RequestRejected` where a retry does not help; whether the call did something is unknown then. `Conflict`, where a
method names it, means that nothing was written. Other errors of ours are named by the methods that raise them. Any
other exception is a bug, and propagates.

Reads are strongly consistent where the docstring says so; others may lag behind what was just written.
"""
