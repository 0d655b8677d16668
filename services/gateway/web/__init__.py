"""What the gateway serves beside its webhooks: pages, and what every answer and request keeps to.

Imports the gateway's settings, and taskflow; app.py alone imports it.
Begin with pages.py; status_page.py is the page at /.
"""
