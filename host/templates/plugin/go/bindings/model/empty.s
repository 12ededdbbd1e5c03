// Lets the package declare functions that the host has.
