package weft

// A HandlerName is what a reference of type handler refers to (named handlers, an experiment). Go can keep it, and
// hand it back where a handlerref is wanted, but not use it.
type HandlerName struct {
	store *Store
	name  uint64
}

// A TagValue is what a reference of type tag refers to: a tag that a guest has made (an experiment). What holds for
// handler names holds for it.
type TagValue struct {
	store *Store
	tag   uint64
}
