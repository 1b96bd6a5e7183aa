package store

import "golang.org/x/sys/unix"

// mapNoReserve keeps reservations from counting against the commit limit.
const mapNoReserve = unix.MAP_NORESERVE
