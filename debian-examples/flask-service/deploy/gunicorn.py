# How orders is served; see https://docs.gunicorn.org/en/stable/settings.html
bind = "127.0.0.1:8000"
workers = 2
# Where gunicorn's workers tell that they are alive; a disk could make them wait.
worker_tmp_dir = "/dev/shm"
