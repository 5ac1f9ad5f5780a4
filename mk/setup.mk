# Packages and Kamailio's headers.
