# From debian/prerm, with the arguments that dpkg gave it (Policy 6.5).
set -- remove

