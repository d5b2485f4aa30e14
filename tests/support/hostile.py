"""Hostile texts of senders and complainers, for injection tests."""

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "]]><script>alert(1)</script>",
    "javascript:alert(1)//",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>@import'//evil.example'</style>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% for x in () %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<b>gnp.exe\u202c",
    "\x00<script\x00>alert(1)</script>",
    "<scr\u00adipt>alert(1)</scr\u00adipt>",
)


def mailbox_of(payload: str) -> str:
    """An address can hold it too, within quotes; control characters make it none."""
    escaped = payload.replace("\x00", "").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@x.example'
