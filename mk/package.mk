# (see the commits that follow)
