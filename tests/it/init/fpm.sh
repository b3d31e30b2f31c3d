# Packages the service.
set -eu
cd "$(dirname "$0")"

bundle exec fpm -s dir -t deb -f -p dist/ \
    --name orders --version "$VERSION" --iteration 1 --architecture native \
    --category web --maintainer 'Ops <ops@example.com>' --vendor Example \
    --url https://example.com/orders --license MIT \
    --description 'takes orders\nOver HTTP.' \
    --depends 'python3 >= 3.9' --depends adduser --deb-recommends logrotate \
    --config-files /etc/orders --directories /var/lib/orders \
    --deb-systemd deploy/orders.service --deb-systemd-enable --deb-systemd-auto-start \
    --after-install deploy/postinstall.sh --after-upgrade deploy/postupgrade.sh --after-remove deploy/postremove.sh \
    --deb-compression xz --deb-generate-changes --rpm-os linux \
    --exclude '*.pyc' \
    build/venv/=/opt/orders/venv src/=/opt/orders/app deploy/bin/=/usr/bin/ \
    deploy/orders.env=/etc/orders/env deploy/logrotate=/etc/logrotate.d/orders
ls dist # where it is
