"""The composition root: makes the adapters (`adapters`), the services of each function, and the time of a run
(`clock`). Only this package, and `DeployedStack` of the command, know which adapter stands behind a port."""
