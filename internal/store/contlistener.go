package store

// A ContinuationListener hears of continuations, from engines that were told to listen. It must not use the store but
// to look.
type ContinuationListener interface {
	// Made is called when the running code has made a continuation.
	Made(c *ContRecord, at ListenedPlace)
	// Resumed is called when one, with those captured with it, begins to run as the child of parent.
	Resumed(c, parent *ContRecord, at ListenedPlace)
	// Suspended is called when what runs from inner to c is captured: by a suspension or a switch with a tag.
	Suspended(c, inner *ContRecord, tag *TagRecord, at ListenedPlace)
	// Freed is called when one has ended, or will never run again.
	Freed(c *ContRecord)
}

// A ListenedPlace is where the running code is.
type ListenedPlace struct {
	Continuation uint32       // that runs it; 0 for none
	Frame        func() Frame // of the innermost call; of a host function only its name
}
