//go:build unix && !linux

package store

const mapNoReserve = 0
