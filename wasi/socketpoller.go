package wasi

// A socketPoller has sockets for green threads, and tells when they can be used.
type socketPoller interface {
	// add returns the object of a connection's descriptor, which it owns from now on.
	add(fd int) (object, error)
	// close ends it. The sockets have been closed.
	close() error
}
