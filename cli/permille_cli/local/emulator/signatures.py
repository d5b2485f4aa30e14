"""Root's signatures are verified too."""

# ruff: noqa: SLF001 - ministack offers no other way


def verify_roots_signatures_too() -> None:
    """ministack takes root at its word: whoever names its key, `test` or any twelve digits may do everything."""
    from ministack.core import iam_evaluator  # type: ignore[import-not-found]

    iam_evaluator._is_root_key = lambda access_key_id: False  # noqa: ARG005 - asked only whether to verify
