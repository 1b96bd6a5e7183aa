//go:build !amd64 || race

package store

// lend ends that a use is at work.
func (u *useWord) lend(lent uint32) { u.word.Store(lent) }
