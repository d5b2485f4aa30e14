from permille_cli.main import run

run()
