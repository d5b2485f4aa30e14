"""The answers of `permille local`, about the embedded stack."""

from permille_cli.shapes.notation import (
    FLAG,
    INSTANT,
    TEXT,
    WHOLE,
    Shape,
    defined,
    either,
    keyed,
    many,
    maybe,
    noted,
    obj,
)

_SMTP_SERVER = obj({"host": TEXT, "port": WHOLE, "certificate": noted(TEXT, "The file with the certificate.")})
_RUNNING = obj(
    {
        "running": noted(FLAG, "True."),
        "stack": TEXT,
        "endpoint": noted(TEXT, "The URL of its AWS."),
        "containers_endpoint": noted(maybe(TEXT), "The same for Docker containers."),
        "region": TEXT,
        "aws_account_id": TEXT,
        "outputs": noted(keyed(TEXT), "The outputs of the CloudFormation stack."),
        "smtp": defined("SmtpServer"),
        "mail_folder": noted(TEXT, "The folder of the mails that it sent to owners."),
    }
)
SUBJECTS = noted(many(TEXT), "The subjects of the mails to owners.")
_NOT_RUNNING = obj({"running": noted(FLAG, "False.")})

PARTS = {"RunningStack": _RUNNING, "SmtpServer": _SMTP_SERVER}
ANSWERS: dict[str, Shape] = {
    "local demo": obj(
        {
            "answers": noted(keyed(obj({"smtp": TEXT, "api": TEXT})), "What SMTP and API answered, by account."),
            "mail_subjects": SUBJECTS,
            "second_chance": obj(
                {"on_the_day": TEXT, "after_it": TEXT, "two_days_later": TEXT, "mail_subjects": SUBJECTS}
            ),
            "links?": noted(keyed(TEXT), "With --keep: to the desk, and to the report of each account."),
        }
    ),
    "local down": obj({"stopped": noted(FLAG, "Whether it was running.")}),
    "local env": either(
        noted(keyed(keyed(TEXT)), "The variables of each function."),
        noted(obj({"file": TEXT, "functions": many(TEXT)}), "With --file."),
    ),
    "local status": either(
        defined("RunningStack"),
        _NOT_RUNNING,
        noted(keyed(TEXT), "With --export: the variables."),
    ),
    "local tick": obj(
        {
            "at": noted(INSTANT, "The time of the run."),
            "judged": noted(WHOLE, "Accounts."),
            "entries_written": WHOLE,
            "failed": noted(WHOLE, "Accounts that could not be judged."),
            "left": noted(WHOLE, "Accounts that the next run judges."),
            "swept": noted(WHOLE, "Accounts whose credential was compared with IAM."),
        }
    ),
    "local up": defined("RunningStack"),
}
