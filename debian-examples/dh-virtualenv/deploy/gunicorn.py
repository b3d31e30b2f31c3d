# Settings of gunicorn, for the admin to change.
bind = "127.0.0.1:8002"
workers = 1
