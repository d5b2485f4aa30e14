"""The web console: pages for owners and staff (site/), and the JSON API of host platforms (api/). web_app.py
authenticates a request and runs its route."""
