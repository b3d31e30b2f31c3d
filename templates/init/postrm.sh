# From debian/postrm, with the arguments that dpkg gave it (Policy 6.5).
set -- purge

