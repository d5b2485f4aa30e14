"""The web console: pages for owners and support, and the JSON API of host platforms. app.py lets people in and hands
their request to a route; owner.py, desk.py and api.py have the routes."""
