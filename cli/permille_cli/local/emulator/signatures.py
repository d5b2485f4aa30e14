"""Verifies the signatures of root."""

# ruff: noqa: SLF001 - ministack offers no other way


def verify_root_signatures() -> None:
    """ministack does not verify root: a request with its key id, `test` or any twelve digits may do everything."""
    from ministack.core import iam_evaluator  # type: ignore[import-not-found]

    iam_evaluator._is_root_key = lambda access_key_id: False  # noqa: ARG005 - asked only whether to verify
