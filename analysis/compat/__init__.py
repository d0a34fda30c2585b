"""Other vendors' APIs, answered from the same analysis as our own.

A renderer takes the pipeline's results and returns the vendor's JSON as a dict: it reads no
database, no settings and no clock. `<vendor>_api` holds the views, `<vendor>_errors` the table of
what the vendor calls each error.
"""
