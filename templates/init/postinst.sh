# From debian/postinst, with the arguments that dpkg gave it (Policy 6.5).
set -- configure "$MKDEB_OLD_VERSION"

